"""Whether music is faded in, how long and by which curve.

A fade is a known factor on a level that stays what it is: each curve in each length is taken off the levels, and
what leaves them most even is the fade. "Even" is the sum of distances from the median, so that accents and rests
count for what they last. A fade-out is a fade-in of the levels in reverse.

A fade begins before it is heard: the square of an amplitude is a tenth of a fade long under -40 dB, and noise covers
more of it. So the curves are tried from several moments before the first sound on.

How sure that is depends on the music: a fade of eight seconds that is wrong by half a second is wrong by half a
decibel.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

FadeShape = Literal["linear", "square", "decibels", "cosine"]

HEARD_SECONDS = 20.0
"""So much of the music is compared with what is faded."""
LONGEST_SECONDS = 15.0
"""A longer rise is one of the music."""
SHORTEST_SECONDS = 0.3
"""A shorter rise is the attack of a note."""
LENGTHS_APART = 1.04
"""Each length that is tried is longer by this factor, which is 0.3 dB, or by half a window."""
BEFORE_SECONDS = (0.0, 0.1, 0.3, 0.8)
"""How long before the first sound a fade may begin, at most a third of its length."""
DECIBELS = 60.0
"""How far a fade that is even in decibels comes up."""
DEPTH_DB = 40.0
"""So far under the level of the music a fade is no longer followed: there lies noise."""
LEAST_GAIN_DB_SECONDS = 3.0
"""So much more even must the levels become: a fade of half a second takes off about four, a rest or an accent at the
beginning of music that is not faded one."""

_Levels = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Fade:
    """A fade at the beginning of music."""

    steps: int
    """How many levels it is long from the first sound on, at least one."""
    shape: FadeShape
    """The amplitude over the time t from 0 to 1: t, t², even in decibels (10^(3t - 3)) or (1 - cos πt) / 2."""


def find_fade(levels_db: NDArray[np.floating], *, step_seconds: float) -> Fade | None:
    """Return the fade with which music begins; None if it is not faded.

    Args:
        levels_db: Of the music from its first sound on, shape (n,). A fade of more than half of it is not found.
        step_seconds: How far they are apart.
    """
    heard = np.asarray(levels_db[: round(HEARD_SECONDS / step_seconds)], np.float32)
    longest = min(round(LONGEST_SECONDS / step_seconds), levels_db.size // 2)
    if longest < max(1.0, SHORTEST_SECONDS / step_seconds):
        return None
    fades, curves = _candidates(heard.size, longest, step_seconds=step_seconds)
    followed = np.maximum(heard, np.median(heard) - np.float32(DEPTH_DB))
    unevenness = _unevenness(followed - curves)
    best = int(np.argmin(unevenness))
    gain_db_seconds = float(_unevenness(followed[None])[0] - unevenness[best]) * step_seconds
    return fades[best] if gain_db_seconds >= LEAST_GAIN_DB_SECONDS else None


def _unevenness(rows: _Levels) -> _Levels:
    """Return the sum of each row's distances from its median."""
    middle = rows.shape[1] // 2
    medians = np.partition(rows, middle, axis=1)[:, middle, None]
    return np.abs(rows - medians).sum(axis=1)


@lru_cache(maxsize=4)
def _candidates(count: int, longest: int, *, step_seconds: float) -> tuple[tuple[Fade, ...], _Levels]:
    """Return the fades that are tried and what each adds to the levels in dB, shape (fades, count)."""
    fades: list[Fade] = []
    curves: list[NDArray[np.float64]] = []
    lengths = _lengths(longest, step_seconds=step_seconds)
    for before_seconds in BEFORE_SECONDS:
        before = before_seconds / step_seconds
        for length in lengths[lengths >= 3 * before]:
            times = np.minimum((np.arange(count) + 0.5 + before) / length, 1.0)
            shapes: dict[FadeShape, NDArray[np.float64]] = {
                "linear": times,
                "square": times**2,
                "decibels": 10.0 ** (-DECIBELS / 20 * (1 - times)),
                "cosine": (1 - np.cos(np.pi * times)) / 2,
            }
            fades += [Fade(max(1, round(length - before)), shape) for shape in shapes]
            curves += shapes.values()
    return tuple(fades), (20.0 * np.log10(np.maximum(curves, 10 ** (-DEPTH_DB / 20)))).astype(np.float32)


def _lengths(longest: int, *, step_seconds: float) -> NDArray[np.float64]:
    """Return the lengths that are tried, in windows."""
    lengths = [max(1.0, SHORTEST_SECONDS / step_seconds)]
    while lengths[-1] <= longest:
        lengths.append(max(lengths[-1] * LENGTHS_APART, lengths[-1] + 0.5))
    return np.array(lengths[:-1])
