"""What Dagster remembers and nobody needs any more, taken out of its storage by the nightly maintenance.

Of each asset and partition the newest materialization stays, and the newest event that announced one: they are all
that Dagster's status by partition and its staleness read. A run stays while one of its events does, or while it is the
newest of a check. The rest goes when it is older than what the lake remembers. Dagster itself can only delete a run
with all its events, newest ones too, or an asset with all its partitions; so the table is named here. With `batch`
this is the only module with private names of Dagster; `tests/ingest_assets/test_old_events.py` guards each.
"""

import json
import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import dagster as dg
from dagster._core.storage.event_log import SqlEventLogStorage, SqlEventLogStorageTable, SqliteEventLogStorage
from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable, AssetEventTagsTable

from ingest_assets.batch import OVER
from ingest_assets.partitions import FILES_NAME

PLANNED = dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED.value
MADE = (dg.DagsterEventType.ASSET_MATERIALIZATION.value, PLANNED)
AT_ONCE = 500
"""Events that go in one transaction: a run that tells its own waits no longer than that."""


@dataclass(frozen=True, slots=True)
class Pruned:
    """What went."""

    removed_events: int
    """Of materializations, those announced and those that were."""
    removed_runs: int


def prune(instance: dg.DagsterInstance, *, before: datetime) -> Pruned:
    """Remove superseded events and the runs that none is left of; done again at once, it finds nothing to do.

    Args:
        instance: Dagster's; of another storage than an SQL one nothing is removed.
        before: What is younger stays.
    """
    storage = instance.event_log_storage
    if not isinstance(storage, SqlEventLogStorage):
        return Pruned(0, 0)
    present = set(instance.get_dynamic_partitions(FILES_NAME))
    ids = _superseded(storage, present, before=before)
    for some in _slices(ids, AT_ONCE):
        with storage.index_transaction() as connection:
            connection.execute(AssetEventTagsTable.delete().where(AssetEventTagsTable.c.event_id.in_(some)))
            connection.execute(SqlEventLogStorageTable.delete().where(SqlEventLogStorageTable.c.id.in_(some)))
    return Pruned(len(ids), _remove_runs(instance, storage, before=before))


def forget_announced(instance: dg.DagsterInstance, run_id: str) -> None:
    """Take back what a run announced when it was made: of a batch, its first file alone.

    Dagster shows a partition as failed as long as the last run that announced it failed. A batch that was killed, or
    broke on another file, would leave its first file so for ever where that file is a bad one: nothing is materialized
    of it by the next run, and the next batch may begin with another.
    """
    storage = instance.event_log_storage
    if not isinstance(storage, SqlEventLogStorage):
        return
    columns = SqlEventLogStorageTable.c
    announced = (columns.run_id == run_id) & (columns.dagster_event_type == PLANNED)
    with storage.index_transaction() as connection:
        rows = connection.execute(
            SqlEventLogStorageTable.select().with_only_columns(columns.asset_key).where(announced)
        )
        assets = {asset for (asset,) in rows if asset is not None}
        connection.execute(SqlEventLogStorageTable.delete().where(announced))
    for asset in assets:
        storage.wipe_asset_cached_status(_asset_key(asset))


def _asset_key(stored: str) -> dg.AssetKey:
    return dg.AssetKey(json.loads(stored))


def _superseded(storage: SqlEventLogStorage, present: Collection[str], *, before: datetime) -> list[int]:
    """Return the ids of old events that a newer one of the same kind follows, or whose partition is gone."""
    columns = SqlEventLogStorageTable.c
    seen: set[tuple[str, str, str]] = set()
    found: list[int] = []
    with storage.index_connection() as connection:
        rows = connection.execute(
            SqlEventLogStorageTable.select()
            .with_only_columns(
                columns.id, columns.asset_key, columns.partition, columns.dagster_event_type, columns.timestamp
            )
            .where(columns.dagster_event_type.in_(MADE), columns.partition.is_not(None))
            .order_by(columns.id.desc())
        )
        for event_id, asset, partition, kind, written in rows:
            is_newest = (asset, partition, kind) not in seen
            seen.add((asset, partition, kind))
            if written.replace(tzinfo=UTC) < before and (not is_newest or partition not in present):
                found.append(event_id)
    return found


def _remove_runs(instance: dg.DagsterInstance, storage: SqlEventLogStorage, *, before: datetime) -> int:
    """Remove old runs that are over and of which no event counts any more."""
    kept = _runs_that_count(storage)
    asked = dg.RunsFilter(statuses=list(OVER), created_before=before)
    runs = [record.dagster_run.run_id for record in instance.get_run_records(asked)]
    gone = [run_id for run_id in runs if run_id not in kept]
    for run_id in gone:
        instance.delete_run(run_id)
        instance.compute_log_manager.delete_logs(prefix=[run_id])
        if isinstance(storage, SqliteEventLogStorage):
            _remove_files(storage.path_for_shard(run_id))
    return len(gone)


def _runs_that_count(storage: SqlEventLogStorage) -> set[str]:
    """Return the runs that still have an event of an asset, and the newest run of each check."""
    events, executed = SqlEventLogStorageTable.c, AssetCheckExecutionsTable.c
    made = SqlEventLogStorageTable.select().with_only_columns(events.run_id).where(events.dagster_event_type.in_(MADE))
    checked = (
        AssetCheckExecutionsTable.select()
        .with_only_columns(executed.asset_key, executed.check_name, executed.run_id)
        .order_by(executed.id)
    )
    with storage.index_connection() as connection:
        kept = {run_id for (run_id,) in connection.execute(made.distinct())}
        newest = {(asset, check): run_id for asset, check, run_id in connection.execute(checked)}
    return kept | set(newest.values())


def _remove_files(database: str) -> None:
    """Remove what Dagster leaves of a run: an empty database of its own."""
    for path in (database, f"{database}-wal", f"{database}-shm"):
        if os.path.exists(path):
            os.remove(path)


def _slices(ids: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    return (ids[start : start + size] for start in range(0, len(ids), size))
