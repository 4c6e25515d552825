"""Which of many fingerprints may be of one recording, without comparing all with all.

All words stand in one array. A word's key are those of its bits that noise and codecs change least, the more of them
the larger the library is. Where two fingerprints share a key, the words around it are compared: if they agree as
music seldom does by chance, the two are a candidate for `music.fingerprint_similarity`. (Seed and extend, as BLAST
finds genes: S. F. Altschul et al., "Basic local alignment search tool", J. Mol. Biol. 215, 1990.)

The work grows with the number of words, because a word looks at no more than a few others of its key: what steady tones
and silence repeat costs no more than anything else.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from music.fingerprint_similarity import NEAR, Match, similarity

Words = NDArray[np.uint32]
Places = NDArray[np.int64]

_STEADIEST_BITS: Final = (
    *(19, 27, 31, 29, 21, 3, 30, 15, 7, 28, 1, 23, 11, 26),
    *(9, 20, 25, 18, 5, 17, 14, 13, 22, 6, 8, 0, 10, 2),
)
"""From the one that changes least, over codecs, noise, compression, and half a per cent of speed: 4-10 % are wrong."""
_LEAST_KEY_BITS: Final = 16
_LOOK_BACK: Final = 16
"""How many others of the same key a word is laid over: the nearest before it."""
_NEARBY: Final = (tuple(range(-20, 21, 5)), 0.66)
"""Which words are compared around a shared key: 5 s of music; and how many of their bits agree at least.
Unrelated music has 0.55 ± 0.05 there."""
_AROUND: Final = (tuple(range(-48, 49, 4)), 0.7)
"""What is compared of those that are left: 12 s."""
_PART_WORDS: Final = 1 << 23
"""How many new words are sorted at once: 200 MB."""
_HITS_AT_ONCE: Final = 1 << 19
_WORDS_AT_ONCE: Final = 1 << 22
_WORD_BITS: Final = 32
_SLOT_BITS: Final = 24
_SLOTS: Final = 1 << _SLOT_BITS
"""Of the table that says which keys new words have."""
_KNUTH: Final = np.uint32(2_654_435_761)
"""Scatters keys over the slots (D. E. Knuth's multiplicative hashing)."""


@dataclass(frozen=True, slots=True)
class SimilarPair:
    """Two fingerprints of an index that are alike."""

    first: int
    """Number in the index."""
    second: int
    """Number in the index, higher than `first`."""
    match: Match


class FingerprintIndex:
    """The fingerprints of a library, in the order in which they came.

    It holds 4 bytes a word (4 kB for a fingerprint of 120 s) and is made again from the fingerprints at any time;
    `words` and `ends` are all that has to be kept.

    Args:
        words: All words, one fingerprint after the other, shape (words,).
        ends: Where each ends, shape (fingerprints,).
    """

    def __init__(self, words: Words | None = None, *, ends: Places | None = None) -> None:
        self.words: Words = np.zeros(0, np.uint32) if words is None else words
        self.ends: Places = np.zeros(0, np.int64) if ends is None else ends

    def __len__(self) -> int:
        return self.ends.size

    def __getitem__(self, number: int) -> Words:
        return self.words[self.ends[number - 1] if number else 0 : self.ends[number]]

    def add(self, fingerprints: Sequence[Words]) -> Self:
        """Append fingerprints; the first of them gets the number `len(index)`."""
        sizes = np.array([fingerprint.size for fingerprint in fingerprints], np.int64)
        self.ends = np.concatenate([self.ends, self.words.size + np.cumsum(sizes)])
        self.words = np.concatenate([self.words, *fingerprints])
        return self

    def candidates(self, *, since: int = 0) -> NDArray[np.int64]:
        """Return which fingerprints may be of one recording: pairs of numbers, shape (pairs, 2), the lower first.

        Args:
            since: Only pairs of which one has this number or a higher one: those added last.
        """
        found = [np.zeros(0, np.int64)]
        if since < len(self):
            first_new = int(self.ends[since - 1]) if since else 0
            found += [self._alike(hits) for keyed in self._parts(first_new) for hits in _hits(*keyed, first_new)]
        return np.stack(np.divmod(np.unique(np.concatenate(found)), max(len(self), 1)), axis=1)

    def _parts(self, first_new: int) -> Iterator[tuple[Words, Places]]:
        """Yield keys and their places, part by part: those of new words, and of old words with one of these keys."""
        parts = 1 << ((self.words.size - first_new) // _PART_WORDS).bit_length()
        for part in range(parts):
            wanted = np.zeros(_SLOTS, bool)
            for slots, _, _ in self._blocks(part, of=parts, start=first_new):
                wanted[slots] = True
            found = [
                (keys[wanted[slots]], places[wanted[slots]]) for slots, keys, places in self._blocks(part, of=parts)
            ]
            yield np.concatenate([keys for keys, _ in found]), np.concatenate([places for _, places in found])

    def _blocks(self, part: int, *, of: int, start: int = 0) -> Iterator[tuple[Words, Words, Places]]:
        """Yield the slots, keys and places of the words of a part."""
        mask = self._mask()
        for begin in range(start, self.words.size, _WORDS_AT_ONCE):
            keys = self.words[begin : begin + _WORDS_AT_ONCE] & mask
            slots = (keys * _KNUTH) >> np.uint32(_WORD_BITS - _SLOT_BITS)
            kept = np.flatnonzero((slots & np.uint32(of - 1)) == part)
            yield slots[kept], keys[kept], kept + begin

    def _mask(self) -> np.uint32:
        """Return the bits of a key.

        A small library can afford that each word finds some that are like it by chance: 17 bits for 250,000 words. A
        large one cannot: 28 bits for 100,000,000.
        """
        bits = max(_LEAST_KEY_BITS, 5 * int(self.words.size).bit_length() // 4 - 5)
        return np.bitwise_or.reduce(np.uint32(1) << np.array(_STEADIEST_BITS[:bits], np.uint32))

    def _alike(self, hits: tuple[Places, Places]) -> Places:
        """Return the pairs whose music agrees around a hit, as one number each."""
        one, other = (np.searchsorted(self.ends, places, side="right") for places in hits)
        found = np.stack([*hits, one, other])[:, one != other]
        for steps, least in (_NEARBY, _AROUND):
            found = found[:, self._agreement(found, steps) >= least]
        return np.unique(found[2] * len(self) + found[3])

    def _agreement(self, found: Places, steps: Sequence[int]) -> NDArray[np.float32]:
        """Return how many bits agree at these distances from the places, 0 where less than a third lies in both."""
        first, second, one, other = found
        starts = self.ends - np.diff(self.ends, prepend=0)
        before = np.minimum(first - starts[one], second - starts[other])
        after = np.minimum(self.ends[one] - first, self.ends[other] - second)
        agreed, compared = (np.zeros(first.size, np.float32) for _ in range(2))
        for step in steps:
            inside = (-step <= before) & (step < after)
            here, there = (self.words[np.where(inside, places + step, 0)] for places in (first, second))
            agreed += inside * (_WORD_BITS - np.bitwise_count(here ^ there))
            compared += inside
        return np.where(compared > len(steps) / 3, agreed / (_WORD_BITS * np.maximum(compared, 1)), np.float32(0))


def find_pairs(index: FingerprintIndex, *, since: int = 0, least: float = NEAR) -> Iterator[SimilarPair]:
    """Yield the pairs that are alike, by their numbers.

    Args:
        index: Of the library.
        since: As for `FingerprintIndex.candidates`.
        least: The similarity that a pair has at least.
    """
    for first, second in index.candidates(since=since).tolist():
        match = similarity(index[first], index[second])
        if match and match.similarity >= least:
            yield SimilarPair(first, second, match)


def _hits(keys: Words, places: Places, first_new: int) -> Iterator[tuple[Places, Places]]:
    """Yield places of words with the same key, of which the second is new and the first before it."""
    order = np.argsort(keys, kind="stable")
    keys, places = keys[order], places[order]
    for back in range(1, _LOOK_BACK + 1):
        same = np.flatnonzero((keys[back:] == keys[:-back]) & (places[back:] >= first_new))
        for start in range(0, same.size, _HITS_AT_ONCE):
            some = same[start : start + _HITS_AT_ONCE]
            yield places[some], places[some + back]
