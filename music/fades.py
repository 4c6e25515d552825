"""Whether music is faded in, how long and by which curve.

A fade is a known factor on a level that stays what it is: each curve in each length is taken off the levels, and
what leaves them most even is the fade. "Even" is the sum of distances from the median, so that accents and rests
count for what they last. A fade-out is a fade-in of the levels in reverse.

How sure that is depends on the music: a fade of eight seconds that is wrong by half a second is wrong by half a
decibel.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

FadeShape = Literal["linear", "square", "cosine"]

HEARD_SECONDS = 30.0
"""So much of the music is compared with what is faded."""
LONGEST_SECONDS = 16.0
"""A longer rise is one of the music."""
SHORTEST_SECONDS = 0.3
"""A shorter rise is the attack of a note."""
DEPTH_DB = 40.0
"""So far under the level of the music a fade is no longer followed: there lies noise."""
LEAST_GAIN_DB_SECONDS = 3.0
"""So much more even must the levels become: a fade of half a second takes off about four, a rest or an accent at the
beginning of music that is not faded one."""

_SHAPES: Final[tuple[FadeShape, ...]] = ("linear", "square", "cosine")
_Levels = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Fade:
    """A fade at the beginning of music."""

    steps: int
    """How many levels it is long, at least one."""
    shape: FadeShape
    """The amplitude over the time t from 0 to 1: t, t² or (1 - cos πt) / 2."""


def find_fade(levels_db: NDArray[np.floating], *, step_seconds: float) -> Fade | None:
    """Return the fade with which music begins; None if it is not faded.

    Args:
        levels_db: Of the music from its first sound on, shape (n,). A fade of more than half of it is not found.
        step_seconds: How far they are apart.
    """
    heard = np.asarray(levels_db[: round(HEARD_SECONDS / step_seconds)], np.float32)
    shortest = max(1, round(SHORTEST_SECONDS / step_seconds))
    longest = min(round(LONGEST_SECONDS / step_seconds), heard.size // 2, levels_db.size // 2)
    if longest < shortest:
        return None
    heard = np.maximum(heard, np.median(heard) - np.float32(DEPTH_DB))
    unfaded = heard - _curves(heard.size, shortest, longest)
    unevenness = _unevenness(unfaded)
    best = int(np.argmin(unevenness))
    gain_db_seconds = float(_unevenness(heard[None])[0] - unevenness[best]) * step_seconds
    if gain_db_seconds < LEAST_GAIN_DB_SECONDS:
        return None
    shape, steps = divmod(best, longest - shortest + 1)
    return Fade(steps=shortest + steps, shape=_SHAPES[shape])


def _unevenness(rows: _Levels) -> _Levels:
    """Return the sum of each row's distances from its median."""
    middle = rows.shape[1] // 2
    medians = np.partition(rows, middle, axis=1)[:, middle, None]
    return np.abs(rows - medians).sum(axis=1)


@lru_cache(maxsize=4)
def _curves(count: int, shortest: int, longest: int) -> _Levels:
    """Return what each fade adds to the levels in dB, shape (curves * lengths, count), curve by curve."""
    lengths = np.arange(shortest, longest + 1)[:, None]
    times = np.minimum((np.arange(count) + 0.5) / lengths, 1.0)
    amplitudes = np.concatenate([times, times**2, (1 - np.cos(np.pi * times)) / 2])
    return np.maximum(20.0 * np.log10(amplitudes), -DEPTH_DB).astype(np.float32)
