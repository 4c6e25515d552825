from dataclasses import replace

import pytest

from tests.world.model import Artist, Credit, Recording, Work
from tests.world.score import Row, score
from tests.world.shelf import Expected, MusicFile

SONG = Recording("r1", "Song", Credit(((Artist("a", "Band"), ""),)), Work("w", "Song"), 20.0, "studio")
ANSWERABLE = Expected("kind", "answerable", frozenset({"r1", "r2"}), frozenset({"g1"}), frozenset({"e1"}), (0.0, 20.0))
OPEN, UNANSWERABLE = replace(ANSWERABLE, verdict="open"), Expected("kind", "unanswerable")
ACCEPTED = Row("a.flac", 0.0, 20.0, "ACCEPT", "r1", "g1", None)


def scored(expected, *rows):
    return score([MusicFile("a.flac", (SONG,), (expected,))], rows)


@pytest.mark.parametrize(
    ("expected", "row", "counts"),
    [
        (ANSWERABLE, ACCEPTED, (1, 1, 0, 0)),
        (ANSWERABLE, replace(ACCEPTED, recording="r2", release="e1"), (1, 1, 0, 0)),
        (ANSWERABLE, replace(ACCEPTED, group=None), (1, 1, 0, 0)),
        (ANSWERABLE, replace(ACCEPTED, recording="r3"), (1, 0, 1, 0)),
        (ANSWERABLE, replace(ACCEPTED, group="g2"), (1, 0, 1, 0)),
        (ANSWERABLE, replace(ACCEPTED, release="e2"), (1, 1, 0, 1)),
        (ANSWERABLE, replace(ACCEPTED, decision="REVIEW", recording="r3"), (1, 0, 0, 0)),
        (OPEN, replace(ACCEPTED, decision="REVIEW"), (0, 0, 0, 0)),
        (OPEN, ACCEPTED, (0, 0, 0, 0)),
        (OPEN, replace(ACCEPTED, recording="r3"), (0, 0, 1, 0)),
        (UNANSWERABLE, ACCEPTED, (0, 0, 1, 0)),
        (UNANSWERABLE, replace(ACCEPTED, decision="REJECT"), (0, 0, 0, 0)),
    ],
)
def test_a_row_counts(expected, row, counts):
    total = scored(expected, row).total

    assert (total.answerable, total.right, total.wrong, total.claims) == counts
    assert total.pieces == 1


def test_a_piece_without_a_row_is_not_right():
    found = scored(ANSWERABLE)

    assert (found.total.answerable, found.total.right, found.total.decisions) == (1, 0, {"no row": 1})
    assert found.right_share == 0.0
    assert "no row" in found.table()


def test_pieces_of_a_long_file_are_told_by_their_place():
    second = replace(ANSWERABLE, recordings=frozenset({"r9"}), span=(22.0, 40.0))
    file = MusicFile("a.flac", (SONG, SONG), (ANSWERABLE, second))
    rows = [replace(ACCEPTED, end_seconds=21.0), replace(ACCEPTED, start_seconds=21.0, end_seconds=40.0)]

    found = score([file], rows)

    assert (found.total.right, found.total.wrong) == (1, 1)
    assert "accepted as another recording" in found.table()


def test_a_song_that_was_cut_in_two_is_judged_by_its_longer_half_and_by_every_mistake():
    halves = [replace(ACCEPTED, end_seconds=14.0), replace(ACCEPTED, start_seconds=14.0, recording="r3")]

    found = scored(ANSWERABLE, *halves)

    assert (found.total.pieces, found.total.right, found.total.wrong) == (1, 1, 1)


def test_scores_of_several_worlds_add_up():
    found = scored(ANSWERABLE, ACCEPTED)

    found.add(scored(ANSWERABLE, replace(ACCEPTED, recording="r3")))

    assert (found.total.pieces, found.right_share, found.wrong, len(found.mistakes)) == (2, 0.5, 1, 1)
