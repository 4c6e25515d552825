"""Which folders are to be identified: SQL over what the lake has, cheap where nothing changed.

A folder is an album's, its discs with it. What identification reads of it is one short text, its version: the tags,
path clues, pieces and fingerprints of the files that are there, and what people decided on their audio. A folder is due
when its version is not the one that was last identified, or when something of it was put off and its time has come.
It has to wait while one of its files waits for its visit.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from lake.snapshot import Snapshot
from music.album_folder import DISC_FOLDER

ASSET: Final = "identifications"
READS: Final = ("discovered_files", "segments", "fingerprints")
"""The assets whose results it reads."""
Reason = Literal["new", "changed", "decided", "deferred", "stale"]
Within = tuple[str, bytes] | Collection[str]
"""A library and a folder in it, or file keys."""
LEAST_OVERLAP: Final = 0.9
"""Of the longer span: what a decision on a part of some audio and a piece of it must share."""


@dataclass(frozen=True, slots=True)
class DueFolder:
    """An album's folder that is to be identified."""

    library: str
    folder: str
    """Below the root, as text; empty for the root itself."""
    version: str
    """Of what it would be made of, for `identified_folders`."""
    file_keys: tuple[str, ...]
    """All its files that are there, by path."""
    reason: Reason


def folder_sql(path: str) -> str:
    """Return an expression for the album's folder of a path, as `music.album_folder` has it."""
    return f"regexp_replace(parse_dirpath({path}, 'forward_slash'), '{DISC_FOLDER}', '')"


def due_folders(
    snapshot: Snapshot,
    *,
    now: datetime,
    standing: Collection[str],
    within: Within | None = None,
    stale: bool = False,
    ignore_retry: Collection[str] = (),
) -> list[DueFolder]:
    """Return the folders that are to be identified, by library and folder.

    Args:
        snapshot: The lake.
        now: The time of now.
        standing: Error codes of what was put off and cannot be done yet, whatever its time: NO_CONTACT …
        within: Only folders that have a file below this one, or one of these.
        stale: Also what older code or other parameters made.
        ignore_retry: Error codes of what is tried again before its time.
    """
    raise NotImplementedError(snapshot, now, standing, within, stale, ignore_retry)
