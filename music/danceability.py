"""How well a piece invites to dance, from 0 to 1.

Two things are asked of its level over time. Is it *steady*: does every stretch of some seconds hold the same ups and
downs as the next one? That is measured by detrended fluctuation analysis: the level is summed up, cut into stretches of
equal length, and what is left of each after a straight line was taken away grows as length^a. A repeated rhythm stays
where it is (a near 0), rubato playing and speech wander (a near 1), a random walk has 1.5. And has it a *punch*: how
deep are the ups and downs within half a second? Without this a drone or noise, which are steady too, would be dances.

    groove = √(steadiness · punch),  steadiness = 1 - a / 1.5,  punch = spread of the level / (0.5 · its mean)

each held between 0 and 1.

References:
    S. Streich and P. Herrera, "Detrended fluctuation analysis of music signals: danceability estimation and further
    semantic characterization", AES 118, 2005 (stretches from 0.31 s to 10 s; here to 8.8 s, as in Essentia).
"""

import numpy as np
from numpy.typing import NDArray

from music.cells import CELLS_PER_SECOND

FEWEST_SECONDS = 10.0
"""In less no rhythm can show that it lasts."""

_SHORTEST_CELLS, _LONGEST_CELLS = 31, 880
_LENGTH_STEP = 1.25
_RANDOM_WALK = 1.5
"""How the fluctuation of a walk without aim grows."""
_FEWEST_STRETCHES = 4
"""Of the longest length that is looked at."""
_PUNCH_CELLS = CELLS_PER_SECOND // 2
_FULL_PUNCH = 0.5
"""Standard deviation of the level within half a second over its mean; drum machines reach it."""
_HEARD_SHARE = 0.05
"""Half seconds that are 26 dB below the loudest are pauses and have no punch."""
_SILENT = 1e-5
"""-100 dBFS."""

_Level = NDArray[np.float64]


def groove_of(mean_square: NDArray[np.float32]) -> float | None:
    """Return the groove of a span, 0 to 1; None under 10 s and for silence.

    Args:
        mean_square: Of each of its cells, shape (n,), full scale 1.0.
    """
    if mean_square.size < FEWEST_SECONDS * CELLS_PER_SECOND:
        return None
    level = np.sqrt(mean_square, dtype=np.float64)
    if level.max() < _SILENT:
        return None
    return float(np.sqrt(_steadiness(level) * _punch(level)))


def danceability_of(groove: float | None, *, bpm: float | None, tempo_stability: float | None) -> float | None:
    """Return groove · (1 + tempo stability) / 2, from 0 to 1; None without a groove or a tempo.

    The groove hears some seconds; a tempo that drifts over minutes takes away half of it at most. Which tempo it is
    does not count: slow dances are dances.

    Args:
        groove: From `groove_of`.
        bpm: Of the piece; None where it has no tempo.
        tempo_stability: 0 to 1; None counts as 1.
    """
    if groove is None or bpm is None:
        return None
    return groove * (1.0 + (1.0 if tempo_stability is None else tempo_stability)) / 2.0


def _steadiness(level: _Level) -> float:
    """Return 1 - a / 1.5, held between 0 and 1."""
    profile = np.cumsum(level - level.mean())
    lengths = _lengths(level.size)
    fluctuations = np.array([_fluctuation(profile, length) for length in lengths])
    if fluctuations.min() <= _SILENT * level.max():
        return 1.0
    growth = np.polyfit(np.log(lengths), np.log(fluctuations), 1)[0]
    return float(np.clip(1.0 - growth / _RANDOM_WALK, 0.0, 1.0))


def _lengths(cells: int) -> NDArray[np.int64]:
    longest = min(_LONGEST_CELLS, cells // _FEWEST_STRETCHES)
    count = int(np.log(longest / _SHORTEST_CELLS) / np.log(_LENGTH_STEP)) + 1
    return np.rint(_SHORTEST_CELLS * _LENGTH_STEP ** np.arange(count)).astype(np.int64)


def _fluctuation(profile: _Level, length: int) -> float:
    """Return the RMS of what a straight line leaves of each stretch of the profile."""
    stretches = profile[: profile.size // length * length].reshape(-1, length)
    times = np.arange(length) - (length - 1) / 2
    means, slopes = stretches.mean(axis=1), stretches @ times / (times @ times)
    left = np.vecdot(stretches, stretches) / length - means**2 - slopes**2 * (times @ times) / length
    return float(np.sqrt(max(0.0, left.mean())))


def _punch(level: _Level) -> float:
    """Return how deep the ups and downs within half a second are, 0 to 1."""
    halves = level[: level.size // _PUNCH_CELLS * _PUNCH_CELLS].reshape(-1, _PUNCH_CELLS)
    means = halves.mean(axis=1)
    heard = means > _HEARD_SHARE * means.max()
    return float(np.clip(np.median(halves[heard].std(axis=1) / means[heard]) / _FULL_PUNCH, 0.0, 1.0))
