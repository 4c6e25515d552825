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
        for before, samples, peaks in zip(self._before, block.samples, block.peaks, strict=True):
            loud = np.flatnonzero(peaks >= self._level)
            if loud.size:
                self._count(counts, samples, before=before, loud=loud)
        self._before = block.samples[:, -self._run_samples :].copy()
        return counts

    def _count(
        self,
        counts: NDArray[np.int32],
        samples: NDArray[np.float32],
        *,
        before: NDArray[np.float32],
        loud: NDArray[np.intp],
    ) -> None:
        """Add the plateaus of one channel.

        Args:
            counts: Of each cell; changed in place.
            samples: Shape (cells * cell samples,).
            before: As many samples of the block before as make a plateau.
            loud: The cells in which a sample may be clipped.
        """
        run = self._run_samples
        cells = samples.reshape(-1, self._cell_samples)[loud]
        row, column = np.nonzero(np.abs(cells) >= self._level)
        earlier = np.flatnonzero(np.abs(before) >= self._level)
        places = np.concatenate([earlier - run, loud[row] * self._cell_samples + column])
        sides = np.signbit(np.concatenate([before[earlier], cells[row, column]]))
        begins = np.ones(places.size, np.bool_)
        begins[1:] = (np.diff(places) > 1) | (sides[1:] != sides[:-1])
        length = np.arange(places.size) - np.flatnonzero(begins)[np.cumsum(begins) - 1] + 1
        ends_plateau = (length >= run) & (places >= 0)
        value = np.where(length == run, run, 1)[ends_plateau]
        np.add.at(counts, places[ends_plateau] // self._cell_samples, value)
