import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from music.features import FeatureParameters, features_of
from music.ticks import Ticks, samples_to_ticks
from tests import signals
from tests.music.measuring import Sound, cells_of, features
from tests.music.programs import ebur128, needs_ffmpeg

RATES_HZ = (8_000, 11_025, 22_050, 44_100, 48_000, 96_000, 192_000)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_a_tone_measures_the_same_at_every_rate(rate_hz):
    tone = signals.fade(
        signals.sine(997, 5.0, peak_dbfs=-20.0, rate_hz=rate_hz), in_seconds=0.01, out_seconds=0.01, rate_hz=rate_hz
    )

    measured = features(signals.stereo(tone), rate_hz=rate_hz)

    assert measured.integrated_lufs == pytest.approx(-20.0, abs=0.06)
    assert measured.loudness_range_lu == pytest.approx(0.0, abs=0.02)
    assert measured.sample_peak_dbfs == pytest.approx(-20.0, abs=0.05)
    assert measured.true_peak_dbtp == pytest.approx(-20.0, abs=0.02)
    assert measured.rms_dbfs == pytest.approx(-23.01, abs=0.02)
    assert measured.clipped_samples == 0
    assert set(measured.waveform[8:-8]) <= {-13, -12, 12, 13}


def test_silence_measures_nothing():
    measured = features(signals.stereo(signals.silence(5.0)))

    assert measured.integrated_lufs is None
    assert measured.loudness_range_lu is None
    assert measured.true_peak_dbtp is None
    assert measured.sample_peak_dbfs is None
    assert measured.rms_dbfs is None
    assert measured.clipped_samples == 0
    assert set(measured.waveform) == {0}


def test_one_sample_has_peaks_and_a_level_and_no_loudness():
    measured = features(np.full((2, 1), 0.5, np.float32))

    assert measured.sample_peak_dbfs == measured.true_peak_dbtp == measured.rms_dbfs
    assert measured.sample_peak_dbfs == pytest.approx(-6.02, abs=0.01)
    assert measured.integrated_lufs is None
    assert measured.waveform[1::2] == (64,) * 400


@pytest.mark.parametrize(("samples", "heard"), [(17_639, False), (17_640, True)])
def test_loudness_begins_at_four_tenths_of_a_second(samples, heard):
    measured = features(signals.sine(997, 1.0)[:samples])

    assert (measured.integrated_lufs is not None) == heard


def test_a_cut_off_recording_is_clipped():
    measured = features(signals.stereo(np.clip(4 * signals.sine(200, 1.0, peak_dbfs=0.0), -1, 1)))

    assert measured.clipped_samples / (2 * signals.RATE_HZ) == pytest.approx(
        1 - 2 * math.asin(0.25) / math.pi, abs=0.01
    )


def test_the_level_of_clipping_can_be_set():
    samples = np.clip(signals.sine(200, 1.0, peak_dbfs=0.0), -0.8, 0.8)

    def count(parameters):
        _, cells = cells_of(Sound(samples), parameters)
        return cells.clipped.sum()

    assert count(FeatureParameters()) == 0
    assert count(FeatureParameters(clipping_level=0.79)) > 10_000
    assert count(FeatureParameters(clipping_level=0.79, clipping_run_samples=100)) == 0


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"clipping_level": -0.1}, "clipping_level is from 0.5 to 1, got -0.1; did you pass decibels"),
        ({"clipping_level": 1.1}, "clipping_level is from 0.5 to 1, got 1.1"),
        ({"clipping_run_samples": 0}, "clipping_run_samples is from 1 to 100, got 0"),
        ({"clipping_run_samples": 101}, "clipping_run_samples is from 1 to 100, got 101"),
    ],
    ids=str,
)
def test_a_parameter_out_of_range_is_named(values, message):  # S3-155
    with pytest.raises(ValueError, match=message):
        FeatureParameters(**values)


RECORDING = Sound(
    np.hstack(
        [
            signals.stereo(signals.piece(8.0)),
            signals.stereo(signals.noise(8.0, rms_level_dbfs=-35), signals.sine(300, 8.0, peak_dbfs=-40)),
        ]
    )
)
CELLS = cells_of(RECORDING)


@settings(max_examples=15, deadline=None)
@given(start=st.integers(0, 1_500), length=st.integers(1, 800))
def test_a_span_measures_what_a_file_cut_there_would(start, length):
    start, end = start * 441, min((start + length) * 441, RECORDING.samples.shape[1])
    ticks = [samples_to_ticks(edge, rate_hz=RECORDING.sample_rate_hz) for edge in (start, end)]

    ours = features_of(*CELLS, start_ticks=ticks[0], end_ticks=ticks[1])
    cut = features(RECORDING.samples[:, start:end])

    assert ours.sample_peak_dbfs == cut.sample_peak_dbfs
    assert ours.rms_dbfs == pytest.approx(cut.rms_dbfs, abs=1e-4)
    assert ours.clipped_samples == cut.clipped_samples
    assert ours.waveform == cut.waveform
    assert (ours.integrated_lufs is None) == (cut.integrated_lufs is None)
    if ours.integrated_lufs is not None and cut.integrated_lufs is not None and length > 100:
        assert ours.integrated_lufs == pytest.approx(cut.integrated_lufs, abs=0.3)


def test_a_span_without_a_cell_measures_nothing():
    measured = features_of(*CELLS, start_ticks=Ticks(5), end_ticks=Ticks(6))

    assert measured.rms_dbfs is None
    assert measured.waveform == ()


@pytest.mark.reference
@needs_ffmpeg
@pytest.mark.parametrize(("rate_hz", "channels"), [(22_050, 2), (44_100, 1), (44_100, 2), (48_000, 6), (96_000, 2)])
def test_numbers_are_those_of_ffmpeg(rate_hz, channels, tmp_path):
    music = signals.piece(8.0, rate_hz=rate_hz)
    music[: music.size // 2] *= 0.2
    samples = np.stack([np.roll(music, 1_000 * voice) * 0.9**voice for voice in range(channels)])
    signals.encode(tmp_path / "a.wav", samples, codec="wav24", rate_hz=rate_hz)

    ours, theirs = features(samples, rate_hz=rate_hz), ebur128(tmp_path / "a.wav")

    assert ours.integrated_lufs == pytest.approx(theirs["I"], abs=0.1)
    assert ours.loudness_range_lu == pytest.approx(theirs["LRA"], abs=0.2)
    assert ours.true_peak_dbtp == pytest.approx(theirs["True peak"], abs=0.2)
    assert ours.sample_peak_dbfs == pytest.approx(theirs["Sample peak"], abs=0.06)


@pytest.mark.reference
@needs_ffmpeg
@pytest.mark.parametrize("rate_hz", [22_050, 44_100, 96_000])
def test_the_true_peak_of_white_noise_is_that_of_ffmpeg(rate_hz, tmp_path):
    samples = signals.stereo(*(signals.noise(3.0, rms_level_dbfs=-18, seed=seed, rate_hz=rate_hz) for seed in (1, 2)))
    signals.encode(tmp_path / "a.wav", samples, codec="wav-float", rate_hz=rate_hz)

    ours, theirs = features(samples, rate_hz=rate_hz), ebur128(tmp_path / "a.wav")

    assert ours.true_peak_dbtp == pytest.approx(theirs["True peak"], abs=0.2)
