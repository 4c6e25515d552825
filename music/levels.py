"""How loud each hundredth of a second is, and how bright: what silences are found in.

Two levels are of differences, which are cheap filters. That of a sample and the one a third of a millisecond before
hears next to nothing of hum and rumble (-22 dB at 50 Hz, falling by 6 dB an octave) and all of the noise. That of
neighbouring samples grows with frequency, so that it tells where the middle of a spectrum lies, whatever its level.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from music.cells import CellBlock
from music.ticks import Ticks, samples_to_ticks, ticks_to_samples

TREBLE_LAG_SECONDS = 0.00035
"""A 50 Hz hum and its first harmonics change little in it, hiss and surface noise wholly."""


@dataclass(frozen=True, slots=True)
class Levels:
    """The level of each cell of a recording."""

    sample_rate_hz: int
    cell_samples: int
    """How long a cell is; the last one may be shorter."""
    total_samples: int
    """Of one channel."""
    peak: NDArray[np.float32]
    """The highest absolute sample over all channels, shape (n,), full scale 1.0."""
    mean_square: NDArray[np.float32]
    """The mean over time and channels, shape (n,), full scale 1.0."""
    treble_mean_square: NDArray[np.float32]
    """As `mean_square`, hum and rumble left out; white noise has the same in both."""
    step_mean_square: NDArray[np.float32]
    """Of the difference between neighbouring samples, the mean over time and channels, shape (n,)."""

    @property
    def cells_per_second(self) -> float:
        """About a hundred."""
        return self.sample_rate_hz / self.cell_samples

    @property
    def duration_ticks(self) -> Ticks:
        """How long the recording is."""
        return samples_to_ticks(self.total_samples, rate_hz=self.sample_rate_hz)

    def cells_of(self, start_ticks: Ticks, *, end_ticks: Ticks) -> slice:
        """Return the cells of a half-open span.

        A boundary belongs to the nearest edge of a cell, so adjacent spans share no cell and leave none out. The
        recording's last cell, however short, belongs to whoever reaches its end.
        """
        return slice(self._edge(start_ticks), self._edge(end_ticks))

    def _edge(self, ticks: Ticks) -> int:
        sample = ticks_to_samples(ticks, rate_hz=self.sample_rate_hz)
        if sample >= self.total_samples:
            return self.peak.size
        return (2 * sample + self.cell_samples) // (2 * self.cell_samples)

    def brightness_hz(self, cells_each: int) -> NDArray[np.float64]:
        """Return the RMS frequency of so many cells each, shape (n // cells_each,); 0 for digital silence.

        From the mean square of the steps, which of a sine is 4 sin²(π f / rate) times its own: exact for a sine, and
        independent of the sample rate for everything that is not cut off by it.

        References:
            S. O. Rice, "Mathematical analysis of random noise", 1944 (expected zeros per second).
        """
        squares = mean_of_each(self.mean_square, cells_each)
        steps = mean_of_each(self.step_mean_square, cells_each)
        share = np.divide(steps, 4 * squares, out=np.zeros_like(steps), where=squares > 0)
        return self.sample_rate_hz / math.pi * np.arcsin(np.sqrt(np.minimum(share, 1.0)))

    def cell_sizes(self, cells: slice) -> NDArray[np.int64]:
        """Return how many samples each of these cells has."""
        starts = np.arange(*cells.indices(self.peak.size), dtype=np.int64) * self.cell_samples
        return np.minimum(self.total_samples - starts, self.cell_samples)


def mean_of_each(values: NDArray[np.float32], cells_each: int) -> NDArray[np.float64]:
    """Return the mean of so many cells each; what is left at the end is left out."""
    whole = values[: values.size // cells_each * cells_each]
    return whole.reshape(-1, cells_each).mean(axis=1, dtype=np.float64)


class LevelMeter:
    """Measures the levels of one recording, block after block.

    Args:
        sample_rate_hz: Its sample rate.
        cell_samples: How long a cell is.
    """

    def __init__(self, sample_rate_hz: int, *, cell_samples: int) -> None:
        self._sample_rate_hz = sample_rate_hz
        self._cell_samples = cell_samples
        self._total_samples = 0
        self._peaks: list[NDArray[np.float32]] = []
        self._mean_squares: list[NDArray[np.float32]] = []
        self._treble: list[NDArray[np.float32]] = []
        self._steps: list[NDArray[np.float32]] = []
        treble_lag = min(max(1, round(TREBLE_LAG_SECONDS * sample_rate_hz)), cell_samples)
        self._over_treble_lag = _Differences(treble_lag, cell_samples=cell_samples)
        self._over_one_sample = _Differences(1, cell_samples=cell_samples)

    def add(self, block: CellBlock) -> None:
        """Measure the next block; all but the last are whole cells."""
        channels = len(block.samples)
        sizes = np.full(block.squares.shape[1], self._cell_samples * channels, np.float32)
        sizes[-1] -= (block.samples.shape[1] - block.count) * channels
        self._peaks.append(block.peaks.max(axis=0))
        self._mean_squares.append(block.squares.sum(axis=0) / sizes)
        self._treble.append(self._over_treble_lag(block.samples) / (2 * sizes))
        self._steps.append(self._over_one_sample(block.samples) / sizes)
        self._total_samples += block.count

    def finish(self) -> Levels:
        """Return the levels of all blocks, of which there was at least one, and keep none."""
        return Levels(
            sample_rate_hz=self._sample_rate_hz,
            cell_samples=self._cell_samples,
            total_samples=self._total_samples,
            peak=_joined(self._peaks),
            mean_square=_joined(self._mean_squares),
            treble_mean_square=_joined(self._treble),
            step_mean_square=_joined(self._steps),
        )


def _joined(blocks: list[NDArray[np.float32]]) -> NDArray[np.float32]:
    """Return all blocks as one and empty the list: of an hour they would be kept twice."""
    joined = np.concatenate(blocks)
    blocks.clear()
    return joined


class _Differences:
    """Tells how far each sample is from an earlier one, block after block.

    Args:
        lag: How much earlier, in samples; no longer than a cell.
        cell_samples: How long a cell is.
    """

    def __init__(self, lag: int, *, cell_samples: int) -> None:
        self._lag = lag
        self._cell_samples = cell_samples
        self._before = np.zeros((1, lag), np.float32)
        self._differences = np.empty((0, 0), np.float32)

    def __call__(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the sum of (x[i] - x[i - lag])² of each cell over all channels; before the recording is silence."""
        lag = self._lag
        if self._differences.shape != samples.shape:  # kept, as fresh memory costs more than the subtraction
            self._differences = np.empty_like(samples)
        differences = self._differences
        np.subtract(samples[:, :lag], self._before, out=differences[:, :lag])
        np.subtract(samples[:, lag:], samples[:, :-lag], out=differences[:, lag:])
        self._before = samples[:, -lag:].copy()
        cells = differences.reshape(len(samples), -1, self._cell_samples)
        return np.vecdot(cells, cells).sum(axis=0)
