"""The grid on which a recording is measured: cells of a hundredth of a second.

Everything that is kept of a recording is one number per cell, so that what is true of any span can be said after the
boundaries are known, without the samples. A block of samples is cut into cells here, and what cannot be sound is
refused here: a damaged AAC frame can decode to samples of 10⁵ or to no numbers at all, and one of them would be the
peak, the loudness and the waveform of the whole piece. What several meters ask of a block is found here once.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

CELLS_PER_SECOND = 100
SHORTEST_BLOCK_CELLS = 320
"""Cells of a block from the decoder, or a few times as many; at every rate filters find whole groups of steps in it."""
_MOST_TIMES = 3
_BLOCK_BYTES = 4 << 20
"""A block costs some hundred calls of NumPy, whatever its length; but of larger ones a worker does not keep the memory
from one to the next."""
IMPLAUSIBLE = 16.0
"""24 dB over full scale: no codec overshoots so far, and no float file is meant so."""


@dataclass(frozen=True, slots=True)
class CellBlock:
    """A stretch of sound as whole cells."""

    samples: NDArray[np.float32]
    """Shape (channels, cells * cell samples), C order, full scale 1.0; silent behind the end of a recording."""
    count: int
    """How many of them are of the recording."""
    lowest: NDArray[np.float32]
    """Of each channel and cell."""
    highest: NDArray[np.float32]
    """Of each channel and cell."""
    squares: NDArray[np.float32]
    """The sum of the squared samples of each channel and cell."""
    mono: NDArray[np.float32]
    """The channels mixed into one, shape (cells * cell samples,)."""
    refused_cells: int
    """Cells that could not be sound and were silenced."""

    @property
    def peaks(self) -> NDArray[np.float32]:
        """The highest absolute sample of each channel and cell."""
        return np.maximum(self.highest, -self.lowest)


def cell_length(rate_hz: int) -> int:
    """Return the samples of one cell; at rates like 11,025 Hz it is not quite a hundredth of a second."""
    return round(rate_hz / CELLS_PER_SECOND)


def block_length(rate_hz: int, *, channels: int) -> int:
    """Return the samples of a block from the decoder: 9.6 s of usual stereo, 3.2 s of what is large."""
    shortest = SHORTEST_BLOCK_CELLS * cell_length(rate_hz)
    times = _BLOCK_BYTES // (shortest * channels * np.dtype(np.float32).itemsize)
    return shortest * min(max(times, 1), _MOST_TIMES)


def cut_cells(
    block: NDArray[np.float32], *, cell_samples: int, mono_weights: NDArray[np.float32] | None = None
) -> CellBlock:
    """Return a block as whole cells; what is implausible in it becomes silence.

    Args:
        block: Shape (channels, n), in C order, n > 0. Left as it is.
        cell_samples: How long a cell is.
        mono_weights: The share of each channel in the mix; None gives all the same.
    """
    channels, count = block.shape
    missing = -count % cell_samples
    samples = np.pad(block, ((0, 0), (0, missing))) if missing else block
    cells = samples.reshape(channels, -1, cell_samples)
    lowest, highest = cells.min(axis=2), cells.max(axis=2)
    refused = ~(np.maximum(highest, -lowest) <= IMPLAUSIBLE).all(axis=0)  # not `>`: it may be no number
    if refused.any():
        cells = np.where(refused[:, None], np.float32(0), cells)
        lowest, highest = (np.where(refused, np.float32(0), edge) for edge in (lowest, highest))
    samples = cells.reshape(channels, -1)
    weights = np.full(channels, 1 / channels, np.float32) if mono_weights is None else mono_weights
    return CellBlock(
        samples=samples,
        count=count,
        lowest=lowest,
        highest=highest,
        squares=np.vecdot(cells, cells),
        mono=weights @ samples,
        refused_cells=int(refused.sum()),
    )
