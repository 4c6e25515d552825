"""Time as whole ticks, so that every sample boundary of every usual rate is exact.

28,224,000 is the least common multiple of the sample rates from 8 to 192 kHz (S3-126): a sample at any of them
is a whole number of ticks. Times are added, compared and stored in ticks; seconds are for people.
"""

from fractions import Fraction
from typing import NewType

Ticks = NewType("Ticks", int)
"""A time or a duration; 28,224,000 of them are one second."""

TICKS_PER_SECOND = 28_224_000
"""S3-126."""


def divides_tick(rate_hz: int) -> bool:
    """Tell whether a sample at this rate lasts a whole number of ticks."""
    return rate_hz > 0 and TICKS_PER_SECOND % rate_hz == 0


def samples_to_ticks(samples: int, *, rate_hz: int) -> Ticks:
    """Return the time at which a sample begins.

    Exact for every rate that divides the tick (S3-127), else rounded once to the nearest tick.

    Raises:
        ValueError: The rate is not positive.
    """
    if rate_hz <= 0:
        raise ValueError(f"a sample rate is positive, got {rate_hz} Hz")
    return Ticks((2 * samples * TICKS_PER_SECOND + rate_hz) // (2 * rate_hz))


def ticks_to_samples(ticks: Ticks, *, rate_hz: int) -> int:
    """Return the sample that begins nearest to a time."""
    return (2 * ticks * rate_hz + TICKS_PER_SECOND) // (2 * TICKS_PER_SECOND)


def seconds_to_ticks(seconds: float | Fraction) -> Ticks:
    """Return a time that was born as seconds (S3-128), rounded to the nearest tick."""
    return Ticks(round(Fraction(seconds) * TICKS_PER_SECOND))


def ticks_to_seconds(ticks: Ticks) -> float:
    """Return a time for people."""
    return ticks / TICKS_PER_SECOND
