"""Loudness as people hear it, from the K-weighted energy of each tenth of a second.

Energies are mean squares of the K-weighted channels, summed with the weights of `music.channels`; a full-scale
sine of 997 Hz in one channel has -3.01 LUFS.

References:
    ITU-R BS.1770-4, annex 1 (gating); EBU R 128; EBU Tech 3341 (momentary 0.4 s, short-term 3 s); EBU Tech 3342
    (range).
"""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

_OFFSET_LUFS = -0.691
_MOMENTARY_HOPS = 4
_SHORT_TERM_HOPS = 30
_ABSOLUTE_GATE_LUFS = -70.0
_INTEGRATED_GATE = 10.0 ** (-10.0 / 10.0)
"""10 LU under the mean, as a factor of its energy."""
_RANGE_GATE = 10.0 ** (-20.0 / 10.0)
"""20 LU under the mean, as a factor of its energy."""
_RANGE_FROM, _RANGE_TO = 0.10, 0.95

_Energies = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Loudness:
    """How loud a span is; what the absolute gate of -70 LUFS takes for silence has no loudness."""

    integrated_lufs: float | None
    """Of all of it, in LUFS; None under 0.4 s and for silence."""
    range_lu: float | None
    """Between its quiet and its loud parts, in LU; None under 3 s and for silence."""
    max_momentary_lufs: float | None
    """Of its loudest 0.4 s, in LUFS; None under 0.4 s and for silence."""
    max_short_term_lufs: float | None
    """Of its loudest 3 s, in LUFS; None under 3 s and for silence."""


def measure_loudness(energies: NDArray[np.floating]) -> Loudness:
    """Return the loudness of a span.

    Args:
        energies: Weighted K-energy of each complete 100 ms, shape (n,), full scale 1.0.
    """
    momentary = _above_gate(_sliding_mean(energies, _MOMENTARY_HOPS))
    short_term = _above_gate(_sliding_mean(energies, _SHORT_TERM_HOPS))
    return Loudness(
        integrated_lufs=_integrated(momentary),
        range_lu=_range(short_term),
        max_momentary_lufs=_highest(momentary),
        max_short_term_lufs=_highest(short_term),
    )


def _integrated(momentary: _Energies) -> float | None:
    if momentary.size == 0:
        return None
    return _lufs(float(_above(momentary, momentary.mean() * _INTEGRATED_GATE).mean()))


def _range(short_term: _Energies) -> float | None:
    if short_term.size == 0:
        return None
    heard = np.sort(_above(short_term, short_term.mean() * _RANGE_GATE))
    low, high = (heard[round((heard.size - 1) * share)] for share in (_RANGE_FROM, _RANGE_TO))
    return _lufs(float(high)) - _lufs(float(low))


def _highest(energies: _Energies) -> float | None:
    return _lufs(float(energies.max())) if energies.size else None


def _lufs(energy: float) -> float:
    return _OFFSET_LUFS + 10.0 * float(np.log10(energy))


def _sliding_mean(energies: NDArray[np.floating], hops: int) -> _Energies:
    if energies.size < hops:
        return np.zeros(0)
    return sliding_window_view(energies, hops).mean(axis=1, dtype=np.float64)


def _above_gate(energies: _Energies) -> _Energies:
    return _above(energies, 10.0 ** ((_ABSOLUTE_GATE_LUFS - _OFFSET_LUFS) / 10.0))


def _above(energies: _Energies, gate: float) -> _Energies:
    return energies[energies > gate]
