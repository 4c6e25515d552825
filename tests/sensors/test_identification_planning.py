import time
from datetime import UTC, datetime

import dagster as dg
import pytest

from ingest_assets.identification_due import Wish, is_due
from lake.decisions import add_decisions, of_span
from resources import leases, locks
from resources.online_leases import IDENTIFY_LANE, MOST_ATTEMPTS, failed_keys
from resources.service_errors import InvalidKeyError
from resources.state import opened
from sensors.identification_due import identification_due
from sensors.library_folder import owner_of
from tests.house import AGAIN, FOG, GULLS, HARBOUR, LAMP, PATHS, PIER, House, touch
from tests.ingest_assets.identifying import Judge, install

NO_CONTACT = ("deferred", "NO_CONTACT")


@pytest.fixture
def judge(house: House, monkeypatch: pytest.MonkeyPatch) -> Judge:
    return install(house, monkeypatch)


def due(house: House, wish: Wish = Wish()) -> bool:  # noqa: B008  a frozen value
    with opened(house.home) as connection:
        return is_due(connection, house.lake, house.settings, wish)


def keys(house: House, *paths: str) -> set[str]:
    return {house.key(path) for path in paths}


def test_whole_folders_are_leased_once(house: House, judge: Judge) -> None:
    [lease] = judge.plan()

    assert (lease.lane, set(lease.keys)) == (IDENTIFY_LANE, keys(house, *PATHS))
    assert judge.plan() == []
    assert judge.plan(owner="cli-of-another") == []
    assert house.todo() == set()


