"""`linernotes sql`: a question to the lake and its answer, or the DuckDB shell. Read-only."""

import csv
import json
import os
import re
import sys
from collections.abc import Sequence

import click
import duckdb
from rich.table import Table
from rich.text import Text

from ingest_assets.console import out, plain, say
from lake import catalog
from resources.settings import Settings

NARROWEST = 8
"""Where a column would have fewer characters, rows are shown one value a line."""
BORDER = 3
"""Of a column's width, what is not its value."""
_ID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
DIGITS = 6
"""Of a number with a fraction, in tables."""
LONGEST = 100
"""Characters of a value there; fingerprints and waveforms are longer."""


def print_query(settings: Settings, query: str, *, form: str) -> int:
    """Print the answer to a question; return the exit code."""
    if not query.strip():
        say("There is no question in it. Without any, linernotes sql is the DuckDB shell.")
        return 1
    connection = catalog.connect(settings.home)
    try:
        answer = connection.execute(query)
        names = [str(column[0]) for column in answer.description or ()]
        rows = answer.fetchall()
    except duckdb.Error as error:
        say(str(error))
        return 1
    finally:
        connection.close()
    {"table": _table, "csv": _csv, "json": _json}[form](names, rows)
    return 0


def open_shell(settings: Settings) -> None:
    """Become the DuckDB shell with the lake attached."""
    program, *arguments = catalog.shell_command(settings.home)
    os.execv(program, [program, *arguments])  # noqa: S606  becomes the shell


def _table(names: Sequence[str], rows: Sequence[tuple[object, ...]]) -> None:
    shown = [["" if value is None else _readable(value) for value in row] for row in rows]
    widest = _widths(names, shown)
    if widest is None:
        _records(names, rows)
    else:
        _grid(names, shown, widest)
    out().print(f"{len(rows)} row{'' if len(rows) == 1 else 's'}")


def _widths(names: Sequence[str], shown: Sequence[Sequence[str]]) -> list[int] | None:
    """Return how wide each column may be; None where they do not fit. An id is copied, and so never broken."""
    columns = [[plain(name), *(row[at] for row in shown)] for at, name in enumerate(names)]
    natural = [max(map(len, column)) for column in columns]
    fixed = [max((len(value) for value in column if _ID.search(value)), default=0) for column in columns]
    room = out().width - 1 - BORDER * len(names)
    for widest in range(max(natural, default=0), NARROWEST - BORDER - 1, -1):
        found = [least or min(width, widest) for width, least in zip(natural, fixed, strict=True)]
        if sum(found) <= room:
            return found
    return None


def _grid(names: Sequence[str], shown: Sequence[Sequence[str]], widths: Sequence[int]) -> None:
    table = Table()
    for name, width in zip(names, widths, strict=True):
        table.add_column(Text(plain(name)), overflow="fold", width=width)
    for row in shown:
        table.add_row(*map(Text, row))
    out().print(table)


def _records(names: Sequence[str], rows: Sequence[tuple[object, ...]]) -> None:
    """Print row after row, each with its values one below another; what is null or very long is left out or cut."""
    width = max(map(len, names))
    for number, row in enumerate(rows, start=1):
        out().print(f"row {number}")
        for name, value in zip(names, row, strict=True):
            if value is not None:
                out().print(f"  {plain(name):<{width}}  {_cut(_readable(value))}")


def _readable(value: object) -> str:
    """Return a value for a person; programs get every digit by `--format csv` or `json`."""
    return f"{value:.{DIGITS}g}" if isinstance(value, float) else plain(str(value))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _csv(names: Sequence[str], rows: Sequence[tuple[object, ...]]) -> None:
    shown = plain if sys.stdout.isatty() else str
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(["" if value is None else shown(str(_printable(value))) for value in row] for row in rows)


def _json(names: Sequence[str], rows: Sequence[tuple[object, ...]]) -> None:
    found = [dict(zip(names, row, strict=True)) for row in rows]
    click.echo(json.dumps(found, indent=2, default=lambda value: str(_printable(value))))


def _printable(value: object) -> object:
    return value.hex() if isinstance(value, bytes) else value
