"""A supervised pool of worker processes: one task each, and a crash or a hang costs that one task.

The caller's loop decides what comes next; nothing happens between its calls:

    with WorkerPool("music.visit:visit", workers=2) as pool:
        pool.submit("a", task)
        while pool.pending:
            for event in pool.events(timeout_seconds=1.0):
                ...

A worker is spoken to only while it reads, so that neither side ever waits for the other to do so. A pool serves
one thread at a time. Interrupted in the middle of `events`, it may have lost half a message: `kill` it; it can be
used again.
"""

import contextlib
import math
import pickle
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from types import TracebackType
from typing import Self

from resources.worker_handle import UnreadableError, WorkerCommand, WorkerHandle, start_worker
from resources.worker_messages import Broken, Done, Failed, Message, Question, Ready, RemoteError, Tick

QUEUED_PER_WORKER = 8
START_SECONDS = 60.0
"""A worker that has not imported its function by then is broken."""
START_ATTEMPTS = 3
"""So many workers in a row that die before their first task mean that the program is broken, not a task."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A task waits for `WorkerPool.answer`."""

    task_id: str
    question: object


@dataclass(frozen=True, slots=True)
class Finished:
    """A task is over."""

    task_id: str
    result: object
    cpu_seconds: float
    """Of this task, in its worker."""
    peak_rss_bytes: int
    """The most memory that the worker has held since it began."""


@dataclass(frozen=True, slots=True)
class Raised:
    """A task ended with an exception."""

    task_id: str
    error: Exception
    """The exception itself, or a RemoteError that names it when it cannot travel."""
    traceback: str
    """As the worker saw it."""


@dataclass(frozen=True, slots=True)
class Crashed:
    """A task's worker died."""

    task_id: str
    message: str


@dataclass(frozen=True, slots=True)
class Hung:
    """A task gave no sign of life for too long; its worker was ended."""

    task_id: str
    message: str


Event = Asked | Finished | Raised | Crashed | Hung


class WorkerStartError(Exception):
    """No worker can be started: the program is broken, whatever the tasks are."""


class PoolFullError(Exception):
    """More tasks were submitted than the pool keeps waiting."""


