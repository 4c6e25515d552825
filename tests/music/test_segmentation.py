from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from music.hints import Hints
from music.marks import Mark
from music.segmentation import SegmentParameters, Span, cut, find_silences
from music.silences import Applause, Silence, Silences
from music.source_media import GapPattern, Medium
from music.ticks import Ticks, samples_to_ticks, seconds_to_ticks, ticks_to_seconds
from tests import signals
from tests.music.recordings import RATE_HZ, duration_of, levels_of, side

PARAMETERS = SegmentParameters()
NO_SILENCES = Silences(-60.0, None, ())
NAMED = Hints(title="Angie", artist="The Band", track_number=3)


def cut_samples(samples, hints=Hints(), parameters=PARAMETERS):  # noqa: B008  it is frozen
    silences = find_silences(levels_of(samples), parameters)
    return cut(silences, hints, parameters, duration_ticks=duration_of(samples))


def silences_at(*spans_seconds):
    return Silences(
        -60.0,
        -120.0,
        tuple(Silence(seconds_to_ticks(start), seconds_to_ticks(end), -120.0) for start, end in spans_seconds),
    )


def starts_seconds(segmentation):
    return [ticks_to_seconds(span.start_ticks) for span in segmentation.spans]


def middles_seconds(recording):
    return [ticks_to_seconds(samples_to_ticks(at, rate_hz=RATE_HZ)) for at in recording.gap_middles]


@pytest.mark.parametrize(
    ("surface_dbfs", "hints"),
    [
        pytest.param(None, Hints(), id="clean, without a name"),
        pytest.param(None, Hints(title="Side A", album="Live"), id="clean, called a side"),
        pytest.param(-60.0, Hints(), id="a good record"),
        pytest.param(-50.0, Hints(), id="a worn record"),
        pytest.param(-42.0, Hints(), id="a bad record"),
    ],
)
def test_a_side_is_cut_in_the_middle_of_its_gaps(surface_dbfs, hints):
    """S3-R1, S3-34."""
    recording = side(2.0, 3.1, 1.4, surface_dbfs=surface_dbfs)

    segmentation = cut_samples(recording.samples, hints)

    assert starts_seconds(segmentation)[1:] == pytest.approx(middles_seconds(recording), abs=0.25)
    assert {span.found_by for span in segmentation.spans} == {"silence"}


def test_a_tape_is_cut_although_its_noise_changes():
    """S3-49."""
    recording = side(2.0, 3.1, 2.4)
    bounds = [0, *(second for _, second in recording.pieces[:-1]), recording.samples.size]
    for start, end, level in zip(bounds, bounds[1:], (-56.0, -54.0, -47.0, -55.0), strict=False):
        hiss = signals.noise((end - start) / RATE_HZ, rms_level_dbfs=level, rate_hz=RATE_HZ)
        recording.samples[start:end] += hiss[: end - start]

    segmentation = cut_samples(recording.samples)

    assert starts_seconds(segmentation)[1:] == pytest.approx(middles_seconds(recording), abs=0.1)
    assert segmentation.source_medium.medium is Medium.CASSETTE


def test_a_record_is_told_from_a_cd():
    """S3-47, S3-49."""
    record = cut_samples(side(2.0, 3.1, 1.4, surface_dbfs=-50.0).samples).source_medium
    disc = cut_samples(side(2.0, 2.2, 2.1).samples).source_medium

    assert (record.medium, record.gap_pattern, record.segment_count) == (Medium.VINYL, GapPattern.VARIABLE, 4)
    assert record.noise_floor_dbfs == pytest.approx(-50, abs=2.5)
    assert (disc.medium, disc.gap_pattern, disc.confidence) == (Medium.CD, GapPattern.CONSISTENT, 0.8)


