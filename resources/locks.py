"""Locks of the kernel: a dead process's lock is free at once, exactly, where a process number may be used again.

Each run's process holds the lock of its run from before the run exists; each planner holds one for its life; a lane
is one lock that the op takes, whoever launched it. A lock's file is empty until somebody has held it: what looks at
it in the moment between making and locking must not take its owner for dead.
"""

import fcntl
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from filelock import FileLock, Timeout

PATIENCE_SECONDS = 1.0
"""Whoever asks about a lock holds it for an instant, shared: an owner tries again for so long."""
RETRY_SECONDS = 0.01
_held: dict[Path, int] = {}
"""Locks that this process keeps until it ends, as open files."""


def _path(home: Path, name: str) -> Path:
    return home / "locks" / f"{name}.lock"


def hold(home: Path, name: str) -> None:
    """Take a lock and keep it until `let_go` or the end of this process.

    Raises:
        filelock.Timeout: Another process holds it.
    """
    path = _path(home, name)
    if path in _held:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    until = time.monotonic() + PATIENCE_SECONDS
    while not _locked(descriptor, fcntl.LOCK_EX):
        if time.monotonic() > until:
            os.close(descriptor)
            raise Timeout(str(path))
        time.sleep(RETRY_SECONDS)
    os.pwrite(descriptor, b"%d\n" % os.getpid(), 0)
    _held[path] = descriptor


def _locked(descriptor: int, how: int) -> bool:
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def let_go(home: Path, name: str) -> None:
    """Give a lock back and remove its file."""
    path = _path(home, name)
    descriptor = _held.pop(path, None)
    if descriptor is not None:
        path.unlink(missing_ok=True)
        os.close(descriptor)


def is_held(home: Path, name: str) -> bool:
    """Tell whether a living process holds the lock; this one counts."""
    return state_of(home, name) == "held"


def state_of(home: Path, name: str) -> Literal["held", "free", "never"]:
    """Return whether a living process holds a lock, a dead one held it, or nobody has taken it yet."""
    path = _path(home, name)
    if path in _held:
        return "held"
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return "never"
    try:
        if not _locked(descriptor, fcntl.LOCK_SH):
            return "held"
        return "free" if os.fstat(descriptor).st_size else "never"
    finally:
        os.close(descriptor)


def owner_name(kind: str) -> str:
    """Return the name of a lock that no other process has had."""
    return f"{kind}-{os.getpid()}-{time.time_ns()}"


def wait_for(home: Path, name: str, *, waiting: Callable[[], None], poll_seconds: float = 0.2) -> FileLock:
    """Take a lock, however long it takes; `waiting` is called while another holds it and may raise."""
    path = _path(home, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path, thread_local=False)
    while True:
        try:
            lock.acquire(timeout=poll_seconds)
        except Timeout:
            waiting()
        else:
            path.write_text(f"{os.getpid()}\n", encoding="ascii")
            return lock


def sweep(home: Path, *, older_than_seconds: float = 86_400.0) -> int:
    """Remove the files of locks that nobody has held for long; return how many."""
    limit = time.time() - older_than_seconds
    removed = 0
    for path in (home / "locks").glob("*-*.lock"):
        try:
            if (
                not path.name.startswith("lane-")
                and path.stat().st_mtime < limit
                and state_of(home, path.stem) == "free"
            ):
                path.unlink()
                removed += 1
        except FileNotFoundError:  # somebody else removed it
            continue
    return removed
