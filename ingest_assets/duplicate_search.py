"""Comparing fingerprints: each with all others, once.

What was compared stands in the lake by the hash of the fingerprint's text, not by file: a moved, copied or retagged
file brings nothing to compare. How closely the index looks depends on how many words there are, in steps of two; at a
step all are compared again, so that a library that grew is searched like one that came at once.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np

from lake.snapshot import Snapshot
from lake.transaction import Transaction
from music.fingerprint_index import FingerprintIndex
from music.fingerprint_similarity import LEAST_WORDS, NEAR, RECORDING, Match, similarity
from music.fingerprint_text import decode_fingerprint
from resources.fingerprint_words import FingerprintWords

SEARCH_VERSION: Final = "1"
"""Of what finds and measures pairs."""
WORD_TICKS: Final = 4096 // 3 * 28_224_000 // 11_025
"""From one word of a fingerprint to the next."""
TEXTS_AT_ONCE: Final = 10_000
ID_SQL: Final = "substr(sha256(fingerprint), 1, 32)"
PRESENT_SQL: Final = (
    f"select {ID_SQL} as fingerprint_id, any_value(fingerprint) as fingerprint "
    "from fingerprints join discovered_files using (file_key) where gone_at is null and fingerprint is not null "
    "group by fingerprint_id"
)
MOST_PAIRS: Final = 10_000
"""Of two recordings that are alike, no more are measured beside what the index finds: 100 copies of one."""
Told = Callable[[int, int], None]
_Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What comparing brought."""

    is_whole: bool
    """Whether all were compared with all; else only the new ones."""
    compared: tuple[dict[str, object], ...]
    """Rows of `compared_fingerprints`."""
    pairs: tuple[dict[str, object], ...]
    """Rows of `fingerprint_pairs`."""
    gone: tuple[str, ...]
    """Ids of fingerprints that no file has any more."""
    fingerprints: int
    """How many different ones there are."""
    measured: int
    """How many pairs were laid over one another."""


def compare(snapshot: Snapshot, words: FingerprintWords, told: Told) -> Comparison:
    """Compare the fingerprints that were not compared yet with all.

    Args:
        snapshot: Of the lake.
        words: Where decoded fingerprints are kept.
        told: Is called with how many pairs were measured, and of how many; it may raise.
    """
    present = sorted(name for (name,) in snapshot.tuples(f"select fingerprint_id from ({PRESENT_SQL})"))
    known = {
        row[0]: row[1:]
        for row in snapshot.tuples("select fingerprint_id, is_telling, search from compared_fingerprints")
    }
    _decode(snapshot, words, words.missing(present))
    judged = {name: row[0] for name, row in known.items() if row[1].startswith(f"{SEARCH_VERSION} ")}
    found = set(_telling(words, [name for name in present if name not in judged]))
    telling = [name for name in present if judged.get(name, name in found)]
    search = f"{SEARCH_VERSION} {words.size(telling).bit_length()}"
    is_whole = any(known[name][1] != search for name in present if name in known)
    old = [] if is_whole else [name for name in telling if name in known]
    new = telling if is_whole else [name for name in telling if name not in known]
    alike = {} if is_whole else _alike(snapshot)
    measured, pairs = _pairs(words, alike, old, new, told=told)
    is_told = set(telling)
    words.keep(present)
    return Comparison(
        is_whole,
        tuple(
            {"fingerprint_id": name, "is_telling": name in is_told, "search": search}
            for name in present
            if is_whole or name not in known
        ),
        pairs,
        tuple(sorted(known.keys() - set(present))),
        len(present),
        measured,
    )


def remember(transaction: Transaction, comparison: Comparison) -> None:
    """Write down what was compared, and forget what is gone."""
    if comparison.is_whole:
        transaction.replace_all("compared_fingerprints", comparison.compared)
        transaction.replace_all("fingerprint_pairs", comparison.pairs)
        return
    if comparison.gone:
        transaction.delete("compared_fingerprints", comparison.gone)
        gone = [list(comparison.gone)]
        pairs = "select first_id, second_id from fingerprint_pairs where {} in (select unnest(?::varchar[]))"
        dead = [pair for side in ("first_id", "second_id") for pair in transaction.tuples(pairs.format(side), gone)]
        transaction.delete("fingerprint_pairs", sorted(set(dead)))
    if comparison.compared:
        transaction.upsert("compared_fingerprints", comparison.compared)
        transaction.upsert("fingerprint_pairs", comparison.pairs)


def _alike(snapshot: Snapshot) -> dict[_Pair, float]:
    return {
        (first, second): share
        for first, second, share in snapshot.tuples("select first_id, second_id, similarity from fingerprint_pairs")
    }


