from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.storage.event_log import SqlEventLogStorageTable, SqliteEventLogStorage
from dagster._core.storage.event_log.schema import AssetEventTagsTable
from sqlalchemy import func, select

from ingest_assets.definitions import build_definitions
from ingest_assets.old_events import Pruned, prune
from tests.house import FOG, HARBOUR, NAMES, PATHS, House, touch

IN_A_MONTH = datetime.now(UTC) + timedelta(days=1)
"""Everything that a test does is older than this."""


def shards(house: House) -> set[str]:
    storage = house.instance.event_log_storage
    assert isinstance(storage, SqliteEventLogStorage)
    return {Path(storage.path_for_shard(run_id)).stem for run_id in storage.get_all_run_ids()}


def count(house: House, table) -> int:
    with house.instance.event_log_storage.index_connection() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def orphaned_tags(house: House) -> int:
    events = select(SqlEventLogStorageTable.c.id)
    with house.instance.event_log_storage.index_connection() as connection:
        wanted = AssetEventTagsTable.select().where(AssetEventTagsTable.c.event_id.not_in(events))
        return len(connection.execute(wanted).all())


@pytest.fixture
def made_twice(house: House) -> House:
    """Every file's results are superseded by a second run, and what was checked of them."""
    house.definitions = build_definitions()
    for path in PATHS:
        touch(house.path(path))
    assert house.ingest() == [True]
    return house


def test_what_is_superseded_goes_and_what_dagster_shows_stays(made_twice: House) -> None:
    house = made_twice
    newest = {(asset, path): house.newest(asset, path).tags for asset in NAMES for path in PATHS}
    states = {asset: house.partition_states(asset) for asset in NAMES}
    checks = house.instance.get_asset_records([dg.AssetKey("segments")])[0].asset_entry.last_materialization

    pruned = prune(house.instance, before=IN_A_MONTH)

    assert pruned.removed_events >= len(newest)
    assert pruned.removed_runs == 1
    assert {(asset, path): house.newest(asset, path).tags for asset in NAMES for path in PATHS} == newest
    assert {len(house.events(asset, house.key(path))) for asset in NAMES for path in PATHS} == {1}
    assert {asset: house.partition_states(asset) for asset in NAMES} == states
    assert house.staleness() == {}
    assert house.instance.get_asset_records([dg.AssetKey("segments")])[0].asset_entry.last_materialization == checks
    assert orphaned_tags(house) == 0


def test_the_files_of_a_run_without_events_that_count_go_with_it_and_only_once(made_twice: House) -> None:
    house = made_twice
    old, events = house.instance.get_runs()[-1].run_id, count(house, SqlEventLogStorageTable)
    assert old in shards(house)

    assert prune(house.instance, before=datetime.now(UTC) - timedelta(days=30)) == Pruned(0, 0)
    assert count(house, SqlEventLogStorageTable) == events
    prune(house.instance, before=IN_A_MONTH)

    assert old not in shards(house)
    assert not (house.home / "dagster" / old).exists()
    assert prune(house.instance, before=IN_A_MONTH) == Pruned(0, 0)


def test_a_run_of_which_one_file_still_counts_stays(house: House) -> None:
    touch(house.path(HARBOUR))
    assert house.ingest() == [True]

    pruned = prune(house.instance, before=IN_A_MONTH)

    assert pruned.removed_events >= len(NAMES)
    assert pruned.removed_runs == 0
    assert house.staleness() == {}


def test_of_a_partition_that_is_gone_nothing_stays(house: House) -> None:
    house.instance.delete_dynamic_partition("audio_files", house.key(FOG))

    prune(house.instance, before=IN_A_MONTH)

    assert [house.events(asset, house.key(FOG)) for asset in NAMES] == [[]] * len(NAMES)
    assert len(house.events("segments", house.key(HARBOUR))) == 1


def test_a_failure_that_is_the_last_word_on_a_file_stays(house: House) -> None:
    touch(house.path(FOG))
    [lease] = house.plan()
    run_id = house.begin(lease, dg.DagsterRunStatus.NOT_STARTED)
    house.instance.report_run_failed(house.instance.get_run_by_id(run_id))
    states = house.partition_states("segments")

    prune(house.instance, before=IN_A_MONTH)

    assert house.instance.get_run_by_id(run_id) is not None
    assert house.partition_states("segments") == states


def test_a_storage_that_is_not_sql_is_left_alone() -> None:
    class Plain:
        event_log_storage = object()

    assert prune(Plain(), before=IN_A_MONTH) == Pruned(0, 0)  # pyright: ignore[reportArgumentType]