def test_folders_are_divided_among_batches_and_never_cut(
    house: House, judge: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINERNOTES_BATCH_FILES", "2")

    planned = judge.plan()

    assert [set(lease.keys) for lease in planned] == [
        keys(house, AGAIN),
        keys(house, LAMP, FOG),
        keys(house, HARBOUR, PIER, GULLS),
    ]


def test_one_folder_alone_is_planned(house: House, judge: Judge) -> None:
    [lease] = judge.plan(Wish(("shelf", b"Lamps")))

    assert set(lease.keys) == keys(house, LAMP, FOG)


def test_without_a_contact_everything_is_put_off_without_a_run_until_there_is_one(
    house: House, judge: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LINERNOTES_CONTACT")

    assert judge.plan() == []

    assert judge.status() == dict.fromkeys(PATHS, NO_CONTACT)
    assert not due(house)
    before = house.lake.places.catalog.stat().st_mtime_ns
    assert judge.plan() == []
    assert house.lake.places.catalog.stat().st_mtime_ns == before
    monkeypatch.setenv("LINERNOTES_CONTACT", "listener@example.org")
    assert due(house)
    assert judge.identify() == [True]
    assert judge.status() == dict.fromkeys(PATHS, ("done", None))


def test_what_a_person_decided_counts_where_a_file_moved_while_there_is_no_contact(
    house: House, judge: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge.identify()
    [(audio, start, end)] = house.tuples(
        "select audio_sha256, start_time_ticks, end_time_ticks from segments join discovered_files using (file_key) "
        "where path = ?",
        [PIER],
    )
    chosen = (of_span(audio, start_ticks=start, end_ticks=end), {"decision": "ACCEPT", "recording_mbid": "chosen"})
    with house.lake.write(run_id="a person") as transaction:
        add_decisions(transaction, "identification", [chosen], made_at=datetime.now(UTC))
    monkeypatch.delenv("LINERNOTES_CONTACT")
    house.path(PIER).rename(house.path("Lamps/03 - Pier.flac"))
    house.ingest()

    judge.plan()

    assert judge.status()["Lamps/03 - Pier.flac"] == NO_CONTACT
    assert house.tuples("select path, decided_by from accepted_passages where recording_mbid = 'chosen'") == [
        ("Lamps/03 - Pier.flac", "person")
    ]


def test_without_a_contact_nothing_is_written_while_files_are_being_read(
    house: House, judge: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LINERNOTES_CONTACT")
    touch(house.path(LAMP))
    [lease] = house.plan()

    judge.plan()
    assert judge.status() == {}
    house.run(lease)
    with opened(house.home) as connection:
        house.planner(connection).reap()
    judge.plan()

    assert judge.status() == dict.fromkeys(PATHS, NO_CONTACT)


def test_putting_off_costs_little(house: House, judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LINERNOTES_CONTACT")
    with house.lake.write(run_id="many") as transaction:
        for table in ("discovered_files", "outcomes", "segments"):
            transaction._connection.execute(
                f"insert into {table} by name select t.* replace (file_key || i as file_key"
                + (", 'Album ' || i || '/' || path as path" if table == "discovered_files" else "")
                + f") from {table} t, range(80) r(i)"
            )
    begun = time.process_time()

    judge.plan()

    cpu_seconds = time.process_time() - begun
    assert len(judge.status()) == 81 * len(PATHS)
    assert cpu_seconds < 3.0  # 486 files; some tenths of a second where nothing else is at work


def test_a_session_leases_a_folder_that_never_comes_to_an_end_only_so_often(house: House, judge: Judge) -> None:
    with opened(house.home) as connection:
        planner = judge.planner(connection)
        planned = []
        for _ in range(5):
            planned += (new := planner.plan(Wish()))
            for lease in new:
                leases.release(connection, lease, outcome="CANCELED", failed=False)

    assert len(planned) == 3


def test_a_run_that_was_killed_is_leased_again_alone_after_two_failures_and_given_up_in_the_end(
    house: House, judge: Judge
) -> None:
    sizes = []
    with opened(house.home) as connection:
        for _ in range(MOST_ATTEMPTS):
            new = judge.planner(connection).plan(Wish())
            sizes.append([len(lease.keys) for lease in new])
            for lease in new:
                leases.release(connection, lease, outcome="dead", failed=True)
        assert judge.planner(connection).plan(Wish()) == []
        assert failed_keys(connection) == {}

    assert sizes == [[6], [6], [1, 2, 3], [1, 2, 3], [1, 2, 3]]
    assert judge.status() == dict.fromkeys(PATHS, ("error", "RUN_FAILED"))
    assert not due(house)


def test_who_kills_everything_does_not_blame_the_files(house: House, judge: Judge) -> None:
    with opened(house.home) as connection:
        for _ in range(MOST_ATTEMPTS + 1):
            [lease] = judge.planner(connection).plan(Wish())
            leases.release(connection, lease, outcome="dead", failed=False)

        assert set(failed_keys(connection).values()) == {0}


def test_what_waits_for_a_service_that_was_down_is_tried_before_its_time_once(house: House, judge: Judge) -> None:
    judge.plan()
    with house.lake.write(run_id="x") as transaction:
        transaction.record_outcomes(
            [
                {
                    "asset": "identifications",
                    "file_key": house.key(path),
                    "status": "deferred",
                    "error_code": "SERVICE_DOWN",
                    "retry_at": datetime(2100, 1, 1, tzinfo=UTC),
                }
                for path in PATHS
            ]
        )
    with opened(house.home) as connection:
        planner = judge.planner(connection)
        for lease in leases.open_leases(connection, lane=IDENTIFY_LANE):
            leases.release(connection, lease, outcome="SUCCESS", failed=False)
        assert not is_due(connection, house.lake, house.settings, Wish(("elsewhere", b"")))
        first = planner.plan(Wish(is_asked=True))
        for lease in first:
            leases.release(connection, lease, outcome="SUCCESS", failed=False)

    assert first


def test_the_sensor_asks_for_a_run_of_each_batch_and_says_why_not(
    house: House, judge: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = dg.build_sensor_context(instance=house.instance)

    asked = identification_due(context)

    assert isinstance(asked, dg.SensorResult)
    [request] = asked.run_requests or []
    with opened(house.home) as connection:
        [lease] = leases.open_leases(connection, lane=IDENTIFY_LANE)
    assert (request.run_key, request.tags["ingest/lane"]) == (lease.id, IDENTIFY_LANE)
    assert lease.owner == owner_of(house.settings)
    house.run(lease)
    assert identification_due(context) == dg.SkipReason("nothing is to be identified")
    assert judge.status() == dict.fromkeys(PATHS, ("done", None))
    monkeypatch.delenv("LINERNOTES_CONTACT")
    assert "LINERNOTES_CONTACT" in str(identification_due(context).skip_message)
    locks.let_go(house.home, owner_of(house.settings))


def test_the_sensor_does_not_ask_again_and_again_for_a_run_that_fails_for_its_key(
    house: House, judge: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINERNOTES_ON_INVALID_KEY", "fail_run")
    judge.acoustid.error = InvalidKeyError("acoustid", "AcoustID does not know the key")
    assert judge.identify() == [False]
    context = dg.build_sensor_context(instance=house.instance)

    assert "ACOUSTID_API_KEY" in str(identification_due(context).skip_message)

    monkeypatch.setenv("ACOUSTID_API_KEY", "another-key")
    assert isinstance(identification_due(context), dg.SensorResult)
    locks.let_go(house.home, owner_of(house.settings))