def _decode(snapshot: Snapshot, words: FingerprintWords, missing: Sequence[str]) -> None:
    for start in range(0, len(missing), TEXTS_AT_ONCE):
        some = missing[start : start + TEXTS_AT_ONCE]
        rows = snapshot.tuples(
            f"select fingerprint_id, fingerprint from ({PRESENT_SQL}) "
            "where fingerprint_id between ? and ? and fingerprint_id in (select unnest(?::varchar[]))",
            [some[0], some[-1], some],
        )
        words.add([(name, decode_fingerprint(text)[1]) for name, text in sorted(rows)])


def _telling(words: FingerprintWords, ids: Sequence[str]) -> list[str]:
    """Return those that can be told from others: not too short, and not one sound all through, such as silence."""
    all_words, ends = words.take(ids)
    starts = ends - np.diff(ends, prepend=0)
    changes = np.concatenate([[0], np.cumsum(np.diff(all_words) != 0), [0]]) if all_words.size else np.zeros(1, int)
    long_enough = ends - starts >= LEAST_WORDS
    within = np.minimum(ends - 1, max(all_words.size - 1, 0))
    changing = changes[within] > changes[np.minimum(starts, within)]
    return [name for name, good in zip(ids, (long_enough & changing).tolist(), strict=True) if good]


def _pairs(
    words: FingerprintWords, known: Mapping[_Pair, float], old: Sequence[str], new: Sequence[str], *, told: Told
) -> tuple[int, tuple[dict[str, object], ...]]:
    """Return how many pairs were measured, and those that are alike."""
    if not new:
        return 0, ()
    ids = [*old, *new]
    taken, ends = words.take(ids)
    index = FingerprintIndex(taken, ends=ends)
    measuring = _Measuring(index, ids, known, told)
    measuring.measure([(ids[one], ids[other]) for one, other in index.candidates(since=len(old)).tolist()])
    while more := measuring.lacking(set(new)):
        measuring.measure(more)
    return len(measuring.measured), tuple(measuring.rows)


class _Measuring:
    """Pairs that are measured, each once, with the lower id first: which is laid over the other makes a difference.

    The index may miss a pair where many are alike. So what is like one of a recording is measured with all of it, and
    which pairs are known does not depend on who came first.

    Args:
        index: Of all fingerprints.
        ids: Of each of them.
        known: Pairs that were found alike before, and how alike.
        told: Is called with how many pairs were measured, and of how many.
    """

    def __init__(self, index: FingerprintIndex, ids: Sequence[str], known: Mapping[_Pair, float], told: Told) -> None:
        self._index = index
        self._numbers = {name: number for number, name in enumerate(ids)}
        self._alike = {pair: share for pair, share in known.items() if self._numbers.keys() >= set(pair)}
        self._told = told
        self.measured: set[_Pair] = set()
        self.rows: list[dict[str, object]] = []

    def measure(self, pairs: Collection[_Pair]) -> None:
        """Measure pairs, and keep those that are alike."""
        for done, pair in enumerate(pairs):
            self._told(done, len(pairs))
            first, second = sorted(pair)
            self.measured.add((first, second))
            match = similarity(self._index[self._numbers[first]], self._index[self._numbers[second]])
            if match and match.similarity >= NEAR:
                self._alike[first, second] = match.similarity
                self.rows.append(_row(first, second, match))

    def lacking(self, new: AbstractSet[str]) -> list[_Pair]:
        """Return the pairs between recordings that are alike, of which one has a new fingerprint, not measured yet."""
        recordings = self._recordings()
        linked = {
            tuple(sorted((recordings.get(one, (one,)), recordings.get(other, (other,))))) for one, other in self._alike
        }
        pairs = {
            (min(pair), max(pair))
            for one, other in linked
            if len(one) * len(other) <= MOST_PAIRS and not new.isdisjoint((*one, *other))
            for pair in product(one, other)
            if pair[0] != pair[1]
        }
        return sorted(pairs - self.measured - self._alike.keys())

    def _recordings(self) -> dict[str, tuple[str, ...]]:
        """Return by fingerprint those that are of the same recording, sorted."""
        sets: dict[str, set[str]] = {}
        for (one, other), share in self._alike.items():
            if share >= RECORDING and sets.get(one, {one}) is not sets.get(other):
                union = sets.get(one, {one}) | sets.get(other, {other})
                sets |= dict.fromkeys(union, union)
        return {name: tuple(sorted(union)) for name, union in sets.items()}


def _row(first: str, second: str, match: Match) -> dict[str, object]:
    return {
        "first_id": first,
        "second_id": second,
        "similarity": match.similarity,
        "offset_ticks": match.offset_words * WORD_TICKS,
        "coverage": match.coverage,
        "cuts": match.cuts,
    }
