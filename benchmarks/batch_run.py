"""Does what `linernotes ingest` and its lane do, in one process, and counts what it spends on what.

Its workers are processes of their own, and so what is counted here is all that is not analysis.
"""

import os
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import dagster as dg

from benchmarks.costs import Stopwatch, children_seconds
from ingest_assets import visit
from ingest_assets.batch import BatchRun, execute_batch, new_run_id, run_lock, run_tags
from ingest_assets.definitions import defs
from ingest_assets.identification_due import Wish
from lake.store import Lake
from resources import leases, locks, processes
from resources.folders import FolderLook, add_roots, known_roots
from resources.leases import LANE
from resources.settings import Settings, load_settings, prepare_environment
from resources.state import opened
from sensors.identification_planning import IdentificationPlanner
from sensors.lake_notice import bind_state, tell_lake
from sensors.planning import Planner

LOOK: Final = "looking at the folders, making the lake"
PLAN: Final = "planning"
PUT_OFF: Final = "putting identification off, without a contact"
KNOWN: Final = "step visit: what is known of the files"
LAKE: Final = "step visit: lake writes"
EVENTS: Final = "step visit: one event per file and asset"
VISIT: Final = "step visit"
CHECKS: Final = "step checks"


@dataclass(frozen=True, slots=True)
class BatchCosts:
    """What was spent, in seconds of processor time of this process."""

    runs: int
    total_seconds: float
    """From the start of the interpreter to the end."""
    seconds: dict[str, float]
    """By what it was spent on; together all of it."""
    frame_seconds: float
    """Of all runs, outside their steps."""
    worker_seconds: float
    """Of the processes that read music, imports and all."""


def run_batches() -> BatchCosts:
    """Ingest the folder of the settings."""
    watch = Stopwatch()
    watch.seconds["imports of Dagster and ours"] = time.process_time()
    settings = load_settings()
    prepare_environment(settings)
    with opened(settings.home) as connection, (settings.home / "benchmark.log").open("w") as log:
        os.dup2(log.fileno(), sys.stderr.fileno())  # where Dagster says everything it does
        ingest = _Ingest(connection, settings, watch)
        ingest.look()
        with watch.on("Dagster's instance"):
            job, instance = defs.resolve_job_def(LANE), dg.DagsterInstance.get()
        with instance, _counted(watch):
            runs = ingest.run(instance, job)
    processes.end_pools()
    return _summed(watch, runs=runs)


class _Ingest:
    """One call of the command.

    Args:
        connection: The state.
        settings: Where everything lies.
        watch: Counts.
    """

    def __init__(self, connection: sqlite3.Connection, settings: Settings, watch: Stopwatch) -> None:
        self._connection = connection
        self._settings = settings
        self._watch = watch
        self._lake = Lake(settings.home)
        self._owner = locks.owner_name("benchmark")
        locks.hold(settings.home, self._owner)

    def look(self) -> None:
        """Look at the folders."""
        with self._watch.on(LOOK):
            bind_state(self._connection, self._lake)
            add_roots(self._connection, self._settings.roots)
            FolderLook(self._connection, known_roots(self._connection), now=time.time()).whole()
            tell_lake(self._connection, self._lake, self._settings.home)

    def run(self, instance: dg.DagsterInstance, job: dg.JobDefinition) -> int:
        """Plan, and run all batches; return how many there were."""
        planner = Planner(instance, self._connection, self._lake, self._settings, owner=self._owner)
        with self._watch.on(PLAN):
            planner.reap()
            planned = planner.plan()
        for lease in planned:
            with self._watch.on("runs"):
                self._execute(instance, job, lease)
            with self._watch.on(PLAN):
                planner.reap()
                planner.plan()
        with self._watch.on(PUT_OFF):
            IdentificationPlanner(self._connection, self._lake, self._settings, owner=self._owner).plan(Wish())
        return len(planned)

    def _execute(self, instance: dg.DagsterInstance, job: dg.JobDefinition, lease: leases.Lease) -> None:
        run_id = new_run_id()
        instance.add_event_listener(run_id, _StepWatch(self._watch))
        locks.hold(self._settings.home, run_lock(run_id))
        leases.begin_run(self._connection, lease.id, run_id)
        if not execute_batch(instance, job, run_id=run_id, tags=run_tags(lease, session=self._owner)):
            raise AssertionError(f"run {run_id} failed")
        locks.let_go(self._settings.home, run_lock(run_id))


@contextmanager
def _counted(watch: Stopwatch) -> Iterator[None]:
    """Count parts of the step `visit`."""
    with (
        watch.calls(visit, "KnownFiles", KNOWN),
        watch.blocks(Lake, "write", LAKE),
        watch.calls(BatchRun, "tell", EVENTS),
    ):
        yield


class _StepWatch:
    """Counts the steps of a run, between the events that Dagster writes at their ends."""

    def __init__(self, watch: Stopwatch) -> None:
        self._watch = watch
        self._begun = 0.0

    def __call__(self, entry: dg.EventLogEntry) -> None:
        """Hear an event."""
        if entry.dagster_event is None or entry.step_key is None:
            return
        if entry.dagster_event.is_step_start:
            self._begun = time.process_time()
        elif entry.dagster_event.is_step_success:
            self._watch.seconds[f"step {entry.step_key}"] += time.process_time() - self._begun


def _summed(watch: Stopwatch, *, runs: int) -> BatchCosts:
    seconds = dict(watch.seconds)
    frame = seconds.pop("runs") - seconds[VISIT] - seconds[CHECKS]
    seconds["step visit: pool, decisions, rows"] = seconds.pop(VISIT) - seconds[KNOWN] - seconds[LAKE] - seconds[EVENTS]
    seconds["Dagster around the steps"] = frame
    return BatchCosts(
        runs=runs,
        total_seconds=time.process_time(),
        seconds=seconds,
        frame_seconds=frame,
        worker_seconds=children_seconds(),
    )
