import numpy as np
import pytest

from music.metre import find_levels, observe_levels, weigh_levels
from music.metre_weights import PATTERN_BIASES, PATTERN_WEIGHTS, WEIGHTS
from music.onsets import FRAMES_PER_SECOND, REGISTERS, Onsets
from music.periodicity import Periodicity, find_periodicity


def rock(bpm: float, seconds: float = 40.0) -> Periodicity:
    """Bass drum on one and three, snare on two and four, hats on every half beat."""
    strengths = np.zeros((round(seconds * FRAMES_PER_SECOND), len(REGISTERS)), np.float32)
    for half in range(int(seconds * bpm / 30)):
        frame = min(len(strengths) - 1, round(half * 30 / bpm * FRAMES_PER_SECOND))
        strengths[frame, REGISTERS.index("high")] += 0.6
        strengths[frame, REGISTERS.index(("low", "high", "snare", "high")[half % 4])] += 1.0
    return find_periodicity(Onsets(strengths=strengths))


@pytest.mark.parametrize("bpm", [83.0, 110.0, 140.0])
def test_beat_and_bar_are_among_the_pulses(bpm):
    tempi = 60 / find_levels(rock(bpm), shortest_seconds=60 / 220, longest_seconds=60 / 40).periods_seconds

    assert np.abs(tempi / bpm - 1).min() < 0.002
    assert np.abs(tempi / (bpm / 2) - 1).min() < 0.002


def test_every_observation_has_its_weights():
    levels = find_levels(rock(120.0), shortest_seconds=0.3, longest_seconds=1.5)

    observed = observe_levels(rock(120.0), levels)

    assert observed.shape == (levels.periods_seconds.size, len(WEIGHTS))
    assert WEIGHTS.shape[1] == 3 + PATTERN_BIASES.size == 3 + PATTERN_WEIGHTS.size
    assert (WEIGHTS[:, 1] > 0).all()


@pytest.mark.parametrize("bpm", [96.0, 120.0, 132.0])
def test_a_backbeat_shows_where_the_beat_is(bpm):
    periodicity = rock(bpm)
    levels = find_levels(periodicity, shortest_seconds=60 / 220, longest_seconds=60 / 40)

    beat = levels.periods_seconds[weigh_levels(periodicity, levels).argmax()]

    assert 60 / beat == pytest.approx(bpm, rel=0.002)


def test_without_strokes_no_pulse_is_clear():
    nothing = find_periodicity(Onsets(strengths=np.zeros((900, len(REGISTERS)), np.float32)))

    assert find_levels(nothing, shortest_seconds=0.3, longest_seconds=1.5).salience == 0.0
