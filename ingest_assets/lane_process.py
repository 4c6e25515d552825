"""The other end of a lane: starts its process, hands it batches, hears what came of them."""

import json
import queue
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

from resources.leases import Lease
from resources.settings import PROJECT_ROOT

STOP_SECONDS = 30.0
"""How long a lane may take to write what is ready."""


class LaneProcess:
    """A lane's process, started with its first batch, or before.

    Args:
        name: The lane.
        home: Where its log lies.
        session: The name of this call, for the runs' tags.
    """

    def __init__(self, name: str, home: Path, *, session: str) -> None:
        self._name = name
        self._log = home / "logs" / f"lane-{name}.log"
        self._session = session
        self._process: subprocess.Popen[str] | None = None
        self._ear: threading.Thread | None = None
        self._results: queue.Queue[dict[str, object] | None] = queue.Queue()
        self.busy: str | None = None
        """The batch under way."""
        self._asked_to_end = False

    @property
    def log(self) -> Path:
        """What the process wrote beside results."""
        return self._log

    def start(self) -> None:
        """Start the process, if it was not: its imports take as long as a small batch."""
        if self._process is None:
            self._process = self._start()

    def execute(self, lease: Lease) -> None:
        """Hand over a batch; one at a time."""
        self.start()
        self.busy = lease.id
        self._say({"batch": lease.id, "session": self._session})

    def execute_whole(self, job: str) -> None:
        """Ask for a job over the whole library; what comes of it names the job."""
        self.start()
        self._say({"job": job, "session": self._session})

    def result(self, timeout_seconds: float) -> dict[str, object] | None:
        """Return what came of a batch, None when nothing did in time.

        Raises:
            LaneDiedError: The process ended by itself.
        """
        try:
            message = self._results.get(timeout=timeout_seconds)
        except queue.Empty:
            return None
        if message is None:
            raise LaneDiedError(f"the process of lane {self._name} ended; its log: {self._log}")
        if "batch" in message:
            self.busy = None
        return message

    def ask_to_end(self, *, now: bool) -> None:
        """Tell the process to end after its batch, or at once, writing what is ready; do not wait for it."""
        if self._process is not None and self._process.poll() is None and not self._asked_to_end:
            self._asked_to_end = True
            self._say({"stop": True} if now else {"quit": True})

    def end(self, *, now: bool) -> None:
        """End the process: after its batch, or at once, writing what is ready."""
        if self._process is None:
            return
        self.ask_to_end(now=now)
        try:
            self._process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._ear is not None:
            self._ear.join(timeout=STOP_SECONDS)
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with suppress(BrokenPipeError):  # what a dead process was to read is lost
                    stream.close()

    def _start(self) -> subprocess.Popen[str]:
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("a") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "ingest_assets.lane", self._name],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                cwd=PROJECT_ROOT,
                start_new_session=True,
            )
        self._ear = threading.Thread(target=self._hear, args=(process,), daemon=True)
        self._ear.start()
        return process

    def _hear(self, process: subprocess.Popen[str]) -> None:
        for line in process.stdout or ():
            self._results.put(json.loads(line))
        self._results.put(None)

    def _say(self, message: dict[str, object]) -> None:
        if self._process is None or self._process.stdin is None:
            return
        try:
            self._process.stdin.write(json.dumps(message) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            return  # it ended: its results say so


class LaneDiedError(Exception):
    """A lane's process ended by itself: we are broken, not the music."""
