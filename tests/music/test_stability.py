import numpy as np
import pytest

from music.onsets import FRAMES_PER_SECOND
from music.stability import measure_stability


def strokes(*beats_seconds: float) -> np.ndarray:
    """One stroke after each of these times, two frames wide so that it can lie between them."""
    novelty = np.zeros(round((sum(beats_seconds) + 0.5) * FRAMES_PER_SECOND), np.float32)
    for place in np.cumsum(beats_seconds) * FRAMES_PER_SECOND:
        novelty[int(place)] += 1 - place % 1
        novelty[int(place) + 1] += place % 1
    return novelty


def test_a_machine_is_stable():
    assert measure_stability(strokes(*[0.5] * 80), 0.5) == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize("seed", range(3))
def test_nothing_is_more_than_stable(seed):
    novelty = np.zeros(3000, np.float32)
    novelty[::22] = np.random.default_rng(seed).random(novelty[::22].size) + 0.5

    stability = measure_stability(novelty, 22 / FRAMES_PER_SECOND)

    assert stability is not None
    assert stability <= 1.0


def test_rubato_is_not():
    drift = 0.5 * np.exp(0.1 * np.sin(np.arange(80) / 6))

    stability = measure_stability(strokes(*drift), 0.5)

    assert stability is not None
    assert stability < 0.5


def test_two_tempi_are_not():
    stability = measure_stability(strokes(*[0.5] * 60, *[0.6] * 50), 0.5)

    assert stability is not None
    assert stability < 0.75


def test_less_than_two_windows_say_nothing():
    assert measure_stability(strokes(*[0.5] * 20), 0.5) is None


def test_silence_is_not_divided_by():
    assert measure_stability(np.zeros(2000, np.float32), 0.5) == 0.0
