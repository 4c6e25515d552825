import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from ingest_assets import segments, visit
from ingest_assets.corrections import NOTHING, Corrections, marks_of, value_of
from ingest_assets.definitions import defs
from lake.decisions import Kind, add_decisions, history, of_audio, revoke_decisions
from music.marks import Mark
from music.ticks import Ticks, seconds_to_ticks
from resources.state import opened
from resources.worker_pool import WorkerPool
from sensors.decided_files import plan_decided
from tests.house import AGAIN, FOG, GULLS, HARBOUR, LAMP, PIER, House, copy_of, lived_in, retag, without_checks

HALVES = (Mark(Ticks(0), "First [/b]", "Somebody"), Mark(seconds_to_ticks(1.5)))
CORRECTED = [(HALVES[0].start_ticks, "manual", "First [/b]"), (HALVES[1].start_ticks, "manual", None)]
NAMED = (Mark(Ticks(0), "Lamp"),)
WHOLE = [(0, "whole_file", None)]


def audio_of(house: House, path: str) -> str:
    return house.tuples("select audio_sha256 from discovered_files where path = ? and gone_at is null", [path])[0][0]


def decide(house: House, path: str, value: object, *, kind: Kind = "segments") -> None:
    subject = of_audio(audio_of(house, path))
    with house.lake.write(run_id="person") as transaction:
        add_decisions(transaction, kind, [(subject, value)], made_at=datetime.now(UTC))


def take_back(house: House, path: str, *, kind: Kind = "segments") -> None:
    with house.lake.write(run_id="person") as transaction:
        made = history(transaction, [of_audio(audio_of(house, path))], kinds=[kind])
        revoke_decisions(transaction, [made[-1].decision_id], revoked_at=datetime.now(UTC))


def plan(house: House) -> list[str]:
    with opened(house.home) as connection:
        return plan_decided(connection, house.lake)


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


def medium(house: House, path: str) -> tuple[str, float, float]:
    columns = "medium, confidence, threshold_dbfs"
    return house.tuples(f"select {columns} from source_media where file_key = ?", [house.key(path)])[0]


@pytest.fixture(scope="module")
def corrected_once(tmp_path_factory: pytest.TempPathFactory, ingested: Path, pool: WorkerPool) -> Path:
    """The ingested house after a person divided one file with a copy, named a piece and said a medium."""
    folder = copy_of(ingested, tmp_path_factory.mktemp("corrected"))
    with pytest.MonkeyPatch.context() as patch, lived_in(folder, pool, patch) as template:
        template.definitions = defs
        decide(template, HARBOUR, value_of(HALVES))
        decide(template, LAMP, value_of(NAMED))
        decide(template, FOG, value_of(HALVES))
        decide(template, FOG, "CD", kind="medium")
        plan(template)
        assert template.todo() == {template.key(path) for path in (HARBOUR, AGAIN, LAMP, FOG)}
        assert template.ingest() == [True]
    return folder


@pytest.fixture
def corrected(
    tmp_path: Path, corrected_once: Path, pool: WorkerPool, monkeypatch: pytest.MonkeyPatch
) -> Iterator[House]:
    with lived_in(copy_of(corrected_once, tmp_path / "house"), pool, monkeypatch) as lived:
        yield lived
        assert lived.broken_checks() == []


def assert_settled(house: House) -> None:
    """Nothing is due and nothing is stale, neither to Linernotes nor to Dagster."""
    assert house.tuples("from stale_files") == []
    assert house.staleness() == {}
    assert plan(house) == []


def test_a_correction_makes_its_file_and_its_copies_anew_and_nothing_else(corrected: House) -> None:
    assert pieces(corrected, HARBOUR) == pieces(corrected, AGAIN) == pieces(corrected, FOG) == CORRECTED
    assert measured(corrected, HARBOUR) == measured(corrected, AGAIN) == measured(corrected, FOG) == (2, 2)
    assert [pieces(corrected, path) for path in (PIER, GULLS)] == [WHOLE, WHOLE]
    last = corrected.rows("from runs order by started_at desc limit 1")[0]
    assert (last["files_total"], last["files_decoded"], last["files_failed"]) == (4, 2, 0)
    assert_settled(corrected)


def test_pieces_with_the_same_boundaries_are_not_measured_again(corrected: House) -> None:
    assert pieces(corrected, LAMP) == [(0, "manual", "Lamp")]
    runs = corrected.outcomes("outcomes.run_id")
    assert corrected.outcomes("how")[LAMP, "segments"] == "recut"
    assert runs[LAMP, "audio_features"] == runs[PIER, "audio_features"] != runs[LAMP, "segments"]