@pytest.mark.parametrize(
    ("hints", "gaps"),
    [
        pytest.param(NAMED, (2.0, 2.0), id="named and numbered, whatever its pauses"),
        pytest.param(Hints(title="Angie"), (4.0,), id="named"),
        pytest.param(Hints(track_number=7), (2.0, 2.0), id="numbered"),
        pytest.param(Hints(), (1.2,), id="without a name, one pause"),
        pytest.param(Hints(), (), id="without a name, no pause"),
    ],
)
def test_a_song_stays_one_piece(hints, gaps):
    recording = side(*gaps)

    (span,) = cut_samples(recording.samples, hints).spans

    assert span == Span(Ticks(0), duration_of(recording.samples), "whole_file")


def test_quiet_music_over_noise_is_no_gap():
    loud, quiet = signals.piece(24, rate_hz=RATE_HZ), signals.piece(6, peak_dbfs=-24, rate_hz=RATE_HZ)
    recording = signals.side(
        [loud, quiet, loud, loud],
        gaps_seconds=[0, 0, 2.0],
        lead_seconds=2,
        trail_seconds=2,
        surface_dbfs=-50,
        rate_hz=RATE_HZ,
    )

    segmentation = cut_samples(recording.samples)

    assert starts_seconds(segmentation)[1:] == pytest.approx(middles_seconds(recording)[2:], abs=0.25)


def test_music_without_gaps_is_one_piece():
    segmentation = cut_samples(signals.piece(90, rate_hz=RATE_HZ))

    assert len(segmentation.spans) == 1
    assert segmentation.source_medium.medium is Medium.UNKNOWN
    assert segmentation.source_medium.gap_pattern is GapPattern.NONE


def test_silence_at_the_ends_makes_no_piece():
    silences = silences_at((0, 30), (60, 62), (100, 140))

    segmentation = cut(silences, Hints(), PARAMETERS, duration_ticks=seconds_to_ticks(140))

    assert starts_seconds(segmentation) == [0, 61]
    assert segmentation.spans[-1].end_ticks == seconds_to_ticks(140)


@pytest.mark.parametrize(
    ("silences", "starts"),
    [
        pytest.param([(10, 12), (60, 62)], [0, 61], id="a short piece at the beginning"),
        pytest.param([(60, 62), (110, 112)], [0, 61], id="a short piece at the end"),
        pytest.param([(40, 42), (52, 55)], [0, 53.5], id="a short piece in the middle goes over the shorter gap"),
        pytest.param([(0, 10), (25, 27), (60, 62)], [0, 61], id="a short piece after a lead-in"),
        pytest.param([(30, 32), (60, 62), (90, 92)], [0, 31, 61, 91], id="no short piece"),
        pytest.param([(40, 42), (95, 100), (102, 108), (110, 116), (118, 123)], [0, 41], id="a few notes at the end"),
    ],
)
def test_what_is_too_short_to_be_a_piece_is_joined_to_its_neighbour(silences, starts):
    segmentation = cut(silences_at(*silences), Hints(), PARAMETERS, duration_ticks=seconds_to_ticks(125))

    assert starts_seconds(segmentation) == starts


def test_a_songs_own_pause_does_not_cut_a_side():
    silences = silences_at((180, 182.4), (300, 300.6), (400, 402), (610, 612.3))

    segmentation = cut(silences, Hints(title="Side A"), PARAMETERS, duration_ticks=seconds_to_ticks(800))

    assert starts_seconds(segmentation) == pytest.approx([0, 181.2, 401, 611.15])


@pytest.mark.parametrize(
    ("hints", "starts"),
    [
        pytest.param(Hints(title="Endless", track_number=12), [0, 390], id="only the long silence cuts"),
        pytest.param(Hints(title="Live in Paris"), [0, 201.5, 390], id="a concert is cut at plain gaps"),
        pytest.param(Hints(), [0, 201.5, 390, 550.6], id="without a name every gap cuts"),
    ],
)
def test_a_long_file_is_cut_as_its_name_suggests(hints, starts):
    silences = silences_at((200, 203), (360, 420), (550, 551.2))

    segmentation = cut(silences, hints, PARAMETERS, duration_ticks=seconds_to_ticks(700))

    assert starts_seconds(segmentation) == pytest.approx(starts)


