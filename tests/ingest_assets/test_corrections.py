import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime

import dagster as dg
import pytest

from ingest_assets import segments, visit
from ingest_assets.corrections import NOTHING, corrections_in, marks_of, value_of
from lake.decisions import Kind, add_decisions, history, of_audio, revoke_decisions
from music.marks import Mark
from music.ticks import Ticks, seconds_to_ticks
from resources.state import opened
from sensors.decided_files import plan_decided
from tests.house import AGAIN, FOG, HARBOUR, LAMP, NAMES, PATHS, House, retag, touch, without_checks

HALVES = (Mark(Ticks(0), "First [/b]", "Somebody"), Mark(seconds_to_ticks(1.5)))
STARTS = [mark.start_ticks for mark in HALVES]


def audio_of(house: House, path: str) -> str:
    return house.tuples("select audio_sha256 from discovered_files where path = ? and gone_at is null", [path])[0][0]


def decide(house: House, path: str, value: object, *, kind: Kind = "segments") -> None:
    """Let a person decide, and plan what is due of it."""
    subject = of_audio(audio_of(house, path))
    with house.lake.write(run_id="person") as transaction:
        add_decisions(transaction, kind, [(subject, value)], made_at=datetime.now(UTC))
    plan(house)


def take_back(house: House, path: str) -> None:
    with house.lake.write(run_id="person") as transaction:
        made = history(transaction, [of_audio(audio_of(house, path))], kinds=["segments", "medium"])
        revoke_decisions(transaction, [made[-1].decision_id], revoked_at=datetime.now(UTC))
    plan(house)


def plan(house: House) -> int:
    with opened(house.home) as connection:
        return len(plan_decided(connection, house.lake))


def pieces(house: House, path: str) -> list[tuple[int, str, str | None]]:
    return house.tuples(
        "select start_time_ticks, found_by, title_hint from segments join discovered_files using (file_key) "
        "where path = ? and gone_at is null order by segment_index",
        [path],
    )


def measured(house: House, path: str) -> tuple[int, int]:
    """Return how many pieces of a file are fingerprinted and how many measured."""
    return house.tuples(
        "select (select count(*) from fingerprints where file_key = $key), "
        "(select count(*) from audio_features where file_key = $key)",
        {"key": house.key(path)},
    )[0]


CORRECTED = [(STARTS[0], "manual", "First [/b]"), (STARTS[1], "manual", None)]
WHOLE = [(0, "whole_file", None)]


def test_a_correction_makes_its_file_and_its_copies_anew_and_nothing_else(house: House) -> None:
    decide(house, HARBOUR, value_of(HALVES))
    assert house.todo() == {house.key(HARBOUR), house.key(AGAIN)}

    assert house.ingest() == [True]

    assert pieces(house, HARBOUR) == pieces(house, AGAIN) == CORRECTED
    assert measured(house, HARBOUR) == measured(house, AGAIN) == (2, 2)
    assert pieces(house, FOG) == WHOLE
    assert len(house.pool.decoded) == 1
    assert house.staleness() == {}
    assert house.tuples("from stale_files") == []


def test_a_corrected_file_is_left_alone_by_the_next_ingest(house: House) -> None:
    decide(house, HARBOUR, value_of(HALVES))
    house.ingest()

    assert plan(house) == 0
    assert house.ingest() == []


def test_boundaries_need_no_decode_where_they_are_those_of_before(house: House) -> None:
    decide(house, LAMP, value_of((Mark(Ticks(0), "Lamp"),)))

    assert house.ingest() == [True]

    assert pieces(house, LAMP) == [(0, "manual", "Lamp")]
    assert house.outcomes("how")[LAMP, "segments"] == "recut"
    assert house.pool.decoded == []


def test_a_correction_survives_other_tags(house: House) -> None:
    decide(house, HARBOUR, value_of(HALVES))
    house.ingest()
    house.pool.decoded.clear()

    retag(house.path(HARBOUR), title="Another", tracknumber="3/9")
    assert house.ingest() == [True]

    assert pieces(house, HARBOUR) == CORRECTED
    assert house.pool.decoded == []
    assert house.staleness() == {}


def test_a_correction_survives_a_move(house: House) -> None:
    decide(house, LAMP, value_of(HALVES))
    house.ingest()
    house.pool.decoded.clear()

    house.path("Elsewhere").mkdir()
    shutil.move(house.path(LAMP), house.path("Elsewhere/renamed.mp3"))
    assert house.ingest() == [True]

    assert pieces(house, "Elsewhere/renamed.mp3") == CORRECTED
    assert measured(house, "Elsewhere/renamed.mp3") == (2, 2)
    assert house.pool.decoded == []


def test_a_copy_that_comes_later_gets_the_same_correction(house: House) -> None:
    decide(house, FOG, value_of(HALVES))
    house.ingest()
    house.pool.decoded.clear()

    shutil.copy2(house.path(FOG), house.path("copy.wav"))
    assert house.ingest() == [True]

    assert pieces(house, "copy.wav") == CORRECTED
    assert house.pool.decoded == []


