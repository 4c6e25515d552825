import numpy as np
import pytest

from music.amplitude_profile import AmplitudeProfile
from music.levels import Levels
from music.segmentation import Span
from music.sound_warnings import (
    damaged_audio,
    missing_audio,
    quiet_pieces,
    rounded_rate,
    silent_audio,
    too_short_pieces,
)
from music.ticks import Ticks, seconds_to_ticks

NONSENSE = "that decoded to samples over 16 times full scale, or not a number"


def levels(*, seconds=240.0, peak=0.5):
    cells = np.full(3, peak, np.float32)
    return Levels(8_000, 80, round(seconds * 8_000), cells, cells**2, cells**2, cells**2)


@pytest.mark.parametrize(
    ("decoded", "expected", "told"),
    [
        (240.0, None, False),
        (240.0, 0.0, False),
        (240.0, 240.0, False),
        (240.01, 240.0, False),
        (238.9, 240.0, False),
        (238.7, 240.0, True),
        (9_989.1, 10_000.0, False),
        (9_988.0, 10_000.0, True),
        (0.4, 1.0, False),
        (500.0, 240.0, False),
    ],
)
def test_audio_is_missing_when_it_is_a_second_and_a_thousandth_shorter(decoded, expected, told):
    expected_ticks = None if expected is None else seconds_to_ticks(expected)

    assert (missing_audio(levels(seconds=decoded), expected_ticks=expected_ticks) is not None) == told


def test_missing_audio_is_told_in_minutes():
    said = missing_audio(levels(seconds=103.25), expected_ticks=seconds_to_ticks(240))

    assert said == "1:43.2 of 4:00.0 could be decoded"


@pytest.mark.parametrize(
    ("packets", "cells", "said"),
    [
        (0, 0, None),
        (1, 0, "left out: 1 damaged packet"),
        (7, 0, "left out: 7 damaged packets"),
        (0, 3, f"left out: 0.03 s {NONSENSE}"),
        (2, 100, f"left out: 2 damaged packets and 1.00 s {NONSENSE}"),
    ],
)
def test_damage_is_told_by_packets_and_by_what_they_decoded_to(packets, cells, said):
    assert damaged_audio(packets, refused_cells=cells) == said


def test_pieces_too_quiet_for_leads_are_counted():  # S3-R5
    profile = AmplitudeProfile(np.array([-60] * 10 + [-20] * 10, np.int8), Ticks(100))
    spans = (Span(Ticks(0), Ticks(1000), "manual"), Span(Ticks(1000), Ticks(2000), "manual"))

    assert quiet_pieces(profile, spans) == "1 of 2 too quiet (no moment reaches an RMS of 0.05)"
    assert quiet_pieces(profile, spans[1:]) is None


@pytest.mark.parametrize(
    ("peak", "silent"), [(0.0, True), (2**-15, True), (10 ** (-70.1 / 20), True), (10 ** (-69.9 / 20), False)]
)
def test_what_never_reaches_the_absolute_gate_is_silent(peak, silent):
    assert (silent_audio(levels(peak=peak)) is not None) == silent


def span(seconds):
    return Span(Ticks(0), seconds_to_ticks(seconds), "whole_file")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        ([3.0, 2.8], None),
        ([2.6], "1 of 1 too short (under 2.7 s)"),
        ([2.6, 30.0, 1.0], "2 of 3 too short (under 2.7 s)"),
        ([], None),
    ],
    ids=str,
)
def test_pieces_without_a_fingerprint_are_counted(seconds, said):
    assert too_short_pieces([span(each) for each in seconds]) == said


def test_a_converted_rate_is_told():
    assert rounded_rate(44_100, rate_hz=44_100) is None
    assert rounded_rate(37_800, rate_hz=44_100) == "its samples come at 37,800 Hz and were converted to 44,100 Hz"
