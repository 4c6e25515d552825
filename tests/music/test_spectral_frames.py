import numpy as np
import pytest

from music.cells import cell_length, cut_cells
from music.spectral_frames import BANDS, SpectralMeter, brightness_hz
from tests import signals
from tests.music.timbres import frames_of

RATES_HZ = (8_000, 11_025, 22_050, 32_000, 44_100, 48_000, 88_200, 96_000, 192_000)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_a_tone_is_as_bright_as_it_is_high_at_every_rate(rate_hz):
    frames = frames_of(signals.sine(2_000, 3.0, rate_hz=rate_hz), rate_hz=rate_hz)

    assert brightness_hz(frames) == pytest.approx(2_000, rel=0.02)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_five_frames_a_second_are_kept_at_every_rate(rate_hz):
    frames = frames_of(signals.noise(6.5, rate_hz=rate_hz), rate_hz=rate_hz)

    assert frames.count in (32, 33)
    assert frames.band_hz * BANDS == rate_hz / 2


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_a_tone_has_its_level_in_its_band_at_every_rate(rate_hz):
    frames = frames_of(signals.sine(1_000, 1.0, peak_dbfs=-20.0, rate_hz=rate_hz), rate_hz=rate_hz)

    loudest = frames.depths.argmin(axis=1)
    assert np.all(np.abs((loudest + 0.5) * frames.band_hz - 1_000) <= frames.band_hz)
    assert np.all(np.abs(frames.depths.min(axis=1).astype(int) - 19) <= 3)  # the window's lobe reaches several lines


@pytest.mark.parametrize("rate_hz", [44_100, 48_000, 96_000, 192_000])
def test_white_noise_up_to_twenty_kilohertz_is_half_as_bright(rate_hz):
    frames = frames_of(signals.noise(5.0, rate_hz=rate_hz), rate_hz=rate_hz)

    assert brightness_hz(frames) == pytest.approx(10_010, rel=0.02)


def test_pink_noise_is_darker_than_white():
    pink, white = (brightness_hz(frames_of(maker(5.0))) for maker in (signals.pink_noise, signals.noise))

    assert pink is not None
    assert white is not None
    assert pink < 0.8 * white


def test_pauses_do_not_count():
    tone = signals.sine(3_000, 2.0, peak_dbfs=-12.0)
    hiss = signals.noise(8.0, rms_level_dbfs=-110.0)

    assert brightness_hz(frames_of(np.concatenate([tone, hiss]))) == pytest.approx(3_000, rel=0.02)


def test_a_louder_part_counts_for_more():
    low, high = signals.sine(500, 3.0, peak_dbfs=-6.0), signals.sine(5_000, 3.0, peak_dbfs=-26.0)

    brightness = brightness_hz(frames_of(np.concatenate([low, high])))

    assert brightness == pytest.approx((500 + 0.1 * 5_000) / 1.1, rel=0.06)


@pytest.mark.parametrize(
    "samples",
    [
        signals.silence(2.0),
        np.full(88_200, 0.5, np.float32),
        np.full((6, 88_200), -1.0, np.float32),
        signals.noise(2.0, rms_level_dbfs=-110.0),
        signals.noise(0.03),
        np.full(1, 0.5, np.float32),
    ],
    ids=["silence", "shifted zero line", "shifted in six channels", "hiss of 20 bits", "30 ms", "one sample"],
)
def test_what_has_no_sound_has_no_brightness(samples):
    assert brightness_hz(frames_of(samples)) is None


def test_fifty_milliseconds_have_a_brightness():
    assert brightness_hz(frames_of(signals.sine(1_000, 0.05))) == pytest.approx(1_000, rel=0.05)


@pytest.mark.parametrize("channels", [1, 2, 6])
def test_every_number_of_channels_is_heard_as_one(channels):
    tone = np.tile(signals.sine(1_000, 1.0), (channels, 1))

    frames = frames_of(tone)

    assert brightness_hz(frames) == pytest.approx(1_000, rel=0.02)
    np.testing.assert_array_equal(frames.depths.min(axis=1), frames_of(tone[:1]).depths.min(axis=1))


def test_a_span_has_the_frames_that_lie_in_it():
    frames = frames_of(np.concatenate([signals.sine(500, 4.0), signals.sine(5_000, 4.0)]))

    assert brightness_hz(frames.of_cells(slice(0, 400))) == pytest.approx(500, rel=0.02)
    assert brightness_hz(frames.of_cells(slice(400, 800))) == pytest.approx(5_000, rel=0.02)
    assert frames.of_cells(slice(0, 400)).count + frames.of_cells(slice(400, 800)).count == frames.count
    assert frames.of_cells(slice(401, 405)).count == 0
    assert frames.of_cells(slice(0, 0)).count == 0


def test_the_same_frames_come_of_whole_blocks_and_of_one():
    samples = signals.noise(7.1)
    meter = SpectralMeter(signals.RATE_HZ)
    meter.add(cut_cells(samples[None], cell_samples=cell_length(signals.RATE_HZ)))

    np.testing.assert_array_equal(meter.finish().depths, frames_of(samples).depths)


def test_an_hour_is_less_than_six_megabytes():
    frames = frames_of(signals.noise(60.0))

    assert 60 * (frames.depths.nbytes + frames.amplitudes.nbytes + frames.moments.nbytes) < 6e6
