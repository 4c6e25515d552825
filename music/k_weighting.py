"""The K-weighting of loudness: how loud a frequency seems, as two filters one after the other.

A shelf lifts what lies above 1.7 kHz by 4 dB (the head), a high-pass takes away what lies below 38 Hz. Both have
two poles, so the whole has four state variables.

The filter runs as matrix products, which is exact and three times as fast as a loop over samples. In `STEP`
samples x (a row) that begin in state s (a row of four):

    y  = x T + s O      T: Toeplitz matrix of the impulse response, O: what the state still sounds like
    s' = x C + s M      C: what the samples leave in the state,    M: what is left of the old state

T and C work on all steps at once. The states depend on one another, s'[k] = u[k] + s'[k-1] M, and are found by
doubling: after round j each holds the inputs of the last 2^j steps, and as the filter forgets, a few rounds are
enough. The state is kept in coordinates in which O is orthonormal: what float32 rounds there stays 110 dB below.

References:
    ITU-R BS.1770-4, annex 1. Its table is for 48 kHz; the analogue prototypes of that table are from
    B. De Man, "Evaluation of implementations of the EBU R128 loudness measurement", AES 145, 2018.
    W. D. Hillis and G. L. Steele, "Data parallel algorithms", 1986 (the doubling).
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

STEP = 32
"""Samples in one matrix row: longer rows multiply more zeros of T, shorter ones leave more states to find."""

_SHELF_HZ = 1681.974450955533
_SHELF_GAIN_DB = 3.999843853973347
_SHELF_Q = 0.7071752369554196
_SHELF_SLOPE = 0.4996667741545416
_HIGH_PASS_HZ = 38.13547087602444
_HIGH_PASS_Q = 0.5003270373238773
_FORGOTTEN = 1e-9
"""A state that has shrunk to this share is no longer heard."""

_Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Biquad:
    """A filter of second order: y = (b0 + b1 z⁻¹ + b2 z⁻²) / (1 + a1 z⁻¹ + a2 z⁻²) x."""

    b: tuple[float, float, float]
    """What the input counts for, the newest sample first."""
    a: tuple[float, float]
    """What the output counts for, from one sample ago."""


def shelf(rate_hz: int) -> Biquad:
    """Return the first filter of the K-weighting: +4 dB above 1.7 kHz."""
    k = math.tan(math.pi * _SHELF_HZ / rate_hz)
    high = 10.0 ** (_SHELF_GAIN_DB / 20.0)
    band = high**_SHELF_SLOPE
    a0 = 1 + k / _SHELF_Q + k * k
    return Biquad(
        b=(
            (high + band * k / _SHELF_Q + k * k) / a0,
            2 * (k * k - high) / a0,
            (high - band * k / _SHELF_Q + k * k) / a0,
        ),
        a=(2 * (k * k - 1) / a0, (1 - k / _SHELF_Q + k * k) / a0),
    )


def high_pass(rate_hz: int) -> Biquad:
    """Return the second filter of the K-weighting: nothing below 38 Hz."""
    k = math.tan(math.pi * _HIGH_PASS_HZ / rate_hz)
    a0 = 1 + k / _HIGH_PASS_Q + k * k
    return Biquad(b=(1.0, -2.0, 1.0), a=(2 * (k * k - 1) / a0, (1 - k / _HIGH_PASS_Q + k * k) / a0))


class KWeighting:
    """Weights one recording, block after block.

    Args:
        rate_hz: Its sample rate.
        channels: How many channels its blocks have.
    """

    def __init__(self, rate_hz: int, *, channels: int) -> None:
        advance, enter, leave, through = _cascade(shelf(rate_hz), high_pass(rate_hz))
        powers = [np.eye(4)]
        for _ in range(STEP):
            powers.append(advance @ powers[-1])
        response = [through] + [float(leave @ powers[k] @ enter) for k in range(STEP - 1)]
        heard, turn = np.linalg.qr(np.stack([leave @ powers[k] for k in range(STEP)]))
        left = np.stack([powers[STEP - 1 - k] @ enter for k in range(STEP)]) @ turn.T
        kept = (turn @ powers[STEP] @ np.linalg.inv(turn)).T
        self._response = _toeplitz(response).astype(np.float32)
        self._heard = np.ascontiguousarray(heard.T, np.float32)
        self._left = left.astype(np.float32)
        self._rounds = _powers_of_two(kept)
        self._state = np.zeros((channels, 4))

    def __call__(self, block: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the block as it is heard.

        Args:
            block: Shape (channels, n), in C order; n is a multiple of `STEP` in all blocks but the last.
        """
        channels, count = block.shape
        whole = np.pad(block, ((0, 0), (0, -count % STEP))) if count % STEP else block
        rows = whole.reshape(-1, STEP)
        states = self._states((rows @ self._left).reshape(channels, -1, 4))
        heard = rows @ self._response
        heard += states.reshape(-1, 4) @ self._heard
        return heard.reshape(channels, -1)[:, :count]

    def _states(self, left: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the state before each step and keep the one after the last."""
        after = left.astype(np.float64)
        after[:, 0] += self._state @ self._rounds[0]
        for index, kept in enumerate(self._rounds):
            after[:, 1 << index :] += after[:, : -(1 << index)] @ kept
        before = np.empty_like(left)
        before[:, 0] = self._state
        before[:, 1:] = after[:, :-1]
        self._state = after[:, -1].copy()
        return before


def _cascade(first: Biquad, second: Biquad) -> tuple[_Matrix, _Matrix, _Matrix, float]:
    """Return A, b, c, d of s' = A s + b x, y = c s + d x for two filters one after the other."""
    first_advance, first_enter = _transposed(first)
    second_advance, second_enter = _transposed(second)
    leave = np.array([1.0, 0.0])
    advance = np.zeros((4, 4))
    advance[:2, :2] = first_advance
    advance[2:, :2] = np.outer(second_enter, leave)
    advance[2:, 2:] = second_advance
    enter = np.concatenate([first_enter, second_enter * first.b[0]])
    return advance, enter, np.concatenate([leave * second.b[0], leave]), first.b[0] * second.b[0]


def _transposed(biquad: Biquad) -> tuple[_Matrix, _Matrix]:
    """Return A and b of the transposed direct form II."""
    (b0, b1, b2), (a1, a2) = biquad.b, biquad.a
    return np.array([[-a1, 1.0], [-a2, 0.0]]), np.array([b1 - a1 * b0, b2 - a2 * b0])


def _toeplitz(response: list[float]) -> _Matrix:
    matrix = np.zeros((STEP, STEP))
    for row in range(STEP):
        matrix[row, row:] = response[: STEP - row]
    return matrix


def _powers_of_two(kept: _Matrix) -> list[_Matrix]:
    """Return M, M², M⁴ … down to the last that is still heard."""
    powers = [kept]
    while np.abs(powers[-1]).max() > _FORGOTTEN:
        powers.append(powers[-1] @ powers[-1])
    return powers
