"""Questions that a service takes many at a time, and whose answers are kept one by one.

Nobody is asked for what is kept. What two processes lack at the same time one of them asks for; the other waits and
finds it kept.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from resources.http import Http
from resources.services import Service

Ask = Callable[[Sequence[str]], Mapping[str, tuple[Any, float]]]
"""Asks a service for some keys; the answer to each, and for how many seconds it holds."""


def answers(http: Http, service: Service, keys: Iterable[str], *, ask: Ask, at_most: int) -> dict[str, Any]:
    """Return the answer to each key, kept or asked for.

    What was answered before a failure is kept.

    Args:
        http: Keeps the answers.
        service: Whom to ask.
        keys: What stands for the questions.
        ask: Asks some of them.
        at_most: How many `ask` takes.

    Raises:
        ServiceError: Some have no answer.
    """
    wanted = list(dict.fromkeys(keys))
    known = http.remembered(service, wanted)
    missing = [key for key in wanted if key not in known]
    if not missing:
        return known
    with http.alone(service, missing):
        known |= http.remembered(service, missing)
        missing = [key for key in missing if key not in known]
        for start in range(0, len(missing), at_most):
            parts = ask(missing[start : start + at_most])
            http.remember(service, parts)
            known |= {key: value for key, (value, _) in parts.items()}
    return known
