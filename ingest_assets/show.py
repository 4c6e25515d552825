"""`linernotes show FILE`: everything known about one file, and where each thing came from."""

import json
from collections.abc import Sequence
from pathlib import Path

import click
from rich.table import Table
from rich.text import Text

from ingest_assets.console import out, plain, say
from lake.snapshot import Snapshot
from lake.store import Lake
from resources.folders import file_key, known_roots, root_above
from resources.settings import Settings, absolute
from resources.state import copy_in_memory

TABLES = ("discovered_files", "segments", "source_media", "fingerprints", "audio_features", "outcomes")
DECIDED = """
from decisions where json_extract_string(subject, '$.audio_sha256') in (
    select audio_sha256 from discovered_files where file_key = ?
) order by made_at
"""
"""What people decided on its audio."""
LONGEST = 100
"""Characters of a value; fingerprints and waveforms are longer."""


def print_file(settings: Settings, name: str, *, as_json: bool) -> int:
    """Print what is known; return the exit code."""
    with Lake(settings.home).read() as snapshot:
        key = find_key(settings, snapshot, name)
        if key is None:
            say(f"Nothing is known of {name}. It takes a path, or a key from the column file_key. Ingest it first?")
            return 1
        facts = {
            table: snapshot.rows(f"select * from {table} where file_key = ? order by all", [key]) for table in TABLES
        }
        facts["decisions"] = snapshot.rows(DECIDED, [key])
    if as_json:
        click.echo(json.dumps(facts, indent=2, default=_as_json))
    else:
        for table, rows in facts.items():
            _print(table, rows)
    return 0


def find_key(settings: Settings, snapshot: Snapshot, name: str) -> str | None:
    """Return the key of a file: itself, that of a path, or the only file whose path ends so."""
    if snapshot.tuples("select 1 from discovered_files where file_key = ?", [name]):
        return name
    connection = copy_in_memory(settings.home)
    try:
        inside = root_above(known_roots(connection), Path(absolute_here(name)))
    finally:
        connection.close()
    if inside is not None:
        key = file_key(inside[0].library, inside[1])
        if snapshot.tuples("select 1 from discovered_files where file_key = ?", [key]):
            return key
    found = snapshot.tuples(
        "select file_key from discovered_files where path = ? or ends_with(path, ?)", [name, f"/{name}"]
    )
    return found[0][0] if len(found) == 1 else None


def absolute_here(name: str) -> Path:
    """Return a path as the person means it: from the folder they stand in."""
    return absolute(Path.cwd() / Path(name).expanduser())


def _print(table: str, rows: Sequence[dict[str, object]]) -> None:
    if not rows:
        return
    grid = Table(title=f"{table} ({rows[0].get('run_id')})", title_justify="left", show_header=False, box=None)
    grid.add_column(no_wrap=True)
    for _ in rows:
        grid.add_column(overflow="fold", max_width=LONGEST)
    for column in rows[0]:
        values = [row[column] for row in rows]
        if any(value is not None for value in values) and column not in ("file_key", "run_id"):
            grid.add_row(column, *(Text(_shown(value)) for value in values))
    out().print(grid)


def _shown(value: object) -> str:
    text = "" if value is None else plain(str(value))
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _as_json(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)
