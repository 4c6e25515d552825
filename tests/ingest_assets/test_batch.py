import pytest

from ingest_assets import visit
from ingest_assets.batch import BatchRun
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
