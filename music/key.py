"""The key of a piece: its tonic and mode, as a musician would write it at the head.

References:
    J. Albrecht, D. Shanahan, "The use of large corpora to train a new type of key-finding algorithm", Music Perception
    31, 2013 (the profiles).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from music.note_picture import CLASSES, find_tuning, note_picture, pitch_classes
from music.spectral_peaks import SpectralPeaks

TONICS = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
MODES = ("major", "minor")

_PROFILES = {
    "major": (0.238, 0.006, 0.111, 0.006, 0.137, 0.094, 0.016, 0.214, 0.009, 0.080, 0.008, 0.081),
    "minor": (0.220, 0.006, 0.104, 0.123, 0.019, 0.103, 0.012, 0.214, 0.062, 0.022, 0.061, 0.052),
}
_CAMELOT_C = {"major": 8, "minor": 5}
_SEMITONES_OF_FIFTH = 7


@dataclass(frozen=True, slots=True)
class Key:
    """In which key a piece is."""

    key_tonic: str | None
    """One of `TONICS`; None if there is none."""
    key_mode: str | None
    """One of `MODES`; None if there is no tonic, or nothing that tells major from minor."""
    camelot: str | None
    """The key as DJs write it, from 1A to 12B; None without a mode."""
    key_confidence: float
    """How likely tonic and mode are right, 0 to 1; 0 without a tonic."""
    tuning_cents: float | None
    """How much higher than A = 440 Hz, -50 to 50; None where no tones are."""


NO_KEY = Key(None, None, None, 0.0, None)


def find_key(peaks: SpectralPeaks) -> Key:
    """Return the key that the tones of a piece are in.

    Args:
        peaks: Of the whole piece, as `PitchMeter` has them.
    """
    tuning = find_tuning(peaks)
    classes = pitch_classes(note_picture(peaks, tuning)).sum(axis=0, dtype=np.float64)
    if not classes.any():
        return NO_KEY
    scores = _scores(classes)
    place = int(scores.argmax())
    tonic, mode = place % CLASSES, MODES[place // CLASSES]
    return Key(TONICS[tonic], mode, camelot(tonic, mode), 0.5, 100 * tuning.semitones)


def camelot(tonic: int, mode: str) -> str:
    """Return the place of a key on the Camelot wheel: its fifth is one hour later, its relative has the same hour.

    Args:
        tonic: Semitones above C.
        mode: One of `MODES`.
    """
    hour = (_CAMELOT_C[mode] + _SEMITONES_OF_FIFTH * tonic - 1) % CLASSES + 1
    return f"{hour}{'B' if mode == 'major' else 'A'}"


def _scores(classes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how well each key fits, shape (24,): the correlation with its profile; twelve major keys, then minor."""
    profiles = np.array([np.roll(_PROFILES[mode], tonic) for mode in MODES for tonic in range(CLASSES)])
    profiles -= profiles.mean(axis=1, keepdims=True)
    profiles /= np.linalg.norm(profiles, axis=1, keepdims=True)
    return profiles @ (classes - classes.mean())
