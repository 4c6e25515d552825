"""Samples that were cut off at full scale (S3-R5).

One sample at full scale is a peak, and a recording that was raised until its highest sample touches full scale is not
damaged. Clipping leaves a plateau: several samples one after the other, in one channel and on one side, at or above
0.99 of full scale. All samples of a plateau count.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from music.cells import CellBlock

_LONGEST_RUN = 100


@dataclass(frozen=True, slots=True)
class ClippingParameters:
    """When samples count as clipped.

    Raises:
        ValueError: A value is out of its range; the message names it.
    """

    level: float = 0.99
    """From where on a sample may be clipped, full scale 1.0 (S3-R5), 0.5 to 1."""
    run_samples: int = 3
    """How many in a row make a plateau, 1 to 100."""

    def __post_init__(self) -> None:
        if not 0.5 <= self.level <= 1.0:  # noqa: PLR2004  (the documented range)
            raise ValueError(f"level is from 0.5 to 1, got {self.level:g}; did you pass decibels?")
        if not 1 <= self.run_samples <= _LONGEST_RUN:
            raise ValueError(f"run_samples is from 1 to {_LONGEST_RUN}, got {self.run_samples}")


class ClippingMeter:
    """Counts the clipped samples of each cell of one recording, block after block.

    A plateau is counted when it is long enough, so that one which reaches from one block into the next is counted in
    the next.

    Args:
        parameters: When a sample counts.
        channels: How many channels the blocks have.
        cell_samples: How long a cell is.
    """

    def __init__(self, parameters: ClippingParameters, *, channels: int, cell_samples: int) -> None:
        self._parameters = parameters
        self._cell_samples = cell_samples
        self._before = np.zeros((channels, parameters.run_samples), np.float32)

    def __call__(self, block: CellBlock) -> NDArray[np.int32]:
        """Return the clipped samples of each cell, in all channels together, shape (cells,)."""
        peaks = block.peaks.max(axis=1)
        counts = np.zeros(block.lowest.shape[1], np.int32)
        for channel, samples in enumerate(block.samples):
            if peaks[channel] >= self._parameters.level:
                self._count(np.concatenate([self._before[channel], samples]), counts)
        self._before = block.samples[:, -self._parameters.run_samples :].copy()
        return counts

    def _count(self, samples: NDArray[np.float32], counts: NDArray[np.int32]) -> None:
        """Add the plateaus of one channel, whose first `run_samples` samples are of the block before."""
        run = self._parameters.run_samples
        places = np.flatnonzero(np.abs(samples) >= self._parameters.level)
        sides = np.signbit(samples[places])
        begins = np.ones(places.size, np.bool_)
        begins[1:] = (np.diff(places) > 1) | (sides[1:] != sides[:-1])
        length = np.arange(places.size) - np.flatnonzero(begins)[np.cumsum(begins) - 1] + 1
        ends_plateau = (length >= run) & (places >= run)
        value = np.where(length == run, run, 1)[ends_plateau]
        np.add.at(counts, (places[ends_plateau] - run) // self._cell_samples, value)
