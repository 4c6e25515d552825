"""Decoded fingerprints on disk: to decode 100,000 of them again takes longer than to search them.

A copy of what the lake has, by the hash of the text, so that it can lack something and never be wrong. The words are
appended to one file; another, replaced whole, says where each ends. Words that it does not speak of are written over.
"""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint32]
_ID_DIGITS = 32
_ENTRY = np.dtype([("id", f"S{_ID_DIGITS}"), ("end", np.int64)])
_WORD_BYTES = 4


class FingerprintWords:
    """The words of fingerprints by their ids; one process at a time may add.

    Args:
        home: LINERNOTES_HOME; `fingerprints/` lies below it.
    """

    def __init__(self, home: Path) -> None:
        self._words = home / "fingerprints" / "words.u32"
        self._index = home / "fingerprints" / "index.npy"
        entries = self._entries()
        self._ends = entries["end"].astype(np.int64)
        self._numbers = {name.decode("ascii"): number for number, name in enumerate(entries["id"].tolist())}

    def __len__(self) -> int:
        return self._ends.size

    def missing(self, ids: Iterable[str]) -> list[str]:
        """Return the ids that are not here, sorted."""
        return sorted(name for name in set(ids) if name not in self._numbers)

    def add(self, fingerprints: Sequence[tuple[str, Words]]) -> None:
        """Append fingerprints that are not here yet."""
        if not fingerprints:
            return
        self._words.parent.mkdir(parents=True, exist_ok=True)
        end = int(self._ends[-1]) if self._ends.size else 0
        with self._words.open("r+b" if self._words.exists() else "w+b") as file:
            file.truncate(end * _WORD_BYTES)
            file.seek(0, os.SEEK_END)
            for _, words in fingerprints:
                file.write(words.astype("<u4").tobytes())
        sizes = np.array([words.size for _, words in fingerprints], np.int64)
        self._numbers |= {name: len(self) + number for number, (name, _) in enumerate(fingerprints)}
        self._ends = np.concatenate([self._ends, end + np.cumsum(sizes)])
        self._save()

    def size(self, ids: Sequence[str]) -> int:
        """Return how many words some fingerprints have together."""
        numbers = np.array([self._numbers[name] for name in ids], np.int64)
        return int(np.diff(self._ends, prepend=0)[numbers].sum())

    def take(self, ids: Sequence[str]) -> tuple[Words, NDArray[np.int64]]:
        """Return the words of some fingerprints one after the other, and where each ends."""
        numbers = np.array([self._numbers[name] for name in ids], np.int64)
        starts = (self._ends - np.diff(self._ends, prepend=0))[numbers]
        sizes = self._ends[numbers] - starts
        ends = np.cumsum(sizes)
        taken = np.empty(int(sizes.sum()), np.uint32)
        if taken.size:
            stored = np.memmap(self._words, "<u4", mode="r")
            for start, size, end in zip(starts.tolist(), sizes.tolist(), ends.tolist(), strict=True):
                taken[end - size : end] = stored[start : start + size]
        return taken, ends

    def keep(self, ids: Iterable[str]) -> None:
        """Forget all but these, where that makes the file smaller by half."""
        kept = sorted(name for name in set(ids) if name in self._numbers)
        if 2 * len(kept) >= len(self):
            return
        words, ends = self.take(kept)
        self._index.unlink()
        self._ends, self._numbers = np.zeros(0, np.int64), {}
        self.add([(name, part) for name, part in zip(kept, np.split(words, ends[:-1]), strict=True)] if kept else [])

    def _entries(self) -> NDArray[np.void]:
        """Return what is stored, nothing where that is torn."""
        nothing = np.zeros(0, _ENTRY)
        try:
            entries = np.load(self._index, allow_pickle=False)
            stored = self._words.stat().st_size // _WORD_BYTES
        except (FileNotFoundError, ValueError, EOFError):
            return nothing
        if entries.dtype != _ENTRY or (entries.size and int(entries["end"][-1]) > stored):
            return nothing
        return entries

    def _save(self) -> None:
        entries = np.zeros(len(self), _ENTRY)
        entries["id"], entries["end"] = [name.encode("ascii") for name in self._numbers], self._ends
        temporary = self._index.with_suffix(".new.npy")
        np.save(temporary, entries)
        temporary.replace(self._index)
