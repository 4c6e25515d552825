"""The tempo of a piece of music: how many beats a minute, with the metrical level decided.

Where onsets repeat themselves (`periodicity`), which of those pulses is the beat (`metre`), how evenly it is kept
(`stability`), and how sure that is. Sound without a pulse has no tempo: None, never a guess.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from music.limits import check_limits
from music.metre import Levels, find_levels, weigh_levels
from music.onsets import FRAMES_PER_SECOND, Onsets
from music.periodicity import find_periodicity
from music.stability import measure_stability

SLOWEST_BPM, FASTEST_BPM = 30.0, 300.0
"""What the limits may be set to: people hear no beat in what is slower, and notes in what is faster."""
LEAST_SECONDS = 4.0
"""In less there are too few beats to count."""

_LEAST_STRENGTH = 0.5
"""The hundredth part of a piece that is strongest has more than that in some register; tones that swell have not."""
_LEAST_CLARITY = 0.09
"""Noise stays below."""
_CLEAR_SECONDS = 30.0
"""In shorter pieces chance looks more like a pulse."""
_ACCEPTED_RATIOS = (2.0, 3.0, 0.5, 1 / 3)
"""Of a second level to the first: people who disagree about a beat disagree by these."""
_RATIO_TOLERANCE = 0.03
_PLAUSIBLE_SHARE = 0.02
"""A second level with a smaller probability is not worth offering."""
_CLEAR = 0.25
"""From this clarity on, more of it does not make a tempo more certain."""
_SURENESS = (-4.2, 0.8, 15.4)
"""The confidence's logistic map: constant, weight of the logarithm of the odds, weight of the clarity up to that.

Fitted to what came of pieces whose whole style had been left out of the making of the weights, and to noise, speech and
random strokes, which count as wrong; then lowered by 0.4, because a wrong octave costs more than a doubt.
"""


@dataclass(frozen=True, slots=True)
class TempoParameters:
    """What can be set about the tempo.

    Raises:
        ValueError: A value is out of its range; the message names it.
    """

    lowest_bpm: float = 40.0
    """No tempo is lower, 30 to 150."""
    highest_bpm: float = 220.0
    """No tempo is higher; at least twice the lowest, up to 300."""

    def __post_init__(self) -> None:
        limits = (SLOWEST_BPM, FASTEST_BPM / 2)
        check_limits("lowest_bpm", self.lowest_bpm, limits, mistake="did you pass seconds or hertz?")
        if not 2 * self.lowest_bpm <= self.highest_bpm <= FASTEST_BPM:
            allowed = f"from {2 * self.lowest_bpm:g} (an octave over lowest_bpm) to {FASTEST_BPM:g}"
            raise ValueError(f"highest_bpm is {allowed}, got {self.highest_bpm:g}")


@dataclass(frozen=True, slots=True)
class Tempo:
    """How fast a piece is."""

    bpm: float | None
    """Beats a minute; None if it has no pulse."""
    bpm_alternative: float | None
    """The second metrical level that a listener might take for the beat; None if there is none."""
    bpm_confidence: float
    """The probability that `bpm` is right, 0 to 1; 0 without one."""
    tempo_stability: float | None
    """How evenly it is kept, 0 to 1, near 1 for a machine; None without a tempo or in less than 12 s."""


_NO_TEMPO = Tempo(bpm=None, bpm_alternative=None, bpm_confidence=0.0, tempo_stability=None)


def find_tempo(onsets: Onsets, parameters: TempoParameters | None = None) -> Tempo:
    """Return the tempo of a piece.

    Args:
        onsets: Of the piece.
        parameters: The defaults if None.
    """
    limits = parameters or TempoParameters()
    if not _is_articulated(onsets):
        return _NO_TEMPO
    periodicity = find_periodicity(onsets)
    shortest_seconds, longest_seconds = 60 / limits.highest_bpm, 60 / limits.lowest_bpm
    levels = find_levels(periodicity, shortest_seconds=shortest_seconds, longest_seconds=longest_seconds)
    clarity = levels.salience * min(1.0, np.sqrt(len(onsets.strengths) / (_CLEAR_SECONDS * FRAMES_PER_SECOND)))
    if clarity < _LEAST_CLARITY:
        return _NO_TEMPO
    probabilities = _probabilities(weigh_levels(periodicity, levels))
    beat = int(probabilities.argmax())
    period_seconds = float(levels.periods_seconds[beat])
    return Tempo(
        bpm=60 / period_seconds,
        bpm_alternative=_second_level(levels, probabilities, beat=beat),
        bpm_confidence=_confidence(float(probabilities[beat]), clarity),
        tempo_stability=measure_stability(periodicity.novelty, period_seconds),
    )


def _is_articulated(onsets: Onsets) -> bool:
    """Return whether a piece is long enough and something begins in it."""
    if len(onsets.strengths) < LEAST_SECONDS * FRAMES_PER_SECOND:
        return False
    return bool(np.quantile(onsets.strengths.max(axis=1), 0.99) > _LEAST_STRENGTH)


def _probabilities(evidence: NDArray[np.float64]) -> NDArray[np.float64]:
    odds = np.exp(evidence - evidence.max())
    return odds / odds.sum()


def _second_level(levels: Levels, probabilities: NDArray[np.float64], *, beat: int) -> float | None:
    """Return the most probable other tempo that is a double, a half, a triple or a third of the first."""
    ratios = levels.periods_seconds[beat] / levels.periods_seconds
    related = np.zeros(len(ratios), bool)
    for accepted in _ACCEPTED_RATIOS:
        related |= np.abs(ratios / accepted - 1) < _RATIO_TOLERANCE
    second = int(np.where(related, probabilities, 0.0).argmax())
    if not related[second] or probabilities[second] < _PLAUSIBLE_SHARE:
        return None
    return float(60 / levels.periods_seconds[second])


def _confidence(probability: float, clarity: float) -> float:
    """Return how often a tempo that stood out so far, in a piece with so clear a pulse, was right."""
    constant, of_odds, of_clarity = _SURENESS
    odds = np.log(probability / max(1e-6, 1 - probability))
    return float(1 / (1 + np.exp(-(constant + of_odds * odds + of_clarity * min(clarity, _CLEAR)))))
