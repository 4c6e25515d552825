"""When something begins to sound, how strongly, and in which part of the spectrum.

The reduced signal is cut into frames of 46 ms every 23 ms. The level of each of twenty bands, compressed by a
logarithm, is compared with that of the frame before: what grew is an onset. The bands are then put together into the
few registers that tell a bass drum from a snare and a cymbal; a sixth one compares frames 93 ms apart, because
strings and voices have no edge.
"""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from music.decimation import DECIMATED_HZ

FRAMES_PER_SECOND = DECIMATED_HZ / 256
"""43.07; every strength belongs to one frame."""
REGISTERS = ("low", "bass", "middle", "snare", "high", "slow")
"""The columns of `Onsets.strengths`: under 110 Hz, to 300, to 1000, to 2500, to 5100; and 160 to 1750 Hz, slowly."""

_FRAME = 512
_HOP = 256
_FRAMES_AT_ONCE = 64
_SLOW_FRAMES = 4
_BAND_EDGES_HZ = (
    *(30, 65, 110, 160, 220, 300, 400, 520, 660, 820, 1000),
    *(1200, 1450, 1750, 2100, 2500, 3000, 3500, 4000, 4500, 5100),
)
_REGISTER_BANDS = ((0, 2), (2, 5), (5, 10), (10, 15), (15, 20))
_SLOW_BANDS = (3, 12)
_SLOW_SHARE = 0.5
"""A rise over four frames is about twice that over one."""
_COMPRESSION = 1e4
"""A band 40 dB under the loudest peak up to there is where the logarithm begins to bend: what is softer counts in
proportion, and a quiet recording has the onsets of a loud one."""
_LEAST_PEAK = 655.0
"""What never reaches -34 dBFS stays soft: noise is not blown up."""


@dataclass(frozen=True, slots=True)
class Onsets:
    """What begins when in a piece."""

    strengths: NDArray[np.float32]
    """Shape (frames, 6), never negative: growth of the logarithm of energy, by the columns of `REGISTERS`."""


class OnsetMeter:
    """Takes the reduced signal of a piece in chunks of any length; keeps 24 bytes a frame."""

    def __init__(self) -> None:
        self._pending = np.zeros(0, np.int16)
        self._peak = _LEAST_PEAK
        self._before: NDArray[np.float32] | None = None
        self._strengths = [np.zeros((0, len(REGISTERS)), np.float32)]

    def add(self, mono: NDArray[np.int16]) -> None:
        """Listen to what follows, shape (n,), 11,025 Hz."""
        signal = np.concatenate([self._pending, mono])
        frames = max(0, (signal.size - _FRAME) // _HOP + 1)
        whole = frames - frames % _FRAMES_AT_ONCE
        self._listen(signal, frames=whole)
        self._pending = signal[whole * _HOP :]

    def finish(self) -> Onsets:
        """Return what was found, after the last chunk."""
        self._listen(self._pending, frames=max(0, (self._pending.size - _FRAME) // _HOP + 1))
        self._pending = self._pending[:0]
        return Onsets(strengths=np.concatenate(self._strengths))

    def _listen(self, signal: NDArray[np.int16], *, frames: int) -> None:
        for first in range(0, frames, _FRAMES_AT_ONCE):
            count = min(_FRAMES_AT_ONCE, frames - first)
            start = first * _HOP
            heard = signal[start : start + (count - 1) * _HOP + _FRAME].astype(np.float32)
            self._peak = max(self._peak, float(heard.max()), -float(heard.min()))
            power = _band_power(heard)
            before = np.repeat(power[:1], _SLOW_FRAMES, axis=0) if self._before is None else self._before
            known = np.concatenate([before, power])
            self._strengths.append(_growth(np.log1p(known * np.float32(_COMPRESSION / self._peak**2))))
            self._before = known[-_SLOW_FRAMES:]


def _band_power(signal: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the power of each band in each frame, shape (frames, 20)."""
    spectrum = np.fft.rfft(sliding_window_view(signal, _FRAME)[::_HOP] * _WINDOW, axis=1)
    power = spectrum.real**2
    power += spectrum.imag**2
    return np.matmul(power, _BANDS, dtype=np.float32)


def _growth(levels: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return how much each register grew, shape (frames, 6), from levels that begin four frames earlier."""
    here = levels[_SLOW_FRAMES:]
    fast = np.maximum(here - levels[_SLOW_FRAMES - 1 : -1], 0)
    slow = np.maximum(here - levels[:-_SLOW_FRAMES], 0)
    return fast @ _FAST_MEANS + slow @ _SLOW_MEANS


def _triangles() -> NDArray[np.float32]:
    """Return the weight of each frequency in each band, shape (257, 20)."""
    frequencies_hz = np.fft.rfftfreq(_FRAME, 1 / DECIMATED_HZ)[:, None]
    edges_hz = np.array(_BAND_EDGES_HZ, np.float64)
    middles_hz, widths_hz = (edges_hz[1:] + edges_hz[:-1]) / 2, np.diff(edges_hz)
    triangles = np.maximum(0, 1 - np.abs(frequencies_hz - middles_hz) / np.maximum(widths_hz, DECIMATED_HZ / _FRAME))
    return triangles.astype(np.float32)


def _means(columns: dict[int, tuple[int, int]], *, scale: float) -> NDArray[np.float32]:
    """Return the matrix that takes the mean over bands from first to end for some columns, shape (20, 6)."""
    matrix = np.zeros((len(_BAND_EDGES_HZ) - 1, len(REGISTERS)), np.float32)
    for column, (first, end) in columns.items():
        matrix[first:end, column] = scale / (end - first)
    return matrix


_WINDOW = (np.hanning(_FRAME) * 4 / _FRAME).astype(np.float32)
_BANDS = _triangles()
_FAST_MEANS = _means(dict(enumerate(_REGISTER_BANDS)), scale=1.0)
_SLOW_MEANS = _means({len(_REGISTER_BANDS): _SLOW_BANDS}, scale=_SLOW_SHARE)
