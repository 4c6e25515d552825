"""The signal that Chromaprint hears: one channel at 11,025 Hz.

A fingerprint must be the one that others computed, so the resampler is the one that fpcalc asks libswresample for: a
windowed sinc of 16 taps at the lower of the two rates, cut off at 0.8 of it, Kaiser window with beta 9. The signal
is mirrored at its beginning; at its end it stops, as fpcalc does, with the last output whose taps all lie in it (a
millisecond early).

Input and output repeat after one period: at 48 kHz 640 samples give 147. A row of the signal is one period, so a few
matrix products resample a whole block. Each makes `_GROUP` outputs from the stretch that their taps reach; in one
matrix for all, most would be zeros.
"""

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

DECIMATED_HZ = 11_025
"""The rate at which Chromaprint listens."""

_LENGTH = 16
_CUTOFF = 0.8
_KAISER_BETA = 9.0
_GROUP = 32


@dataclass(frozen=True, slots=True)
class _Group:
    """Neighbouring outputs of one period."""

    inputs: slice
    """The samples of a row that they hear."""
    outputs: slice
    """Their places in the period."""
    taps: NDArray[np.float32]
    """From those samples to these outputs."""


class Decimator:
    """Resamples one recording to 11,025 Hz, block after block.

    Args:
        rate_hz: Its sample rate.
    """

    def __init__(self, rate_hz: int) -> None:
        self._ratio = Fraction(DECIMATED_HZ, rate_hz)
        self._tap_count = math.ceil(_LENGTH / _bandwidth(rate_hz))
        stretch = math.ceil(_GROUP / self._ratio) + self._tap_count
        repeats = math.ceil(stretch / self._ratio.denominator)  # a stretch fits into a row, or BLAS does not take it
        self._period = self._ratio.denominator * repeats
        self._groups = _groups(rate_hz, outputs=self._ratio.numerator * repeats, tap_count=self._tap_count)
        self._row = max(group.inputs.stop for group in self._groups)
        self._held = np.zeros(0, np.float32)
        self._received = 0
        self._given = 0

    def __call__(self, mono: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return what is complete after this block, shape (m,).

        Args:
            mono: Shape (n,), n > 0.
        """
        if self._ratio == 1:
            return mono
        if self._received == 0:
            self._held = _mirrored(mono, (self._tap_count - 1) // 2)
        self._received += mono.size
        return self._resample(np.concatenate([self._held, mono]))

    def finish(self) -> NDArray[np.float32]:
        """Return what was still to come after the last block, shape (m,)."""
        if self._received == 0:
            return self._held
        given = self._given
        rest = self._resample(np.concatenate([self._held, np.zeros(2 * self._row, np.float32)]))
        complete = math.ceil((self._received - self._tap_count // 2) * self._ratio)
        return rest[: max(0, complete - given)]

    def _resample(self, signal: NDArray[np.float32]) -> NDArray[np.float32]:
        rows = max(0, (signal.size - self._row) // self._period + 1)
        self._held = signal[rows * self._period :].copy()
        if rows == 0:
            return np.zeros(0, np.float32)
        periods = sliding_window_view(signal, self._row)[: rows * self._period : self._period]
        outputs = np.empty((rows, self._groups[-1].outputs.stop), np.float32)
        for group in self._groups:
            np.matmul(periods[:, group.inputs], group.taps, out=outputs[:, group.outputs])
        ready = outputs.ravel()
        self._given += ready.size
        return ready


def _mirrored(mono: NDArray[np.float32], count: int) -> NDArray[np.float32]:
    """Return what lies before a signal's first sample when it is mirrored there, shape (count,)."""
    return np.pad(mono[: count + 1], (count, 0), mode="reflect")[:count]


def _bandwidth(rate_hz: int) -> float:
    """Return where the filter cuts off, as a share of the input's own limit."""
    return min(DECIMATED_HZ * _CUTOFF / rate_hz, 1.0)


@lru_cache(maxsize=4)
def _groups(rate_hz: int, *, outputs: int, tap_count: int) -> tuple[_Group, ...]:
    return tuple(
        _group(rate_hz, first=first, end=min(first + _GROUP, outputs), tap_count=tap_count)
        for first in range(0, outputs, _GROUP)
    )


def _group(rate_hz: int, *, first: int, end: int, tap_count: int) -> _Group:
    places = [divmod(output * rate_hz, DECIMATED_HZ) for output in range(first, end)]
    begin = places[0][0]
    taps = np.zeros((places[-1][0] - begin + tap_count, end - first))
    for column, (sample, rest) in enumerate(places):
        row = sample - begin
        taps[row : row + tap_count, column] = _sinc(rate_hz, tap_count=tap_count, phase=rest / DECIMATED_HZ)
    return _Group(inputs=slice(begin, begin + len(taps)), outputs=slice(first, end), taps=taps.astype(np.float32))


def _sinc(rate_hz: int, *, tap_count: int, phase: float) -> NDArray[np.float64]:
    """Return the taps of an output that lies `phase` after a sample; they add up to one."""
    distance = np.arange(tap_count) - (tap_count - 1) // 2 - phase
    window = np.i0(_KAISER_BETA * np.sqrt(np.maximum(1 - (2 * distance / tap_count) ** 2, 0)))
    taps = np.sinc(distance * _bandwidth(rate_hz)) * window
    return taps / taps.sum()
