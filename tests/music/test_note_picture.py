import numpy as np
import pytest

from music.note_picture import Tuning, find_tuning, note_picture, pitch_classes
from music.spectral_peaks import LOWEST_NOTE, SpectralPeaks

IN_TUNE = Tuning(0.0, 1.0)


def peaks(*notes, loudness=1.0):
    """Return one frame with these notes."""
    loudnesses = np.broadcast_to(np.float32(loudness), len(notes)).astype(np.float32)
    return SpectralPeaks(np.zeros(len(notes), np.int32), np.array(notes, np.float32), loudnesses, 1)


@pytest.mark.parametrize("a_hz", [428.0, 432.0, 436.0, 440.0, 446.0, 452.0])
def test_the_tuning_is_that_of_the_notes(a_hz):
    higher = 12 * np.log2(a_hz / 440.0)

    tuning = find_tuning(peaks(*(np.arange(50, 70) + higher)))

    assert tuning.semitones == pytest.approx(higher, abs=0.001)
    assert tuning.agreement == pytest.approx(1.0)


def test_tones_that_keep_to_no_semitones_agree_on_nothing():
    assert find_tuning(peaks(*np.linspace(50, 60, 100, endpoint=False))).agreement < 0.01


def test_where_no_tones_are_there_is_no_tuning():
    assert find_tuning(peaks()) == Tuning(0.0, 0.0)


def test_a_note_stands_at_its_place():
    notes = note_picture(peaks(60.0), IN_TUNE)

    assert notes.shape == (1, 48)
    assert np.flatnonzero(notes[0]).tolist() == [60 - LOWEST_NOTE]


def test_a_tone_between_semitones_counts_for_less():
    exact, beside = (note_picture(peaks(note), IN_TUNE).max() for note in (60.0, 60.25))

    assert beside == pytest.approx(exact / 2, rel=0.01)


def test_notes_stand_at_their_place_in_another_tuning():
    notes = note_picture(peaks(60.3), Tuning(0.3, 1.0))

    assert notes[0, 60 - LOWEST_NOTE] == pytest.approx(1.0)


def test_faint_overtones_are_taken_for_overtones():
    notes = note_picture(peaks(48.0, 60.0, 67.0, loudness=np.array([1.0, 0.25, 0.2])), IN_TUNE)

    assert np.flatnonzero(notes[0]).tolist() == [48 - LOWEST_NOTE]


def test_a_fifth_that_is_as_loud_as_its_root_is_a_note():
    notes = note_picture(peaks(48.0, 67.0), IN_TUNE)

    assert np.flatnonzero(notes[0]).tolist() == [48 - LOWEST_NOTE, 67 - LOWEST_NOTE]


def test_octaves_are_one_pitch_class_and_the_loudest_is_one():
    notes = np.zeros((2, 48), np.float32)
    notes[0, [0, 12, 19]] = 2.0, 2.0, 1.0

    classes = pitch_classes(notes)

    assert classes[0].tolist() == [1, 0, 0, 0, 0, 0, 0, 0.25, 0, 0, 0, 0]
    assert not classes[1].any()
