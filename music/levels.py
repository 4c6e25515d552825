"""How loud each hundredth of a second is: what silences are found in."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from music.cells import CellBlock
from music.ticks import Ticks, samples_to_ticks, ticks_to_samples


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

    def cell_sizes(self, cells: slice) -> NDArray[np.int64]:
        """Return how many samples each of these cells has."""
        starts = np.arange(*cells.indices(self.peak.size), dtype=np.int64) * self.cell_samples
        return np.minimum(self.total_samples - starts, self.cell_samples)


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

    def add(self, block: CellBlock) -> None:
        """Measure the next block; all but the last are whole cells."""
        channels = len(block.samples)
        cells = block.samples.reshape(channels, -1, self._cell_samples)
        sizes = np.full(cells.shape[1], self._cell_samples * channels, np.float32)
        sizes[-1] -= (block.samples.shape[1] - block.count) * channels
        self._peaks.append(block.peaks.max(axis=0))
        self._mean_squares.append(np.vecdot(cells, cells).sum(axis=0) / sizes)
        self._total_samples += block.count

    def finish(self) -> Levels:
        """Return the levels of all blocks, of which there was at least one."""
        return Levels(
            sample_rate_hz=self._sample_rate_hz,
            cell_samples=self._cell_samples,
            total_samples=self._total_samples,
            peak=np.concatenate(self._peaks),
            mean_square=np.concatenate(self._mean_squares),
        )
