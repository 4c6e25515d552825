"""Comparing fingerprints: each with all others, once.

What was compared stands in the lake by the hash of the fingerprint's text, not by file: a moved, copied or retagged
file brings nothing to compare. How closely the index looks depends on how many words there are, in steps of two; at a
step all are compared again, so that a library that grew is searched like one that came at once.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lake.snapshot import Snapshot
from lake.transaction import Transaction
from music.fingerprint_index import FingerprintIndex
from music.fingerprint_similarity import LEAST_WORDS, NEAR, similarity
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
Told = Callable[[int, int], None]


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
    candidates: int
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
    telling = _telling(words, present)
    search = f"{SEARCH_VERSION} {int(words.take(telling)[1].max(initial=0)).bit_length()}"
    is_whole = any(known[name][1] != search for name in present if name in known)
    old = [] if is_whole else [name for name in telling if name in known]
    new = telling if is_whole else [name for name in telling if name not in known]
    candidates, pairs = _pairs(words, old, new, told)
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
        candidates,
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
    words: FingerprintWords, old: Sequence[str], new: Sequence[str], told: Told
) -> tuple[int, tuple[dict[str, object], ...]]:
    """Return how many pairs were measured, and those that are alike."""
    if not new:
        return 0, ()
    ids = [*old, *new]
    taken, ends = words.take(ids)
    index = FingerprintIndex(taken, ends=ends)
    candidates = index.candidates(since=len(old))
    return len(candidates), tuple(_measured(index, ids, candidates, told))


def _measured(
    index: FingerprintIndex, ids: Sequence[str], candidates: NDArray[np.int64], told: Told
) -> Iterator[dict[str, object]]:
    for number, pair in enumerate(_in_order(ids, candidates)):
        told(number, len(candidates))
        first, second = pair
        match = similarity(index[first], index[second])
        if match and match.similarity >= NEAR:
            yield {
                "first_id": ids[first],
                "second_id": ids[second],
                "similarity": match.similarity,
                "offset_ticks": match.offset_words * WORD_TICKS,
                "coverage": match.coverage,
                "cuts": match.cuts,
            }


def _in_order(ids: Sequence[str], candidates: NDArray[np.int64]) -> Iterable[tuple[int, int]]:
    """Yield pairs with the lower id first: which of two is laid over the other makes a little difference."""
    for one, other in candidates.tolist():
        yield (one, other) if str(ids[one]) < str(ids[other]) else (other, one)