class WorkerPool:
    """Runs a function over tasks in processes of their own.

    Args:
        function: `module:function`, importable from the project's root, called as `function(task, talk)` with
            a `resources.worker_process.Talk`. Tasks, results, questions and answers travel by pickle.
        workers: How many processes at most; each is started when there is a task for it.
        silence_seconds: After so long without a sign of life a task counts as hung. Well above
            `worker_process.TICK_SECONDS`. Waiting for an answer does not count.
        log: What workers write to stderr is appended here; None: it goes where this process' own goes.
        environment: Variables for the workers beside those of this process.
    """

    def __init__(
        self,
        function: str,
        *,
        workers: int,
        silence_seconds: float = 60.0,
        log: Path | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        if workers < 1:
            raise ValueError(f"a pool needs at least one worker, got {workers}")
        if silence_seconds <= 0:
            raise ValueError(f"silence_seconds is how long a task may be silent, got {silence_seconds}")
        self._command = WorkerCommand(function, log, environment or {}, stall_seconds=silence_seconds)
        self._size = workers
        self._silence_seconds = silence_seconds
        self._workers: list[WorkerHandle] = []
        self._queue: deque[tuple[str, bytes]] = deque()
        self._failed_starts = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pending(self) -> int:
        """How many tasks were submitted and are not over."""
        return len(self._queue) + sum(worker.task_id is not None for worker in self._workers)

    @property
    def idle(self) -> int:
        """How many tasks could begin at once."""
        return max(0, self._size - self.pending)

    @property
    def room(self) -> int:
        """How many tasks `submit` still takes."""
        return self._size * (1 + QUEUED_PER_WORKER) - self.pending

    def submit(self, task_id: str, task: object) -> None:
        """Give a task to an idle worker, or let it wait for one.

        Raises:
            PoolFullError: There is no room.
            ValueError: A task of this name is under way.
        """
        if self.room <= 0:
            raise PoolFullError(f"{self.pending} tasks are waiting or under way; read the events first")
        if task_id in {waiting for waiting, _ in self._queue} or self._worker_of(task_id):
            raise ValueError(f"a task {task_id!r} is under way already")
        self._queue.append((task_id, pickle.dumps(task)))
        self._hand_out()

    def answer(self, task_id: str, answer: object) -> None:
        """Answer the question of a task; if its worker died meanwhile, nothing happens: `events` tells.

        Raises:
            ValueError: The task is under way and has asked nothing.
        """
        worker = self._worker_of(task_id)
        if worker is None:
            return
        if not worker.asking:
            raise ValueError(f"task {task_id!r} has asked nothing")
        data = pickle.dumps(answer)
        worker.asking, worker.heard_at = False, time.monotonic()
        with contextlib.suppress(OSError):
            worker.send(data)

    def notes(self) -> dict[str, str]:
        """Return what each task under way is at, as its worker last said."""
        return {worker.task_id: worker.note for worker in self._workers if worker.task_id is not None}

    def events(self, timeout_seconds: float) -> list[Event]:
        """Return what happened, as soon as something has; nothing after the timeout or with nothing pending.

        Raises:
            WorkerStartError: Three workers in a row died before they were ready.
        """
        until = time.monotonic() + timeout_seconds
        events: list[Event] = []
        while self.pending and not events:
            self._hand_out()
            events = self._heard(until) + self._gone_silent()
            if time.monotonic() >= until:
                break
        self._hand_out()
        return events

    def close(self) -> None:
        """End all workers; what is still under way is dropped, without an event."""
        workers = self._forget()
        for worker in workers:
            if worker.idle:
                worker.hang_up()
            else:
                worker.kill()
        for worker in workers:
            worker.ending()

    def kill(self) -> None:
        """End all workers by force and drop what is pending; the next task starts new ones."""
        workers = self._forget()
        for worker in workers:
            worker.kill()
        for worker in workers:
            worker.ending()

    def _forget(self) -> list[WorkerHandle]:
        workers, self._workers = self._workers, []
        self._queue.clear()
        return workers

    def _worker_of(self, task_id: str) -> WorkerHandle | None:
        return next((worker for worker in self._workers if worker.task_id == task_id), None)

    def _hand_out(self) -> None:
        """Give waiting tasks to idle workers, and start the workers that are missing."""
        for worker in [worker for worker in self._workers if worker.idle]:
            if not self._queue:
                return
            task_id, data = self._queue[0]
            try:
                worker.send(data)
            except OSError:  # it died while it waited: not the task's fault
                self._remove(worker)
            else:
                self._queue.popleft()
                worker.task_id, worker.note, worker.heard_at = task_id, "", time.monotonic()
        starting = sum(not worker.ready for worker in self._workers)
        for _ in range(min(self._size - len(self._workers), len(self._queue) - starting)):
            self._workers.append(start_worker(self._command, now=time.monotonic()))

    def _remove(self, worker: WorkerHandle, *, by_force: bool = True) -> str:
        """Take a worker out of the pool and return how it ended."""
        self._workers.remove(worker)
        if by_force:
            worker.kill()
        else:
            worker.hang_up()
        return worker.ending()

    def _patience(self, worker: WorkerHandle) -> float:
        """Return when this worker will have been silent for too long."""
        if not worker.ready:
            return worker.heard_at + START_SECONDS
        silent = worker.task_id is None or worker.asking
        return math.inf if silent else worker.heard_at + self._silence_seconds

    def _heard(self, until: float) -> list[Event]:
        """Wait for messages and return the events among them."""
        lines = {worker.connection: worker for worker in self._workers}
        soonest = min([until, *map(self._patience, self._workers)])
        ready = wait(list(lines), max(0.0, soonest - time.monotonic()))
        events = [self._hear(lines[line]) for line in ready if isinstance(line, Connection)]
        return [event for event in events if event is not None]

    def _hear(self, worker: WorkerHandle) -> Event | None:
        try:
            message = worker.receive()
        except BlockingIOError:
            return self._give_up(worker)
        except (EOFError, OSError):
            return self._died(worker)
        except UnreadableError as error:
            return self._unreadable(worker, error)
        worker.heard_at = time.monotonic()
        if worker.task_id is None:
            return self._started(worker, message)
        return self._told(worker, message, task_id=worker.task_id)

    def _started(self, worker: WorkerHandle, message: Message) -> None:
        match message:
            case Ready():
                worker.ready = True
                self._failed_starts = 0
            case Broken(traceback):
                self._remove(worker)
                self._failed_start(traceback)
            case _:
                pass  # of a thread that a task left behind

    def _told(self, worker: WorkerHandle, message: Message, *, task_id: str) -> Event | None:
        match message:
            case Tick(note):
                worker.note = note
                return None
            case Question(question):
                worker.asking = True
                return Asked(task_id, question)
            case Done(result, cpu_seconds, peak_rss_bytes):
                worker.task_id = None
                return Finished(task_id, result, cpu_seconds, peak_rss_bytes)
            case Failed(error, traceback):
                worker.task_id = None
                return Raised(task_id, error, traceback)

    def _died(self, worker: WorkerHandle) -> Event | None:
        ending = self._remove(worker, by_force=False)
        if not worker.ready:
            self._failed_start(ending)
        if worker.task_id is None:
            return None
        return Crashed(worker.task_id, f"its worker process died: {ending}")

    def _unreadable(self, worker: WorkerHandle, error: UnreadableError) -> Event | None:
        self._remove(worker)
        if worker.task_id is None:
            return None
        return Raised(worker.task_id, RemoteError(f"what it sent cannot be read: {error}"), "")

    def _gone_silent(self) -> list[Event]:
        now = time.monotonic()
        late = [worker for worker in self._workers if self._patience(worker) <= now]
        silent = [worker for worker in late if not worker.connection.poll()]  # one may have spoken meanwhile
        events = [self._give_up(worker) for worker in silent]
        return [event for event in events if event is not None]

    def _give_up(self, worker: WorkerHandle) -> Event | None:
        self._remove(worker)
        if worker.task_id is None:
            self._failed_start(f"it gave no sign of life for {START_SECONDS:g} s")
            return None
        at = f" while at {worker.note!r}" if worker.note else ""
        message = f"its worker gave no sign of life for {self._silence_seconds:g} s{at} and was ended"
        return Hung(worker.task_id, message)

    def _failed_start(self, why: str) -> None:
        self._failed_starts += 1
        if self._failed_starts < START_ATTEMPTS:
            return
        self.kill()
        raise WorkerStartError(
            f"{self._failed_starts} workers in a row for {self._command.function!r} ended before they were "
            f"ready. The last one: {why.strip()}"
        )
