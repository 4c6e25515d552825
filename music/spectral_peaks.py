"""The peaks of spectra: single tones, each at a pitch that is finer than the bins.

A tone is a peak that stands out of what is around it; breath, cymbals and noise are not. Its frequency is where a
parabola through the logarithms of three bins has its top: for one bass note that is good to a few cents where a
semitone is only a bin or two wide.

References:
    J. O. Smith, X. Serra, "PARSHL: an analysis/synthesis program for non-harmonic sounds", ICMC 1987.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LOWEST_NOTE, HIGHEST_NOTE = 36, 83
"""C2 and B5, as MIDI numbers them: below, semitones are narrower than bins; above, most peaks are overtones."""

_A_HZ, _A_NOTE = 440.0, 69
_NOTES_IN_OCTAVE = 12
_AROUND_HZ = 65.0
"""How far on both sides a peak is compared with what is around it."""
_STANDS_OUT = 2.0
"""By how much a peak is higher than the mean around it; noise has few such."""
_LEAST_MAGNITUDE = 0.04
"""A peak below this (a tone of -89 dBFS) is dither."""
_NO_POWER = 1e-12
"""So that digital silence beside a peak has a logarithm."""


@dataclass(frozen=True, slots=True)
class SpectralPeaks:
    """The tones of a piece, shapes (peaks,), in the order of their frames."""

    frame: NDArray[np.int32]
    """Number of the frame."""
    note: NDArray[np.float32]
    """MIDI number with fraction, A4 = 69 at 440 Hz."""
    loudness: NDArray[np.float32]
    """Square root of the amplitude, nearly as ears have it."""
    frames: int
    """How many frames were looked at."""


class PeakFinder:
    """Collects the peaks of power spectra.

    Args:
        first_bin: The bin of the first column.
        bin_hz: How far apart bins are.
    """

    def __init__(self, *, first_bin: int, bin_hz: float) -> None:
        low_hz, high_hz = (note_hz(note) for note in (LOWEST_NOTE - 0.5, HIGHEST_NOTE + 0.5))
        self._around = round(_AROUND_HZ / bin_hz)
        begin = max(0, int(low_hz / bin_hz) - first_bin - self._around - 1)
        self._columns = slice(begin, int(high_hz / bin_hz) - first_bin + self._around + 2)
        self._first_bin, self._bin_hz = first_bin + begin, bin_hz
        self._found: list[tuple[NDArray[np.int32], NDArray[np.float32], NDArray[np.float32]]] = []
        self._frames = 0

    def add(self, power: NDArray[np.float32]) -> None:
        """Take the next spectra, shape (frames, bins)."""
        power = np.ascontiguousarray(power[:, self._columns])
        frame, column = np.nonzero(_tones(power, around=self._around))
        column += 1
        before, top, after = (np.log(power[frame, column + shift] + _NO_POWER) for shift in (-1, 0, 1))
        aside = (before - after) / 2 / (before - 2 * top + after)
        note = hz_note((self._first_bin + column + aside) * self._bin_hz)
        loudness = np.exp((top - (before - after) * aside / 4) / 4)
        self._found.append((frame.astype(np.int32) + self._frames, note.astype(np.float32), loudness))
        self._frames += len(power)

    def finish(self) -> SpectralPeaks:
        """Return all peaks whose pitch lies in the range."""
        none = (np.zeros(0, np.int32), np.zeros(0, np.float32), np.zeros(0, np.float32))
        frame, note, loudness = (np.concatenate(parts) for parts in zip(none, *self._found, strict=True))
        heard = (note >= LOWEST_NOTE - 0.5) & (note < HIGHEST_NOTE + 0.5)
        return SpectralPeaks(frame[heard], note[heard], loudness[heard], self._frames)


def note_hz(note: float) -> float:
    """Return the frequency of a MIDI note."""
    return _A_HZ * 2.0 ** ((note - _A_NOTE) / _NOTES_IN_OCTAVE)


def hz_note(hz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return frequencies as MIDI notes with fraction."""
    return _A_NOTE + _NOTES_IN_OCTAVE * np.log2(hz / _A_HZ)


def _tones(power: NDArray[np.float32], *, around: int) -> NDArray[np.bool_]:
    """Return where a peak stands out, shape (frames, bins - 2): the first and the last bin are none."""
    magnitude: NDArray[np.float32] = np.sqrt(power)
    inner = magnitude[:, 1:-1]
    peaks = (inner > magnitude[:, :-2]) & (inner >= magnitude[:, 2:]) & (inner > _LEAST_MAGNITUDE)
    return peaks & (inner > _STANDS_OUT * _local_mean(magnitude, around=around)[:, 1:-1])


def _local_mean(values: NDArray[np.float32], *, around: int) -> NDArray[np.float32]:
    """Return the mean over up to `around` bins on both sides."""
    bins: int = values.shape[1]
    sums: NDArray[np.float32] = np.pad(values.cumsum(axis=1, dtype=np.float32), ((0, 0), (1, 0)))
    here = np.arange(bins)
    low, high = (here - around).clip(min=0), (here + around + 1).clip(max=bins)
    return np.divide(sums[:, high] - sums[:, low], high - low, dtype=np.float32)
