import numpy as np
import pytest

from music.key_evidence import key_evidence
from music.note_picture import NOTES
from music.spectral_peaks import LOWEST_NOTE

C_MAJOR, F_MAJOR, G_MAJOR, A_MINOR, C_MINOR = 0, 5, 7, 21, 12
C, D_MINOR, F, G = (60, 64, 67), (62, 65, 69), (60, 65, 69), (59, 62, 67)
PER_CHORD = 10


def notes_of(*chords):
    """Return a picture in which each chord sounds for ten frames."""
    picture = np.zeros((PER_CHORD * len(chords), NOTES), np.float32)
    for index, chord in enumerate(chords):
        picture[PER_CHORD * index : PER_CHORD * (index + 1), np.array(chord) - LOWEST_NOTE] = 1.0
    return picture


def evidence(*chords):
    found = key_evidence(notes_of(*chords))
    assert found is not None
    return found


def test_where_no_note_is_there_is_no_evidence():
    assert key_evidence(np.zeros((5, NOTES), np.float32)) is None
    assert key_evidence(np.zeros((0, NOTES), np.float32)) is None


def test_the_profile_of_the_key_fits_best():
    fit = evidence(C, F, G, C).profile_fit

    assert fit.argmax() == C_MAJOR
    assert fit.max() <= 1


def test_only_the_chord_of_the_beginning_counts_as_beginning():
    assert evidence(F, C, G, C, C).beginning.argmax() == F_MAJOR


def test_the_tonic_of_the_bass_is_the_lowest_note():
    bass = evidence((43, *C), (43, *C), (36, *C), C).bass

    assert bass[[C_MAJOR, C_MINOR]] == pytest.approx(1 / 3)
    assert bass[G_MAJOR] == pytest.approx(2 / 3)


def test_high_notes_are_no_bass():
    assert not evidence(C, F).bass.any()


def test_a_dominant_that_resolves_is_a_cadence():
    cadences = evidence(D_MINOR, G, C).cadences

    assert cadences[C_MAJOR] == pytest.approx(0.5)
    assert cadences.sum() == pytest.approx(0.5)


def test_one_chord_alone_has_no_cadence():
    assert not evidence(C, C).cadences.any()


def test_clarity_is_one_for_a_single_class_and_nought_for_all_twelve():
    single, every = evidence((60,)), evidence(tuple(range(60, 72)))

    assert single.clarity == pytest.approx(0.957, abs=0.001)
    assert every.clarity == pytest.approx(0.0, abs=1e-6)
    assert every.profile_fit == pytest.approx(0.0, abs=1e-6)


def test_silence_between_notes_changes_nothing():
    picture = notes_of(C, F, G, C)

    with_pause = key_evidence(np.concatenate([np.zeros((40, NOTES), np.float32), picture]))

    assert with_pause is not None
    assert np.array_equal(with_pause.beginning, evidence(C, F, G, C).beginning)
