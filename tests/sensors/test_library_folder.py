import time
from collections.abc import Iterator
from datetime import UTC, datetime

import dagster as dg
import pytest

from ingest_assets.definitions import defs
from lake.decisions import add_decisions, of_audio
from resources import locks
from resources.folders import Look
from resources.state import opened
from sensors import library_folder as module
from sensors.library_folder import library_folder, look_if_due, said
from tests.house import FOG, HARBOUR, LAMP, PATHS, House, sound, touch, write

NEW = "New/01 - Dawn.flac"


@pytest.fixture(autouse=True)
def forgotten_owners() -> Iterator[None]:
    """The sensor keeps its lock for the life of a process."""
    yield
    module._owners.clear()


def tick(house: House, *, later_seconds: float = 0.0) -> dg.SensorResult | dg.SkipReason:
    """Evaluate the sensor, as if so much time had passed since its last look."""
    if later_seconds:
        with opened(house.home) as connection:
            row = connection.execute("select value from meta where name = 'look'").fetchone()
            if row:
                begun, rest = row["value"].split(" ", 1)
                connection.execute(
                    "update meta set value = ? where name = 'look'", [f"{float(begun) - later_seconds} {rest}"]
                )
    with dg.build_sensor_context(instance=house.instance, repository_def=defs.get_repository_def()) as context:
        return library_folder(context)


def requests(result: dg.SensorResult | dg.SkipReason) -> list[dg.RunRequest]:
    assert isinstance(result, dg.SensorResult), result
    return list(result.run_requests or ())


def test_new_files_become_one_run_whose_key_is_the_lease(house: House) -> None:
    write(house.path(NEW), sound(bpm=130, codec="flac"))

    [request] = requests(tick(house))

    with opened(house.home) as connection:
        lease = connection.execute("select id, owner, keys from batch where state = 'open'").fetchone()
    assert request.run_key == request.tags["ingest/batch"] == lease["id"]
    assert request.tags["ingest/files"] == "1"
    assert request.tags["dagster/partition"] == house.key(NEW)
    assert house.key(NEW) in house.partitions()
    assert locks.is_held(house.home, lease["owner"])


def test_what_a_person_decided_becomes_a_run(house: House) -> None:
    audio = house.tuples("select audio_sha256 from discovered_files where path = ?", [LAMP])[0][0]
    with house.lake.write(run_id="person") as transaction:
        add_decisions(transaction, "medium", [(of_audio(audio), "CD")], made_at=datetime.now(UTC))

    [request] = requests(tick(house))

    assert request.tags["dagster/partition"] == house.key(LAMP)


def test_the_same_run_is_asked_for_again_until_it_came(house: House) -> None:
    touch(house.path(LAMP))
    first = requests(tick(house))

    again = requests(tick(house))

    assert [request.run_key for request in again] == [request.run_key for request in first]


def test_a_run_of_the_sensor_does_the_work(house: House) -> None:
    touch(house.path(LAMP))
    [request] = requests(tick(house))

    result = house.ask(tags=request.tags)

    assert result.success
    assert house.tuples("select launched_by from runs where run_id = ?", [result.run_id]) == [("sensor",)]
    assert house.todo() == set()
    assert isinstance(tick(house), dg.SkipReason)
    assert house.staleness() == {}


def test_it_says_when_nothing_is_new_and_when_it_is_too_early_to_look(house: House) -> None:
    assert tick(house).skip_message == f"{len(PATHS)} files, nothing new"
    assert tick(house).skip_message == "not yet time to look again"
    assert tick(house, later_seconds=3600).skip_message == f"{len(PATHS)} files, nothing new"


def test_a_file_that_is_still_being_written_waits_for_a_second_look(house: House) -> None:
    path = house.path(NEW)
    write(path, sound(bpm=130, codec="flac"), modified_ns=time.time_ns() + 3600 * 10**9)

    assert tick(house).skip_message == f"{len(PATHS) + 1} files, nothing new, 1 still being written"
    with opened(house.home) as connection:
        connection.execute("update file set looked_at = looked_at - 6")

    assert len(requests(tick(house, later_seconds=6))) == 1


def test_a_root_that_vanished_is_taken_for_an_unmounted_disk(house: House) -> None:
    house.music.rename(house.folder / "unmounted")

    message = tick(house).skip_message

    assert "shelf: the folder, or most of its files, is missing. Nothing is marked gone" in message
    assert "--accept-missing" in message
    assert house.tuples("select count(*) from files") == [(len(PATHS),)]


def test_a_file_that_vanished_is_gone_after_a_tick(house: House) -> None:
    house.path(FOG).unlink()

    assert tick(house).skip_message == f"{len(PATHS) - 1} files, nothing new"

    assert house.key(FOG) not in house.partitions()


def test_without_a_folder_it_says_how_to_name_one(new_house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINERNOTES_MUSIC", "")

    assert "set LINERNOTES_MUSIC" in tick(new_house).skip_message


def test_at_most_so_many_runs_are_asked_for_at_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINERNOTES_BATCH_FILES", "1")
    monkeypatch.setattr(module, "RUNS_PER_TICK", 2)
    for path in (HARBOUR, LAMP, FOG):
        touch(house.path(path))

    assert len(requests(tick(house))) == 2


def test_a_long_look_rests_twenty_times_as_long(house: House) -> None:
    with opened(house.home) as connection:
        connection.execute("insert or replace into meta values ('look', '1000.0 5.0 0')")

        assert look_if_due(connection, house.settings, now=1099.0) is None
        assert look_if_due(connection, house.settings, now=1101.0) is not None


@pytest.mark.parametrize(
    ("look", "text"),
    [
        pytest.param(None, "not yet time to look again", id="no look"),
        pytest.param(Look(complete=False, files=9, waiting=0), "looking; a large library", id="a slice"),
        pytest.param(Look(complete=True, files=9, waiting=2), "9 files, nothing new, 2 still", id="waiting"),
    ],
)
def test_a_look_is_told_in_one_line(look: Look | None, text: str) -> None:
    assert said(look).startswith(text)
