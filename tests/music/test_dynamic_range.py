import math

import numpy as np
import pytest

from music.dynamic_range import dynamic_range_db
from tests import signals
from tests.music.timbres import hops_of


def loudness_steps(levels_db, *, seconds=3.0, channels=2):
    part = np.concatenate([signals.sine(1_000, seconds, peak_dbfs=level) for level in levels_db])
    return np.tile(part, (channels, 1))


@pytest.mark.parametrize("channels", [1, 2, 6])
def test_a_steady_sine_has_none(channels):
    value = dynamic_range_db(hops_of(loudness_steps([-10.0] * 4, channels=channels)))

    assert value == pytest.approx(0.0, abs=0.01)


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 44_100, 48_000, 192_000])
def test_noise_has_that_of_its_crest_at_every_rate(rate_hz):
    noise = np.clip(signals.noise(12.0, rms_level_dbfs=-20.0, rate_hz=rate_hz), -0.3, 0.3)

    value = dynamic_range_db(hops_of(noise, rate_hz=rate_hz))

    assert value == pytest.approx(20 * math.log10(0.3) + 20 - 3.01, abs=0.05)


def test_the_loudest_fifth_is_compared_with_the_second_highest_peak():
    samples = loudness_steps([-30.0] * 6 + [-12.0, -10.0] + [-30.0] * 2)

    value = dynamic_range_db(hops_of(samples))

    loud_db = 10 * math.log10((10**-1.2 + 10**-1.0) / 2)
    assert value == pytest.approx(-12.0 - loud_db, abs=0.02)


def test_channels_are_measured_apart():
    peaky = signals.sine(1_000, 12.0, peak_dbfs=-26.0)
    peaky[[70_000, 300_000]] = 0.5
    both = np.stack([signals.sine(1_000, 12.0, peak_dbfs=-6.0), peaky])

    value = dynamic_range_db(hops_of(both))

    assert value == pytest.approx((0.0 + 20.0) / 2, abs=0.1)


def test_an_empty_channel_does_not_count():
    both = np.stack([loudness_steps([-10.0] * 3)[0], signals.silence(9.0)])

    assert dynamic_range_db(hops_of(both)) == pytest.approx(0.0, abs=0.01)


@pytest.mark.parametrize(
    "samples",
    [signals.silence(10.0), signals.noise(5.9), signals.noise(2.0), signals.noise(0.05), np.full(1, 0.5, np.float32)],
    ids=["silence", "under 6 s", "2 s", "50 ms", "one sample"],
)
def test_silence_and_what_is_short_have_no_value(samples):
    assert dynamic_range_db(hops_of(samples)) is None


def test_a_shifted_zero_line_is_no_crash():
    value = dynamic_range_db(hops_of(np.full(300_000, 0.5, np.float32)))

    assert value == pytest.approx(-3.01, abs=0.01)


def test_a_span_is_measured_by_itself():
    quiet, loud = signals.sine(1_000, 6.0, peak_dbfs=-20.0), signals.noise(6.0)
    hops = hops_of(np.concatenate([quiet, loud]))

    assert dynamic_range_db(hops.of_cells(slice(0, 600))) == pytest.approx(0.0, abs=0.01)
    assert dynamic_range_db(hops.of_cells(slice(600, 1_200))) == pytest.approx(dynamic_range_db(hops_of(loud)), abs=0.5)
    assert dynamic_range_db(hops.of_cells(slice(0, 0))) is None
