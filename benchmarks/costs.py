"""Measuring processor time: user and system, of this process or of those it started."""

import resource
import time
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

Key = TypeVar("Key", bound=Hashable)
Item = TypeVar("Item")


def children_seconds() -> float:
    """Return the processor time of the processes that this one started and that are over."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def least(rounds: int, measure: Callable[[], Mapping[Key, float]]) -> dict[Key, float]:
    """Return the least of several measurements, by key; what is measured in one round takes turns."""
    found: dict[Key, float] = {}
    for _ in range(rounds):
        for key, value in measure().items():
            found[key] = min(value, found.get(key, value))
    return found


class Stopwatch:
    """Sums up the processor time of this process by the name of what it was spent on."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)

    @contextmanager
    def on(self, name: str) -> Iterator[None]:
        """Count a block."""
        begun = time.process_time()
        try:
            yield
        finally:
            self.seconds[name] += time.process_time() - begun

    def each(self, name: str, items: Iterator[Item]) -> Iterator[Item]:
        """Yield the items and count what making them takes."""
        end = object()
        while True:
            with self.on(name):
                item = next(items, end)
            if item is end:
                return
            yield item  # pyright: ignore[reportReturnType]  the end is no item

    @contextmanager
    def calls(self, owner: object, function: str, name: str) -> Iterator[None]:
        """Count every call of a function or method, inside a block."""
        original = getattr(owner, function)

        def counted(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  whatever the original takes and returns
            with self.on(name):
                return original(*args, **kwargs)

        setattr(owner, function, counted)
        try:
            yield
        finally:
            setattr(owner, function, original)

    @contextmanager
    def blocks(self, owner: object, function: str, name: str) -> Iterator[None]:
        """Count every `with` of a context manager from its beginning to its end, inside a block."""
        original = getattr(owner, function)

        @contextmanager
        def counted(*args: Any, **kwargs: Any) -> Iterator[Any]:  # noqa: ANN401  as above
            with self.on(name), original(*args, **kwargs) as entered:
                yield entered

        setattr(owner, function, counted)
        try:
            yield
        finally:
            setattr(owner, function, original)
