import csv
from pathlib import Path
from statistics import median

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from music.cells import cell_length, cut_cells
from music.danceability import danceability_of, groove_of
from music.decoding import decode
from music.formats import find_format
from music.levels import LevelMeter
from tests import signals

TRUTH = Path(__file__).parents[3] / "shared" / "audio"


def squares_of(samples):
    meter = LevelMeter(signals.RATE_HZ, cell_samples=441)
    meter.add(cut_cells(np.atleast_2d(samples), cell_samples=441))
    return meter.finish().mean_square


def rubato(seconds, *, seed):
    """Notes at uneven times and of uneven loudness that die away slowly."""
    random = np.random.default_rng(seed)
    level = np.zeros(round(seconds * 100))
    at = 0
    while at < level.size:
        ring = np.exp(-np.arange(level.size - at) / 80.0)
        level[at:] = np.maximum(level[at:], random.uniform(0.02, 0.5) * ring)
        at += int(random.uniform(25, 220))
    return np.square(level).astype(np.float32)


def test_a_beat_that_lasts_has_a_groove():
    assert groove_of(squares_of(signals.clicks(125, 30.0) + signals.noise(30.0, rms_level_dbfs=-50.0))) > 0.8


@pytest.mark.parametrize("seed", range(5))
def test_rubato_has_less_than_a_beat(seed):
    beat = np.exp(-(np.arange(6_000) % 48) / 12.0) ** 2

    assert groove_of(rubato(60.0, seed=seed)) < groove_of(beat.astype(np.float32)) - 0.2


@pytest.mark.parametrize(
    "samples",
    [signals.noise(30.0), signals.sine(440, 30.0), np.full(1_323_000, 0.5, np.float32)],
    ids=["noise", "a tone", "a shifted zero line"],
)
def test_what_never_moves_has_hardly_any(samples):
    groove = groove_of(squares_of(samples))

    assert groove is not None
    assert groove < 0.35


@pytest.mark.parametrize(
    "samples",
    [signals.silence(30.0), signals.clicks(120, 9.9), signals.noise(2.0), signals.noise(0.05), signals.noise(0.001)],
    ids=["silence", "under 10 s", "2 s", "50 ms", "1 ms"],
)
def test_silence_and_what_is_short_have_none(samples):
    assert groove_of(squares_of(samples)) is None


def test_it_does_not_depend_on_the_volume():
    squares = squares_of(signals.piece(20.0))

    assert groove_of(squares) == pytest.approx(groove_of(squares * np.float32(0.01)), abs=1e-4)


@given(seed=st.integers(0, 1_000), cells=st.integers(1_000, 3_000), power=st.floats(0.1, 30))
def test_it_lies_between_none_and_all(seed, cells, power):
    squares = np.random.default_rng(seed).random(cells) ** power

    assert 0 <= groove_of(squares.astype(np.float32)) <= 1


@pytest.mark.parametrize(
    ("groove", "bpm", "stability", "expected"),
    [
        (0.8, 128.0, 1.0, 0.8),
        (0.8, 128.0, 0.5, 0.6),
        (0.8, 128.0, 0.0, 0.4),
        (0.8, 128.0, None, 0.8),
        (0.8, None, None, None),
        (None, 128.0, 1.0, None),
    ],
)
def test_a_tempo_is_needed_and_may_drift(groove, bpm, stability, expected):
    assert danceability_of(groove, bpm=bpm, tempo_stability=stability) == (expected and pytest.approx(expected))


def groove_of_file(path):
    with path.open("rb") as file, decode(file, find_format(file)) as decoder:
        cell_samples = cell_length(decoder.sample_rate_hz)
        meter = LevelMeter(decoder.sample_rate_hz, cell_samples=cell_samples)
        for samples in decoder:
            meter.add(cut_cells(samples, cell_samples=cell_samples))
    return groove_of(meter.finish().mean_square)


@pytest.mark.skipif(not (TRUTH / "music.csv").exists(), reason="the truth set is not here")
def test_dances_have_more_than_chorales():
    with (TRUTH / "music.csv").open() as file:
        rows = list(csv.DictReader(file))

    def grooves(*styles):
        return [groove_of_file(TRUTH / row["file"]) for row in rows if row["style"] in styles]

    assert median(grooves("techno", "house", "disco")) > 0.1 + median(grooves("chorales", "classical", "pianosolo"))
