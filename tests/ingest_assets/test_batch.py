import re
from contextlib import contextmanager
from types import SimpleNamespace

import dagster as dg
import pytest

from ingest_assets import visit
from ingest_assets.batch import BatchRun, RunFault, fault_of
from lake.errors import LakeWriteError
from lake.store import Lake
from music.error_codes import ErrorCode
from resources import locks
from resources.state import opened
from tests.house import (
    FOG,
    NAMES,
    PATHS,
    PIER,
    House,
    sound,
    touch,
    write,
)


def test_one_partition_is_computed_anew_because_a_person_asked(house: House) -> None:
    result = house.ask(tags={"dagster/partition": house.key(PIER)})

    assert result.success
    assert house.pool.decoded == [house.key(PIER)]
    assert [len(house.events(asset, house.key(PIER))) for asset in NAMES] == [2, 2, 2, 2]
    assert [len(house.events(asset, house.key(FOG))) for asset in NAMES] == [1, 1, 1, 1]
    assert house.tuples("select launched_by from runs where run_id = ?", [result.run_id]) == [("person",)]
    assert house.staleness() == {}


def test_a_range_of_partitions_is_those_files(house: House) -> None:
    keys = house.instance.get_dynamic_partitions("audio_files")
    tags = {"dagster/asset_partition_range_start": keys[1], "dagster/asset_partition_range_end": keys[3]}

    result = house.ask(tags=tags)

    assert result.success
    assert sorted(house.pool.decoded) == sorted(keys[1:4])
    assert house.staleness() == {}


def test_a_range_that_came_to_nothing_fails_and_says_so(house: House) -> None:
    keys = house.instance.get_dynamic_partitions("audio_files")
    house.instance.delete_dynamic_partition("audio_files", keys[0])
    house.instance.add_dynamic_partitions("audio_files", [keys[0]])
    tags = {"dagster/asset_partition_range_start": keys[0], "dagster/asset_partition_range_end": keys[1]}

    result = house.ask(tags=tags)

    assert not result.success
    failure = result.failure_data_for_node("visit")
    assert failure is not None
    assert "range of partitions is empty" in failure.error.to_string()


@pytest.mark.parametrize(
    "noticed", [pytest.param(False, id="not looked since"), pytest.param(True, id="known to be gone")]
)
def test_a_file_that_is_gone_fails_the_run_of_who_asked_for_it_and_keeps_the_others(
    house: House, *, noticed: bool
) -> None:
    house.look()
    house.path(FOG).unlink()
    if noticed:
        with opened(house.home) as connection:
            connection.execute("update file set gone = 1 where file_key = ?", [house.key(FOG)])
    keys = sorted(house.instance.get_dynamic_partitions("audio_files"))

    alone = house.ask(tags={"dagster/partition": house.key(FOG)})
    every = {"dagster/asset_partition_range_start": keys[0], "dagster/asset_partition_range_end": keys[-1]}
    among_others = house.ask(tags=every)

    for result in (alone, among_others):
        failure = result.failure_data_for_node("visit")
        assert failure is not None
        assert re.search(
            r"Nothing came of 1 files\. .*Fog.*linernotes ingest", failure.error.to_string(), re.IGNORECASE
        )
    assert len(house.events("segments", house.key(PIER))) == 2
    assert house.outcomes()[PIER, "segments"] == "done"


def test_one_asset_alone_is_measured_without_the_others(house: House) -> None:
    assert house.ask("audio_features", tags={"dagster/partition": house.key(PIER)}).success

    assert house.pool.decoded == [house.key(PIER)]
    assert [len(house.events(asset, house.key(PIER))) for asset in NAMES] == [1, 1, 1, 2]
    assert house.staleness() == {}


def test_one_asset_alone_waits_where_the_audio_is_another_by_now(house: House) -> None:
    write(house.path(FOG), sound(bpm=75, codec="wav"))
    house.look()

    assert house.ask("fingerprints", tags={"dagster/partition": house.key(FOG)}).success

    assert house.outcomes()[FOG, "fingerprints"] == "deferred"
    assert house.ingest() == [True]
    assert house.outcomes()[FOG, "fingerprints"] == "done"


def test_fingerprints_alone_of_a_file_without_segments_say_what_is_missing(new_house: House) -> None:
    write(new_house.path(PIER), sound(bpm=90, codec="flac"))
    new_house.plan()

    assert new_house.ask("fingerprints", tags={"dagster/partition": new_house.key(PIER)}).success

    known = new_house.rows("select asset, status, error_code from outcomes")
    assert known == [{"asset": "fingerprints", "status": "skipped", "error_code": "INPUT_MISSING"}]
    assert new_house.partition_states("fingerprints") == {new_house.key(PIER): None}