def with_applause(silences, *spans_seconds):
    clapping = (Applause(seconds_to_ticks(start), seconds_to_ticks(end), -20.0) for start, end in spans_seconds)
    return replace(silences, applause=tuple(clapping))


@pytest.mark.parametrize(
    ("hints", "starts"),
    [
        pytest.param(Hints(), [0, 206, 412], id="without a name"),
        pytest.param(Hints(title="Live in Paris"), [0, 206, 412], id="a concert"),
        pytest.param(Hints(title="Jam", track_number=4), [0], id="a piece with a title and a number"),
    ],
)
def test_a_concert_is_cut_where_applause_ends(hints, starts):
    silences = with_applause(silences_at((413, 414)), (200, 206), (400, 412), (690, 700))

    segmentation = cut(silences, hints, PARAMETERS, duration_ticks=seconds_to_ticks(700))

    assert starts_seconds(segmentation) == starts
    assert segmentation.source_medium.gap_pattern is GapPattern.NONE


def test_applause_is_heard_between_pieces():
    concert, rate_hz = signals.piece(24, rate_hz=22_050), 22_050
    applause = signals.noise(5, rms_level_dbfs=-22, rate_hz=rate_hz)
    samples = np.concatenate([concert, applause, concert, applause])

    found = find_silences(levels_of(samples, rate_hz=rate_hz), PARAMETERS)
    segmentation = cut(found, Hints(), PARAMETERS, duration_ticks=duration_of(samples, rate_hz=rate_hz))

    assert [ticks_to_seconds(each.length_ticks) for each in found.applause] == pytest.approx([5, 5], abs=0.5)
    assert starts_seconds(segmentation) == pytest.approx([0, 29], abs=0.5)


def test_of_two_near_silences_the_one_that_is_no_louder_than_the_noise_cuts():
    soft = Silence(seconds_to_ticks(40), seconds_to_ticks(42), -50.0)
    quiet_music = Silence(seconds_to_ticks(52), seconds_to_ticks(58), -48.5)

    segmentation = cut(
        Silences(-44.0, -50.0, (soft, quiet_music)), Hints(), PARAMETERS, duration_ticks=seconds_to_ticks(125)
    )

    assert starts_seconds(segmentation) == [0, 41]


def test_whatever_is_silent_throughout_is_one_piece():
    segmentation = cut_samples(signals.silence(90, rate_hz=RATE_HZ))

    assert len(segmentation.spans) == 1


def marks_at(*seconds):
    return tuple(
        Mark(seconds_to_ticks(at), f"Piece {index}", f"Player {index}") for index, at in enumerate(seconds, start=1)
    )


@pytest.mark.parametrize("found_by", ["cue", "chapters"])
def test_marks_win_over_silences_and_names(found_by):
    hints = replace(NAMED, found_by=found_by, marks=marks_at(0, 30, 62.5))

    segmentation = cut(silences_at((50, 53)), hints, PARAMETERS, duration_ticks=seconds_to_ticks(90))

    assert segmentation.spans == (
        Span(Ticks(0), seconds_to_ticks(30), found_by, "Piece 1", "Player 1"),
        Span(seconds_to_ticks(30), seconds_to_ticks(62.5), found_by, "Piece 2", "Player 2"),
        Span(seconds_to_ticks(62.5), seconds_to_ticks(90), found_by, "Piece 3", "Player 3"),
    )


