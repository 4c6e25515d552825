"""A lane: a process of its own that executes one batch after another for `linernotes ingest`; imports are paid once.

It reads one JSON line per batch, or per job over the whole library, from stdin and writes one per result to stdout. The
end of stdin, or a line that says so, stops it: after a person's Ctrl-C, and when the command itself was killed, the
batch under way writes what is ready and is reported as canceled.
"""

import json
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Mapping
from typing import TextIO

import dagster as dg
from filelock import Timeout

from ingest_assets.batch import (
    LANE_TAG,
    PRIORITY_TAG,
    SESSION_TAG,
    execute_batch,
    fault_of,
    new_run_id,
    run_lock,
    run_tags,
)
from ingest_assets.definitions import defs
from resources import leases, locks, processes
from resources.leases import Lease
from resources.settings import Settings, load_settings, prepare_environment
from resources.state import opened

ASKED_PRIORITY = "10"
"""A person waits for it."""
STOP_POLL_SECONDS = 0.05


class Lane:
    """Executes batches of one job.

    Args:
        name: The lane and its job.
        instance: Dagster's.
        settings: Where things lie.
        out: Where results are told.
    """

    def __init__(self, name: str, instance: dg.DagsterInstance, settings: Settings, out: TextIO) -> None:
        self._job = defs.resolve_job_def(name)
        self._instance = instance
        self._settings = settings
        self._out = out
        self._inbox: queue.Queue[dict[str, str] | None] = queue.Queue()
        self._run_id: str | None = None
        self._stopping = False

    def serve(self, lines: TextIO) -> None:
        """Execute what comes in until nothing more comes."""
        threading.Thread(target=self._listen, args=(lines,), daemon=True).start()
        self._tell({"ready": os.getpid()})
        while (message := self._inbox.get()) is not None and not self._stopping:
            if "batch" in message:
                self._execute(message["batch"], session=message["session"])
            else:
                self._execute_whole(message["job"], session=message["session"])

    def _listen(self, lines: TextIO) -> None:
        for line in lines:
            message = json.loads(line)
            if message.get("stop"):
                break
            if message.get("quit"):
                self._inbox.put(None)
                return
            self._inbox.put(message)
        self._stop()

    def _stop(self) -> None:
        """End the batch under way: Ctrl-C was pressed, or the command is gone."""
        self._stopping = True
        self._inbox.put(None)
        while (run_id := self._run_id) is not None:
            run = self._instance.get_run_by_id(run_id)
            if run is not None and not run.is_finished:
                self._instance.report_run_canceling(run, message="stopped from the command line")
                os.kill(os.getpid(), signal.SIGINT)
                return
            time.sleep(STOP_POLL_SECONDS)  # the run is only being made, or is over

    def _execute(self, batch: str, *, session: str) -> None:
        lease = self._lease(batch)
        if lease is None:
            self._tell({"batch": batch, "ok": True, "run_id": None})
            return
        run_id = new_run_id()
        locks.hold(self._settings.home, run_lock(run_id))
        with opened(self._settings.home) as connection:
            leases.begin_run(connection, batch, run_id)
        self._tell({"batch": batch, **self._run(self._job, run_id, run_tags(lease, session=session))})

    def _execute_whole(self, name: str, *, session: str) -> None:
        """Execute a job over the whole library."""
        run_id = new_run_id()
        locks.hold(self._settings.home, run_lock(run_id))
        tags = {LANE_TAG: name, SESSION_TAG: session}
        self._tell({"job": name, **self._run(defs.resolve_job_def(name), run_id, tags)})

    def _run(self, job: dg.JobDefinition, run_id: str, tags: Mapping[str, str]) -> dict[str, object]:
        """Execute a job, whose run's lock is held; return what came of it."""
        self._run_id = run_id
        tags = {**tags, PRIORITY_TAG: ASKED_PRIORITY}
        try:
            succeeded = not self._stopping and execute_batch(self._instance, job, run_id=run_id, tags=tags)
        except (KeyboardInterrupt, dg.DagsterExecutionInterruptedError):
            succeeded = False
        finally:
            self._run_id = None
            locks.let_go(self._settings.home, run_lock(run_id))
        fault = None if succeeded or self._stopping else fault_of(self._instance, run_id)
        return {"ok": succeeded, "run_id": run_id, "fault": fault.message if fault else None}

    def _lease(self, batch: str) -> Lease | None:
        """Return the lease, unless it was released meanwhile."""
        with opened(self._settings.home) as connection:
            return next((lease for lease in leases.open_leases(connection) if lease.id == batch), None)

    def _tell(self, message: dict[str, object]) -> None:
        self._out.write(json.dumps(message) + "\n")
        self._out.flush()


def main() -> None:
    """Serve the lane named on the command line; stdout is for results alone."""
    settings = load_settings()
    prepare_environment(settings)
    out = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    try:
        with dg.DagsterInstance.get() as instance:
            Lane(sys.argv[1], instance, settings, out).serve(sys.stdin)
    except (KeyboardInterrupt, Timeout):
        sys.exit(130)
    finally:
        processes.end_pools()


if __name__ == "__main__":
    main()
