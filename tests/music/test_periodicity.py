import numpy as np
import pytest

from music.onsets import REGISTERS, Onsets
from music.periodicity import LAGS, PAIRS, VOICES, find_periodicity


def strokes(frames: int, **every: tuple[int, int]) -> Onsets:
    """Strokes of single registers, each every so many frames from a first one."""
    strengths = np.zeros((frames, len(REGISTERS)), np.float32)
    for register, (period, first) in every.items():
        strengths[first::period, REGISTERS.index(register)] = 1.0
    return Onsets(strengths=strengths)


@pytest.mark.parametrize("frames", [700, 1024, 5000], ids=["less than a window", "one window", "many windows"])
def test_strokes_come_back_after_their_period(frames):
    found = find_periodicity(strokes(frames, snare=(20, 3)))

    snare = found.correlations[VOICES.index("snare")]
    assert snare[[0, 20, 40, 200]] == pytest.approx(1.0, abs=0.1)
    assert snare[[10, 30]].max() < 0.1


def test_the_snare_answers_the_bass_drum_half_way():
    found = find_periodicity(strokes(4000, low=(40, 0), snare=(40, 20)))

    answer = found.answers[PAIRS.index(("low", "snare"))]
    assert answer[20] == pytest.approx(1.0, abs=0.1)
    assert answer[[0, 40]].max() < 0.1


def test_onsets_are_counted_for_each_register():
    found = find_periodicity(strokes(4307, low=(43, 10), high=(10, 5)))

    assert found.onsets_per_second[VOICES.index("low")] == pytest.approx(1.0, abs=0.05)
    assert found.onsets_per_second[VOICES.index("high")] == pytest.approx(4.3, abs=0.05)
    assert found.onsets_per_second[VOICES.index("bass")] == pytest.approx(0.2)


@pytest.mark.parametrize("frames", [1, 3, 100], ids=str)
def test_a_moment_is_described_too(frames):
    found = find_periodicity(strokes(frames, low=(2, 0)))

    assert found.correlations.shape == (len(VOICES), LAGS)
    assert np.isfinite(found.correlations).all()
    assert np.isfinite(found.answers).all()
