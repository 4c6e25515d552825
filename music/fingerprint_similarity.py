"""How much two Chromaprints are of one recording.

The second is laid over the first in blocks of 2 s, each at an offset of its own. What one recording is, keeps one
offset: another offset costs as much as a cut has to be worth, the next offset as much as a machine that runs a little
fast has to be worth. So a radio edit is followed over its cut and a slow tape over its drift, but not a band that
plays the same notes a second time. The similarity is the share of bits that agree along the best path, of the kinds of
bits that agree most, less its costs; unrelated music has about 0.5.

Words are an eighth of a second apart (`WORD_SECONDS`); offsets are in words, positive where the second begins later.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

WORD_SECONDS: Final = (4096 // 3) / 11_025
"""From one word to the next: the hop of Chromaprint's frames, at its rate."""
LEAST_WORDS: Final = 40
"""5 s: what is shorter has too little in common with anything to be told."""
NEAR: Final = 0.75
"""From here on a person should look: the same notes, or a recording that was treated roughly."""
RECORDING: Final = 0.85
"""From here on it is the same recording: the same notes from another sound bank, beat for beat, reach 0.82; a voice
over the music or a speed that is half a per cent off leave 0.82-0.95, encoders 0.93-1."""

_WORD_BITS: Final = 32
_STEADY_BITS: Final = 24
"""How many bits of a word count. An equaliser, a voice or a speed that is half a per cent off turn some kinds of bits
and leave the others; who plays the same notes again turns some of each."""
_BLOCK_WORDS: Final = 16
_CUT_COST: Final = 1.0
"""In blocks that agree wholly instead of not at all: what a cut must gain."""
_STEP_COST: Final = 0.1
"""As above, for one word of drift: so little that a path follows a tempo, and it is known how far it drifts."""
_MACHINE_DRIFT: Final = 0.006
"""What a turntable or a tape may be off; at more its pitch is off too, and so are the bits."""
_PLAYED_COST: Final = 1.0
"""As above, for each word of drift beyond that of a machine: this was played again, at another tempo."""
_MUSIC_AGREES: Final = 0.7
"""What two pieces of music may share by style and key; less than this, a block had better not been laid over."""
_CHANCE: Final = 0.5
_LEAST_COVERAGE: Final = 0.5
"""Of the shorter one: what is missing in the overlap counts as agreeing by chance."""

Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Match:
    """How two fingerprints lie over one another."""

    similarity: float
    """0-1; 0.5 is chance."""
    offset_words: int
    """Where the second begins in the first, along most of the path; negative where it begins before."""
    coverage: float
    """How much of the shorter one lies over the other, 0-1."""
    cuts: int
    """How often the path jumps: what one has and the other has not."""
    drift_words: int
    """By how much the offset creeps along the path."""


def similarity(first: NDArray[np.uint32], second: NDArray[np.uint32]) -> Match | None:
    """Return how two fingerprints match, or None where one has less than 5 s.

    Symmetric but for rounding to blocks: the shorter one is cut into blocks.

    Args:
        first: Shape (n,), words of algorithm 1.
        second: Shape (m,).
    """
    if min(first.size, second.size) < LEAST_WORDS:
        return None
    if second.size > first.size:
        match = _laid_over(second, first)
        return Match(match.similarity, -match.offset_words, match.coverage, match.cuts, match.drift_words)
    return _laid_over(first, second)


