"""Applause is told from music, noise and tones."""

import numpy as np
import pytest

from music.applause import find_applause
from music.ticks import ticks_to_seconds
from tests import signals
from tests.music.recordings import levels_of

RATE_HZ = 22_050


def clapping(seconds, *, rms_level_dbfs=-22.0, hands=40, seed=5):
    """Return many hands that clap four times a second, each in its own time."""
    random = np.random.default_rng(seed)
    claps = np.zeros(round(seconds * RATE_HZ), np.float32)
    length = round(0.01 * RATE_HZ)
    for start in random.integers(0, claps.size - length, size=round(4 * hands * seconds)):
        clap = np.diff(random.standard_normal(length + 1)) * np.exp(-np.arange(length) / (0.002 * RATE_HZ))
        claps[start : start + length] += clap.astype(np.float32)
    return claps * np.float32(signals.amplitude(rms_level_dbfs - signals.rms_dbfs(claps)))


def applause_in(samples, *, silent=None):
    levels = levels_of(samples, rate_hz=RATE_HZ)
    silent = np.zeros(levels.peak.size, np.bool_) if silent is None else silent
    return [
        (ticks_to_seconds(each.start_ticks), ticks_to_seconds(each.end_ticks))
        for each in find_applause(levels, silent=silent)
    ]


def between_music(stretch):
    music = signals.piece(15, rate_hz=RATE_HZ)
    return np.concatenate([music, stretch, music])


@pytest.mark.parametrize("level_dbfs", [-18.0, -26.0])
def test_applause_between_pieces_is_found(level_dbfs):
    fading = signals.fade(clapping(6, rms_level_dbfs=level_dbfs), in_seconds=0.3, out_seconds=3.0, rate_hz=RATE_HZ)

    ((start, end),) = applause_in(between_music(fading))

    assert 14.9 <= start <= 16
    assert 20 <= end <= 21.1


@pytest.mark.parametrize(
    "stretch",
    [
        pytest.param(signals.piece(6, bpm=97, rate_hz=RATE_HZ), id="music"),
        pytest.param(clapping(1.5), id="a short burst"),
        pytest.param(signals.noise(6, rms_level_dbfs=-45, rate_hz=RATE_HZ), id="noise of a tape"),
        pytest.param(signals.pink_noise(6, rms_level_dbfs=-18, rate_hz=RATE_HZ), id="a roar with a bass"),
        pytest.param(signals.silence(6, rate_hz=RATE_HZ), id="silence"),
    ],
)
def test_what_is_no_applause_is_not_taken_for_it(stretch):
    assert applause_in(between_music(stretch)) == []


def test_what_is_silent_is_no_applause():
    samples = between_music(clapping(6))
    silent = np.zeros(levels_of(samples, rate_hz=RATE_HZ).peak.size, np.bool_)
    silent[1_500:2_100] = True

    assert applause_in(samples, silent=silent) == []


def test_a_recording_shorter_than_applause_has_none():
    assert applause_in(clapping(2)) == []
    assert applause_in(clapping(0.1)) == []
