"""A look at the spectrum five times a second, kept small enough for whole recordings.

A `SpectralMeter` takes a short window of the mono signal every fifth of a second and keeps the level of 256 equal
bands from 0 Hz to half the sample rate in whole decibels, and two sums for the brightness. A window has as many
samples as make it 33 to 66 ms long, whatever the rate. The rest of the sound is not looked at: what is asked of
these frames (how bright, where the treble ends) holds for seconds and minutes.

Memory grows by 80 kB with each minute of audio.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from music.cells import CELLS_PER_SECOND, CellBlock, cell_length

FRAME_CELLS = CELLS_PER_SECOND // 5
"""From the beginning of one frame to that of the next; a whole number of them is a block."""
BANDS = 256
"""Of a frame; at 44.1 kHz each is 86 Hz wide."""
DEEPEST_DB = 255
"""So far under full scale is silence; what is quieter counts as this."""

_WINDOW_SECONDS = 2048 / 44_100
_WINDOW_CELLS = 8
"""As many as the longest window touches."""
_SILENT_DEPTH_DB = 100
_HEARD_FROM_HZ, _HEARD_TO_HZ = 20.0, 20_000.0
"""What counts for the brightness: not a shift of the zero line, and the same at every rate."""


@dataclass(frozen=True, slots=True)
class SpectralFrames:
    """What is kept of each frame of a recording, or of a span of it."""

    band_hz: float
    """How wide a band is."""
    depths: NDArray[np.uint8]
    """Decibels by which each band lies under a sine of full scale, shape (n, 256); 255 for this and more."""
    amplitudes: NDArray[np.float32]
    """Sum of the audible magnitudes, shape (n,)."""
    moments: NDArray[np.float32]
    """Sum of the audible magnitudes times their frequencies in Hz, shape (n,)."""

    @property
    def count(self) -> int:
        """How many frames there are."""
        return len(self.depths)

    def of_cells(self, cells: slice) -> "SpectralFrames":
        """Return the frames that lie in these cells of the recording; none in a span under 80 ms."""
        first = -(-cells.start // FRAME_CELLS)
        end = max(first, (cells.stop - _WINDOW_CELLS) // FRAME_CELLS + 1)
        span = slice(first, end)
        return SpectralFrames(self.band_hz, self.depths[span], self.amplitudes[span], self.moments[span])


class SpectralMeter:
    """Looks at one recording, block after block.

    Args:
        sample_rate_hz: Its sample rate.
    """

    def __init__(self, sample_rate_hz: int) -> None:
        self._rate_hz = sample_rate_hz
        self._step = FRAME_CELLS * cell_length(sample_rate_hz)
        size = _window_samples(sample_rate_hz)
        window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)
        self._window = (window * (2 / window.sum())).astype(np.float32)
        self._brightness = _brightness_weights(sample_rate_hz, size=size)
        self._blocks: list[SpectralFrames] = []

    def add(self, block: CellBlock) -> None:
        """Look at the next block; all but the last are whole."""
        size = self._window.size
        count = max(0, (block.count - size) // self._step + 1)
        missing = max(0, count * self._step - block.mono.size)
        mono = np.pad(block.mono, (0, missing)) if missing else block.mono
        windows = mono[: count * self._step].reshape(count, self._step)[:, :size]
        still = windows - windows.mean(axis=1, keepdims=True)  # a shift of the zero line is no sound
        spectra = np.fft.rfft(still * self._window)
        powers = np.square(spectra.real) + np.square(spectra.imag)
        sums = np.sqrt(powers) @ self._brightness
        depths = _depths(powers[:, : size // 2])
        self._blocks.append(SpectralFrames(self._rate_hz / 2 / BANDS, depths, sums[:, 0], sums[:, 1]))

    def finish(self) -> SpectralFrames:
        """Return what was kept of all blocks, of which there was at least one."""
        return SpectralFrames(
            band_hz=self._rate_hz / 2 / BANDS,
            depths=np.concatenate([block.depths for block in self._blocks]),
            amplitudes=np.concatenate([block.amplitudes for block in self._blocks]),
            moments=np.concatenate([block.moments for block in self._blocks]),
        )


def _window_samples(rate_hz: int) -> int:
    return max(2 * BANDS, 2 ** round(np.log2(rate_hz * _WINDOW_SECONDS)))


def _brightness_weights(rate_hz: int, *, size: int) -> NDArray[np.float32]:
    """Return what each frequency counts for in the two sums, shape (size // 2 + 1, 2)."""
    frequencies = np.fft.rfftfreq(size, 1 / rate_hz)
    heard = (frequencies >= _HEARD_FROM_HZ) & (frequencies <= _HEARD_TO_HZ)
    heard[:2] = False  # the window smears a shift of the zero line as far
    return np.stack([heard, heard * frequencies], axis=1).astype(np.float32)


def _depths(powers: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return how far the sum of each band lies under full scale, in dB."""
    width = powers.shape[1] // BANDS
    bands = np.sum([powers[:, place::width] for place in range(width)], axis=0)
    decibels = -10.0 * np.log10(np.maximum(bands, np.float32(1e-30)))
    return np.clip(np.rint(decibels), 0, DEEPEST_DB).astype(np.uint8)


def brightness_hz(frames: SpectralFrames) -> float | None:
    """Return the centroid of the mean magnitude spectrum of a span from 20 Hz to 20 kHz, in Hz; None for silence.

    That is the mean of the frames' own centroids, each weighted by its sum of magnitudes: pauses do not count, loud
    parts more than soft ones. Frames with no band above -100 dBFS are silence.
    """
    heard = frames.depths.min(axis=1, initial=DEEPEST_DB) < _SILENT_DEPTH_DB
    amplitude = float(frames.amplitudes[heard].sum(dtype=np.float64))
    moment = float(frames.moments[heard].sum(dtype=np.float64))
    return moment / amplitude if amplitude > 0 else None