@pytest.mark.parametrize(
    ("marks", "spans"),
    [
        pytest.param((2, 40), [("Piece 1", 0, 40), ("Piece 2", 40, 90)], id="a pregap belongs to the first"),
        pytest.param(
            (35, 60), [(None, 0, 35), ("Piece 1", 35, 60), ("Piece 2", 60, 90)], id="a piece before the first"
        ),
        pytest.param((0, 40, 95, 120), [("Piece 1", 0, 40), ("Piece 2", 40, 90)], id="behind the end"),
        pytest.param((0, 40, 90), [("Piece 1", 0, 40), ("Piece 2", 40, 90)], id="at the end"),
        pytest.param((0, 40, 89.5), [("Piece 1", 0, 40), ("Piece 2", 40, 90)], id="in the last second"),
        pytest.param((0, 100), [("Piece 1", 0, 90)], id="only one inside"),
    ],
)
def test_marks_divide_the_whole_file(marks, spans):
    hints = Hints(found_by="cue", marks=marks_at(*marks))

    segmentation = cut(NO_SILENCES, hints, PARAMETERS, duration_ticks=seconds_to_ticks(90))

    assert [
        (span.title_hint, ticks_to_seconds(span.start_ticks), ticks_to_seconds(span.end_ticks))
        for span in segmentation.spans
    ] == spans


def test_marks_of_another_file_are_ignored():
    hints = Hints(found_by="cue", marks=marks_at(100, 200))

    segmentation = cut(silences_at((40, 43)), hints, PARAMETERS, duration_ticks=seconds_to_ticks(90))

    assert starts_seconds(segmentation) == [0, 41.5]


def test_the_gaps_at_marks_tell_the_medium():
    silences = silences_at((178, 180), (250, 250.8), (297.9, 300), (418.1, 420.2))
    hints = Hints(found_by="cue", marks=marks_at(0, 180, 300.5, 420))

    source = cut(silences, hints, PARAMETERS, duration_ticks=seconds_to_ticks(600)).source_medium

    assert (source.segment_count, source.medium, source.confidence) == (4, Medium.CD, 0.8)
    assert ticks_to_seconds(source.mean_gap_ticks) == pytest.approx(6.2 / 3)


def test_a_medium_that_is_set_is_believed_and_one_in_a_tag_nearly():
    silences, duration_ticks = silences_at((40, 42)), seconds_to_ticks(90)
    tagged = Hints(medium_tag="Cassette")

    by_setting = cut(silences, tagged, SegmentParameters(medium="Vinyl"), duration_ticks=duration_ticks)
    by_tag = cut(silences, tagged, PARAMETERS, duration_ticks=duration_ticks)

    assert (by_setting.source_medium.medium, by_setting.source_medium.confidence) == (Medium.VINYL, 1.0)
    assert (by_tag.source_medium.medium, by_tag.source_medium.confidence) == (Medium.CASSETTE, 0.9)


def test_a_file_without_audio_has_no_pieces():
    with pytest.raises(ValueError, match="without audio"):
        cut(NO_SILENCES, Hints(), PARAMETERS, duration_ticks=Ticks(0))


@pytest.mark.parametrize(
    ("parameters", "expected_dbfs"),
    [
        (SegmentParameters(medium="CD"), -80.0),
        (SegmentParameters(medium="Vinyl"), -60.0),
        (SegmentParameters(medium="Cassette"), -50.0),
        (SegmentParameters(**SegmentParameters.PRESETS["Cassette with Dolby"]), -70.0),
        (SegmentParameters(**SegmentParameters.PRESETS["Cassette without Dolby"]), -50.0),
        (SegmentParameters(), -60.0),
        (SegmentParameters(threshold_dbfs=-33.0), -33.0),
    ],
    ids=["CD", "Vinyl", "Cassette", "with Dolby", "without Dolby", "Other", "set"],
)
def test_each_medium_has_its_threshold(parameters, expected_dbfs):
    """S3-R1, S3-121."""
    clean = side(2.0).samples

    assert find_silences(levels_of(clean), parameters).threshold_dbfs == expected_dbfs


