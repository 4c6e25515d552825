import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from music.silences import Silence
from music.source_media import GapPattern, Medium, gap_pattern, judge_medium, tagged_medium
from music.ticks import seconds_to_ticks, ticks_to_seconds

PIECE_SECONDS = (180.0, 360.0)


def recording(lengths_seconds, levels_dbfs=-120.0):
    """The gaps between pieces of 180 to 360 s."""
    levels = [levels_dbfs] * len(lengths_seconds) if isinstance(levels_dbfs, float) else levels_dbfs
    gaps, at, pieces = [], 0.0, np.random.default_rng(1)
    for length, level in zip(lengths_seconds, levels, strict=True):
        start = at + pieces.uniform(*PIECE_SECONDS)
        at = start + length
        gaps.append(Silence(seconds_to_ticks(start), seconds_to_ticks(at), level))
    return gaps


def judged(gaps, **said):
    return judge_medium(gaps, segment_count=len(gaps) + 1, noise_floor_dbfs=None, **said)


@pytest.mark.parametrize(
    "lengths",
    [
        pytest.param([1.8, 2.4] * 5 + [2.1], id="either end"),
        pytest.param([2.1] * 11, id="all alike"),
        pytest.param([1.8 + 0.06 * step for step in range(11)], id="evenly spread"),
        pytest.param(np.random.default_rng(7).normal(2.1, 0.3, 11).tolist(), id="normally spread"),
    ],
)
def test_twelve_pieces_with_gaps_of_two_seconds_are_a_cd(lengths):
    """S3-51, S3-46, S3-50."""
    source = judged(recording(lengths))

    assert source.segment_count == 12
    assert source.medium is Medium.CD
    assert source.gap_pattern is GapPattern.CONSISTENT
    assert source.confidence == 0.92
    assert ticks_to_seconds(source.mean_gap_ticks) == pytest.approx(sum(lengths) / 11)
    assert ticks_to_seconds(source.gap_spread_ticks) <= 0.31


@pytest.mark.parametrize(
    ("lengths", "levels", "medium", "pattern", "confidence"),
    [
        pytest.param([3.0, 6.5, 4.2, 2.0], [-56.0, -55.0, -57.5, -54.0], "Vinyl", "Variable", 0.62, id="steady noise"),
        pytest.param([2.0, 2.1, 1.9], -55.0, "Vinyl", "Consistent", 0.6, id="even gaps, but noise"),
        pytest.param([3.0, 6.5, 4.2], [-50.0, -58.0, -46.0], "Cassette", "Variable", 0.8, id="noise that changes"),
        pytest.param([2.0, 7.5, 4.2], -120.0, "Unknown", "Variable", 0.0, id="clean gaps that vary"),
        pytest.param([0.6, 0.6, 0.6], -120.0, "Unknown", "Consistent", 0.0, id="clean gaps, too short"),
        pytest.param([8.0, 8.1, 8.2], -90.0, "Unknown", "Consistent", 0.0, id="clean gaps, too long"),
        pytest.param([2.0], -120.0, "Unknown", "None", 0.0, id="a single gap"),
        pytest.param([2.0], -50.0, "Vinyl", "None", 0.5, id="a single gap of noise"),
        pytest.param([], -120.0, "Unknown", "None", 0.0, id="no gap"),
    ],
)
def test_the_gaps_tell_the_medium(lengths, levels, medium, pattern, confidence):
    """S3-47, S3-49."""
    source = judged(recording(lengths, levels))

    assert (source.medium, source.gap_pattern, source.confidence) == (medium, pattern, confidence)


def test_without_gaps_there_is_no_mean():
    source = judged([])

    assert source.mean_gap_ticks is None
    assert source.gap_spread_ticks is None


def test_what_a_person_says_is_believed_before_a_tag_and_a_tag_before_the_gaps():
    gaps = recording([2.0, 2.1, 2.2])

    by_person = judged(gaps, said=Medium.CASSETTE, tagged=Medium.VINYL)
    by_tag = judged(gaps, tagged=Medium.VINYL)
    by_gaps = judged(gaps)

    assert (by_person.medium, by_person.confidence) == (Medium.CASSETTE, 1.0)
    assert (by_tag.medium, by_tag.confidence) == (Medium.VINYL, 0.9)
    assert (by_gaps.medium, by_gaps.confidence) == (Medium.CD, 0.8)


@pytest.mark.parametrize(
    ("tag", "medium"),
    [
        ("CD", "CD"),
        ("2xCD", "CD"),
        ("Enhanced CD", "CD"),
        ("HDCD", "CD"),
        ("Hybrid SACD", "CD"),
        ("CD-R", "CD"),
        ("DIG/CD", "CD"),
        ("Vinyl", "Vinyl"),
        ('12" Vinyl', "Vinyl"),
        ("Shellac", "Vinyl"),
        ("TT/33", "Vinyl"),
        ("Cassette", "Cassette"),
        ("MC/4", "Cassette"),
        ("Digital Media", "Unknown"),
        ("VCD", "Unknown"),
        ("", "Unknown"),
        (None, "Unknown"),
    ],
)
def test_tags_name_the_medium_in_several_languages(tag, medium):
    assert tagged_medium(tag) == medium


@given(st.lists(st.floats(0.5, 30), max_size=20), st.floats(-120, -30))
def test_confidence_is_a_share_and_grows_with_the_gaps_that_fit(lengths, level):
    few, more = judged(recording(lengths, level)), judged(recording(lengths + lengths, level))

    assert 0 <= few.confidence <= more.confidence <= 1
    assert (few.medium is Medium.UNKNOWN) == (few.confidence == 0)


def test_gaps_are_alike_up_to_half_a_second_of_spread():
    alike = [seconds_to_ticks(seconds) for seconds in (2.0, 3.0)]
    apart = [seconds_to_ticks(seconds) for seconds in (2.0, 3.01)]

    assert gap_pattern(alike) is GapPattern.CONSISTENT
    assert gap_pattern(apart) is GapPattern.VARIABLE
