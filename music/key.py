"""The key of a piece: its tonic and mode, as a musician would write it at the head.

The evidence for each key is weighed and added, so that the weights make probabilities (multinomial logistic
regression). Music that has a key is told from what has none by three things: its tones keep to semitones, a few pitch
classes prevail, and they are those of a key.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from music.key_evidence import KeyEvidence, key_evidence
from music.note_picture import CLASSES, Tuning, find_tuning, note_picture
from music.spectral_peaks import SpectralPeaks

TONICS = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
MODES = ("major", "minor")

_FIT_WEIGHT = 12.0
"""This and the other weights are rounded down from the regression, that of the beginning the most, because excerpts
and pieces with an intro do not begin on their tonic."""
_BASS_WEIGHT = 3.0
_BEGINNING_WEIGHT = 2.0
_CADENCE_WEIGHT = 6.0
_MINOR_WEIGHT = 0.7
"""The profile of minor is of the harmonic one; pieces in natural minor or Dorian fit it less well."""

_AGREEMENT = (0.10, 0.25)
"""Of tones with semitones: none in speech, noise and drums; in music it is seldom below the second."""
_CLARITY = (0.20, 0.40)
"""Of pitch classes: atonal music, noise and speech lie between these."""
_FIT = (0.55, 0.75)
"""Of the best profile: what has no key seldom reaches the middle between these."""
_ONE_TONE = (0.80, 0.90)
"""Clarity at which there are too few pitch classes for a key: a drone, one chord."""
_SECONDS = (0.5, 8.0)
"""Of tones: from nothing to the usual length of four chords."""
_NO_THIRD = 0.05
"""A third that is not this loud beside its tonic is not heard."""

_CAMELOT_C = {"major": 8, "minor": 5}
_FIFTH, _MINOR_THIRD, _MAJOR_THIRD = 7, 3, 4


@dataclass(frozen=True, slots=True)
class Key:
    """In which key a piece is."""

    key_tonic: str | None
    """One of `TONICS`; None if there is none, or nothing that tells major from minor."""
    key_mode: str | None
    """One of `MODES`; None if there is no tonic, or no third that tells major from minor."""
    camelot: str | None
    """The key as DJs write it, from 1A to 12B; None without a mode."""
    key_confidence: float
    """How likely tonic and mode are right, 0 to 1; 0 without a mode."""
    tuning_cents: float | None
    """How much higher than A = 440 Hz, -50 to 50; None where tones do not keep to semitones."""


LEAST_SECONDS = 4.0
"""In less there are too few notes to tell a key."""
NO_KEY = Key(None, None, None, 0.0, None)


def find_key(peaks: SpectralPeaks) -> Key:
    """Return the key that the tones of a piece are in.

    Args:
        peaks: Of the whole piece, as `PitchMeter` has them.
    """
    tuning = find_tuning(peaks)
    evidence = key_evidence(note_picture(peaks, tuning))
    sureness = _tonality(evidence, tuning) if evidence else 0.0
    if not evidence or evidence.seconds < LEAST_SECONDS or sureness == 0:
        return NO_KEY
    likelihood = _likelihood(evidence)
    place = int(likelihood.argmax())
    tonic, mode = place % CLASSES, MODES[place // CLASSES]
    cents = 100 * tuning.semitones
    if not _has_third(evidence.classes, tonic):
        return replace(NO_KEY, tuning_cents=cents)  # a drone: neither major nor minor
    confidence = float(likelihood[place]) * sureness * _variety(evidence)
    return Key(TONICS[tonic], mode, camelot(tonic, mode), confidence, cents)


def camelot(tonic: int, mode: str) -> str:
    """Return the place of a key on the Camelot wheel: a fifth up is one hour later, its relative has the same hour.

    Args:
        tonic: Semitones above C.
        mode: One of `MODES`.
    """
    hour = (_CAMELOT_C[mode] + _FIFTH * tonic - 1) % CLASSES + 1
    return f"{hour}{'B' if mode == 'major' else 'A'}"


def _likelihood(evidence: KeyEvidence) -> NDArray[np.float64]:
    """Return how likely each key is if there is one, shape (24,), together 1."""
    score = (
        _FIT_WEIGHT * evidence.profile_fit
        + _BASS_WEIGHT * evidence.bass
        + _BEGINNING_WEIGHT * evidence.beginning
        + _CADENCE_WEIGHT * evidence.cadences
        + np.repeat([0.0, _MINOR_WEIGHT], CLASSES)
    )
    odds = np.exp(score - score.max())
    return odds / odds.sum()


def _tonality(evidence: KeyEvidence, tuning: Tuning) -> float:
    """Return how far this is music that has a key, 0 to 1."""
    measured = (
        (tuning.agreement, _AGREEMENT),
        (evidence.clarity, _CLARITY),
        (float(evidence.profile_fit.max()), _FIT),
        (evidence.seconds, _SECONDS),
    )
    return min(float(np.interp(value, limits, (0.0, 1.0))) for value, limits in measured)


def _variety(evidence: KeyEvidence) -> float:
    """Return how far there is more than one tone, 0 to 1."""
    return float(np.interp(evidence.clarity, _ONE_TONE, (1.0, 0.0)))


def _has_third(classes: NDArray[np.float64], tonic: int) -> bool:
    thirds = (classes[(tonic + third) % CLASSES] for third in (_MINOR_THIRD, _MAJOR_THIRD))
    return float(max(thirds)) >= _NO_THIRD * float(classes[tonic])