def test_a_threshold_that_is_set_is_not_moved_by_noise():
    noisy = levels_of(side(2.0, surface_dbfs=-50.0).samples)

    assert find_silences(noisy, SegmentParameters()).threshold_dbfs > -50
    assert find_silences(noisy, SegmentParameters(threshold_dbfs=-60.0)).threshold_dbfs == -60


def test_every_preset_is_a_set_of_parameters():
    made = {name: SegmentParameters(**preset) for name, preset in SegmentParameters.PRESETS.items()}

    assert made["Other"] == SegmentParameters()
    assert len(set(made.values())) == len(made)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"threshold_dbfs": 60.0}, "threshold_dbfs is from -100 to 0, got 60; did you leave out the minus"),
        ({"threshold_dbfs": -101.0}, "threshold_dbfs is from -100 to 0, got -101$"),
        ({"threshold_dbfs": float("nan")}, "got nan"),
        ({"minimum_silence_seconds": 500.0}, "got 500; did you pass milliseconds"),
        ({"minimum_silence_seconds": 0.05}, "from 0.1 to 30"),
        ({"noise_margin_db": -6.0}, "noise_margin_db is from 1 to 20"),
        ({"minimum_piece_seconds": 20_000.0}, "did you pass milliseconds"),
        ({"longest_track_seconds": 10.0}, "did you pass minutes"),
        ({"medium": "CD-R"}, "medium is one of CD, Vinyl, Cassette, Other, got 'CD-R'"),
    ],
    ids=lambda value: "-".join(f"{k}={v}" for k, v in value.items()) if isinstance(value, dict) else "",
)
def test_a_value_out_of_range_is_refused_with_a_guess(values, words):
    """S3-155."""
    with pytest.raises(ValueError, match=words):
        SegmentParameters(**values)


@st.composite
def stretches(draw):
    """Silences as they come from a file: in order, apart."""
    edges = sorted(draw(st.sets(st.integers(0, 3_000), max_size=24)))
    pairs = list(zip(edges[::2], edges[1::2], strict=False))
    levels = draw(st.lists(st.floats(-120, -30), min_size=len(pairs), max_size=len(pairs)))
    return Silences(
        -60.0,
        -70.0,
        tuple(
            Silence(seconds_to_ticks(start), seconds_to_ticks(end), level)
            for (start, end), level in zip(pairs, levels, strict=True)
        ),
    )


texts = st.none() | st.sampled_from(["Side A", "Angie", "Abbey Road", ""])
hints_of_any_file = st.builds(
    Hints,
    found_by=st.sampled_from([None, "cue", "chapters"]),
    marks=st.sets(st.integers(0, 4_000 * 28_224_000), max_size=9).map(
        lambda places: tuple(Mark(Ticks(place)) for place in sorted(places))
    ),
    title=texts,
    album=texts,
    track_number=st.none() | st.integers(1, 20),
)


@given(
    silences=stretches(),
    hints=hints_of_any_file,
    duration_ticks=st.integers(1, 3_600 * 28_224_000),
    minimum_piece_seconds=st.floats(1, 600),
)
def test_pieces_follow_one_another_and_cover_the_file(silences, hints, duration_ticks, minimum_piece_seconds):
    parameters = SegmentParameters(minimum_piece_seconds=minimum_piece_seconds)
    inside = [silence for silence in silences.silences if silence.end_ticks <= duration_ticks]

    segmentation = cut(
        replace(silences, silences=tuple(inside)), hints, parameters, duration_ticks=Ticks(duration_ticks)
    )

    spans = segmentation.spans
    assert len(spans) == segmentation.source_medium.segment_count >= 1
    assert (spans[0].start_ticks, spans[-1].end_ticks) == (0, duration_ticks)
    assert all(span.start_ticks < span.end_ticks for span in spans)
    assert all(one.end_ticks == other.start_ticks for one, other in pairwise(spans))
    assert all(type(edge) is int for span in spans for edge in (span.start_ticks, span.end_ticks))
    assert len({span.found_by for span in spans}) == 1
