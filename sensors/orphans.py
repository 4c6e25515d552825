"""Runs whose process is gone: they are failed, what they held is freed, and their files go back to the planner.

A run's process holds a lock of the kernel from before the run exists. A run that has begun and whose lock is free is
dead, whoever killed it; nothing else in Dagster's stock launcher notices.
"""

import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path

import dagster as dg

from ingest_assets.batch import BATCH_TAG, OVER, daemon_is_alive, fail_run, fault_of, run_lock
from ingest_assets.old_events import forget_announced
from resources import leases, locks
from resources.leases import Lease

START_GRACE_SECONDS = 120.0
"""How long a run of the daemon may take from its row to its process."""
ENDED_TAG = "ingest/ended"
"""On a run that did not end by itself: `dead`."""
DEAD = "its process is gone (killed, or the power was cut); the next run goes on where it stopped"
BEGUN = (dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING)
NOT_BEGUN = (dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.STARTING)


def reap_leases(instance: dg.DagsterInstance, connection: sqlite3.Connection, home: Path) -> list[str]:
    """Release every lease whose run is over or dead; return files that broke their run again and again, alone."""
    guilty: list[str] = []
    open_leases = leases.open_leases(connection)
    runs = _runs_of(instance, open_leases)
    for lease in open_leases:
        run = runs.get(lease.id)
        outcome = _outcome(instance, home, lease, run)
        if outcome is not None:
            to_blame = _is_to_blame(instance, home, lease, run=run, outcome=outcome)
            alone = leases.release(connection, lease, outcome=outcome, failed=to_blame)
            if run is not None and outcome != "SUCCESS" and not alone:
                forget_announced(instance, run.run_id)
            guilty += alone
    return guilty


def _is_to_blame(
    instance: dg.DagsterInstance, home: Path, lease: Lease, *, run: dg.DagsterRun | None, outcome: str
) -> bool:
    """Tell whether the files of a batch may have broken its run: not a full disk, and not who killed everything."""
    if outcome == "dead":
        return locks.is_held(home, lease.owner)
    return outcome == "FAILURE" and run is not None and fault_of(instance, run.run_id) is None


def fail_orphans(instance: dg.DagsterInstance, home: Path) -> list[str]:
    """Fail runs that began and whose process is gone, also those that no lease knows; return their ids."""
    failed: list[str] = []
    for record in instance.get_run_records(dg.RunsFilter(statuses=[*BEGUN, *NOT_BEGUN])):
        run = record.dagster_run
        since = record.start_time or record.create_timestamp.timestamp()
        if _is_dead(run, home, since=since):
            _bury(instance, run)
            failed.append(run.run_id)
    return failed


def _bury(instance: dg.DagsterInstance, run: dg.DagsterRun) -> None:
    """Fail a run whose process is gone; the tag tells whoever releases its files that it did not fail by itself."""
    instance.add_run_tags(run.run_id, {ENDED_TAG: "dead"})
    fail_run(instance, run, DEAD)


def _is_dead(run: dg.DagsterRun, home: Path, *, since: float) -> bool:
    lock = locks.state_of(home, run_lock(run.run_id))
    return lock == "free" or (lock == "never" and time.time() - since > START_GRACE_SECONDS)


def _outcome(instance: dg.DagsterInstance, home: Path, lease: Lease, run: dg.DagsterRun | None) -> str | None:
    """Return what became of a lease, None while it is under way."""
    if run is None:
        return None if locks.is_held(home, lease.owner) else "lost"
    if run.status in OVER:
        return run.tags.get(ENDED_TAG, run.status.value)
    if run.status == dg.DagsterRunStatus.QUEUED:
        if daemon_is_alive(instance):
            return None
        fail_run(
            instance,
            run,
            "queued, and no Dagster daemon is there to start it: the next planner takes it over",
        )
        return "queue lost"
    record = instance.get_run_record_by_id(run.run_id)
    since = (record.start_time or record.create_timestamp.timestamp()) if record else 0.0
    if not _is_dead(run, home, since=since):
        return None
    _bury(instance, run)
    return "dead"


def _runs_of(instance: dg.DagsterInstance, open_leases: Sequence[Lease]) -> dict[str, dg.DagsterRun]:
    """Return the run of each lease that has one, by lease; of those that only Dagster knows, the newest.

    Hundreds of leases may wait for their runs: these are looked up together.
    """
    begun = [(lease.id, instance.get_run_by_id(lease.run_id)) for lease in open_leases if lease.run_id is not None]
    waiting = [lease.id for lease in open_leases if lease.run_id is None]
    asked = instance.get_runs(filters=dg.RunsFilter(tags={BATCH_TAG: waiting})) if waiting else []
    newest_last = [(run.tags[BATCH_TAG], run) for run in reversed(asked)]
    return {lease_id: run for lease_id, run in [*newest_last, *begun] if run is not None}
