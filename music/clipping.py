"""Samples that were cut off at full scale (S3-R5).

One sample at full scale is a peak, and a recording that was raised until its highest sample touches full scale is not
damaged. Clipping leaves a plateau: several samples one after the other, in one channel and on one side, at or above
0.99 of full scale. All samples of a plateau count.
"""

import numpy as np
from numpy.typing import NDArray

from music.cells import CellBlock


class ClippingMeter:
    """Counts the clipped samples of each cell of one recording, block after block.

    A plateau is counted when it is long enough, so that one which reaches from one block into the next is counted in
    the next.

    Args:
        level: From where on a sample may be clipped, full scale 1.0.
        run_samples: How many in a row make a plateau.
        channels: How many channels the blocks have.
        cell_samples: How long a cell is.
    """

    def __init__(self, level: float, *, run_samples: int, channels: int, cell_samples: int) -> None:
        self._level = level
        self._run_samples = run_samples
        self._cell_samples = cell_samples
        self._before = np.zeros((channels, run_samples), np.float32)

    def __call__(self, block: CellBlock) -> NDArray[np.int32]:
        """Return the clipped samples of each cell, in all channels together, shape (cells,)."""
        peaks = block.peaks.max(axis=1)
        counts = np.zeros(block.lowest.shape[1], np.int32)
        for channel, samples in enumerate(block.samples):
            if peaks[channel] >= self._level:
                self._count(np.concatenate([self._before[channel], samples]), counts)
        self._before = block.samples[:, -self._run_samples :].copy()
        return counts

    def _count(self, samples: NDArray[np.float32], counts: NDArray[np.int32]) -> None:
        """Add the plateaus of one channel, whose first `run_samples` samples are of the block before."""
        run = self._run_samples
        places = np.flatnonzero(np.abs(samples) >= self._level)
        sides = np.signbit(samples[places])
        begins = np.ones(places.size, np.bool_)
        begins[1:] = (np.diff(places) > 1) | (sides[1:] != sides[:-1])
        length = np.arange(places.size) - np.flatnonzero(begins)[np.cumsum(begins) - 1] + 1
        ends_plateau = (length >= run) & (places >= run)
        value = np.where(length == run, run, 1)[ends_plateau]
        np.add.at(counts, (places[ends_plateau] - run) // self._cell_samples, value)
