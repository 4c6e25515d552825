"""What speaks for each of the 24 keys.

How long each pitch class sounds tells a key from most others, but hardly from its relative and from the fifths beside
it, which have nearly the same notes. These differ in what the notes do: which one is in the bass, on which chord the
piece begins, and where its dominants lead.

All is given for twelve major keys from C, then twelve minor keys.

References:
    J. Albrecht, D. Shanahan, "The use of large corpora to train a new type of key-finding algorithm", Music Perception
    31, 2013 (the profiles).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from music.note_picture import CLASSES, NOTES, pitch_classes
from music.pitch_spectra import KEY_HOP_SECONDS

_MAJOR = (0.238, 0.006, 0.111, 0.006, 0.137, 0.094, 0.016, 0.214, 0.009, 0.080, 0.008, 0.081)
_MINOR = (0.220, 0.006, 0.104, 0.123, 0.019, 0.103, 0.012, 0.214, 0.062, 0.022, 0.061, 0.052)
_MAJOR_TRIAD = (1.0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0)
_MINOR_TRIAD = (1.0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0)

_BASS_NOTES = 24
"""The lowest two octaves of the picture, up to B3, are where a bass is."""
_BASS_SHARE = 0.5
"""How loud a note is beside the loudest of its frame to be the bass."""
_BEGINNING_FRAMES = round(2.0 / KEY_HOP_SECONDS)
"""About a bar: its first chord. From 1.5 to 4 s little changes."""
_CHORD_FITS = 0.7
"""The cosine to a triad from which a frame has a chord: two of its three notes and little else."""
_DOMINANT = 7
"""Semitones from a tonic up to its dominant."""


@dataclass(frozen=True, slots=True)
class KeyEvidence:
    """What speaks for each key; arrays have the shape (24,)."""

    classes: NDArray[np.float64]
    """How much of each pitch class from C there is, shape (12,), the highest 1."""
    clarity: float
    """How unevenly, 0 (all twelve the same) to 1 (one alone)."""
    profile_fit: NDArray[np.float64]
    """Correlation of that with what a key has, -1 to 1."""
    bass: NDArray[np.float64]
    """Share of the time that the bass has the tonic, 0 to 1."""
    beginning: NDArray[np.float64]
    """Correlation of the first seconds with the tonic triad, -1 to 1."""
    cadences: NDArray[np.float64]
    """Share of the changes of chord that go from the dominant to the tonic, 0 to 1."""
    seconds: float
    """How long tones were heard."""


def key_evidence(notes: NDArray[np.float32]) -> KeyEvidence | None:
    """Return what the notes of a piece say about its key, or None where no note is.

    Args:
        notes: As `note_picture` has them, shape (frames, 48).
    """
    sounding = notes[notes.any(axis=1)]
    if not len(sounding):
        return None
    classes = pitch_classes(sounding)
    total = classes.sum(axis=0, dtype=np.float64)
    beginning = classes[:_BEGINNING_FRAMES].sum(axis=0, dtype=np.float64)
    return KeyEvidence(
        classes=total / total.max(),
        clarity=float(np.linalg.norm(total - total.mean()) / np.linalg.norm(total)),
        profile_fit=_correlations(total, _keys(_MAJOR, _MINOR)),
        bass=np.tile(_bass(sounding), 2),
        beginning=_correlations(beginning, _keys(_MAJOR_TRIAD, _MINOR_TRIAD)),
        cadences=_cadences(classes),
        seconds=len(sounding) * KEY_HOP_SECONDS,
    )


def _keys(major: tuple[float, ...], minor: tuple[float, ...]) -> NDArray[np.float64]:
    """Return two patterns in C in all keys, shape (24, 12)."""
    return np.array([np.roll(pattern, tonic) for pattern in (major, minor) for tonic in range(CLASSES)])


def _correlations(classes: NDArray[np.float64], patterns: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the correlation with each pattern; 0 where all classes are the same."""
    patterns = patterns - patterns.mean(axis=1, keepdims=True)
    deviation = classes - classes.mean()
    norm = np.linalg.norm(patterns, axis=1) * np.linalg.norm(deviation)
    return np.divide(patterns @ deviation, norm, out=np.zeros(len(patterns)), where=norm > 0)


def _bass(notes: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return how much of the time that a bass is heard each pitch class is it, shape (12,)."""
    loud = notes >= _BASS_SHARE * notes.max(axis=1, keepdims=True)
    lowest = loud.argmax(axis=1)
    count = np.bincount(lowest, minlength=NOTES)[:_BASS_NOTES].reshape(-1, CLASSES).sum(axis=0)
    return count / max(1, count.sum())


def _cadences(classes: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the share of the changes from one chord to another that lead from a key's dominant to its tonic."""
    chords = _chords(classes)
    change = np.flatnonzero(np.diff(chords))
    before, after = chords[change], chords[change + 1]
    authentic = before == (after + _DOMINANT) % CLASSES  # of both modes the dominant is major
    return np.bincount(after[authentic], minlength=2 * CLASSES) / max(1, change.size)


def _chords(classes: NDArray[np.float32]) -> NDArray[np.intp]:
    """Return the triads one after the other, of the frames that have one: 0 to 11 major from C, 12 to 23 minor."""
    around = classes.copy()
    around[1:] += classes[:-1]
    around[:-1] += classes[1:]
    triads = _keys(_MAJOR_TRIAD, _MINOR_TRIAD).astype(np.float32)
    fit = around @ (triads / np.linalg.norm(triads, axis=1, keepdims=True)).T
    chord = fit.argmax(axis=1)
    return chord[fit.max(axis=1) > _CHORD_FITS * np.linalg.norm(around, axis=1)]
