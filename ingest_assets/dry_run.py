"""`linernotes ingest --dry-run`: what would be done, with a preview of the tags. Makes no file, opens no Dagster."""

import os
import sqlite3
import time
from collections import Counter

import duckdb
from rich.table import Table
from rich.text import Text

from ingest_assets.console import out, plain
from ingest_assets.discovered_files import show_path
from ingest_assets.identification_due import Wish, due
from ingest_assets.ingest import Part, choose_part, say_guarded, stale_keys
from lake.catalog import connect
from lake.places import places
from lake.snapshot import Snapshot
from music.audio_file import open_regular
from music.error_codes import AudioFileError
from music.formats import find_format
from music.path_clues import read_path_clues
from music.tags import read_tags
from resources import leases
from resources.folders import FolderLook, join, known_roots
from resources.settings import Settings
from resources.state import copy_in_memory
from sensors.decided_files import undone

PREVIEWED = 20


def preview(settings: Settings, path: str | None, *, stale: bool) -> int:
    """Print what an ingest would do, with `stale` also what older code or parameters made; return the exit code."""
    connection = copy_in_memory(settings.home)
    try:
        part = choose_part(connection, settings, path)
        look = FolderLook(connection, known_roots(connection), now=time.time())
        libraries = (part.root.library,) if part else None
        seen = look.part(part.root, part.folder) if part and part.folder else look.whole(libraries)
        say_guarded(seen)
        for reason, keys in _asked_for(settings, stale=stale).items():
            leases.ask_again(connection, keys, reason=reason, stale=reason == "stale")
        _print_due(settings, connection, part)
        _print(connection, part)
    finally:
        connection.close()
    return 0


def _asked_for(settings: Settings, *, stale: bool) -> dict[str, list[str]]:
    """Return the files that are due though nothing of them changed, by reason; the published copy is only read."""
    if not places(settings.home).published.exists():
        return {}
    desk = connect(settings.home)
    try:
        snapshot = Snapshot(desk)
        found = {"asked": undone(snapshot)}
        if stale:
            found["stale"] = stale_keys(snapshot)
    except duckdb.Error:  # of older code, without these tables: the next ingest brings it up to date
        return {}
    finally:
        desk.close()
    return found


def _print_due(settings: Settings, connection: sqlite3.Connection, part: Part | None) -> None:
    """Say of how many known files it would be asked who they are, or that nobody would be asked."""
    if not settings.contact:
        out().print("Nobody would be asked who it is: set LINERNOTES_CONTACT.")
        return
    if not places(settings.home).published.exists():
        return
    desk = connect(settings.home)
    try:
        wish = Wish((part.root.library, part.folder) if part else None, is_asked=True)
        files = sum(len(folder.file_keys) for folder in due(Snapshot(desk), connection, settings, wish))
    except duckdb.Error:  # as above
        return
    finally:
        desk.close()
    if files:
        out().print(f"Would look up who {files} known files are.")


def _print(connection: sqlite3.Connection, part: Part | None) -> None:
    files = _due(connection, part)
    reasons = Counter(row["reason"] for row in files)
    counted = ", ".join(f"{count} {reason}" for reason, count in sorted(reasons.items())) or "none"
    gone = connection.execute("select count(*) from file where gone = 1 and retired = 0").fetchone()[0]
    refused = connection.execute("select count(*) from refused").fetchone()[0]
    size = sum(row["size_bytes"] for row in files)
    console = out()
    console.print(f"Would visit {len(files)} files ({counted}), {size / 1e6:.1f} MB.")
    console.print(f"Would mark {gone} files as gone. {refused} paths are refused. Nothing was written.")
    if files:
        console.print(_table(connection, files[:PREVIEWED], more=len(files) - PREVIEWED))


def _due(connection: sqlite3.Connection, part: Part | None) -> list[sqlite3.Row]:
    rows = connection.execute(
        "select library, folder, name, size_bytes, reason from file where todo = 1 and gone = 0 "
        "order by library, folder, name"
    ).fetchall()
    if part is None:
        return rows
    below = part.folder + b"/"
    return [
        row
        for row in rows
        if row["library"] == part.root.library
        and (not part.folder or row["folder"] == part.folder or row["folder"].startswith(below))
    ]


def _table(connection: sqlite3.Connection, rows: list[sqlite3.Row], *, more: int) -> Table:
    table = Table(title="Preview" + (f" (the first {PREVIEWED}, {more} more)" if more > 0 else ""))
    for heading in ("file", "artist", "title", "album"):
        table.add_column(heading, overflow="fold")
    roots = {root.library: os.fsencode(root.path) for root in known_roots(connection)}
    for row in rows:
        path = join(row["folder"], row["name"])
        cells = (show_path(path), *_names(join(roots[row["library"]], path), show_path(path)))
        table.add_row(*(Text(plain(cell)) for cell in cells))
    return table


def _names(absolute: bytes, shown: str) -> tuple[str, str, str]:
    """Return artist, title and album by the tags, else by the path; or why there are none."""
    clues = read_path_clues(shown)
    try:
        with open_regular(absolute) as file:
            audio_format = find_format(file)
            if audio_format is None:
                return "", "(no audio format that is known here)", ""
            file.seek(0)
            tags = read_tags(file, audio_format)
    except AudioFileError as error:
        return "", f"({error.code}: {error.message})", ""
    return (
        tags.artist or clues.artist or "",
        tags.title or clues.title or "",
        tags.album or clues.album or "",
    )