def test_a_correction_outlives_its_files(house: House) -> None:
    decide(house, LAMP, value_of(HALVES))
    house.ingest()
    kept = house.path(LAMP).read_bytes()
    house.path(LAMP).unlink()
    house.ingest()

    house.path("back.mp3").write_bytes(kept)
    house.path("back.mp3").touch()
    touch(house.path("back.mp3"))
    os.utime(house.path("back.mp3"), ns=(10**18, 10**18))
    assert house.ingest() == [True]

    assert pieces(house, "back.mp3") == CORRECTED


@pytest.fixture
def newer_segments(house: House) -> Iterator[None]:
    """Let segments be of newer code, for Linernotes and for Dagster."""
    object.__setattr__(segments.ASSET, "code_version", "2")
    house.definitions = without_checks(
        dg.map_asset_specs(
            lambda spec: spec.replace_attributes(code_version="2") if spec.key.path[-1] == "segments" else spec,
            [visit.visit],
        )
    )
    yield
    object.__setattr__(segments.ASSET, "code_version", "1")


def test_a_correction_survives_newer_code(house: House, request: pytest.FixtureRequest) -> None:
    decide(house, HARBOUR, value_of(HALVES))
    house.ingest()
    request.getfixturevalue("newer_segments")

    assert house.ingest(stale=True) == [True]

    assert pieces(house, HARBOUR) == pieces(house, AGAIN) == CORRECTED
    assert house.outcomes("code_version")[HARBOUR, "segments"] == "2"
    assert house.tuples("from stale_files") == []
    assert house.staleness() == {}


@pytest.mark.usefixtures("newer_segments")
def test_newer_code_does_not_keep_a_correction_waiting(house: House) -> None:
    decide(house, HARBOUR, value_of(HALVES))

    assert house.ingest() == [True]

    assert pieces(house, HARBOUR) == CORRECTED


def test_what_is_taken_back_is_as_it_was_found(house: House) -> None:
    before = house.outcomes("data_version")
    decide(house, HARBOUR, value_of(HALVES))
    house.ingest()

    take_back(house, HARBOUR)
    assert house.todo() == {house.key(HARBOUR), house.key(AGAIN)}
    assert house.ingest() == [True]

    assert house.outcomes("data_version") == before
    assert house.tuples("from stale_files") == []
    assert house.staleness() == {}


def test_of_two_corrections_the_one_before_counts_again(house: House) -> None:
    decide(house, LAMP, value_of(HALVES))
    decide(house, LAMP, value_of((Mark(Ticks(0), "Whole"),)))
    house.ingest()
    assert pieces(house, LAMP) == [(0, "manual", "Whole")]

    take_back(house, LAMP)
    house.ingest()

    assert pieces(house, LAMP) == CORRECTED


def test_a_medium_lets_silences_be_found_anew_with_its_threshold(house: House) -> None:
    decide(house, FOG, "CD", kind="medium")

    assert house.ingest() == [True]

    said = house.rows(
        "select medium, confidence, threshold_dbfs from source_media where file_key = ?", [house.key(FOG)]
    )
    assert said == [{"medium": "CD", "confidence": 1.0, "threshold_dbfs": -80.0}]
    assert house.pool.decoded == [house.key(FOG)]
    assert pieces(house, FOG) == WHOLE
    changed = {asset for asset in NAMES if house.outcomes("how")[FOG, asset] == "computed"}
    assert {"segments"} <= changed
    assert house.staleness() == {}


def test_a_medium_and_pieces_do_not_disturb_each_other(house: House) -> None:
    decide(house, FOG, value_of(HALVES))
    decide(house, FOG, "Vinyl", kind="medium")
    house.ingest()

    assert pieces(house, FOG) == CORRECTED
    take_back(house, FOG)
    house.ingest()

    assert pieces(house, FOG) == CORRECTED
    medium = house.tuples("select medium, threshold_dbfs from source_media where file_key = ?", [house.key(FOG)])
    assert medium == house.tuples(
        "select medium, threshold_dbfs from source_media where file_key = ?", [house.key(LAMP)]
    )


def test_what_a_person_asks_for_in_the_ui_keeps_the_correction(house: House) -> None:
    decide(house, HARBOUR, value_of(HALVES))
    house.ingest()

    result = house.ask("segments", "fingerprints", "audio_features", tags={"dagster/partition": house.key(HARBOUR)})

    assert result.success
    assert pieces(house, HARBOUR) == CORRECTED
    assert house.staleness() == {}


def test_a_decision_makes_files_due_only_once(house: House) -> None:
    decide(house, HARBOUR, value_of(HALVES))
    with opened(house.home) as connection:
        connection.execute("update file set attempts = 2")

    assert plan(house) == 2

    with opened(house.home) as connection:
        assert connection.execute("select max(attempts) from file where todo = 1").fetchone()[0] == 2


def test_a_decision_says_the_same_after_the_lake(house: House) -> None:
    decide(house, HARBOUR, value_of(HALVES))

    with house.lake.read() as snapshot:
        found = corrections_in(snapshot)

    assert list(found) == [audio_of(house, HARBOUR)]
    assert found[audio_of(house, HARBOUR)].pieces == HALVES
    assert marks_of(value_of(HALVES)) == HALVES
    assert (NOTHING.pieces, NOTHING.medium, dict(NOTHING.versions)) == (None, None, {})
    assert len(PATHS) == 6
