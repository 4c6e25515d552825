"""`linernotes show FILE`: everything known about one file, and where each thing came from."""

import json
from collections.abc import Sequence

import click
from rich.table import Table
from rich.text import Text

from ingest_assets.console import in_lines, out, plain, say
from ingest_assets.file_page import page
from ingest_assets.named_files import find_key
from lake.store import Lake
from resources.settings import Settings

TABLES = (
    *("discovered_files", "segments", "source_media", "fingerprints", "audio_features"),
    *("identifications", "match_candidates", "outcomes"),
)
DECIDED = """
from decisions where json_extract_string(subject, '$.audio_sha256') in (
    select audio_sha256 from discovered_files where file_key = ?
) order by made_at
"""
"""What people decided on its audio."""
HANG = 4
"""Columns by which a line of the page goes on further in."""
LONGEST = 100
"""Characters of a value; fingerprints and waveforms are longer."""


def print_file(settings: Settings, name: str, *, everything: bool, as_json: bool) -> int:
    """Print what is known, in words, or all rows of the tables; return the exit code."""
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
    elif everything:
        for table, rows in facts.items():
            _print(table, rows)
    else:
        for line in page(facts):
            text = line.lstrip()
            for each in in_lines(text, indent=len(line) - len(text), hang=HANG):
                out().print(Text(each))
    return 0


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
