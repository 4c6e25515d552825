"""What is to be identified, and which folders a run has: what the lake says, by today's settings. No Dagster."""

import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from lake.identification_due import DueFolder, Within, due_folders, folder_sql
from lake.snapshot import Snapshot
from lake.store import Lake
from music.error_codes import ErrorCode
from resources.online_leases import failed_keys
from resources.services import acoustid
from resources.settings import Settings

BAD_KEY: Final = "bad_acoustid_key"
"""Names the digest of a key that AcoustID does not know, in the planner's memory."""
WANTS_NET: Final = (ErrorCode.OFFLINE, ErrorCode.SERVICE_DOWN, ErrorCode.SERVICE_REFUSED, ErrorCode.RATE_LIMITED)
WANTS_KEY: Final = (ErrorCode.NO_API_KEY, ErrorCode.INVALID_API_KEY)
_ASKED = "_asked_for"


@dataclass(frozen=True, slots=True)
class RunFolder:
    """An album's folder that a run identifies."""

    library: str
    folder: str
    keys: tuple[str, ...]
    """Its files, by path."""
    version: str | None = None
    """What it is made of; None where the lake has that already."""
    is_kept: bool = False
    """What the lake has of it stands, only Dagster may not know."""

    @property
    def name(self) -> str:
        """What a person is told to be at work on."""
        return f"{self.library}/{self.folder}" if self.folder else self.library


def remember_bad_key(connection: sqlite3.Connection, settings: Settings) -> None:
    """Remember that AcoustID does not know the key: what waits for it is not due before there is another."""
    digest = acoustid(settings).key_digest
    connection.execute("insert or replace into meta values (?, ?)", (BAD_KEY, digest))


def forget_bad_key(connection: sqlite3.Connection) -> None:
    """Let what waits for a key be due again: AcoustID knows the one that is set."""
    connection.execute("delete from meta where name = ?", (BAD_KEY,))


def standing_codes(connection: sqlite3.Connection, settings: Settings) -> frozenset[str]:
    """Return the codes of what was put off for a cause that still holds."""
    codes: set[ErrorCode] = set()
    if not settings.contact:
        codes.add(ErrorCode.NO_CONTACT)
    if settings.offline:
        codes.update(WANTS_NET)
    if not acoustid(settings).key or _is_bad_key(connection, settings):
        codes.update(WANTS_KEY)
    return frozenset(str(code) for code in codes)


def fails_for_want_of_key(connection: sqlite3.Connection, settings: Settings) -> bool:
    """Tell whether any run would fail: the key is known to be bad, and that is not to be passed over."""
    return settings.on_invalid_key == "fail_run" and _is_bad_key(connection, settings)


def _is_bad_key(connection: sqlite3.Connection, settings: Settings) -> bool:
    digest = acoustid(settings).key_digest
    row = connection.execute("select value from meta where name = ?", (BAD_KEY,)).fetchone()
    return bool(digest) and row is not None and row["value"] == digest


@dataclass(frozen=True, slots=True)
class Wish:
    """Which folders count as due."""

    within: Within | None = None
    """Only folders below one, or those of some files."""
    stale: bool = False
    """What older code or parameters made counts too."""
    is_asked: bool = False
    """A person asks: what waits for a service that was down is tried before its time."""


def due(snapshot: Snapshot, connection: sqlite3.Connection, settings: Settings, wish: Wish) -> list[DueFolder]:
    """Return the folders that are to be identified, by library and folder."""
    return due_folders(
        snapshot,
        now=datetime.now(UTC),
        standing=standing_codes(connection, settings),
        within=wish.within,
        stale=wish.stale,
        ignore_retry=(str(ErrorCode.SERVICE_DOWN),) if wish.is_asked else (),
    )


def is_due(connection: sqlite3.Connection, lake: Lake, settings: Settings, wish: Wish) -> bool:
    """Tell whether there is anything to identify, or anything that Dagster may not have been told."""
    if failed_keys(connection):
        return True
    with lake.read() as snapshot:
        return bool(due(snapshot, connection, settings, wish))


def folders_with(snapshot: Snapshot, keys: Sequence[str]) -> list[RunFolder]:
    """Return the whole folders of files, by library and folder."""
    with snapshot.keys(_ASKED, keys):
        rows = snapshot.tuples(
            f"""
            with present as (
                select file_key, library, path, {folder_sql("path")} as folder
                from discovered_files where gone_at is null
            )
            select library, folder, list(file_key order by path, file_key)
            from present semi join (
                select distinct library, folder from present semi join {_ASKED} using (file_key)
            ) using (library, folder)
            group by library, folder order by library, folder
            """
        )
    return [RunFolder(library, folder, tuple(found)) for library, folder, found in rows]


def run_folders(folders: Sequence[RunFolder], due_now: Collection[DueFolder], *, anew: bool) -> list[RunFolder]:
    """Return what a run does with its folders.

    Args:
        folders: Those of its files, whole.
        due_now: Those that are to be identified today.
        anew: A person asked for these very files: what is not due is identified as well.
    """
    versions = {(each.library, each.folder): each for each in due_now}
    found: list[RunFolder] = []
    for folder in folders:
        now = versions.get((folder.library, folder.folder))
        if now is not None:
            found.append(RunFolder(folder.library, folder.folder, now.file_keys, now.version))
        else:
            found.append(RunFolder(folder.library, folder.folder, folder.keys, is_kept=not anew))
    return found
