"""One worker of a `WorkerPool`: imports a function once, then does one task after the other.

Started as `python -m resources.worker_process SOCKET MODULE:FUNCTION PARENT`. It never imports the parent's
main module, as `multiprocessing` would: that is Dagster's, and costs seconds.
"""

import importlib
import os
import pickle
import resource
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Protocol

from resources.worker_messages import Broken, Done, Failed, Question, Ready, RemoteError, Tick

TICK_SECONDS = 0.5
"""Signs of life nearer than this to the last message are not sent."""
PARENT_CHECK_SECONDS = 1.0


class Talk(Protocol):
    """What a task may say to the process that gave it."""

    def tick(self, note: str = "") -> None:
        """Give a sign of life, and say what is being done if that has changed. Cheap: call it often."""
        ...

    def ask(self, question: object) -> object:
        """Return the parent's answer, however long it takes.

        Raises:
            TypeError, pickle.PicklingError, AttributeError: The question cannot travel between processes.
        """
        ...


Work = Callable[[Any, Talk], object]
"""Takes a task and returns its result; both can be pickled."""


class ParentTalk:
    """`Talk` over the connection to the parent.

    Args:
        connection: The line to the parent.
        clock: Seconds that only grow.
    """

    def __init__(self, connection: Connection, clock: Callable[[], float] = time.monotonic) -> None:
        self._connection = connection
        self._clock = clock
        self._note = ""
        self._said_at = clock()

    def tick(self, note: str = "") -> None:
        """Give a sign of life."""
        self._note = note or self._note
        now = self._clock()
        if now - self._said_at >= TICK_SECONDS:
            self._said_at = now
            self._connection.send(Tick(self._note))

    def ask(self, question: object) -> object:
        """Return the parent's answer."""
        self._connection.send(Question(question))
        answer = self._connection.recv()
        self._said_at = self._clock()
        return answer


def load(name: str) -> Work:
    """Import what `module:function` names."""
    module, _, function = name.partition(":")
    return getattr(importlib.import_module(module), function)


def serve(connection: Connection, name: str) -> int:
    """Do the tasks that come until the line ends; return the exit code."""
    try:
        work = load(name)
    except Exception:  # noqa: BLE001  whatever an import runs into, the parent is told
        connection.send(Broken(traceback.format_exc()))
        return 1
    try:
        connection.send(Ready())
        while True:
            task = connection.recv_bytes()
            connection.send_bytes(_outcome(work, task, connection))
    except (EOFError, BrokenPipeError, ConnectionResetError):  # the parent closed the line, or is no more
        return 0


def _outcome(work: Work, task: bytes, connection: Connection) -> bytes:
    started = time.process_time()
    try:
        result = work(pickle.loads(task), ParentTalk(connection))  # noqa: S301  from our own parent
        return pickle.dumps(Done(result, time.process_time() - started, peak_rss_bytes()))
    except Exception as error:  # noqa: BLE001  the worker's edge: whatever a task raises is its outcome
        return _failure(error)


def _failure(error: Exception) -> bytes:
    text = traceback.format_exc()
    try:
        message = pickle.dumps(Failed(error, text))
        pickle.loads(message)  # noqa: S301  many exceptions can be written but not read back
    except Exception:  # noqa: BLE001  whatever an exception's own methods do
        stand_in = RemoteError("".join(traceback.format_exception_only(error)).strip())
        message = pickle.dumps(Failed(stand_in, text))
    return message


def peak_rss_bytes() -> int:
    """Return the most memory that this process has held.

    `getrusage` alone would count what its parent held when it was started.
    """
    status = Path("/proc/self/status")
    if status.exists():
        lines = status.read_text(encoding="ascii", errors="replace").splitlines()
        kibibytes = [line.split()[1] for line in lines if line.startswith("VmHWM:")]
        if kibibytes:
            return int(kibibytes[0]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def end_with(parent: int) -> None:
    """End this process at once when its parent is another than this one."""
    while os.getppid() == parent:
        time.sleep(PARENT_CHECK_SECONDS)
    os._exit(1)


def main(arguments: list[str]) -> int:
    """Work for the process that started this one."""
    handle, name, parent = arguments
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which then closes the line
    threading.Thread(target=end_with, args=(int(parent),), daemon=True).start()
    return serve(Connection(int(handle)), name)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
