"""How evenly a piece keeps its tempo: near 1 for a machine, low for rubato and for changes of tempo.

In windows of 8 s the pulse is looked for anew within 16 % of the piece's period; what counts is how far away it lies.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from music.correlation import at_lags
from music.onsets import FRAMES_PER_SECOND

_WINDOW_FRAMES = 344
_HOP_FRAMES = _WINDOW_FRAMES // 2
_TRANSFORM = 768
_WINDOWS_AT_ONCE = 64
_RANGE = np.arange(-0.16, 0.1601, 0.004)
_BEATS = (1, 2, 3, 4, 5, 6, 7, 8)
_TOLERANCE = 0.02
"""A window that is this far away (as a logarithm) counts 1/e."""
_LONGEST_LAG = _WINDOW_FRAMES * 3 // 4


def measure_stability(novelty: NDArray[np.float32], period_seconds: float) -> float | None:
    """Return how evenly a pulse is kept, 0 to 1; None if there are fewer than two windows."""
    if novelty.size < _WINDOW_FRAMES + _HOP_FRAMES:
        return None
    windows = sliding_window_view(novelty, _WINDOW_FRAMES)[::_HOP_FRAMES]
    parts = [
        _deviations(windows[first : first + _WINDOWS_AT_ONCE], period_seconds)
        for first in range(0, len(windows), _WINDOWS_AT_ONCE)
    ]
    deviations, weights = (np.concatenate(values) for values in zip(*parts, strict=True))
    kept = np.exp(-((deviations / _TOLERANCE) ** 2))
    stability = float(kept @ weights / max(float(weights.sum()), np.finfo(np.float32).tiny))
    return min(1.0, stability)  # the sums are rounded


def _deviations(windows: NDArray[np.float32], period_seconds: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return of each window how far its pulse lies from the piece's (logarithm), and its energy."""
    spectra = np.fft.rfft(windows - windows.mean(axis=1, keepdims=True), _TRANSFORM, axis=1)
    correlations = np.fft.irfft((spectra * spectra.conj()).real, _TRANSFORM, axis=1)[:, :_LONGEST_LAG]
    energy = correlations[:, 0].copy()
    correlations /= np.arange(_WINDOW_FRAMES, _WINDOW_FRAMES - _LONGEST_LAG, -1)
    lags = FRAMES_PER_SECOND * period_seconds * np.exp(_RANGE)
    combs = np.stack([at_lags(correlations, beats * lags) for beats in _BEATS]).sum(axis=0)
    best = combs.argmax(axis=1)
    return _RANGE[best], energy
