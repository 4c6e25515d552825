"""What finding duplicates by sound costs in a library of 100,000 pieces, and once 500 have been added to it.

The fingerprints are of music that was played here, cut into pieces of 2 s which are shuffled and disturbed: words and
what follows them are as common as in music, but no two pieces are alike, except for those that are copies by intention.
"""

import resource
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.costs import Stopwatch
from benchmarks.report import Figure, Part
from music.decimation import Decimator
from music.fingerprint import MAX_SECONDS, fingerprint
from music.fingerprint_index import FingerprintIndex, find_pairs
from music.synthesis import RATE_HZ, Score, perform

SEGMENTS, QUICK_SEGMENTS = 100_000, 5_000
ADDED: Final = 500
WORDS: Final = 948
"""Of 120 s."""
COPIES: Final = 0.02
"""How many of the fingerprints are another one's, from another encoder."""
COPY_NOISE: Final = 0.04
"""Of the bits: a low bit rate."""
BLOCK_WORDS: Final = 16
DISTURBED: Final = 0.15
"""Of the bits of a block, in all its words the same: other notes on other instruments."""
GOAL_FIRST_SECONDS: Final = 600.0
GOAL_ADDED_SECONDS: Final = 10.0
GOAL_MB: Final = 2000.0
SCORES: Final = (
    Score(96.0, "C", "major", (1, 5, 6, 4), MAX_SECONDS, "rock", 1),
    Score(128.0, "A", "minor", (1, 6, 3, 7), MAX_SECONDS, "four", 2),
    Score(72.0, "E", "major", (1, 4, 2, 5), MAX_SECONDS, "ballad", 3),
    Score(84.0, "F#", "minor", (1, 4, 5, 1), MAX_SECONDS, "none", 4),
    Score(110.0, "G", "minor", (1, 7, 6, 5), MAX_SECONDS, "rock", 5),
    Score(140.0, "D", "major", (1, 5, 4, 4), MAX_SECONDS, "four", 6),
)
Words = NDArray[np.uint32]


def measure(folder: Path, *, quick: bool) -> Part:  # noqa: ARG001  nothing is written
    """Return the cost of the first pass, and of some more pieces."""
    segments = QUICK_SEGMENTS if quick else SEGMENTS
    made = _fingerprints(segments + ADDED, _played())
    index, watch = FingerprintIndex().add(made[:segments]), Stopwatch()
    with watch.on("first"), watch.calls(index, "candidates", "candidates"):
        pairs = sum(1 for _ in find_pairs(index))
    with watch.on("added"):
        more = sum(1 for _ in find_pairs(index.add(made[segments:]), since=segments))
    return Part(
        f"Duplicates among {segments:,} fingerprints of {MAX_SECONDS} s",
        (
            Figure("the first pass", watch.seconds["first"], "CPU-s", GOAL_FIRST_SECONDS),
            Figure("of it, candidates", watch.seconds["candidates"], "CPU-s"),
            Figure("pairs not found", round(segments * COPIES) - pairs, "pairs"),
            Figure(f"{ADDED} more", watch.seconds["added"], "CPU-s", GOAL_ADDED_SECONDS),
            Figure("pairs not found among these", round(ADDED * COPIES) - more, "pairs"),
            Figure("memory", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000, "MB", GOAL_MB),
        ),
    )


def _played() -> Words:
    """Return the words of some music, one piece after the other."""
    found: list[Words] = []
    for score in SCORES:
        decimator = Decimator(RATE_HZ)
        mono = np.concatenate([decimator(perform(score).mean(axis=0)), decimator.finish()])
        found.append(fingerprint(np.clip(np.rint(mono * 32_768), -32_768, 32_767).astype(np.int16)))
    return np.concatenate(found)


def _fingerprints(count: int, played: Words) -> Sequence[Words]:
    """Return fingerprints, of which each fiftieth is one before it, disturbed."""
    random = np.random.default_rng(1)
    every = round(1 / COPIES)
    made: list[Words] = []
    for number in range(count):
        if number % every == every - 1:
            copied = made[int(random.integers(number - every + 1, number))]
            made.append(copied ^ _bits(WORDS, COPY_NOISE, random))
        else:
            made.append(_shuffled(played, random))
    return made


def _shuffled(played: Words, random: np.random.Generator) -> Words:
    blocks = -(-WORDS // BLOCK_WORDS)
    starts = random.integers(0, played.size - BLOCK_WORDS, blocks)
    words = played[starts[:, None] + np.arange(BLOCK_WORDS)] ^ _bits(blocks, DISTURBED, random)[:, None]
    return words.ravel()[:WORDS]


def _bits(count: int, share: float, random: np.random.Generator) -> Words:
    """Return words of which this share of bits is set, shape (count,)."""
    return np.packbits(random.random((count, 32), np.float32) < share, axis=1).view(np.uint32).ravel()
