"""The peak of the sound between the samples, which a converter makes and a limiter must know.

The signal is interpolated to about 192 kHz (at least four times, from 96 kHz up twice) with a sinc of 24 taps under a
Hann window; BS.1770 asks for four times at 48 kHz and gives 12 taps.

Only next to samples that reach `_WORTH` of the highest around them (of 3.2 s) is it interpolated; elsewhere the sample
peak counts. Nothing is missed below a quarter of the rate, where a peak has a sample beside it that hides at most 3.01
dB of it, just what `_WORTH` allows; nor of a tone above that is steady, as it meets the samples at every phase. Two
things can be missed. A burst above a quarter of the rate of which all samples lie 3 dB under the highest around it and
a peak lies above that. And the true peak of a piece shorter than 3.2 s beside a louder one. Interpolating everything
costs several times as much.

References:
    ITU-R BS.1770-4, annex 2; EBU Tech 3341, section 3.2 (tolerance +0.2 / -0.4 dB).
"""

from functools import lru_cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from music.cells import SHORTEST_BLOCK_CELLS

_HALF_TAPS = 12
_ROW = 8
"""Samples behind which one row interpolates."""
_STRETCH = _ROW + 2 * _HALF_TAPS
_WORTH = 0.7
_AIM_HZ = 192_000
_HIGH_RATE_HZ = 96_000


def oversampling(rate_hz: int) -> int:
    """Return how many points per sample are looked at."""
    return max(round(_AIM_HZ / rate_hz), 4 if rate_hz < _HIGH_RATE_HZ else 2)


class TruePeakMeter:
    """Finds the true peak of each cell of one recording, block after block.

    A cell is answered for from 12 samples before its beginning to 12 before its end, give or take 8, as the
    interpolation needs what follows. The last 12 samples of a recording count as they are.

    Args:
        rate_hz: Its sample rate.
        channels: How many channels its blocks have.
        cell_samples: How long a cell is.
    """

    def __init__(self, rate_hz: int, *, channels: int, cell_samples: int) -> None:
        self._cell = cell_samples
        self._between = _interpolation(oversampling(rate_hz))
        self._before = np.zeros((channels, 2 * _HALF_TAPS), np.float32)

    def __call__(self, block: NDArray[np.float32], *, peaks: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the true peak of each cell over all channels, shape (cells,), full scale 1.0.

        Args:
            block: Shape (channels, cells * cell samples), the number of samples a multiple of 8 in all but the last.
            peaks: The highest absolute sample of each cell, shape (channels, cells).
        """
        highest = peaks.max(axis=0)
        level = _levels(highest)
        held = self._before.shape[1]
        joint = np.concatenate([self._before, block[:, :held]], axis=1)
        self._before = block[:, -held:].copy()
        self._raise(highest, joint, np.nonzero(np.abs(joint) >= level[0]), begin=0)
        channel, cell = np.nonzero(peaks >= level)
        cells = block.reshape(len(block), -1, self._cell)[channel, cell]
        loud, place = np.divmod(np.flatnonzero(np.abs(cells) >= level[cell, None]), self._cell)
        self._raise(highest, block, (channel[loud], cell[loud] * self._cell + place), begin=held)
        return highest

    def _raise(
        self,
        highest: NDArray[np.float32],
        samples: NDArray[np.float32],
        loud: tuple[NDArray[np.intp], ...],
        *,
        begin: int,
    ) -> None:
        """Raise the peaks of cells to what lies between samples.

        Args:
            highest: Of each cell; changed in place.
            samples: Shape (channels, n).
            loud: Channels and places of the samples next to which something is looked for.
            begin: Where in the block the first row is counted.
        """
        if loud[0].size == 0:
            return
        rows = max(0, (samples.shape[1] - _STRETCH) // _ROW + 1)
        worth = np.zeros((len(samples), rows), np.bool_)
        for back in (_HALF_TAPS, _HALF_TAPS + 1):
            row = (loud[1] - back) // _ROW
            inside = (row >= 0) & (row < rows)
            worth[loud[0][inside], row[inside]] = True
        worthy = np.flatnonzero(worth)
        if worthy.size == 0:
            return
        channel, row = np.divmod(worthy, rows)
        points = self._between @ sliding_window_view(samples, _STRETCH, axis=1)[:, ::_ROW][channel, row].T
        np.maximum.at(highest, (begin + row * _ROW) // self._cell, np.abs(points).max(axis=0))


def _levels(highest: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return from which level on samples of each cell are looked at, shape (cells,), from the peaks of cells."""
    loudest = np.maximum.reduceat(highest, np.arange(0, highest.size, SHORTEST_BLOCK_CELLS))
    level = np.maximum(np.float32(_WORTH) * loudest, np.finfo(np.float32).tiny)
    return np.repeat(level, SHORTEST_BLOCK_CELLS)[: highest.size]


@lru_cache(maxsize=4)
def _interpolation(factor: int) -> NDArray[np.float32]:
    """Return the matrix from a stretch of samples to the points between them, shape (points, _STRETCH)."""
    matrix = np.zeros((_ROW, factor - 1, _STRETCH))
    for phase in range(1, factor):
        distance = np.arange(1 - _HALF_TAPS, _HALF_TAPS + 1) - phase / factor
        taps = np.sinc(distance) * (0.5 + 0.5 * np.cos(np.pi * distance / _HALF_TAPS))
        taps /= taps.sum()
        for sample in range(_ROW):
            matrix[sample, phase - 1, sample + 1 : sample + 1 + taps.size] = taps
    return matrix.reshape(-1, _STRETCH).astype(np.float32)
