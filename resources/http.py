"""Questions to the services, politely: kept answers first, one question once, every attempt in a slot of its own.

A question goes through the cache, then the lease (equal questions of all processes are asked once), then the gate (pace,
pauses, the breaker), then the wire. `resources.service_errors` lists what may be raised.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from resources.services import Lifetimes, Service
from resources.settings import Settings


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service said."""

    status: int
    """200, or 404 where there is no such thing."""
    body: Any
    """The JSON."""
    cache_key: str
    """Under which the answer is kept."""
    is_cached: bool
    """Nobody was asked."""
    fetched_at: datetime
    """When the service said it; with a time zone."""


class Http:
    """Asks services; one of a process. A context manager.

    Args:
        home: LINERNOTES_HOME, where pace and answers are kept for all processes.
        settings: Contact, offline, keys.
        run_id: The run for which the questions are asked, for the log of calls.
    """

    def __init__(self, home: Path, settings: Settings, *, run_id: str | None = None) -> None:
        raise NotImplementedError

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""

    def close(self) -> None:
        """Give back what is held."""

    def get(self, service: Service, path: str, parameters: Mapping[str, str], *, lifetimes: Lifetimes | None) -> Answer:
        """Ask with GET.

        Args:
            service: Whom; one that needs a key is asked by `post_form`, since a key has no place in an address.
            path: Below the service's root: `release/<id>`.
            parameters: Without secrets.
            lifetimes: For how long the answer is kept; None: not at all, since the caller keeps its parts.

        Raises:
            ServiceError: There is no answer; 404 is one.
        """
        raise NotImplementedError

    def post_form(
        self, service: Service, path: str, parameters: Mapping[str, str], *, lifetimes: Lifetimes | None
    ) -> Answer:
        """Ask with POST and parameters as of a form; the key of the service is added here. See `get`."""
        raise NotImplementedError

    def post_json(
        self,
        service: Service,
        path: str,
        document: object,
        *,
        lifetimes: Lifetimes | None,
    ) -> Answer:
        """Ask with POST and a JSON document. See `get`."""
        raise NotImplementedError

    def remembered(self, service: Service, keys: Collection[str]) -> dict[str, Any]:
        """Return what is kept of parts of answers, by the caller's own keys; what is not kept is left out."""
        raise NotImplementedError

    def remember(self, service: Service, parts: Mapping[str, tuple[Any, float]]) -> None:
        """Keep parts of an answer, each a JSON value with the seconds for which it holds; None is one."""
        raise NotImplementedError

    @contextmanager
    def alone(self, service: Service, keys: Collection[str]) -> Iterator[None]:
        """Hold parts for a block, so that no other process asks for them meanwhile; wait while another has them.

        Look into `remembered` again inside the block: the other may have asked for some of them.
        """
        del service, keys
        yield

    def take_calls(self) -> list[dict[str, Any]]:
        """Return the rows of `api_calls` that are not confirmed yet, of all processes and the dead; oldest first.

        They stay until `confirm_calls`: a row may be taken twice, and its `call_id` tells.
        """
        raise NotImplementedError

    def confirm_calls(self, calls: Sequence[Mapping[str, Any]]) -> None:
        """Say that the lake holds these rows."""
        raise NotImplementedError

    def let_probe(self) -> None:
        """Let one question through to each service that nobody asks for a while; what it asked for itself stays."""
        raise NotImplementedError

    def forget_bad_key(self, service: Service) -> None:
        """Let the service's key be tried again, since a person asks."""
        raise NotImplementedError
