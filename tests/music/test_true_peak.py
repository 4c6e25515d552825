import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from music.cells import cell_length, cut_cells
from music.true_peak import TruePeakMeter, oversampling
from tests import signals
from tests.music.measuring import features

RATE_HZ = 48_000


def true_peaks(samples, *, rate_hz=RATE_HZ, blocks=1):
    cell_samples = cell_length(rate_hz)
    meter = TruePeakMeter(rate_hz, channels=len(samples), cell_samples=cell_samples)
    parts = np.split(samples, blocks, axis=1)
    cut = [cut_cells(np.ascontiguousarray(part), cell_samples=cell_samples) for part in parts]
    return np.concatenate([meter(block.samples, peaks=block.peaks) for block in cut])


def tone(frequency_hz, *, peak_dbfs=0.0, phase=0.0, rate_hz=RATE_HZ):
    """A sine that does not begin with a jump, which would have a peak of its own."""
    steady = signals.sine(frequency_hz, 1.0, peak_dbfs=peak_dbfs, phase=phase, rate_hz=rate_hz)
    return signals.fade(steady, in_seconds=0.1, out_seconds=0.1, rate_hz=rate_hz)


@pytest.mark.parametrize(
    ("rate_hz", "factor"),
    [(8_000, 24), (44_100, 4), (48_000, 4), (88_200, 4), (96_000, 2), (176_400, 2), (192_000, 2)],
)
def test_points_are_at_about_192_khz(rate_hz, factor):
    assert oversampling(rate_hz) == factor


@pytest.mark.parametrize("rate_hz", [8_000, 22_050, 44_100, 48_000, 64_000, 88_200])
def test_a_quarter_of_the_rate_between_the_samples_hides_three_decibels(rate_hz):
    samples = tone(rate_hz / 4, phase=np.pi / 4, rate_hz=rate_hz)

    measured = features(samples, rate_hz=rate_hz)

    assert measured.sample_peak_dbfs == pytest.approx(-3.01, abs=0.01)
    assert measured.true_peak_dbtp == pytest.approx(0.0, abs=0.05)


@pytest.mark.parametrize(
    ("divisor", "phase_degrees"),
    [(4, 0), (4, 45), (6, 60), (8, 67.5)],
    ids=["case 15", "case 16", "case 17", "case 18"],
)
def test_true_peak_is_that_of_ebu_tech_3341(divisor, phase_degrees):
    samples = tone(RATE_HZ / divisor, peak_dbfs=-6.02, phase=np.radians(phase_degrees))

    measured = features(signals.stereo(samples), rate_hz=RATE_HZ)

    assert -6.4 < measured.true_peak_dbtp < -5.8


@given(frequency_hz=st.floats(20.0, 20_000.0), phase=st.floats(0, 6.28))
@settings(max_examples=25, deadline=None)
def test_a_tone_reaches_its_own_peak_whatever_its_frequency(frequency_hz, phase):
    samples = tone(frequency_hz, peak_dbfs=-1.0, phase=phase)

    found = 20 * np.log10(true_peaks(samples[None]).max())

    assert -1.7 < found < -0.85  # four points per sample may miss 0.69 dB of half the rate


def test_the_cells_that_are_left_out_would_not_have_been_higher(monkeypatch):
    music = np.stack([signals.piece(3.2, rate_hz=RATE_HZ), signals.noise(3.2, rms_level_dbfs=-14, rate_hz=RATE_HZ)])
    some = true_peaks(music).max()

    monkeypatch.setattr("music.true_peak._WORTH", 0.0)

    assert true_peaks(music).max() == some


def test_a_true_peak_is_never_under_the_sample_peak():
    music = signals.stereo(signals.piece(3.2, rate_hz=RATE_HZ))
    block = cut_cells(music, cell_samples=480)

    assert (true_peaks(music) >= block.peaks.max(axis=0)).all()


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 44_100, 48_000, 96_000])
def test_the_blocks_do_not_matter(rate_hz):
    samples = signals.sine(rate_hz / 8.03, 1.7, peak_dbfs=-1.0, rate_hz=rate_hz)[None, : 160 * cell_length(rate_hz)]

    np.testing.assert_allclose(
        true_peaks(samples, blocks=4, rate_hz=rate_hz), true_peaks(samples, rate_hz=rate_hz), rtol=1e-5
    )


def test_silence_has_no_peak():
    np.testing.assert_array_equal(true_peaks(np.zeros((2, 48_000), np.float32)), 0)
