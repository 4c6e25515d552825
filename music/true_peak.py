"""The peak of the sound between the samples, which a converter makes and a limiter must know.

The signal is interpolated to about 192 kHz (at least four times, from 96 kHz up twice) with a sinc of 24 taps under a
Hann window; BS.1770 asks for four times at 48 kHz and gives 12 taps.

Only next to samples that reach `_WORTH` of the highest of their block (3.2 s) is it interpolated; elsewhere the sample
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
        level = max(_WORTH * float(peaks.max()), float(np.finfo(np.float32).tiny))
        held = self._before.shape[1]
        for before, samples, peak in zip(self._before, block, peaks.max(axis=1), strict=True):
            if peak >= level:
                self._raise(highest, np.concatenate([before, samples[:held]]), level=level, begin=0)
                self._raise(highest, samples, level=level, begin=held)
        self._before = block[:, -held:].copy()
        return highest

    def _raise(self, highest: NDArray[np.float32], samples: NDArray[np.float32], *, level: float, begin: int) -> None:
        """Raise the peaks of cells to what lies between these samples of one channel.

        Args:
            highest: Of each cell; changed in place.
            samples: Shape (n,).
            level: Only next to samples that reach it something is looked for.
            begin: Where in the block the first row is counted.
        """
        rows = max(0, (samples.size - _STRETCH) // _ROW + 1)
        places = np.flatnonzero(np.abs(samples[_HALF_TAPS : _HALF_TAPS + rows * _ROW + 1]) >= level)
        if rows == 0 or places.size == 0:
            return
        worth = np.zeros(rows + 1, np.bool_)
        worth[places // _ROW] = True
        worth[np.maximum(places - 1, 0) // _ROW] = True
        worthy = np.flatnonzero(worth[:rows])
        points = self._between @ sliding_window_view(samples, _STRETCH)[::_ROW][worthy].T
        np.maximum.at(highest, (begin + worthy * _ROW) // self._cell, np.abs(points).max(axis=0))


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
