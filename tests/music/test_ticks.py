import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from music.ticks import (
    TICKS_PER_SECOND,
    Ticks,
    divides_tick,
    samples_to_ticks,
    seconds_to_ticks,
    ticks_to_samples,
    ticks_to_seconds,
)

LISTED_HZ = (8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 88_200, 96_000, 176_400, 192_000)
"""S3-126."""
TEN_DAYS = 10 * 86_400


def test_the_tick_is_the_least_common_multiple_of_the_listed_rates() -> None:
    assert math.lcm(*LISTED_HZ) == TICKS_PER_SECOND


@pytest.mark.parametrize("rate_hz", [*LISTED_HZ, 12_000, 24_000, 64_000, 352_800])
def test_a_usual_rate_divides_the_tick(rate_hz: int) -> None:
    assert divides_tick(rate_hz)


@pytest.mark.parametrize("rate_hz", [37_800, 384_000, 0, -44_100])
def test_an_odd_rate_does_not(rate_hz: int) -> None:
    assert not divides_tick(rate_hz)


@given(st.integers(0, TEN_DAYS * 192_000), st.sampled_from(LISTED_HZ))
def test_every_sample_of_a_usual_rate_comes_back(sample: int, rate_hz: int) -> None:
    """S3-127."""
    ticks = samples_to_ticks(sample, rate_hz=rate_hz)

    assert ticks * rate_hz == sample * TICKS_PER_SECOND
    assert ticks_to_samples(ticks, rate_hz=rate_hz) == sample


@given(st.integers(0, TEN_DAYS * 384_000), st.sampled_from([37_800, 384_000, 44_056]))
def test_an_odd_rate_is_rounded_once_by_half_a_tick_at_most(sample: int, rate_hz: int) -> None:
    exact = Fraction(sample * TICKS_PER_SECOND, rate_hz)

    assert abs(samples_to_ticks(sample, rate_hz=rate_hz) - exact) <= Fraction(1, 2)


@given(st.floats(0, TEN_DAYS))
def test_seconds_become_the_nearest_tick(seconds: float) -> None:
    """S3-128."""
    assert abs(seconds_to_ticks(seconds) - Fraction(seconds) * TICKS_PER_SECOND) <= Fraction(1, 2)


def test_ticks_are_shown_as_seconds() -> None:
    assert ticks_to_seconds(Ticks(TICKS_PER_SECOND * 3 // 2)) == 1.5


@pytest.mark.parametrize("rate_hz", [0, -1])
def test_a_rate_that_is_none_is_refused(rate_hz: int) -> None:
    with pytest.raises(ValueError, match="a sample rate is positive"):
        samples_to_ticks(1, rate_hz=rate_hz)
