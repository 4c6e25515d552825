"""One run is one batch of files: which keys it has, what came of each, told to Dagster file by file.

Dagster's own events of a range give all its partitions one data version, after which its staleness lies, and cost
11 ms each. Here every file and asset gets its own event with its own versions, in two transactions a flush.
With `old_events` this is the only module with private names of Dagster; `tests/ingest_assets/test_private_names.py`
guards each.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import dagster as dg
from dagster._core.definitions.job_base import InMemoryJob
from dagster._core.events import DagsterEvent, StepMaterializationData
from dagster._core.events.log import EventLogEntry
from dagster._core.execution.api import execute_run
from dagster._core.remote_origin import (
    ManagedGrpcPythonEnvCodeLocationOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.storage.event_log import SqlEventLogStorageTable, SqliteEventLogStorage
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster._core.utils import make_new_run_id
from filelock import FileLock

from ingest_assets.materialized import Materialized
from resources import leases, locks
from resources.settings import PROJECT_ROOT, Settings
from resources.state import connect

BATCH_TAG = "ingest/batch"
LANE_TAG = "ingest/lane"
SESSION_TAG = "ingest/session"
FILES_TAG = "ingest/files"
PRIORITY_TAG = "dagster/priority"
ERROR_CODE = "error_code"
"""Names the code in the metadata of a failure that no file is to blame for."""
PARTITION_TAG = "dagster/partition"
SILENT = {"__source_asset_observation__": True}
"""Metadata that makes Dagster count an output as made without logging events for its whole range."""
_INFO = 20
OVER = frozenset({dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED})


def run_tags(lease: leases.Lease, *, session: str) -> dict[str, str]:
    """Return the tags of a lease's run: the first key stands for all in Dagster's own bookkeeping."""
    return {
        PARTITION_TAG: lease.keys[0],
        BATCH_TAG: lease.id,
        LANE_TAG: lease.lane,
        SESSION_TAG: session,
        FILES_TAG: str(len(lease.keys)),
    }


def run_lock(run_id: str) -> str:
    """Return the name of the lock that a run's process holds."""
    return f"run-{run_id}"


class BatchRun:
    """The files of a run, its locks and its events. A context manager.

    Args:
        context: What Dagster hands to the op.
        settings: Where state and locks lie.
        lane: Whose lock the run takes; what a person asked for bears no tag that says it.

    Raises:
        dg.Failure: The run has no files: a key of its range was deleted and added again.
    """

    def __init__(self, context: dg.AssetExecutionContext, settings: Settings, *, lane: str = leases.LANE) -> None:
        self._context = context
        self._home = settings.home
        self._lane_lock: FileLock | None = None
        self._pointers: dict[str, str] = {}
        self.state = connect(settings.home)
        self.run_id = context.run.run_id
        self.lane = lane
        self.session = context.run.tags.get(SESSION_TAG, self.run_id)
        self.keys: tuple[str, ...] = ()
        self.lease = self._lease()
        if self.lease is not None:
            self.keys = self.lease.keys
        elif not self.keys:
            self.keys = tuple(context.partition_keys)
        self.specs = {
            spec.key.to_user_string(): spec
            for spec in context.assets_def.specs
            if spec.key in context.selected_asset_keys
        }
        if not self.keys:
            raise dg.Failure(
                "The run's range of partitions is empty: a file of it vanished and came back. Ask for it again.",
                allow_retries=False,
            )

    def _lease(self) -> leases.Lease | None:
        lease_id = self._context.run.tags.get(BATCH_TAG)
        if lease_id is None:
            return None
        lease = leases.lease_of(self.state, lease_id)
        if lease is None:
            raise dg.Failure(
                f"The batch {lease_id} of this run is not known here. Start `linernotes ingest`: it plans anew.",
                allow_retries=False,
            )
        if not leases.begin_run(self.state, lease_id, self.run_id):
            self.keys = lease.keys  # over already: a person runs the batch again
            return None
        return lease

    def __enter__(self) -> Self:
        """Take the run's lock and wait for the lane."""
        locks.hold(self._home, run_lock(self.run_id))
        self._lane_lock = locks.wait_for(self._home, f"lane-{self.lane}", waiting=self._wait)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Free the lane; the run's lock stays until its process or its lane gives it back."""
        if self._lane_lock is not None:
            self._lane_lock.release()
        self.state.close()

    def _wait(self) -> None:
        if not self._context.instance.get_run_by_id(self.run_id):
            raise dg.Failure("The run was deleted while it waited for its lane.", allow_retries=False)

    @property
    def launched_by(self) -> str:
        """Who asked for the run: `cli`, `sensor` or `person`."""
        return self.lease.owner.partition("-")[0] if self.lease else "person"

    def canceled(self) -> bool:
        """Tell whether somebody ended this run in the UI."""
        run = self._context.instance.get_run_by_id(self.run_id)
        return run is None or run.status in (dg.DagsterRunStatus.CANCELING, dg.DagsterRunStatus.CANCELED)

    def tell(self, events: Sequence[Materialized]) -> None:
        """Write one event per file and asset, asset by asset, so that each points at its inputs' newest event."""
        for asset in self.specs:
            rows = [self._entry(event) for event in events if event.asset == asset]
            if rows:
                store_events(self._context.instance, rows)
            self._pointers.pop(asset, None)

    def _entry(self, event: Materialized) -> EventLogEntry:
        spec = self.specs[event.asset]
        tags = {
            "dagster/code_version": event.code_version,
            "dagster/data_version": event.data_version,
            "dagster/data_version_is_user_provided": "true",
        }
        for dep in spec.deps:
            upstream = dep.asset_key.to_user_string()
            tags[f"dagster/input_data_version/{upstream}"] = event.inputs.get(upstream, "INITIAL")
            tags[f"dagster/input_event_pointer/{upstream}"] = self._pointer(upstream)
        return self._log_entry(
            dg.AssetMaterialization(event.asset, partition=event.file_key, metadata=dict(event.metadata), tags=tags)
        )

    def _log_entry(self, materialization: dg.AssetMaterialization) -> EventLogEntry:
        step_key = self._context.op_execution_context.get_step_execution_context().step.key
        return EventLogEntry(
            error_info=None,
            level=_INFO,
            user_message="",
            run_id=self.run_id,
            timestamp=time.time(),
            step_key=step_key,
            job_name=self._context.job_name,
            dagster_event=DagsterEvent(
                event_type_value="ASSET_MATERIALIZATION",
                job_name=self._context.job_name,
                step_key=step_key,
                event_specific_data=StepMaterializationData(materialization),
            ),
        )

    def _pointer(self, upstream: str) -> str:
        """Return the id of the newest event of an upstream asset: what Dagster's staleness compares with."""
        if upstream not in self._pointers:
            records = self._context.instance.get_asset_records([dg.AssetKey.from_user_string(upstream)])
            newest = records[0].asset_entry.last_materialization_storage_id if records else None
            self._pointers[upstream] = "NULL" if newest is None else str(newest)
        return self._pointers[upstream]

    def results(self) -> Iterator[dg.MaterializeResult]:
        """Return what the op yields: made, with the events already told."""
        for asset in self.specs:
            yield dg.MaterializeResult(asset, metadata=SILENT)


