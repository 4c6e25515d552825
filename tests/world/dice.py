"""Choices that come out alike for the same words."""

import hashlib
from collections.abc import Sequence
from typing import TypeVar

import numpy as np

T = TypeVar("T")


class Dice:
    """Args:
    words: What the choices come from.
    """

    def __init__(self, words: str) -> None:
        digest = hashlib.blake2b(words.encode(), digest_size=8).digest()
        self._numbers = np.random.default_rng(int.from_bytes(digest, "big"))

    def below(self, limit: int) -> int:
        return int(self._numbers.integers(limit))

    def between(self, low: int, high: int) -> int:
        """Return a whole number; both ends are possible."""
        return low + self.below(high - low + 1)

    def chance(self, share: float) -> bool:
        return float(self._numbers.random()) < share

    def uniform(self, low: float, high: float) -> float:
        return float(self._numbers.uniform(low, high))

    def choice(self, things: Sequence[T]) -> T:
        return things[self.below(len(things))]

    def sample(self, things: Sequence[T], count: int) -> list[T]:
        return [things[place] for place in self._numbers.permutation(len(things))[:count]]
