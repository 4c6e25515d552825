import numpy as np
import pytest

from music.decimation import DECIMATED_HZ
from music.pitch_spectra import PitchMeter
from tests import signals


def peaks_of(samples):
    meter = PitchMeter(want_fingerprint=False, want_key=True)
    meter.add(np.rint(np.clip(samples, -1, 1) * 32_767).astype(np.int16))
    return meter.finish().peaks


@pytest.mark.parametrize("note", [40.0, 47.25, 60.0, 69.4, 83.0])
def test_a_tone_is_one_peak_at_its_pitch(note):
    hz = signals.note_hz(note)
    times = np.arange(3 * DECIMATED_HZ) / DECIMATED_HZ

    peaks = peaks_of(0.5 * np.sin(2 * np.pi * hz * times))

    assert np.array_equal(peaks.frame, np.arange(peaks.frames))
    assert peaks.note == pytest.approx(note, abs=0.05)


@pytest.mark.parametrize("note", [35.0, 84.0])
def test_tones_outside_the_range_are_not_peaks(note):
    times = np.arange(2 * DECIMATED_HZ) / DECIMATED_HZ

    assert peaks_of(0.5 * np.sin(2 * np.pi * signals.note_hz(note) * times)).note.size == 0


def test_sixteen_times_the_amplitude_is_four_times_as_loud():
    times = np.arange(2 * DECIMATED_HZ) / DECIMATED_HZ
    tone = np.sin(2 * np.pi * 440.0 * times)

    loud, quiet = peaks_of(0.8 * tone), peaks_of(0.05 * tone)

    assert loud.loudness == pytest.approx(4 * quiet.loudness, rel=0.01)


@pytest.mark.parametrize("level", [0, 1], ids=["digital silence", "dither"])
def test_silence_has_no_peaks(level):
    quiet = np.random.default_rng(1).integers(-level, level + 1, 5 * DECIMATED_HZ) / 32_767

    assert peaks_of(quiet).note.size == 0


def test_two_notes_of_a_chord_are_two_peaks():
    times = np.arange(2 * DECIMATED_HZ) / DECIMATED_HZ
    chord = sum(0.3 * np.sin(2 * np.pi * signals.note_hz(note) * times) for note in (60, 64))

    peaks = peaks_of(chord)

    assert set(np.rint(peaks.note)) == {60, 64}
