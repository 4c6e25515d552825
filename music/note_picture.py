"""Which notes sound in each frame, on the semitones of the tuning that the piece itself has.

Overtones are not notes: the third partial of every C is a G and its fifth an E, so that a loud bass alone makes a major
chord. What the notes below would explain is taken from each note.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from music.spectral_peaks import HIGHEST_NOTE, LOWEST_NOTE, SpectralPeaks

NOTES = HIGHEST_NOTE - LOWEST_NOTE + 1
CLASSES = 12

_OVERTONES = (12, 19, 24, 28, 31, 34, 36)
"""Semitones from a note to its partials 2 to 8."""
_OVERTONE_SHARE = 0.25
"""How loud the second partial is taken to be beside its note: from 0.15 to 0.4 little changes."""
_OVERTONE_DECAY = 0.8
"""What is left of that from each partial to the next."""


@dataclass(frozen=True, slots=True)
class Tuning:
    """How a piece is tuned."""

    semitones: float
    """How much higher than A = 440 Hz, -0.5 to 0.5."""
    agreement: float
    """How closely its tones keep to semitones of that tuning: 1 exactly, 0 anywhere."""


def find_tuning(peaks: SpectralPeaks) -> Tuning:
    """Return the tuning from which tones deviate least: the mean of their angles, one turn per semitone."""
    total = float(peaks.loudness.sum())
    if total == 0:
        return Tuning(0.0, 0.0)
    mean = complex(peaks.loudness @ np.exp(2j * np.pi * peaks.note)) / total
    return Tuning(float(np.angle(mean)) / (2 * np.pi), abs(mean))


def note_picture(peaks: SpectralPeaks, tuning: Tuning) -> NDArray[np.float32]:
    """Return how loud each note is in each frame, without what others' overtones explain.

    Returns:
        Shape (frames, 48), from C2 on; a tone between two semitones counts for less.
    """
    pitch = peaks.note - np.float32(tuning.semitones)
    note = np.rint(pitch)
    heard = (note >= LOWEST_NOTE) & (note <= HIGHEST_NOTE)
    beside = np.cos(np.pi * (pitch - note)) ** 2
    cell = peaks.frame * NOTES + note.astype(np.int32) - LOWEST_NOTE
    weights = peaks.loudness * beside
    loudness = np.bincount(cell[heard], weights[heard], minlength=peaks.frames * NOTES)
    return _without_overtones(loudness.reshape(-1, NOTES).astype(np.float32))


def pitch_classes(notes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the notes of all octaves as one, from C, the loudest of each frame at 1; shape (frames, 12)."""
    classes = notes.reshape(len(notes), notes.shape[1] // CLASSES, CLASSES).sum(axis=1)
    loudest = classes.max(axis=1, keepdims=True)
    return np.divide(classes, loudest, out=np.zeros_like(classes), where=loudest > 0)


def _without_overtones(notes: NDArray[np.float32]) -> NDArray[np.float32]:
    left = notes.copy()
    for partial, semitones in enumerate(_OVERTONES):
        left[:, semitones:] -= np.float32(_OVERTONE_SHARE * _OVERTONE_DECAY**partial) * notes[:, :-semitones]
    return np.maximum(left, 0, out=left)
