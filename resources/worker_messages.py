"""What a worker process tells its parent.

The other way go bare values: an idle worker waits for a task, one that asked waits for the answer, and the
end of the line means that there is nothing more to do.
"""

from dataclasses import dataclass


class RemoteError(Exception):
    """Stands for an exception that cannot travel between processes and names its type and message."""


@dataclass(frozen=True, slots=True)
class Ready:
    """The function is imported; tasks may come."""


@dataclass(frozen=True, slots=True)
class Broken:
    """The function cannot be imported."""

    traceback: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A sign of life."""

    note: str
    """What the worker is at."""


@dataclass(frozen=True, slots=True)
class Question:
    """The worker waits for an answer."""

    question: object


@dataclass(frozen=True, slots=True)
class Done:
    """The task is over."""

    result: object
    cpu_seconds: float
    peak_rss_bytes: int
    """The most memory that this process has held since it began."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The function raised, or what it returned cannot travel."""

    error: Exception
    traceback: str


Message = Ready | Broken | Tick | Question | Done | Failed
