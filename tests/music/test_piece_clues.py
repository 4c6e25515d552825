import pytest

from music.hints import Hints
from music.piece_clues import (
    may_part,
    names_collection,
    shortest_cutting_gap,
    speak_for_several,
    without_pauses,
)
from music.silences import Applause, Silence
from music.ticks import Ticks, seconds_to_ticks, ticks_to_seconds

LONGEST_TRACK = seconds_to_ticks(600)


def gaps_of(*lengths_seconds):
    """Gaps of these lengths, a piece of 100 s before each."""
    gaps, at = [], 0.0
    for length in lengths_seconds:
        gaps.append(Silence(seconds_to_ticks(at + 100), seconds_to_ticks(at + 100 + length), -120.0))
        at += 100 + length
    return gaps


@pytest.mark.parametrize(
    "title",
    [
        "Side A",
        "side b",
        "Seite 2",
        "Face 1",
        "Lado B",
        "SIDE TWO",
        "Side_A",
        "LP1 Side 2",
        "Disc 1",
        "Tape 3",
        "cassette",
        "Kind of Blue (Side A)",
        "Kind of Blue - Side 1",
        "Kind of Blue [Full Album]",
        "The Complete Concert",
        "Artist: Whole Record",
    ],
)
def test_a_title_of_a_side_a_disc_or_an_album_names_a_collection(title):
    assert names_collection(title)


@pytest.mark.parametrize(
    "title",
    [
        "",
        "So What",
        "By Your Side",
        "On My Side I Stand",
        "A-Side",
        "Inside 2",
        "West Side Story",
        "Disc Jockey",
        "Full Circle",
        "Tape Song",
        "Sidewalk",
        "The Dark Side of the Moon",
    ],
)
def test_a_songs_title_names_no_collection(title):
    assert not names_collection(title)


@pytest.mark.parametrize(
    ("hints", "minutes", "expected_seconds"),
    [
        pytest.param(Hints(title="Angie", track_number=5), 4.5, None, id="song with title and number"),
        pytest.param(Hints(title="Angie"), 4.5, None, id="song with a title"),
        pytest.param(Hints(track_number=5), 4.5, None, id="song with a number"),
        pytest.param(Hints(title="Angie"), 10, None, id="a long song"),
        pytest.param(Hints(title="Abbey Road", album="Abbey Road"), 7, None, id="a song its album is named for"),
        pytest.param(Hints(), 4.5, 0, id="no name"),
        pytest.param(Hints(title="   "), 4.5, 0, id="an empty name"),
        pytest.param(Hints(artist="The Band", album="Tape"), 20, 0, id="a long file without title"),
        pytest.param(Hints(title="Side A"), 20, 0, id="a side"),
        pytest.param(Hints(title="Side A", track_number=1), 9, 0, id="a short side with a number"),
        pytest.param(Hints(title="Abbey Road", album="abbey road "), 47, 0, id="a whole album"),
        pytest.param(Hints(title="Ninth Symphony"), 70, 1.5, id="a work"),
        pytest.param(Hints(album="Abbey Road", track_number=2), 22, 1.5, id="the second of two sides"),
        pytest.param(Hints(title="Endless", track_number=12), 15, 10, id="the track before a hidden one"),
        pytest.param(Hints(title="Echoes", album="Echoes", track_number=1), 23, 10, id="a long title track"),
    ],
)
def test_the_name_and_the_clock_say_which_silences_cut(hints, minutes, expected_seconds):
    gap = shortest_cutting_gap(hints, duration_ticks=seconds_to_ticks(60 * minutes), longest_track_ticks=LONGEST_TRACK)

    assert (gap if gap is None else ticks_to_seconds(gap)) == expected_seconds


@pytest.mark.parametrize(
    ("silences", "kept"),
    [
        pytest.param((), [], id="no gap"),
        pytest.param(((100, 0.6),), [0.6], id="one gap"),
        pytest.param(((100, 2.0), (140, 0.6), (200, 2.1), (300, 1.9)), [2.0, 2.1, 1.9], id="a pause among gaps"),
        pytest.param(((100, 2.0), (200, 0.6), (300, 2.1)), [2.0, 0.6, 2.1], id="a short gap between two pieces"),
        pytest.param(((100, 3.0), (200, 60.0), (360, 3.0)), [3.0, 60.0, 3.0], id="a long silence"),
        pytest.param(((100, 1.0), (200, 2.8), (300, 0.9)), [1.0, 2.8, 0.9], id="gaps that vary"),
    ],
)
def test_a_silence_far_shorter_than_the_gaps_is_a_pause_unless_two_pieces_lie_around_it(silences, kept):
    gaps = [Silence(seconds_to_ticks(at), seconds_to_ticks(at + length), -120.0) for at, length in silences]
    applause = Applause(seconds_to_ticks(395), seconds_to_ticks(400), -20.0)

    left = without_pauses([*gaps, applause], duration_ticks=seconds_to_ticks(500))

    assert [ticks_to_seconds(gap.length_ticks) for gap in left] == pytest.approx([*kept, 5.0])


@pytest.mark.parametrize(
    ("gap", "shortest_seconds", "expected"),
    [
        pytest.param(Silence(Ticks(0), seconds_to_ticks(2), -120.0), 1.5, True, id="long enough"),
        pytest.param(Silence(Ticks(0), seconds_to_ticks(2), -120.0), 10, False, id="too short"),
        pytest.param(Applause(Ticks(0), seconds_to_ticks(12), -20.0), 1.5, True, id="applause"),
        pytest.param(Applause(Ticks(0), seconds_to_ticks(12), -20.0), 10, False, id="applause in a named piece"),
    ],
)
def test_what_may_part_two_pieces(gap, shortest_seconds, expected):
    assert may_part(gap, shortest_gap=seconds_to_ticks(shortest_seconds)) is expected


@pytest.mark.parametrize(
    ("hints", "lengths", "expected"),
    [
        pytest.param(Hints(), (), False, id="no name, no gap"),
        pytest.param(Hints(), (0.8,), False, id="no name, one pause"),
        pytest.param(Hints(), (1.7,), False, id="no name, a long pause"),
        pytest.param(Hints(), (1.9,), True, id="no name, one gap"),
        pytest.param(Hints(), (0.9, 1.1), True, id="no name, two short gaps"),
        pytest.param(Hints(), (0.9, 1.0), False, id="no name, two pauses"),
        pytest.param(Hints(title="Side A"), (0.8,), True, id="a side"),
        pytest.param(Hints(track_number=2), (2.5,), True, id="a number"),
    ],
)
def test_without_any_name_the_gaps_must_be_longer_than_pauses(hints, lengths, expected):
    assert speak_for_several(gaps_of(*lengths), hints) is expected
