"""Holds Dagster to what `ingest_assets.batch` takes from its private parts; a new version of Dagster begins here."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
import yaml
from dagster._core.events import DagsterEvent, StepMaterializationData
from dagster._core.events.log import EventLogEntry
from dagster._core.storage.event_log import SqlEventLogStorageTable, SqliteEventLogStorage
from dagster._core.storage.event_log.schema import AssetEventTagsTable, AssetKeyTable
from dagster._core.workspace.load import location_origins_from_yaml_paths
from sqlalchemy import Table, select

from ingest_assets import batch
from ingest_assets.batch import SILENT, daemon_is_alive, execute_batch, fail_run, new_run_id, store_events
from resources.settings import PROJECT_ROOT
from tests.house import HARBOUR, House, touch

RUN_ID = new_run_id()
VOLATILE = {"timestamp", "last_materialization_timestamp", "create_timestamp"}


def event(key: str, *, asset: str = "segments") -> EventLogEntry:
    tags = {"dagster/data_version": f"version of {key}", "dagster/code_version": "1"}
    materialization = dg.AssetMaterialization(asset, partition=key, metadata={"pieces": 1}, tags=tags)
    return EventLogEntry(
        error_info=None,
        level=20,
        user_message="",
        run_id=RUN_ID,
        timestamp=1_700_000_000.0,
        step_key="visit",
        job_name="ingest_files",
        dagster_event=DagsterEvent(
            event_type_value="ASSET_MATERIALIZATION",
            job_name="ingest_files",
            step_key="visit",
            event_specific_data=StepMaterializationData(materialization),
        ),
    )


EVENTS = [event("a"), event("b"), event("c~...[1]")]


@pytest.fixture
def instances(tmp_path: Path) -> Iterator[tuple[dg.DagsterInstance, dg.DagsterInstance]]:
    for name in ("ours", "stock"):
        (tmp_path / name).mkdir()
    with (
        dg.DagsterInstance.local_temp(str(tmp_path / "ours")) as ours,
        dg.DagsterInstance.local_temp(str(tmp_path / "stock")) as stock,
    ):
        yield ours, stock


def rows(instance: dg.DagsterInstance, table: Table, *, run: bool = False) -> list[dict[str, object]]:
    """Return the rows of a table of the index, or of the run's own database."""
    storage = instance.event_log_storage
    assert isinstance(storage, SqliteEventLogStorage)
    with storage.run_connection(RUN_ID) if run else storage.index_connection() as connection:
        found = connection.execute(select(table)).mappings().all()
    return [{name: value for name, value in row.items() if name not in VOLATILE} for row in found]


def test_events_are_stored_row_for_row_as_dagster_stores_them(
    instances: tuple[dg.DagsterInstance, dg.DagsterInstance],
) -> None:
    ours, stock = instances

    store_events(ours, EVENTS)
    stock.event_log_storage.store_event_batch(EVENTS)

    assert len(rows(ours, SqlEventLogStorageTable)) == len(EVENTS)
    for table in (SqlEventLogStorageTable, AssetKeyTable, AssetEventTagsTable):
        assert rows(ours, table) == rows(stock, table), table.name
    assert rows(ours, SqlEventLogStorageTable, run=True) == rows(stock, SqlEventLogStorageTable, run=True)


def test_events_of_other_storages_go_the_stock_way() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        store_events(instance, EVENTS)

        assert len(instance.fetch_materializations(dg.AssetKey("segments"), limit=9).records) == len(EVENTS)


def test_a_silent_result_counts_as_made_and_logs_no_event_for_its_range(tmp_path: Path) -> None:
    keys = dg.StaticPartitionsDefinition(["a", "b"])

    @dg.multi_asset(
        specs=[dg.AssetSpec("quiet", partitions_def=keys), dg.AssetSpec("loud", partitions_def=keys)],
        can_subset=True,
        backfill_policy=dg.BackfillPolicy.multi_run(9),
    )
    def both():
        yield dg.MaterializeResult("quiet", metadata=SILENT)
        yield dg.MaterializeResult("loud")

    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        tags = {"dagster/asset_partition_range_start": "a", "dagster/asset_partition_range_end": "b"}

        assert dg.materialize([both], instance=instance, tags=tags).success

        counts = {
            name: len(instance.fetch_materializations(dg.AssetKey(name), limit=9).records) for name in ("quiet", "loud")
        }
        assert counts == {"quiet": 0, "loud": 2}


def test_a_batch_is_a_run_that_the_ui_takes_for_its_own(house: House) -> None:
    touch(house.path(HARBOUR))
    [lease] = house.plan()
    run_id = new_run_id()
    tags = batch.run_tags(lease, session="a session")

    job = house.definitions.resolve_job_def("ingest_files")
    assert execute_batch(house.instance, job, run_id=run_id, tags=tags)

    run = house.instance.get_run_by_id(run_id)
    assert (run.job_name, run.status) == ("ingest_files", dg.DagsterRunStatus.SUCCESS)
    assert run.tags.items() >= {**tags, ".dagster/repository": "__repository__@linernotes"}.items()
    [origin] = location_origins_from_yaml_paths([str(PROJECT_ROOT / "workspace.yaml")])
    ours = run.remote_job_origin.repository_origin
    assert ours.code_location_origin == origin
    assert ours.repository_name == "__repository__"


def test_what_a_failed_run_held_of_its_pool_is_freed(
    instances: tuple[dg.DagsterInstance, dg.DagsterInstance],
) -> None:
    instance = instances[0]
    storage = instance.event_log_storage
    storage.set_concurrency_slots("ingest_files", 1)
    storage.claim_concurrency_slot("ingest_files", RUN_ID, "visit")
    run = instance.create_run_for_job(_job(), run_id=RUN_ID, status=dg.DagsterRunStatus.STARTED)

    fail_run(instance, run, "its process is gone")

    assert instance.get_run_by_id(RUN_ID).status == dg.DagsterRunStatus.FAILURE
    assert storage.get_concurrency_info("ingest_files").active_slot_count == 0


def _job() -> dg.JobDefinition:
    @dg.op
    def nothing() -> None:
        pass

    @dg.job(name="ingest_files")
    def job() -> None:
        nothing()

    return job


def test_without_a_heartbeat_no_daemon_starts_queued_runs(
    instances: tuple[dg.DagsterInstance, dg.DagsterInstance],
) -> None:
    assert not daemon_is_alive(instances[0])


def test_telemetry_is_off() -> None:
    settings = yaml.safe_load((PROJECT_ROOT / "dagster.yaml").read_text(encoding="utf-8"))

    assert settings["telemetry"] == {"enabled": False}


def test_an_instance_of_ours_sends_no_telemetry(house: House) -> None:
    assert not house.instance.telemetry_enabled
    assert house.instance.run_monitoring_enabled
    assert Path(house.instance.storage_directory()).is_relative_to(house.home)
