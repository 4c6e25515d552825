import numpy as np
import pytest

from music.decimation import DECIMATED_HZ
from music.pitch_spectra import FINGERPRINT_FRAMES, FRAME, HOP, PitchMeter
from tests import signals

PIECE = np.rint(signals.piece(20.0, rate_hz=DECIMATED_HZ) * 32_767).astype(np.int16)


def heard(mono, *, chunk=10**9, want_fingerprint=True, want_key=True):
    meter = PitchMeter(want_fingerprint=want_fingerprint, want_key=want_key)
    for start in range(0, mono.size, chunk):
        meter.add(mono[start : start + chunk])
    return meter.finish()


@pytest.mark.parametrize("chunk", [1_000, FRAME, 44_101])
def test_chunks_change_nothing(chunk):
    whole, in_chunks = heard(PIECE), heard(PIECE, chunk=chunk)

    assert np.array_equal(whole.class_energies, in_chunks.class_energies)
    assert np.array_equal(whole.peaks.frame, in_chunks.peaks.frame)
    assert np.array_equal(whole.peaks.note, in_chunks.peaks.note)


def test_a_tone_has_the_energy_of_its_pitch_class():
    tone = signals.tone(69, 1.0, rate_hz=DECIMATED_HZ)

    energies = heard(np.rint(tone * 30_000).astype(np.int16)).class_energies

    assert set(energies.argmax(axis=1)) == {0}


@pytest.mark.parametrize(
    ("samples", "frames"), [(0, 0), (FRAME - 1, 0), (FRAME, 1), (FRAME + HOP - 1, 1), (FRAME + HOP, 2)]
)
def test_only_whole_frames_are_heard(samples, frames):
    assert len(heard(PIECE[:samples]).class_energies) == frames


def test_the_fingerprint_has_two_minutes_and_the_key_all():
    long = np.tile(PIECE, 7)

    pitches = heard(long, chunk=100_000)

    assert len(pitches.class_energies) == FINGERPRINT_FRAMES
    assert pitches.peaks.frames == ((long.size - FRAME) // HOP) // 2 + 1


def test_the_key_hears_the_same_with_and_without_the_fingerprint():
    long = np.tile(PIECE, 7)

    alone, together = heard(long, want_fingerprint=False), heard(long)

    assert len(alone.class_energies) == 0
    assert np.array_equal(alone.peaks.frame, together.peaks.frame)
    assert np.allclose(alone.peaks.note, together.peaks.note)


def test_without_the_key_no_peaks_are_sought():
    pitches = heard(PIECE, want_key=False)

    assert (pitches.peaks.frames, pitches.peaks.note.size) == (0, 0)
    assert len(pitches.class_energies) > 0


def test_the_fingerprint_alone_stops_listening_after_two_minutes():
    meter = PitchMeter(want_fingerprint=True, want_key=False)

    for _ in range(9):
        meter.add(PIECE)

    assert len(meter.finish().class_energies) == FINGERPRINT_FRAMES
