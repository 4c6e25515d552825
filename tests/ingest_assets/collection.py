"""A house in which some recordings lie in several files, and what is done with it."""

import shutil
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from ingest_assets.duplicate_run import Searched, search
from lake.store import Lake
from music import encoding
from music.synthesis import RATE_HZ, Score, perform
from tests.house import House, retag, write
from tests.signals import CODECS

SECONDS = 14.0
TIDE = Score(96.0, "C", "major", (1, 5, 6, 4), SECONDS, "rock", 1)
MIST = Score(84.0, "F#", "minor", (1, 4, 5, 1), SECONDS, "none", 4)
DUNE = Score(140.0, "D#", "major", (1, 2, 4, 3), SECONDS, "four", 6)
TIDES = {
    "flac/Tide.flac": ("flac", None),
    "wav/Tide.wav": ("wav", None),
    "high/Tide.mp3": ("mp3", 320_000),
    "low/Tide.mp3": ("mp3", 96_000),
    "ogg/Tide.ogg": ("vorbis", None),
    "aac/Tide.m4a": ("aac", 160_000),
    "opus/Tide.opus": ("opus", 64_000),
}
"""One recording in seven files: codec, and bit rate."""
MISTS = {"flac/Mist.flac": ("flac", None), "low/Mist.mp3": ("mp3", 96_000)}
DUNES = {"flac/Dune.flac": ("flac", None)}
BEST, COPY, TAGGED = "flac/Tide.flac", "copies/Tide.flac", "tagged/Tide.mp3"
"""Beside these, a copy of the best, and of a middling one with other tags."""


@cache
def _played(score: Score) -> object:
    return perform(score)


def recorded(score: Score, codec: str, bit_rate: int | None) -> bytes:
    """Return the bytes of a file."""
    made = CODECS[codec]
    return encoding.encode(_played(score), replace(made, bit_rate=bit_rate or made.bit_rate), rate_hz=RATE_HZ)


def fill(music: Path) -> None:
    """Make the twelve files."""
    for score, files in ((TIDE, TIDES), (MIST, MISTS), (DUNE, DUNES)):
        for name, (codec, bit_rate) in files.items():
            write(music / name, recorded(score, codec, bit_rate))
    copied(music / BEST, music / COPY)
    copied(music / "high/Tide.mp3", music / TAGGED)
    retag(music / TAGGED, title="Tide", artist="The Moorings")


def copied(source: Path, target: Path) -> None:
    """Copy a file with its time."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(source, target)


def searched(house: House, *, run_id: str = "search") -> Searched:
    """Look for duplicates in this process."""
    return search(house.home, house.lake, run_id=run_id, told=lambda _done, _total: None)


@dataclass(frozen=True)
class Member:
    kind: str
    keep: bool
    decided_by: str


def groups(house: House) -> list[dict[str, Member]]:
    """Return the members of each group by path, the largest group first."""
    found: dict[str, dict[str, Member]] = {}
    for group, path, *member in house.tuples(
        "select group_id, path, kind, keep, decided_by from duplicates join discovered_files using (file_key) "
        "where gone_at is null order by group_id, rank"
    ):
        found.setdefault(group, {})[path] = Member(*member)
    return sorted(found.values(), key=lambda group: (-len(group), min(group)))


def kept(house: House) -> set[str]:
    """Return the paths that are to be kept."""
    return {path for group in groups(house) for path, member in group.items() if member.keep}


def facts(lake: Lake) -> list[tuple]:
    """Return all rows about duplicates, but for who wrote them."""
    with lake.read() as snapshot:
        return [
            row
            for table in ("duplicates", "fingerprint_pairs", "compared_fingerprints")
            for row in snapshot.tuples(f"select * exclude (run_id, written_at) from {table} order by all")
        ]


def paths(groups_of: Iterable[dict[str, Member]]) -> list[set[str]]:
    return [set(group) for group in groups_of]