def _laid_over(longer: NDArray[np.uint32], shorter: NDArray[np.uint32]) -> Match:
    path = _best_path(_gains(longer, shorter))
    row = np.arange(shorter.size)
    offset = path[row // _BLOCK_WORDS]
    place = offset - row
    over = (place >= 0) & (place < longer.size)
    differing = longer[place[over]] ^ shorter[::-1][over]
    steps = np.abs(np.diff(path))
    cuts, drift = int(np.count_nonzero(steps > 1)), int(np.count_nonzero(steps == 1))
    lacking = max(0.0, _LEAST_COVERAGE * shorter.size - differing.size)
    agreed = _steady_agreement(differing) * differing.size + _CHANCE * lacking
    share = (agreed - _costs(cuts, drift, words=shorter.size)) / (differing.size + lacking)
    most = int(np.bincount(offset[over], minlength=1).argmax()) - shorter.size + 1
    return Match(max(share, 0.0), most, differing.size / shorter.size, cuts, drift)


def _costs(cuts: int, drift: int, *, words: int) -> float:
    """Return what a path costs, in words."""
    played = max(0.0, drift - 1.0 - _MACHINE_DRIFT * words)
    return _BLOCK_WORDS * (cuts * _CUT_COST + drift * _STEP_COST + played * _PLAYED_COST)


def _steady_agreement(differing: NDArray[np.uint32]) -> float:
    """Return the share of words that agree in a bit, over the bits that agree most."""
    bits = np.unpackbits(differing.view(np.uint8).reshape(-1, _WORD_BITS // 8), axis=1)
    return 1.0 - float(np.sort(bits.mean(axis=0))[:_STEADY_BITS].mean())


def _gains(longer: NDArray[np.uint32], shorter: NDArray[np.uint32]) -> Scores:
    """Return what each block gains at each offset, in blocks that agree wholly."""
    agreed, counted = _agreements(longer, shorter)
    return ((agreed - _MUSIC_AGREES * counted) / _BLOCK_WORDS).astype(np.float32)


def _agreements(longer: NDArray[np.uint32], shorter: NDArray[np.uint32]) -> tuple[Scores, Scores]:
    """Return how many words of each block agree (in parts), and how many lie over a word, by block and offset.

    Both have shape (blocks, n + m - 1); column c is the offset c - m + 1.
    """
    count, width = shorter.size, longer.size + shorter.size - 1
    blocks = -(-count // _BLOCK_WORDS)
    laid = np.zeros((blocks * _BLOCK_WORDS, width + 1), np.uint8)
    # Row j is moved by j columns when the rows are read as one word shorter; so the words go backwards.
    backwards = shorter[::-1, None]
    laid[:count, : longer.size] = _WORD_BITS - np.bitwise_count(backwards ^ longer[None, :])
    skewed = laid.ravel()[: blocks * _BLOCK_WORDS * width].reshape(blocks, _BLOCK_WORDS, width)
    agreed = skewed.sum(axis=1, dtype=np.uint16).astype(np.float32) / _WORD_BITS
    return agreed, _overlaps(longer.size, count, blocks=blocks)


def _overlaps(longer: int, shorter: int, *, blocks: int) -> Scores:
    column = np.arange(longer + shorter - 1)
    first = _BLOCK_WORDS * np.arange(blocks)[:, None]
    end = np.minimum(first + _BLOCK_WORDS, shorter)
    over = np.minimum(end, column + 1) - np.maximum(first, column - longer + 1)
    return np.maximum(over, 0).astype(np.float32)


def _best_path(gains: Scores) -> NDArray[np.intp]:
    """Return the offset of each block along which the gains less the costs are highest (Viterbi)."""
    blocks, offsets = gains.shape
    here = np.arange(offsets, dtype=np.intp)
    came_from = np.empty((blocks, offsets), np.intp)
    total = gains[0]
    for block in range(1, blocks):
        came = here.copy()
        best = total.copy()
        _improve(best, came, by=total[:-1] - _STEP_COST, at=slice(1, None), source=here[:-1])
        _improve(best, came, by=total[1:] - _STEP_COST, at=slice(None, -1), source=here[1:])
        highest = int(total.argmax())
        jumped = best < total[highest] - _CUT_COST
        best[jumped], came[jumped] = total[highest] - _CUT_COST, highest
        came_from[block] = came
        total = best + gains[block]
    path = np.empty(blocks, np.intp)
    path[-1] = total.argmax()
    for block in range(blocks - 1, 0, -1):
        path[block - 1] = came_from[block, path[block]]
    return path


def _improve(best: Scores, came: NDArray[np.intp], *, by: Scores, at: slice, source: NDArray[np.intp]) -> None:
    better = by > best[at]
    best[at][better] = by[better]
    came[at][better] = source[better]
