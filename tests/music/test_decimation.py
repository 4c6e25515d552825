import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from music.decimation import DECIMATED_HZ, Decimator
from tests import signals

RATES_HZ = (8_000, 11_025, 12_000, 16_000, 22_050, 32_000, 44_100, 48_000, 64_000, 88_200, 96_000, 176_400, 192_000)
ODD_RATE_HZ = 8_064


def decimated(samples, *, rate_hz, blocks=1):
    decimator = Decimator(rate_hz)
    parts = [decimator(part) for part in np.array_split(samples, blocks)]
    return np.concatenate([*parts, decimator.finish()])


@pytest.mark.parametrize("rate_hz", [*RATES_HZ, ODD_RATE_HZ])
def test_a_tone_stays_where_and_as_loud_as_it_was(rate_hz):
    tone = signals.sine(440.0, 1.0, rate_hz=rate_hz)

    out = decimated(tone, rate_hz=rate_hz)

    expected = signals.sine(440.0, 1.0, rate_hz=DECIMATED_HZ)[: out.size]
    assert DECIMATED_HZ - 12 <= out.size <= DECIMATED_HZ
    np.testing.assert_allclose(out[100:], expected[100:], atol=2e-3)


@pytest.mark.parametrize("rate_hz", [44_100, 48_000, 96_000])
def test_what_is_above_half_the_new_rate_does_not_come_back_lower(rate_hz):
    tone = signals.sine(9_000.0, 1.0, peak_dbfs=0.0, rate_hz=rate_hz)

    assert np.abs(decimated(tone, rate_hz=rate_hz)[100:]).max() < 10 ** (-70 / 20)


@pytest.mark.parametrize("rate_hz", [8_000, 44_100, 48_000, ODD_RATE_HZ])
@settings(max_examples=40, deadline=None)
@given(count=st.integers(1, 5_000), blocks=st.integers(1, 9))
def test_the_blocks_do_not_matter(rate_hz, count, blocks):
    samples = signals.noise(5_000 / rate_hz, rate_hz=rate_hz)[:count]
    taps = {8_000: 16, 44_100: 80, 48_000: 88, ODD_RATE_HZ: 16}[rate_hz]

    whole = decimated(samples, rate_hz=rate_hz)

    inside = [k for k in range(8_000) if k * rate_hz // DECIMATED_HZ + taps - (taps - 1) // 2 <= count]
    assert whole.size == len(inside)
    if count >= taps * blocks:
        np.testing.assert_allclose(decimated(samples, rate_hz=rate_hz, blocks=blocks), whole, atol=1e-6)


def test_one_sample_is_too_little_to_hear():
    assert decimated(np.ones(1, np.float32), rate_hz=44_100).size == 0


def test_nothing_becomes_nothing():
    assert Decimator(44_100).finish().size == 0


def test_what_has_the_rate_already_stays_as_it_is():
    samples = signals.noise(0.1, rate_hz=DECIMATED_HZ)

    np.testing.assert_array_equal(decimated(samples, rate_hz=DECIMATED_HZ, blocks=3), samples)
