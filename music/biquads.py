"""Recursive filters of second order, several one after the other, as matrix products.

That is exact, and three times as fast as a loop over samples. A cascade of n filters has 2n state variables. In
`STEP` samples x (a row) that begin in state s (a row too):

    y  = x T + s O      T: Toeplitz matrix of the impulse response, O: what the state still sounds like
    s' = x C + s M      C: what the samples leave in the state,    M: what is left of the old state

T and C work on all steps at once. The states depend on one another, s'[k] = u[k] + s'[k-1] M. In a group of steps they
are one more matrix product of what these leave in the state, so that only from group to group they have to be found
by doubling: after round j each holds the inputs of the last 2^j groups, and as the filter forgets, a few rounds are
enough. The state is kept in coordinates in which O is orthonormal, so that little is lost to float32: of a constant
that is filtered out, -110 dB are left by the K-weighting and -75 dB by the A-weighting.

References:
    W. D. Hillis and G. L. Steele, "Data parallel algorithms", 1986 (the doubling).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

STEP = 32
"""Samples in one matrix row: longer rows multiply more zeros of T, shorter ones leave more states to find."""
GROUP = 5
"""Steps of which the states are found together; a block of the decoder has whole groups at every rate."""

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


@dataclass(frozen=True, slots=True)
class _System:
    """A filter of any order: s' = A s + b x, y = c s + d x."""

    advance: _Matrix
    """A, shape (order, order)."""
    enter: _Matrix
    """b, shape (order,)."""
    leave: _Matrix
    """c, shape (order,)."""
    through: float
    """d."""


class BiquadCascade:
    """Filters one recording, block after block.

    Args:
        biquads: The filters in their order, at least one.
        channels: How many channels its blocks have.
    """

    def __init__(self, biquads: Sequence[Biquad], *, channels: int) -> None:
        system = reduce(_one_after_the_other, map(_transposed, biquads))
        self._order = system.enter.size
        powers = [np.eye(self._order)]
        for _ in range(STEP):
            powers.append(system.advance @ powers[-1])
        response = [system.through] + [float(system.leave @ powers[k] @ system.enter) for k in range(STEP - 1)]
        heard, turn = np.linalg.qr(np.stack([system.leave @ powers[k] for k in range(STEP)]))
        left = np.stack([powers[STEP - 1 - k] @ system.enter for k in range(STEP)]) @ turn.T
        kept = (turn @ powers[STEP] @ np.linalg.inv(turn)).T
        self._response = _toeplitz(response).astype(np.float32)
        self._heard = np.ascontiguousarray(heard.T, np.float32)
        self._left = left.astype(np.float32)
        self._within, self._carried, over = _grouped(kept)
        self._rounds = _powers_of_two(over)
        self._state = np.zeros((channels, self._order))
        self._kept = np.empty((2, 0, STEP), np.float32)

    def __call__(self, block: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the filtered block, valid until the next call.

        Args:
            block: Shape (channels, n), in C order; n is a multiple of `GROUP` * `STEP` in all blocks but the last.
        """
        channels, count = block.shape
        missing = -count % (GROUP * STEP)
        whole = np.pad(block, ((0, 0), (0, missing))) if missing else block
        rows = whole.reshape(-1, STEP)
        if self._kept.shape[1:] != rows.shape:  # kept, as fresh memory may cost more than the products
            self._kept = np.empty((2, *rows.shape), np.float32)
        heard, of_states = self._kept
        states = self._states((rows @ self._left).reshape(channels, -1, GROUP * self._order))
        np.matmul(rows, self._response, out=heard)
        heard += np.matmul(states, self._heard, out=of_states)
        return heard.reshape(channels, -1)[:, :count]

    def _states(self, left: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the state before each step, shape (steps of all channels, order), and keep the one after the last.

        Args:
            left: What each step leaves in the state, shape (channels, groups, GROUP * order).
        """
        within = left.astype(np.float64) @ self._within
        after = within[:, :, -self._order :].copy()
        after[:, 0] += self._state @ self._rounds[0]
        for index, kept in enumerate(self._rounds):
            after[:, 1 << index :] += after[:, : -(1 << index)] @ kept
        before = np.concatenate([self._state[:, None], after[:, :-1]], axis=1)
        self._state = after[:, -1].copy()
        states = within[:, :, : -self._order] + before @ self._carried
        return states.reshape(-1, self._order).astype(np.float32)


def _one_after_the_other(first: _System, second: _System) -> _System:
    order, further = first.enter.size, second.enter.size
    advance = np.zeros((order + further, order + further))
    advance[:order, :order] = first.advance
    advance[order:, :order] = np.outer(second.enter, first.leave)
    advance[order:, order:] = second.advance
    return _System(
        advance=advance,
        enter=np.concatenate([first.enter, second.enter * first.through]),
        leave=np.concatenate([first.leave * second.through, second.leave]),
        through=first.through * second.through,
    )


def _transposed(biquad: Biquad) -> _System:
    """Return the transposed direct form II."""
    (b0, b1, b2), (a1, a2) = biquad.b, biquad.a
    return _System(
        advance=np.array([[-a1, 1.0], [-a2, 0.0]]),
        enter=np.array([b1 - a1 * b0, b2 - a2 * b0]),
        leave=np.array([1.0, 0.0]),
        through=b0,
    )


def _toeplitz(response: list[float]) -> _Matrix:
    matrix = np.zeros((STEP, STEP))
    for row in range(STEP):
        matrix[row, row:] = response[: STEP - row]
    return matrix


def _grouped(kept: _Matrix) -> tuple[_Matrix, _Matrix, _Matrix]:
    """Return what makes the states of a group.

    Returns:
        From what its steps leave in the state to the state before each step and after the last, shape (GROUP * order,
        (GROUP + 1) * order); from the state before the group to that before each step, shape (order, GROUP * order);
        and what is left of it after the group, M to the power of GROUP.
    """
    order = len(kept)
    powers = [np.linalg.matrix_power(kept, steps) for steps in range(GROUP + 1)]
    within = np.zeros((GROUP, order, GROUP + 1, order))
    for step in range(GROUP):
        for later in range(step + 1, GROUP + 1):
            within[step, :, later] = powers[later - 1 - step]
    return within.reshape(GROUP * order, -1), np.hstack(powers[:GROUP]), powers[GROUP]


def _powers_of_two(kept: _Matrix) -> list[_Matrix]:
    """Return a matrix, its square, its fourth power … down to the last that is still heard."""
    powers = [kept]
    while np.abs(further := powers[-1] @ powers[-1]).max() > _FORGOTTEN:
        powers.append(further)
    return powers
