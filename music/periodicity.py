"""After which times the onsets of a piece come back: autocorrelations of its registers.

Each register is freed from its local mean and cut into windows of 24 s that overlap by half; their autocorrelations are
added, so that a passing change of tempo or a break blurs the picture but does not destroy it, and three hours need no
more memory than one window. Pairs of registers are correlated with each other as well: where the snare answers the
bass drum after one beat, the pair has its peak there and none at zero.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from music.onsets import FRAMES_PER_SECOND, REGISTERS, Onsets

VOICES = ("all", *REGISTERS)
"""The rows of `Periodicity.correlations`."""
PAIRS = (("low", "snare"), ("low", "high"), ("bass", "middle"))
"""The rows of `Periodicity.answers`."""
LAGS = 560
"""13 s: two bars of the slowest music."""

_WINDOW_FRAMES = 1024
_HOP_FRAMES = _WINDOW_FRAMES // 2
_TRANSFORM = 2 * _WINDOW_FRAMES
_MEAN_FRAMES = 43
"""The local mean is taken over one second."""
_SHARES = np.array([0.2, 0.2, 0.2, 0.2, 0.2, 0.1], np.float32)
"""Of each register in the voice of all."""
_PEAK = 0.6
"""A local maximum of this many times the RMS of its voice counts as an onset."""
_LEAST_PER_SECOND = 0.2
_QUIET = 1e-4


@dataclass(frozen=True, slots=True)
class Periodicity:
    """How a piece repeats itself."""

    correlations: NDArray[np.float64]
    """Shape (voices, LAGS): of each voice with itself some frames later, 1 at lag zero."""
    answers: NDArray[np.float64]
    """Shape (pairs, LAGS): of one register with another some frames before or after."""
    onsets_per_second: NDArray[np.float64]
    """Shape (voices,), at least 0.2."""
    strengths: NDArray[np.float64]
    """Shape (registers,): the mean strength of each."""
    novelty: NDArray[np.float32]
    """Shape (frames,): the voice of all, its RMS about 1."""


def find_periodicity(onsets: Onsets) -> Periodicity:
    """Return how a piece repeats itself; it has at least one frame."""
    voices = _voices(onsets.strengths)
    spectra = np.zeros((len(VOICES) + len(PAIRS), _WINDOW_FRAMES + 1), np.complex128)
    pairs = np.zeros(LAGS)
    for start in range(0, max(1, len(voices) - _HOP_FRAMES), _HOP_FRAMES):
        window = voices[start : start + _WINDOW_FRAMES]
        spectra += _products(window - window.mean(axis=0))
        pairs += np.maximum(len(window) - np.arange(LAGS), 0)
    sums = np.fft.irfft(spectra, _TRANSFORM, axis=1)
    backward = np.roll(sums[:, ::-1], 1, axis=1)[:, :LAGS]
    both = np.where(pairs > 0, (sums[:, :LAGS] + backward) / 2 / np.maximum(pairs, 1), 0.0)
    energy = both[: len(VOICES), 0] + np.finfo(np.float32).tiny
    norms = [np.sqrt(energy[VOICES.index(one)] * energy[VOICES.index(other)]) for one, other in PAIRS]
    return Periodicity(
        correlations=both[: len(VOICES)] / energy[:, None],
        answers=both[len(VOICES) :] / np.array(norms)[:, None],
        onsets_per_second=_onsets_per_second(voices),
        strengths=onsets.strengths.mean(axis=0, dtype=np.float64),
        novelty=voices[:, 0].copy(),
    )


def _voices(strengths: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return what rises over its local mean in all registers together and in each, shape (frames, voices)."""
    frames = np.arange(len(strengths))
    first = np.maximum(0, frames - _MEAN_FRAMES // 2)
    end = np.minimum(len(strengths), frames + _MEAN_FRAMES // 2 + 1)
    voices = np.zeros((len(strengths), len(VOICES)), np.float32)
    for register, column in enumerate(strengths.T, start=1):
        sums = np.concatenate([[0.0], np.cumsum(column, dtype=np.float64)])
        np.maximum(column - (sums[end] - sums[first]) / (end - first), 0, out=voices[:, register], casting="same_kind")
    voices[:, 0] = voices[:, 1:] @ _SHARES
    voices /= np.sqrt(np.mean(voices**2, axis=0)) + np.float32(_QUIET)
    return voices


def _products(window: NDArray[np.float32]) -> NDArray[np.complex128]:
    """Return the spectra of the correlations of one window, shape (voices + pairs, n)."""
    spectra = np.fft.rfft(np.ascontiguousarray(window.T), _TRANSFORM, axis=1)
    of_pairs = [spectra[VOICES.index(one)] * spectra[VOICES.index(other)].conj() for one, other in PAIRS]
    return np.concatenate([spectra * spectra.conj(), np.stack(of_pairs)]).astype(np.complex128)


def _onsets_per_second(voices: NDArray[np.float32]) -> NDArray[np.float64]:
    middle = voices[1:-1]
    peaks = (middle > voices[:-2]) & (middle >= voices[2:]) & (middle > _PEAK)
    return np.maximum(_LEAST_PER_SECOND, peaks.sum(axis=0) * FRAMES_PER_SECOND / len(voices))