def store_events(instance: dg.DagsterInstance, events: Sequence[EventLogEntry]) -> None:
    """Store events of one asset of one run.

    Stock SQLite stores one event in two transactions over four connections (6.6 ms); a batch needs one of each.
    """
    storage = instance.event_log_storage
    if not isinstance(storage, SqliteEventLogStorage):
        storage.store_event_batch(events)
        return
    table = SqlEventLogStorageTable
    rows = [storage._event_to_row(event) for event in events]  # noqa: SLF001  guarded by a test
    with storage.run_connection(events[0].run_id) as connection, _begun(connection):
        connection.execute(table.insert(), rows)
    with storage.index_transaction() as connection:
        inserted = table.insert().returning(table.c.id, sort_by_parameter_order=True)
        ids = [row[0] for row in connection.execute(inserted, rows)]
        storage._store_asset_event_tags(connection, events, ids)  # noqa: SLF001  guarded by a test
        storage._store_asset_event(connection, events[-1], ids[-1])  # noqa: SLF001  guarded by a test


def _begun(connection: object) -> AbstractContextManager[object]:
    """Return a transaction, or nothing where the connection is in one already."""
    if connection.in_transaction():  # pyright: ignore[reportAttributeAccessIssue]  SQLAlchemy's, untyped here
        return nullcontext()
    return connection.begin()  # pyright: ignore[reportAttributeAccessIssue]  as above


def new_run_id() -> str:
    """Return an id for a run, so that its lock can be held before the run exists."""
    return make_new_run_id()


def execute_batch(instance: dg.DagsterInstance, job: dg.JobDefinition, *, run_id: str, tags: Mapping[str, str]) -> bool:
    """Execute a job in this process, on the instance that the UI shows; return whether it succeeded."""
    run = instance.create_run_for_job(
        job,
        run_id=run_id,
        tags={**job.run_tags, **tags, ".dagster/repository": "__repository__@linernotes"},
        remote_job_origin=_origin(job.name),
    )
    return execute_run(InMemoryJob(job), run, instance, raise_on_error=False).success


def _origin(job_name: str) -> RemoteJobOrigin:
    """Return where the UI finds the job, so that a run from the command line looks like any other."""
    target = LoadableTargetOrigin(
        executable_path=None,
        python_file=str(PROJECT_ROOT / "ingest_assets" / "definitions.py"),
        working_directory=str(PROJECT_ROOT),
        attribute=None,
        module_name=None,
        package_name=None,
    )
    location = ManagedGrpcPythonEnvCodeLocationOrigin(target, location_name="linernotes")
    return RemoteJobOrigin(RemoteRepositoryOrigin(location, "__repository__"), job_name)


@dataclass(frozen=True, slots=True)
class RunFault:
    """Why a run failed, where no file is to blame."""

    error_code: str
    message: str


def fault_of(instance: dg.DagsterInstance, run_id: str) -> RunFault | None:
    """Return what broke a run whatever its files were (disk full, lake not writable); None for anything else."""
    for record in instance.all_logs(run_id, of_type=dg.DagsterEventType.STEP_FAILURE):
        event = record.dagster_event
        given = event.step_failure_data.user_failure_data if event else None
        if given is not None and ERROR_CODE in given.metadata:
            return RunFault(str(given.metadata[ERROR_CODE].value), given.description or "")
    return None


def daemon_is_alive(instance: dg.DagsterInstance, *, seconds: float = 75.0) -> bool:
    """Tell whether something starts queued runs."""
    beat = instance.get_daemon_heartbeats().get("QUEUED_RUN_COORDINATOR")
    return beat is not None and time.time() - beat.timestamp < seconds


def fail_run(instance: dg.DagsterInstance, run: dg.DagsterRun, message: str) -> None:
    """Say that a run is over whose process is gone, and free what it held."""
    if run.status == dg.DagsterRunStatus.QUEUED:
        instance.report_run_canceled(run, message=message)
    else:
        instance.report_run_failed(run, message=message)
    if instance.event_log_storage.supports_global_concurrency_limits:
        instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
