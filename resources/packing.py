"""Dividing files into batches: whole albums together, few enough and small enough for one run.

Identification needs the tracks beside a track, so an album is divided only where it is larger than a batch.
"""

import re
import sqlite3
from collections.abc import Iterable, Sequence

from music.album_folder import disc_of_folder

MOST_BYTES = 20_000_000_000
"""Of music in one batch; a larger file stands alone."""
FIRST_FILES = 50
"""The first batch is small, so that facts appear early."""
VOLUME_FOLDER = re.compile(rb"vol(?:ume)?[ ._-]*\d{1,2}\b.*", re.IGNORECASE | re.DOTALL)
"""`Vol. 3`: not a disc of an album, but what lies beside it is of use."""
DISC_SIBLING = re.compile(
    rb"(?P<album>.*[^ ._(\[-])[ ._(\[-]+(?:cd|dis[ck]|disque)[ ._-]*\d{1,2}[)\]]?(?:[ ._-]*[(\[].*)?",
    re.IGNORECASE | re.DOTALL,
)
"""`Album CD2`, `Album (Disc 2) [FLAC]`: a folder beside the album's others."""
Album = list[sqlite3.Row]


def album_of(library: str, folder: bytes) -> tuple[str, bytes]:
    """Return what belongs together: a folder with its sibling disc folders."""
    above, slash, name = folder.rpartition(b"/")
    if VOLUME_FOLDER.fullmatch(name) or disc_of_folder(name.decode("utf-8", "backslashreplace")) is not None:
        return library, above
    disc = DISC_SIBLING.fullmatch(name)
    return library, above + slash + disc["album"] if disc else folder


def pack(rows: Sequence[sqlite3.Row], *, batch_files: int) -> list[tuple[tuple[str, ...], bool, int]]:
    """Divide files into batches of whole albums: keys, whether stale results are wanted, how often they failed.

    Files that were in a batch that failed twice are kept apart, at most `together` of them in one batch.

    Args:
        rows: Files in the order of their folders: file_key, library, folder, size_bytes, attempts, together, stale.
        batch_files: The most files of a batch.
    """
    batches = _pack_albums(_albums([row for row in rows if row["together"] is None]), batch_files)
    failed = [row for row in rows if row["together"] is not None]
    for together in sorted({row["together"] for row in failed}):
        packer = _Packer(min(together, batch_files))
        for row in failed:
            if row["together"] == together:
                packer.add([row])
        batches += packer.batches
    return [
        (
            tuple(row["file_key"] for row in batch),
            any(row["stale"] for row in batch),
            max(row["attempts"] for row in batch),
        )
        for batch in batches
    ]


def _albums(rows: Iterable[sqlite3.Row]) -> list[Album]:
    albums: dict[tuple[str, bytes], Album] = {}
    for row in rows:
        albums.setdefault(album_of(row["library"], row["folder"]), []).append(row)
    return list(albums.values())


def _pack_albums(albums: list[Album], batch_files: int) -> list[Album]:
    """Return batches, the first one small: of the first albums that it holds whole, else of a part of the first."""
    first = _Packer(min(FIRST_FILES, batch_files))
    begin = next((at for at, album in enumerate(albums) if first.holds(album)), None)
    if begin is None:
        first.add(albums.pop(0) if albums else [])
        albums.insert(0, [row for batch in first.batches[1:] for row in batch])
    else:
        while begin < len(albums) and first.fits(albums[begin]):
            first.add(albums.pop(begin))
    rest = _Packer(batch_files)
    for album in albums:
        rest.add(album)
    return first.batches[:1] + rest.batches


class _Packer:
    """Fills batches with albums.

    Args:
        most_files: Of a batch.
    """

    def __init__(self, most_files: int) -> None:
        self._most_files = most_files
        self._bytes = 0
        self.batches: list[Album] = []

    def holds(self, album: Album) -> bool:
        """Tell whether a batch can hold an album whole."""
        return len(album) <= self._most_files and _size(album) <= MOST_BYTES

    def fits(self, album: Album) -> bool:
        """Tell whether the batch under way can take an album whole."""
        if not self.batches:
            return self.holds(album)
        return len(self.batches[-1]) + len(album) <= self._most_files and self._bytes + _size(album) <= MOST_BYTES

    def add(self, album: Album) -> None:
        """Put an album into the batch under way, else into one of its own, else into several."""
        if self.batches and not self.fits(album):
            self._begin()
        for row in album:
            if not self.batches or (self.batches[-1] and not self.fits([row])):
                self._begin()
            self.batches[-1].append(row)
            self._bytes += row["size_bytes"]

    def _begin(self) -> None:
        self.batches.append([])
        self._bytes = 0


def _size(album: Album) -> int:
    return sum(row["size_bytes"] for row in album)
