import shutil
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from ingest_assets.file_visit import FileVisit
from resources import leases, locks
from resources.state import opened
from sensors.planning import Planner, close_runs
from tests.house import FOG, GULLS, HARBOUR, LAMP, OWNER, PATHS, PIER, House, sound, touch, write


@pytest.fixture
def planner(house: House) -> Iterator[Planner]:
    locks.hold(house.home, OWNER)
    with opened(house.home) as connection:
        yield house.planner(connection)


def test_what_is_due_is_leased_and_told_to_dagster_and_to_the_lake(house: House) -> None:
    write(house.path("New/01 - Dawn.flac"), sound(bpm=130, codec="flac"))
    touch(house.path(PIER))

    planned = house.plan()

    keys = {house.key("New/01 - Dawn.flac"), house.key(PIER)}
    assert [set(lease.keys) for lease in planned] == [keys]
    assert keys <= house.partitions()
    assert dict(house.tuples("select path, reason from planned_files")) == {
        "New/01 - Dawn.flac": "new",
        PIER: "changed",
    }
    assert dict(
        house.tuples("select path, status from files where file_key in (from planned_files select file_key)")
    ) == {
        "New/01 - Dawn.flac": "queued",
        PIER: "queued",
    }


def test_looking_at_an_unchanged_folder_writes_nothing_into_the_lake(house: House) -> None:
    house.look()
    before = house.lake.places.catalog.stat().st_mtime_ns

    house.look()
    assert house.plan() == []

    assert house.lake.places.catalog.stat().st_mtime_ns == before


def test_a_refused_path_is_told_to_the_lake_once(house: House) -> None:
    house.path("Lamps/outside.mp3").symlink_to("/etc/hostname")
    house.look()
    first = house.rows("from refused_paths")

    house.look()

    assert [(row["path"], row["error_code"]) for row in first] == [("Lamps/outside.mp3", "OUTSIDE_ROOT")]
    assert house.rows("from refused_paths") == first


def test_what_is_leased_is_not_planned_again(house: House) -> None:
    touch(house.path(PIER))

    assert len(house.plan()) == 1
    assert house.plan() == []


def test_a_vanished_file_is_marked_gone_before_its_partition_goes(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.path(FOG).unlink()
    monkeypatch.setattr(house.instance, "delete_dynamic_partition", lambda *_: pytest.fail("killed"))
    with pytest.raises(pytest.fail.Exception):
        house.plan()
    assert house.tuples("select path from discovered_files where gone_at is not null") == [(FOG,)]
    assert house.key(FOG) in house.partitions()
    monkeypatch.delattr(house.instance, "delete_dynamic_partition")

    house.plan()

    assert house.key(FOG) not in house.partitions()
    assert house.tuples("select path from files where path = ?", [FOG]) == []
    assert house.plan() == []


def test_a_file_that_came_back_is_there_again(house: House) -> None:
    away = house.folder / "away.wav"
    shutil.move(house.path(FOG), away)
    house.plan()
    shutil.move(away, house.path(FOG))

    assert house.ingest() == [True]

    assert house.pool.decoded == []
    assert house.partitions() == {house.key(path) for path in PATHS}
    assert house.tuples("select gone_at from discovered_files where path = ?", [FOG]) == [(None,)]
    assert house.staleness() == {}


def test_a_batch_that_fails_twice_is_halved_until_the_guilty_file_stands_alone(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "ALONE_AT_MOST", 1)
    guilty = house.key(LAMP)
    for path in (LAMP, GULLS):
        touch(house.path(path))
    begin = FileVisit.__post_init__

    def fall_over(self):
        if self.planned.file_key == guilty:
            raise RuntimeError("a bug of ours")
        begin(self)

    monkeypatch.setattr(FileVisit, "__post_init__", fall_over)

    runs = [house.ingest() for _ in range(3)]

    assert runs[:2] == [[False], [False]]
    assert sorted(runs[2]) == [False, True]
    assert house.ingest() == []
    assert house.tuples(
        "select error_code, status, attempts from outcomes where asset = 'discovered_files' and file_key = ?", [guilty]
    ) == [("RUN_FAILED", "error", leases.HALVED_AFTER + leases.ALONE_AT_MOST)]
    assert house.outcomes()[GULLS, "segments"] == "done"
    assert (house.todo(), house.tuples("from planned_files")) == (set(), [])


def test_only_what_lies_within_a_folder_is_planned(house: House, planner: Planner) -> None:
    for path in (PIER, FOG):
        touch(house.path(path))
    house.look()

    planned = planner.plan(within=("shelf", b"Lamps"))

    assert [lease.keys for lease in planned] == [(house.key(FOG),)]


def test_runs_whose_process_is_gone_are_closed_in_the_lake(house: House) -> None:
    started = {"run_id": "dead", "status": "STARTED", "started_at": datetime.now(UTC), "files_total": 3}
    with house.lake.write(run_id="dead") as transaction:
        transaction.upsert("runs", [started])

    with house.lake.write(run_id="planner") as transaction:
        close_runs(transaction, ["dead", "unknown"])

    run = house.rows("select status, message, finished_at, files_total from runs where run_id = 'dead'")[0]
    assert (run["status"], run["message"], run["files_total"]) == ("FAILURE", "its process was gone", 3)
    assert run["finished_at"] is not None


def test_a_file_set_aside_is_tried_again_when_it_changes(house: House, planner: Planner) -> None:
    planner._set_aside([house.key(HARBOUR)])
    assert house.plan() == []
    touch(house.path(HARBOUR))

    assert house.ingest() == [True]

    assert house.outcomes()[HARBOUR, "discovered_files"] == "done"
    assert house.staleness() == {}
