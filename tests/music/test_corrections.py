from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from music.corrections import (
    SHORTEST_SECONDS,
    CorrectionError,
    Pieces,
    corrected_hints,
    corrected_parameters,
    join,
    move,
    pieces_of,
    split,
)
from music.hints import Hints
from music.marks import Mark
from music.segmentation import SegmentParameters, Span, cut
from music.silences import Silence, Silences
from music.ticks import Ticks, seconds_to_ticks

SHORTEST = seconds_to_ticks(SHORTEST_SECONDS)


def at(seconds: float) -> Ticks:
    return seconds_to_ticks(seconds)


def side(*starts: float, duration: float = 90) -> Pieces:
    marks = tuple(Mark(at(start), f"Title {number}", f"Player {number}") for number, start in enumerate(starts, 1))
    return Pieces(marks, at(duration))


SIDE = side(0, 30, 60)


def test_a_split_adds_a_piece_without_names() -> None:
    assert split(SIDE, at(40)).marks == (*SIDE.marks[:2], Mark(at(40)), SIDE.marks[2])


def test_joined_pieces_bear_the_name_of_the_first() -> None:
    assert join(SIDE, 2).marks == SIDE.marks[:2]


def test_a_joined_piece_without_a_name_takes_that_of_the_next() -> None:
    assert join(split(side(0), at(10)), 1) == side(0)
    unnamed = Pieces((Mark(at(0)), Mark(at(30), "Late", "Somebody")), at(90))

    assert join(unnamed, 1).marks == (Mark(at(0), "Late", "Somebody"),)


@pytest.mark.parametrize("seconds", [1, 29.5, 30, 45, 59])
def test_a_piece_begins_where_it_is_moved_to(seconds: float) -> None:
    moved = move(SIDE, 2, to_ticks=at(seconds))

    assert moved.edges == (at(0), at(seconds), at(60), at(90))
    assert moved.marks[1].title == "Title 2"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            lambda: split(SIDE, at(200)), r"3:20.000 is not inside the file, which lasts 1:30.000", id="after"
        ),
        pytest.param(lambda: split(SIDE, at(90)), "not inside the file", id="at the end"),
        pytest.param(lambda: split(SIDE, at(0)), "not inside the file", id="at the beginning"),
        pytest.param(lambda: split(SIDE, at(0.5)), "less than a second from the boundary at 0:00.000", id="too early"),
        pytest.param(lambda: split(SIDE, at(89.5)), "from the boundary at 1:30.000", id="too late"),
        pytest.param(lambda: split(SIDE, at(30.9)), "from the boundary at 0:30.000. Move that boundary", id="too near"),
        pytest.param(lambda: join(SIDE, 3), "piece 3 is the last", id="nothing to join with"),
        pytest.param(lambda: join(SIDE, 4), "there is no piece 4: there are pieces 1 to 3", id="no such piece"),
        pytest.param(lambda: join(side(0), 0), "there is no piece 0: there is one piece, number 1", id="from zero"),
        pytest.param(lambda: move(SIDE, 1, to_ticks=at(3)), "begins where the file begins", id="move the first"),
        pytest.param(lambda: move(SIDE, 9, to_ticks=at(3)), "there is no piece 9", id="move none"),
        pytest.param(
            lambda: move(SIDE, 2, to_ticks=at(61)), r"only between 0:00.000 and 1:00.000.*not at 1:01.000", id="too far"
        ),
        pytest.param(lambda: move(SIDE, 3, to_ticks=at(89.2)), "less than a second", id="move to the end"),
        pytest.param(lambda: move(SIDE, 3, to_ticks=at(99)), "not inside the file", id="move out"),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason(change, message: str) -> None:
    with pytest.raises(CorrectionError, match=message):
        change()


def test_pieces_that_were_found_can_be_corrected() -> None:
    spans = (Span(at(0), at(30), "cue", "One", "Player"), Span(at(30), at(90), "cue"))

    assert pieces_of(spans) == Pieces((Mark(at(0), "One", "Player"), Mark(at(30))), at(90))


SILENCES = Silences(-60.0, -70.0, (Silence(at(29), at(31), -75.0), Silence(at(59), at(61), -75.0)))


def cut_by(pieces: Pieces, hints: Hints | None = None) -> tuple[Span, ...]:
    said = corrected_hints(hints or Hints(), pieces.marks)
    return cut(SILENCES, said, SegmentParameters(), duration_ticks=pieces.duration_ticks).spans


@pytest.mark.parametrize(
    "hints",
    [
        pytest.param(Hints(), id="silences"),
        pytest.param(Hints(found_by="cue", marks=(Mark(at(0)), Mark(at(45)))), id="CUE sheet"),
        pytest.param(Hints(title="One song", track_number=3), id="tags of one song"),
    ],
)
def test_a_persons_pieces_win_over_all_else(hints: Hints) -> None:
    pieces = side(0, 12.5, 40)

    spans = cut_by(pieces, hints)

    assert pieces_of(spans) == pieces
    assert {span.found_by for span in spans} == {"manual"}


def test_a_person_may_say_that_a_file_is_one_piece() -> None:
    assert cut_by(side(0)) == (Span(at(0), at(90), "manual", "Title 1", "Player 1"),)


def test_without_a_word_of_a_person_hints_stay() -> None:
    hints = Hints(title="One song")

    assert corrected_hints(hints, None) is hints


@given(st.lists(st.integers(1, 89_000), max_size=30), st.integers(1, 30), st.integers(1, 89_000))
def test_what_is_accepted_is_kept_by_the_segmentation(splits: list[int], number: int, to: int) -> None:
    pieces = side(0)
    for change in (
        *(lambda each, when=when: split(each, at(when / 1000)) for when in splits),
        lambda each: move(each, number, to_ticks=at(to / 1000)),
        lambda each: join(each, number),
    ):
        try:
            pieces = change(pieces)
        except CorrectionError:
            continue

    edges = pieces.edges
    assert all(end - start >= SHORTEST for start, end in pairwise(edges))
    assert pieces_of(cut_by(pieces)) == pieces


@pytest.mark.parametrize(
    ("general", "medium", "corrected"),
    [
        pytest.param(SegmentParameters(), None, SegmentParameters(), id="nothing said"),
        pytest.param(SegmentParameters(), "CD", SegmentParameters(medium="CD"), id="another medium"),
        pytest.param(
            SegmentParameters(medium="CD", threshold_dbfs=-90.0),
            "Vinyl",
            SegmentParameters(medium="Vinyl"),
            id="a threshold of another medium does not hold",
        ),
        pytest.param(
            SegmentParameters(medium="Cassette", threshold_dbfs=-70.0),
            "Cassette",
            SegmentParameters(medium="Cassette", threshold_dbfs=-70.0),
            id="the same medium keeps its threshold",
        ),
    ],
)
def test_a_medium_takes_the_place_of_the_folders(general, medium, corrected) -> None:
    assert corrected_parameters(general, medium) == corrected
