"""The parent's side of one worker process: starting it, the line to it, and how it ended."""

import os
import pickle
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

from resources.settings import PROJECT_ROOT
from resources.worker_messages import Message

BURY_SECONDS = 2.0
"""How long an ended process is waited for; one that waits for a dead disk ends only when the disk answers."""
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
"""The workers are the parallelism; these count only when set before NumPy is imported."""
KEPT_MEMORY = {"MALLOC_MMAP_THRESHOLD_": f"{4 << 20}", "MALLOC_TRIM_THRESHOLD_": f"{32 << 20}"}
"""What one block of sound needed is there for the next. Else glibc may hand it back after every product of matrices and
have it zeroed again, which costs as much as the product; these count only when set before the process starts."""


class UnreadableError(Exception):
    """What a worker sent cannot be turned into a value."""


@dataclass(frozen=True, slots=True)
class WorkerCommand:
    """How workers are started."""

    function: str
    """`module:function`."""
    log: Path | None
    """What they write to stderr is appended here; None: it goes where this process' own goes."""
    environment: Mapping[str, str]
    """Beside the variables of this process."""
    stall_seconds: float
    """A message that stops in its middle for so long breaks the line."""


@dataclass(slots=True, eq=False)
class WorkerHandle:
    """A worker process and what is known of it."""

    process: subprocess.Popen[bytes]
    connection: Connection = field(repr=False)
    heard_at: float
    """When it last gave a sign of life or was spoken to, in seconds of the pool's clock."""
    ready: bool = False
    """It has imported its function."""
    task_id: str | None = None
    note: str = ""
    asking: bool = False

    @property
    def idle(self) -> bool:
        """Whether it waits for a task."""
        return self.ready and self.task_id is None

    def send(self, data: bytes) -> None:
        """Send a pickled value; the worker must be waiting for one.

        Raises:
            OSError: It is no more, or has stopped reading.
        """
        self.connection.send_bytes(data)

    def receive(self) -> Message:
        """Return a message.

        Raises:
            BlockingIOError: The worker stopped in the middle of it.
            EOFError, OSError: The worker is no more.
            UnreadableError: The message is whole, but cannot be turned into a value here.
        """
        data = self.connection.recv_bytes()
        try:
            return pickle.loads(data)  # noqa: S301  from our own child, over a socket without a name
        except Exception as error:
            raise UnreadableError(f"{type(error).__name__}: {error}") from error

    def hang_up(self) -> None:
        """Close the line: an idle worker ends."""
        self.connection.close()

    def kill(self) -> None:
        """Close the line and end the process by force, without waiting for it."""
        self.connection.close()
        self.process.kill()

    def ending(self) -> str:
        """Wait for the process, by force if it takes too long, and return how it ended."""
        for _ in range(2):
            try:
                return _in_words(self.process.wait(BURY_SECONDS))
            except subprocess.TimeoutExpired:
                self.process.kill()
        return "it cannot be ended before the disk that it waits for answers"


def start_worker(command: WorkerCommand, *, now: float) -> WorkerHandle:
    """Start a process; it says when it is ready."""
    ours, theirs = socket.socketpair()
    with ExitStack() as stack, theirs:
        stack.enter_context(ours)
        for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            ours.setsockopt(socket.SOL_SOCKET, option, _timeval(command.stall_seconds))
        stderr = None
        if command.log is not None:
            command.log.parent.mkdir(parents=True, exist_ok=True)
            stderr = stack.enter_context(command.log.open("ab"))
        handle = str(theirs.fileno())
        process = subprocess.Popen(
            [sys.executable, "-m", "resources.worker_process", handle, command.function, str(os.getpid())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=stderr,
            cwd=PROJECT_ROOT,
            env={**os.environ, **ONE_THREAD, **KEPT_MEMORY, "PYTHONFAULTHANDLER": "1", **command.environment},
            start_new_session=True,  # a Ctrl-C in the terminal is for the parent alone
        )
        return WorkerHandle(process, Connection(ours.detach()), heard_at=now)


def _timeval(seconds: float) -> bytes:
    return struct.pack("ll", int(seconds), int(seconds % 1 * 1_000_000))


def _in_words(code: int) -> str:
    """Say in words what an exit code means."""
    if code >= 0:
        return f"exit code {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = "unnamed"
    hint = "; perhaps the machine ran out of memory" if -code == signal.SIGKILL else ""
    return f"signal {-code} ({name}){hint}"
