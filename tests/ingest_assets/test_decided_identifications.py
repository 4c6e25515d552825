from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest_assets.audio_spans import Audio, is_meant
from ingest_assets.decided_identifications import REJECTED, Choice, Decisions, Said, overlay

SECOND = 28_224_000
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEY = ("harbour~1", 0)
SPAN = Audio("aa", 0, 200 * SECOND)
HARBOUR = Choice(decision="ACCEPT", recording_mbid="r1", release_group_mbid="g1", title="Harbour", track_position=3)
PIER = Choice(decision="ACCEPT", recording_mbid="r2", release_mbid="e2", title="Pier", artist_mbids=("a2",))
ROW: Mapping[str, Any] = {
    "file_key": KEY[0],
    "segment_index": KEY[1],
    "group_id": "low-tide",
    "decision": "REVIEW",
    "confidence": 0.72,
    "reason": "Track 7 is 41 s longer.",
    "recording_mbid": "r1",
    "artist_mbids": ["a1"],
    "evidence": {"metadata": 0.9, "margin": None},
    "editions": ["e1", "e2"],
}
ALONE = dict(ROW) | {"decided_by": "evidence", "by_evidence": None}


def said(choice: Choice, *, audio: Audio = SPAN, minutes: int = 0) -> Said:
    return Said(f"d{minutes}", NOON + timedelta(minutes=minutes), audio, choice)


def laid(*decided: Said, rows: Any = (ROW,), span: Audio = SPAN) -> list[dict[str, Any]]:
    return overlay(rows, Decisions(decided), {KEY: span})


def test_where_nobody_decided_the_evidence_speaks() -> None:
    assert laid() == [ALONE]


def test_a_person_goes_before_the_evidence() -> None:
    [row] = laid(said(PIER))

    assert (row["decision"], row["confidence"], row["decided_by"]) == ("ACCEPT", 1.0, "person")
    assert (row["recording_mbid"], row["release_mbid"], row["title"]) == ("r2", "e2", "Pier")
    assert row["artist_mbids"] == ["a2"]
    assert row["group_id"] == "low-tide"
    assert (row["audio_sha256"], row["start_time_ticks"], row["end_time_ticks"]) == SPAN
    assert row["reason"] == (
        "A person said that it is this, on 2026-03-01; the evidence alone says REVIEW (0.72): Track 7 is 41 s longer."
    )


def test_what_is_known_of_another_recording_is_not_said_of_the_chosen_one() -> None:
    [row] = laid(said(PIER))

    assert "evidence" not in row
    assert "editions" not in row


def test_what_is_known_of_the_confirmed_recording_stays() -> None:
    [row] = laid(said(HARBOUR))

    assert row["evidence"] == ROW["evidence"]
    assert row["artist_mbids"] == ["a1"]
    assert row["editions"] == ["e1", "e2"]


def test_a_person_who_says_which_edition_it_is_knows_better_than_the_list_of_those_that_fit() -> None:
    [row] = laid(said(replace(HARBOUR, release_mbid="e2")))

    assert row["release_mbid"] == "e2"
    assert "editions" not in row


def test_none_of_them_leaves_a_piece_without_a_name() -> None:
    [row] = laid(said(REJECTED))

    assert (row["decision"], row["confidence"], row["decided_by"]) == ("REJECT", 0.0, "person")
    assert not {"recording_mbid", "title", "release_group_mbid"} & row.keys()


def test_of_several_decisions_the_newest_counts() -> None:
    assert laid(said(PIER), said(HARBOUR, minutes=1))[0]["recording_mbid"] == "r1"


def test_a_piece_of_which_nothing_was_found_gets_a_row_if_a_person_spoke_of_it() -> None:
    [row] = laid(said(PIER), rows=())

    assert (row["recording_mbid"], row["by_evidence"]) == ("r2", None)
    assert row["reason"] == "A person said that it is this, on 2026-03-01."
    assert laid(rows=[row]) == []


@pytest.mark.parametrize(
    ("end_seconds", "holds"),
    [
        pytest.param(200, True, id="the same"),
        pytest.param(180, True, id="nine tenths"),
        pytest.param(179, False, id="less"),
        pytest.param(222, True, id="a little longer"),
        pytest.param(223, False, id="longer"),
    ],
)
def test_a_decision_holds_for_nine_tenths_of_its_span(end_seconds: int, *, holds: bool) -> None:
    cut_again = Audio("aa", 0, end_seconds * SECOND)

    assert (laid(said(PIER), span=cut_again)[0]["decided_by"] == "person") == holds


def test_other_audio_of_the_same_length_is_not_meant() -> None:
    assert not is_meant(SPAN, SPAN._replace(audio_sha256="bb"))


def test_a_row_as_it_is_stored_is_laid_over_as_it_was_when_it_was_fresh() -> None:
    stored = dict(ROW) | {"album_artist": None, "decided_by": "evidence", "run_id": "r", "written_at": NOON}

    assert laid(said(PIER), rows=[stored]) == laid(said(PIER))


def test_rows_of_pieces_that_are_not_there_any_more_are_left_as_the_evidence_has_them() -> None:
    assert overlay([ROW], Decisions([said(PIER)]), {}) == [ALONE]


CHOICES = st.lists(st.sampled_from([HARBOUR, PIER, REJECTED]), max_size=3)


@given(CHOICES, CHOICES)
def test_decisions_can_be_laid_over_again_and_taken_back(first: list[Choice], second: list[Choice]) -> None:
    once = laid(*[said(choice, minutes=minute) for minute, choice in enumerate(first)])
    then = [said(choice, minutes=minute) for minute, choice in enumerate(second)]

    assert laid(*then, rows=once) == laid(*then)
    assert laid(*then, rows=laid(*then, rows=once)) == laid(*then)
    assert laid(rows=once) == [ALONE]