def test_one_asset_alone_leaves_a_file_due_for_the_others(new_house: House) -> None:
    write(new_house.path(PIER), sound(bpm=90, codec="flac"))
    lease = new_house.plan()[0]

    assert new_house.ask("discovered_files", tags={"dagster/partition": new_house.key(PIER)}).success

    assert new_house.todo() == {new_house.key(PIER)}
    assert new_house.tuples("select count(*) from planned_files") == [(1,)]
    assert new_house.run(lease)
    assert set(new_house.outcomes().values()) == {"done"}
    assert new_house.staleness() == {}


def test_a_run_killed_between_the_lake_and_dagster_sends_its_events_the_next_time(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(house.path(FOG), sound(bpm=75, codec="wav"))
    tell, told = BatchRun.tell, []

    def die_once(self, events):
        told.append(len(events))
        if len(told) == 1:
            raise OSError("the power was cut")
        tell(self, events)

    monkeypatch.setattr(BatchRun, "tell", die_once)
    assert house.ingest() == [False]
    assert house.outcomes("status")[FOG, "segments"] == "done"
    assert ("segments", house.key(FOG)) not in house.staleness()
    assert len(house.events("segments", house.key(FOG))) == 1
    house.pool.opened.clear()

    assert house.ingest() == [True]

    assert house.pool.opened == []
    assert [len(house.events(asset, house.key(FOG))) for asset in NAMES] == [2, 2, 2, 2]
    assert house.staleness() == {}


def test_a_run_that_is_ended_in_the_ui_writes_what_is_ready(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in PATHS:
        touch(house.path(path))
    monkeypatch.setattr(visit, "CANCEL_POLL_SECONDS", 0.0)
    done = visit.BatchVisit._done

    def end_it(self, file, result, **how):
        done(self, file, result, **how)
        if len(self._batch.keys) == len(self._open) + len(self._waiting) + 1:
            house.instance.report_run_canceling(house.instance.get_run_by_id(self._batch.run_id))

    monkeypatch.setattr(visit.BatchVisit, "_done", end_it)

    assert house.ingest() == [False]

    assert house.statuses()[0] == "CANCELED"
    run = house.rows("from runs order by started_at desc limit 1")[0]
    assert (run["status"], 0 < run["files_done"] < len(PATHS)) == ("CANCELED", True)
    assert len(house.todo()) == len(PATHS) - run["files_done"]
    monkeypatch.undo()


def test_a_batch_that_is_over_may_be_run_again_by_a_person(house: House) -> None:
    touch(house.path(PIER))
    [lease] = house.plan()
    assert house.run(lease)
    with opened(house.home) as connection:
        house.planner(connection).reap()

    assert house.run(lease)

    assert house.pool.decoded == [house.key(PIER)]
    assert house.staleness() == {}


def test_a_batch_that_nobody_knows_fails_and_says_what_helps(house: House) -> None:
    result = house.ask(tags={"dagster/partition": house.key(PIER), "ingest/batch": "of another state"})

    assert not result.success
    failure = result.failure_data_for_node("visit")
    assert failure is not None
    assert "Start `linernotes ingest`: it plans anew" in failure.error.to_string()


def test_a_run_waits_for_its_lane(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    other = locks.wait_for(house.home, "lane-ingest_files", waiting=lambda: None)
    waited: list[str] = []

    def let_it_go(self: BatchRun) -> None:
        waited.append(self.run_id)
        other.release()

    monkeypatch.setattr(BatchRun, "_wait", let_it_go)
    touch(house.path(PIER))

    assert house.ingest() == [True]

    assert len(waited) == 1


def test_a_run_that_was_deleted_waits_no_longer() -> None:
    gone = SimpleNamespace(
        _context=SimpleNamespace(instance=SimpleNamespace(get_run_by_id=lambda _: None)), run_id="deleted"
    )

    with pytest.raises(dg.Failure, match="deleted while it waited"):
        BatchRun._wait(gone)


def test_a_full_disk_breaks_the_run_and_no_file_is_to_blame(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def full(*_: object, **__: object):
        raise LakeWriteError(ErrorCode.DISK_FULL, "no space left")
        yield

    touch(house.path(PIER))
    [lease] = house.plan()
    with monkeypatch.context() as patch:
        patch.setattr(Lake, "write", full)
        assert not house.run(lease)

    fault = fault_of(house.instance, house.instance.get_runs(limit=1)[0].run_id)
    assert fault == RunFault("DISK_FULL", "no space left")
    assert house.ingest() == [True]
    with opened(house.home) as connection:
        assert connection.execute("select max(attempt) from batch").fetchone()[0] == 0
    assert house.staleness() == {}
