"""Which of the pulses of a piece is its beat.

A piece that repeats itself after 0.4 s does so after 0.8 and 1.6 s too, and mostly after 0.2 s: a beat, its half, its
double, in triple time its third are all there, and which of them people tap is a matter of style. So each pulse that
could be the beat is looked at as if it were: how strongly does each register come back after a sixth of a beat up to
eight beats, does the snare answer the bass drum after one beat, how many notes are there in a beat, how fast is it.

Those observations speak for a beat or against it, each by itself and a few patterns of them together (a backbeat at
this tempo, a bar of three): a network with one layer of six hidden units. Differences of evidence are logarithms of
odds.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from music.correlation import at_lags
from music.metre_weights import PATTERN_BIASES, PATTERN_WEIGHTS, WEIGHTS
from music.onsets import FRAMES_PER_SECOND
from music.periodicity import LAGS, Periodicity

_GRID_STEP = 0.008
"""Between neighbouring periods, as a logarithm: a third of the width of a peak of four added repeats."""
_MOST_LEVELS = 14
_COMB = ((1, 1.0), (2, 0.5), (3, 0.25), (4, 0.4))
"""How much the repeat after so many beats adds to the salience of a pulse; four is a bar in most music."""
_COMB_VOICES = np.array([0.55, 0.15, 0.1, 0.0, 0.1, 0.1, 0.0])
"""How much each voice adds to it."""
_FORGIVEN_FRAMES = 0.7
"""A repeat may be that much early or late: the rounding of the period, times the beats."""
_REPEATS = (1 / 6, 1 / 4, 1 / 3, 1 / 2, 2 / 3, 3 / 4, 1, 4 / 3, 3 / 2, 2, 3, 4, 6, 8)
"""After how many beats repeats are looked at."""
_ANSWERS = (0, 1 / 2, 1, 3 / 2, 2, 3, 4)
"""After how many beats answers are looked at."""
_SOFT = 1e-4
"""Keeps the logarithm of a register in which nothing happens finite."""
_REFINED_SECONDS = 10.0
_REFINED_RANGE = 0.012
_REFINED_STEP = 0.0005
_MIDDLE_SECONDS = 0.5
"""Tempi are counted in octaves from 120 BPM."""


@dataclass(frozen=True, slots=True)
class Levels:
    """The pulses of a piece that could be its beat."""

    periods_seconds: NDArray[np.float64]
    """Shape (n,), each to 0.1 %; the most salient first."""
    salience: float
    """Of the first, 0 to about 2: how clear any pulse is at all."""


def find_levels(periodicity: Periodicity, *, shortest_seconds: float, longest_seconds: float) -> Levels:
    """Return the pulses between two periods, at most 14."""
    steps = int(np.log(longest_seconds / shortest_seconds) / _GRID_STEP) + 1
    periods = shortest_seconds * np.exp(_GRID_STEP * np.arange(-1, steps + 2))
    mixture = (_COMB_VOICES @ periodicity.correlations)[None, :]
    comb = sum(weight * at_lags(mixture, multiple * FRAMES_PER_SECOND * periods)[0] for multiple, weight in _COMB)
    salience = np.asarray(comb)
    peaks = np.flatnonzero((salience[1:-1] >= salience[:-2]) & (salience[1:-1] > salience[2:])) + 1
    peaks = peaks[np.argsort(-salience[peaks], kind="stable")][:_MOST_LEVELS]
    refined = [_refined(periodicity.correlations[:1], float(periods[peak])) for peak in peaks]
    within = np.clip(np.array(refined), shortest_seconds, longest_seconds)
    return Levels(periods_seconds=within, salience=float(salience[peaks].max(initial=0.0)))


def weigh_levels(periodicity: Periodicity, levels: Levels) -> NDArray[np.float64]:
    """Return the evidence that each pulse is the beat, shape (n,)."""
    means, spreads, direct, patterns = WEIGHTS[:, 0], WEIGHTS[:, 1], WEIGHTS[:, 2], WEIGHTS[:, 3:]
    observed = (observe_levels(periodicity, levels) - means) / spreads
    return observed @ direct + np.tanh(observed @ patterns + PATTERN_BIASES) @ PATTERN_WEIGHTS


def observe_levels(periodicity: Periodicity, levels: Levels) -> NDArray[np.float64]:
    """Return what is observed of each pulse, shape (n, rows of `WEIGHTS`)."""
    octaves = np.log2(levels.periods_seconds / _MIDDLE_SECONDS)[:, None]
    density = np.log2(periodicity.onsets_per_second)
    notes_in_beat = density + octaves - 1.0
    loudness = np.log(periodicity.strengths + _SOFT)
    columns = (
        _repeats(periodicity, levels),
        _answers(periodicity, levels),
        octaves ** np.array((1, 2, 3)),
        notes_in_beat**2,
        octaves * density,
        octaves * (loudness - loudness.mean()),
    )
    return np.concatenate(columns, axis=1)


def _repeats(periodicity: Periodicity, levels: Levels) -> NDArray[np.float64]:
    lags = FRAMES_PER_SECOND * levels.periods_seconds[:, None] * np.array(_REPEATS)
    shifts = (-_FORGIVEN_FRAMES, 0.0, _FORGIVEN_FRAMES)
    strongest = np.maximum.reduce([at_lags(periodicity.correlations, lags + shift) for shift in shifts])
    return strongest.transpose(1, 0, 2).reshape(len(lags), -1)


def _answers(periodicity: Periodicity, levels: Levels) -> NDArray[np.float64]:
    lags = FRAMES_PER_SECOND * levels.periods_seconds[:, None] * np.array(_ANSWERS)
    return at_lags(periodicity.answers, lags).transpose(1, 0, 2).reshape(len(lags), -1)


def _refined(correlation: NDArray[np.float64], period_seconds: float) -> float:
    """Return the period near this one whose repeats over ten seconds are strongest."""
    offsets = np.arange(-_REFINED_RANGE, _REFINED_RANGE + _REFINED_STEP / 2, _REFINED_STEP)
    beats = np.arange(1, max(4, int(_REFINED_SECONDS / period_seconds)) + 1)
    beats = beats[beats * period_seconds * FRAMES_PER_SECOND < LAGS - 10]
    lags = FRAMES_PER_SECOND * period_seconds * np.exp(offsets)[:, None] * beats
    strengths = at_lags(correlation, lags)[0].sum(axis=1)
    best = int(np.argmax(strengths))
    if not 0 < best < offsets.size - 1:
        return float(period_seconds * np.exp(offsets[best]))
    before, here, after = strengths[best - 1 : best + 2]
    curvature = before - 2 * here + after
    shift = (before - after) / (2 * curvature) if curvature else 0.0
    return float(period_seconds * np.exp(offsets[best] + shift * _REFINED_STEP))