def test_a_medium_lets_silences_be_found_anew_with_its_threshold(corrected: House) -> None:
    assert medium(corrected, FOG) == ("CD", 1.0, -80.0)


def test_corrections_survive_other_tags_moves_and_reach_later_copies(corrected: House) -> None:
    retag(corrected.path(HARBOUR), title="Another", tracknumber="3/9")
    corrected.path("Elsewhere").mkdir()
    shutil.move(corrected.path(LAMP), corrected.path("Elsewhere/moved.mp3"))
    shutil.copy2(corrected.path(FOG), corrected.path("Elsewhere/copy.wav"))
    os.utime(corrected.path("Elsewhere/copy.wav"), ns=(10**18, 10**18))

    assert all(corrected.ingest())

    assert pieces(corrected, HARBOUR) == pieces(corrected, AGAIN) == CORRECTED
    assert pieces(corrected, "Elsewhere/moved.mp3") == [(0, "manual", "Lamp")]
    assert pieces(corrected, "Elsewhere/copy.wav") == CORRECTED
    assert medium(corrected, "Elsewhere/copy.wav") == ("CD", 1.0, -80.0)
    assert corrected.pool.decoded == []
    assert_settled(corrected)


@pytest.fixture
def newer_segments(corrected: House) -> Iterator[None]:
    """Let segments be of newer code, for Linernotes and for Dagster."""
    before = segments.ASSET.code_version
    object.__setattr__(segments.ASSET, "code_version", "next")
    corrected.definitions = without_checks(
        dg.map_asset_specs(
            lambda spec: spec.replace_attributes(code_version="next") if spec.key.path[-1] == "segments" else spec,
            [visit.visit],
        )
    )
    yield
    object.__setattr__(segments.ASSET, "code_version", before)


@pytest.mark.usefixtures("newer_segments")
def test_corrections_survive_newer_code(corrected: House) -> None:
    assert all(corrected.ingest(stale=True))

    assert pieces(corrected, HARBOUR) == pieces(corrected, AGAIN) == pieces(corrected, FOG) == CORRECTED
    assert medium(corrected, FOG) == ("CD", 1.0, -80.0)
    versions = corrected.outcomes("code_version")
    assert versions[HARBOUR, "segments"] == versions[LAMP, "segments"] == "next"
    assert_settled(corrected)


def test_what_is_taken_back_is_as_it_was_found(corrected: House) -> None:
    take_back(corrected, HARBOUR)
    take_back(corrected, FOG, kind="medium")
    assert set(plan(corrected)) == {corrected.key(path) for path in (HARBOUR, AGAIN, FOG)}
    assert {reason for (reason,) in corrected.tuples("select reason from stale_files")} == {
        "input decisions.segments changed",
        "input decisions.medium changed",
    }

    assert all(corrected.ingest())

    assert pieces(corrected, HARBOUR) == pieces(corrected, AGAIN) == WHOLE
    assert measured(corrected, HARBOUR) == measured(corrected, AGAIN) == (1, 1)
    assert pieces(corrected, FOG) == CORRECTED
    assert medium(corrected, FOG) == medium(corrected, LAMP)
    assert_settled(corrected)


def test_what_a_person_asks_for_in_the_ui_keeps_the_correction(corrected: House) -> None:
    result = corrected.ask(
        "segments", "fingerprints", "audio_features", tags={"dagster/partition": corrected.key(HARBOUR)}
    )

    assert result.success
    assert pieces(corrected, HARBOUR) == CORRECTED
    assert corrected.staleness() == {}


def test_a_decision_does_not_disturb_a_file_that_is_due_already(corrected: House) -> None:
    take_back(corrected, HARBOUR)
    plan(corrected)
    with opened(corrected.home) as connection:
        connection.execute("update file set attempts = 2, stale = 1 where todo = 1")

    assert len(plan(corrected)) == 2

    with opened(corrected.home) as connection:
        rows = connection.execute("select attempts, stale, reason from file where todo = 1").fetchall()
    assert [tuple(row) for row in rows] == [(2, 1, "asked")] * 2


def test_what_was_decided_is_read_as_it_was_written(corrected: House) -> None:
    with corrected.lake.read() as snapshot:
        said = Corrections(snapshot)
    fog, lamp = said.of(audio_of(corrected, FOG)), said.of(audio_of(corrected, LAMP))

    assert (fog.pieces, fog.medium, fog.versions.keys()) == (HALVES, "CD", {"segments", "medium"})
    assert (lamp.pieces, lamp.medium, lamp.versions.keys()) == (NAMED, None, {"segments"})
    assert marks_of(value_of(HALVES)) == HALVES
    assert said.of(audio_of(corrected, PIER)) == said.of(None) == NOTHING
