"""The spectra in which pitches can be told apart, made once for the fingerprint and the key.

Frames of 0.37 s (4,096 samples at 11,025 Hz), one every 0.12 s, as Chromaprint has them. Of each frame only a few
numbers are kept: the energy of the twelve pitch classes for the fingerprint, which hears the first two minutes; and
for the key the peaks of every second frame, which overlap enough and cost half.
"""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from music.decimation import DECIMATED_HZ
from music.spectral_peaks import PeakFinder, SpectralPeaks

FRAME = 4096
HOP = FRAME // 3
FINGERPRINT_SECONDS = 120
"""How much of the beginning is fingerprinted (S3-R12)."""
FINGERPRINT_FRAMES = (FINGERPRINT_SECONDS * DECIMATED_HZ - FRAME) // HOP + 1
KEY_STEP = 2
"""Every how many frames the key listens."""
KEY_HOP_SECONDS = KEY_STEP * HOP / DECIMATED_HZ

_LOWEST_HZ, _HIGHEST_HZ = 28, 3520
_FIRST_BIN, _END_BIN = (round(FRAME * limit_hz / DECIMATED_HZ) for limit_hz in (_LOWEST_HZ, _HIGHEST_HZ))
_OCTAVES_FROM_HZ = 27.5
_CLASSES = 12
_FRAMES_AT_ONCE = 32
"""Their spectra stay in the processor's cache."""
_FULL_SCALE = np.iinfo(np.int16).max


@dataclass(frozen=True, slots=True)
class Pitches:
    """What is kept of the spectra of one piece."""

    class_energies: NDArray[np.float64]
    """Of each pitch class (from A) in each frame of the first two minutes, shape (frames, 12), full scale 1.0; empty
    if not wanted."""
    peaks: SpectralPeaks
    """Of every second frame of the whole piece; empty if not wanted."""


class PitchMeter:
    """Takes the reduced signal of one piece chunk after chunk, whatever their lengths.

    Memory grows by 60 kB with each minute.

    Args:
        want_fingerprint: Whether the energies of the pitch classes are wanted.
        want_key: Whether the peaks are wanted.
    """

    def __init__(self, *, want_fingerprint: bool, want_key: bool) -> None:
        self._window = (np.hamming(FRAME) / _FULL_SCALE).astype(np.float32)
        self._classes = _class_of_bins()
        self._energies: list[NDArray[np.float64]] = []
        self._finder = PeakFinder(first_bin=_FIRST_BIN, bin_hz=DECIMATED_HZ / FRAME)
        self._classes_until = FINGERPRINT_FRAMES if want_fingerprint else 0
        self._want_key = want_key
        self._held = np.zeros(0, np.int16)
        self._held_from = 0
        self._frame = 0

    def add(self, mono: NDArray[np.int16]) -> None:
        """Take the next samples.

        Args:
            mono: Shape (n,), at 11,025 Hz.
        """
        if self._wanting:
            self._held = np.concatenate([self._held, mono])
            self._listen(_FRAMES_AT_ONCE)

    def finish(self) -> Pitches:
        """Return what was found in the frames that lie in the piece."""
        self._listen(1)
        energies = np.concatenate([np.empty((0, _CLASSES)), *self._energies])
        return Pitches(energies, self._finder.finish())

    @property
    def _wanting(self) -> bool:
        """Whether further frames are wanted."""
        return self._want_key or self._frame < self._classes_until

    def _listen(self, least: int) -> None:
        """Hear all frames that are there, not fewer than `least` at once unless fewer are wanted."""
        while self._wanting:
            step, wanted = self._next_frames()
            begin = self._frame * HOP - self._held_from
            there = (self._held.size - begin - FRAME) // (step * HOP) + 1
            if there < min(least, wanted):
                break
            count = min(there, wanted)
            self._hear(begin, step=step, count=count)
            self._frame += count * step
        self._drop()

    def _next_frames(self) -> tuple[int, int]:
        """Return how far apart the next frames are, and how many are heard together."""
        left = self._classes_until - self._frame
        if left > 0:
            return 1, min(left, _FRAMES_AT_ONCE)
        self._frame += self._frame % KEY_STEP
        return KEY_STEP, _FRAMES_AT_ONCE

    def _hear(self, begin: int, *, step: int, count: int) -> None:
        frames = sliding_window_view(self._held[begin:], FRAME)[:: step * HOP][:count]
        spectrum = np.fft.rfft(frames * self._window, axis=1)[:, _FIRST_BIN:_END_BIN]
        power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32, copy=False)
        if step == 1:
            self._energies.append((power @ self._classes).astype(np.float64))
        if self._want_key:
            self._finder.add(power[:: KEY_STEP // step])

    def _drop(self) -> None:
        """Forget the samples that no further frame reaches."""
        passed = min(self._frame * HOP - self._held_from, self._held.size)
        self._held = self._held[passed:].copy()
        self._held_from += passed


def _class_of_bins() -> NDArray[np.float32]:
    """Return the matrix from bins to pitch classes."""
    octaves = np.log2(np.arange(_FIRST_BIN, _END_BIN) * DECIMATED_HZ / FRAME / _OCTAVES_FROM_HZ)
    return np.eye(_CLASSES, dtype=np.float32)[(_CLASSES * (octaves % 1.0)).astype(int)]
