"""Noise is told from quiet music, whatever its level and colour."""

import numpy as np
import pytest

from music.background_noise import find_noise, noise_threshold
from music.silences import level_of_cells, quietest_moment
from tests import signals
from tests.music.recordings import RATE_HZ, levels_of


def with_stretch(stretch, *, surface):
    """Music, a stretch, music, all of it over a surface."""
    music = signals.piece(12, rate_hz=RATE_HZ)
    samples = np.concatenate([music, stretch, music])
    return samples + surface[: samples.size]


def noise_seconds(samples):
    """Return how long noise was found between the ends of the music."""
    return noise_of(samples).cells[1_150:-1_150].sum() / 100


def noise_of(samples):
    levels = levels_of(samples)
    floor = quietest_moment(level_of_cells(levels.mean_square), cells_per_second=100, seconds=0.5)
    return find_noise(levels, floor_dbfs=floor and floor.level_dbfs, margin_db=6.0, seconds=0.5)


SURFACES = {
    "hiss": signals.noise(40, rms_level_dbfs=-50, rate_hz=RATE_HZ),
    "rumble and hiss": signals.pink_noise(40, rms_level_dbfs=-46, rate_hz=RATE_HZ),
    "crackle": signals.vinyl_noise(40, rms_level_dbfs=-48, rate_hz=RATE_HZ),
    "hum over hiss": signals.noise(40, rms_level_dbfs=-52, rate_hz=RATE_HZ)
    + signals.sine(50, 40, peak_dbfs=-42, rate_hz=RATE_HZ),
}


@pytest.mark.parametrize("surface", SURFACES.values(), ids=SURFACES)
def test_noise_between_music_is_found(surface):
    samples = with_stretch(signals.silence(2.0, rate_hz=RATE_HZ), surface=surface)

    assert noise_seconds(samples) == pytest.approx(2.0, abs=0.15)


@pytest.mark.parametrize("peak_dbfs", [-20.0, -28.0, -36.0])
@pytest.mark.parametrize("surface", SURFACES.values(), ids=SURFACES)
def test_quiet_music_is_no_noise_where_a_gap_shows_what_noise_is(surface, peak_dbfs):
    quiet = signals.piece(6, peak_dbfs=peak_dbfs, rate_hz=RATE_HZ)
    gap = signals.silence(1.5, rate_hz=RATE_HZ)
    music = signals.piece(6, rate_hz=RATE_HZ)

    samples = with_stretch(np.concatenate([quiet, music, gap]), surface=surface)

    assert noise_seconds(samples) == pytest.approx(1.5, abs=0.15)


def test_a_deep_bass_over_noise_is_no_noise():
    bass = signals.sine(50, 2.0, peak_dbfs=-25, rate_hz=RATE_HZ)
    gap = signals.silence(1.5, rate_hz=RATE_HZ)
    music = signals.piece(6, rate_hz=RATE_HZ)

    samples = with_stretch(np.concatenate([bass, music, gap]), surface=SURFACES["hiss"])

    assert noise_seconds(samples) == pytest.approx(1.5, abs=0.15)


def test_a_recording_without_noise_has_none():
    noise = noise_of(signals.piece(30, rate_hz=RATE_HZ))

    assert not noise.cells.any()
    assert noise.over_floor_db == -np.inf


def test_a_short_recording_has_no_known_noise():
    noise = noise_of(signals.noise(9, rms_level_dbfs=-60, rate_hz=RATE_HZ))

    assert not noise.cells.any()


@pytest.mark.parametrize(
    ("usual_dbfs", "floor_dbfs", "expected"),
    [
        pytest.param(-20.0, -54.0, -45.0, id="25 dB under the usual level"),
        pytest.param(-10.0, -60.0, -48.0, id="at most two margins over the noise"),
        pytest.param(-30.0, -52.0, -46.0, id="at least one margin over the noise"),
        pytest.param(-20.0, -31.0, -np.inf, id="quiet music is no noise"),
        pytest.param(-5.0, -34.0, -np.inf, id="loud noise is music"),
    ],
)
def test_a_threshold_over_noise(usual_dbfs, floor_dbfs, expected):
    cells = np.full(1_000, usual_dbfs)

    assert noise_threshold(cells, floor_dbfs, margin_db=6.0) == expected
