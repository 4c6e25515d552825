"""How far the peaks of a piece stand above its loud parts: the DR value of the Pleasurize Music Foundation.

The piece is cut into blocks of 3 s. Of each channel, the level of the loudest fifth of its blocks is compared with
the second-highest of their peaks, and the mean over the channels is the value; levels are RMS times √2, so that a
sine has 0 dB. The published value is rounded to a whole number, this one is not. A `DynamicsMeter` keeps a peak and a
mean square of each channel for every fifth of a second, 5 kB a minute in stereo.

References:
    Pleasurize Music Foundation, "Measuring DR", 2008 (the TT Dynamic Range Meter of Algorithmix). It also takes the
    rest that does not fill a block; here it is left out.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from music.cells import CELLS_PER_SECOND, CellBlock, cell_length

_HOP_CELLS = CELLS_PER_SECOND // 5
_BLOCK_HOPS = 15
"""Three seconds."""
_FEWEST_BLOCKS = 2
"""There has to be a second-highest peak."""
_LOUD_SHARE = 0.2
_SILENT = 1e-5
"""A channel whose loud parts stay below -100 dBFS has no dynamic range."""


@dataclass(frozen=True, slots=True)
class DynamicsHops:
    """What is kept of each complete fifth of a second of a recording."""

    peak: NDArray[np.float32]
    """The highest absolute sample of each channel, shape (n, channels), full scale 1.0."""
    mean_square: NDArray[np.float32]
    """Of each channel, shape (n, channels), full scale 1.0."""

    def of_cells(self, cells: slice) -> "DynamicsHops":
        """Return what lies in these cells of the recording."""
        first = -(-cells.start // _HOP_CELLS)
        span = slice(first, max(first, cells.stop // _HOP_CELLS))
        return DynamicsHops(self.peak[span], self.mean_square[span])


class DynamicsMeter:
    """Measures one recording, block after block.

    Args:
        sample_rate_hz: Its sample rate.
    """

    def __init__(self, sample_rate_hz: int) -> None:
        self._hop_samples = _HOP_CELLS * cell_length(sample_rate_hz)
        self._blocks: list[DynamicsHops] = []

    def add(self, block: CellBlock) -> None:
        """Measure the next block; all but the last are whole."""
        hops = block.count // self._hop_samples
        shape = (len(block.samples), hops, _HOP_CELLS)
        peaks = block.peaks[:, : hops * _HOP_CELLS].reshape(shape).max(axis=2)
        squares = block.squares[:, : hops * _HOP_CELLS].reshape(shape).sum(axis=2)
        self._blocks.append(DynamicsHops(peaks.T, squares.T / np.float32(self._hop_samples)))

    def finish(self) -> DynamicsHops:
        """Return what was kept of all blocks, of which there was at least one."""
        return DynamicsHops(
            peak=np.concatenate([block.peak for block in self._blocks]),
            mean_square=np.concatenate([block.mean_square for block in self._blocks]),
        )


def dynamic_range_db(hops: DynamicsHops) -> float | None:
    """Return the DR value of a span in dB, not rounded; None under 6 s and for silence.

    Channels in which nothing sounds do not count.
    """
    blocks = len(hops.peak) // _BLOCK_HOPS
    if blocks < _FEWEST_BLOCKS:
        return None
    shape = (blocks, _BLOCK_HOPS, -1)
    energies = 2.0 * hops.mean_square[: blocks * _BLOCK_HOPS].reshape(shape).mean(axis=1, dtype=np.float64)
    peaks = hops.peak[: blocks * _BLOCK_HOPS].reshape(shape).max(axis=1)
    loud = np.sort(energies, axis=0)[-max(1, int(_LOUD_SHARE * blocks)) :].mean(axis=0)
    second_peak = np.sort(peaks, axis=0)[-2].astype(np.float64)
    heard = (np.sqrt(loud) > _SILENT) & (second_peak > _SILENT)
    if not heard.any():
        return None
    return float((20.0 * np.log10(second_peak[heard] / np.sqrt(loud[heard]))).mean())
