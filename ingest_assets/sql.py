"""`linernotes sql`: a question to the lake and its answer, or the DuckDB shell. Read-only."""

import csv
import json
import os
import sys
from collections.abc import Sequence

import click
import duckdb
from rich.table import Table
from rich.text import Text

from ingest_assets.console import out, plain, say
from lake import catalog
from resources.settings import Settings


def print_query(settings: Settings, query: str, *, form: str) -> int:
    """Print the answer to a question; return the exit code."""
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
    table = Table()
    for name in names:
        table.add_column(Text(plain(name)), overflow="fold")
    for row in rows:
        table.add_row(*(Text("" if value is None else plain(str(value))) for value in row))
    out().print(table)
    out().print(f"{len(rows)} rows")


def _csv(names: Sequence[str], rows: Sequence[tuple[object, ...]]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(rows)


def _json(names: Sequence[str], rows: Sequence[tuple[object, ...]]) -> None:
    found = [dict(zip(names, row, strict=True)) for row in rows]
    click.echo(
        json.dumps(found, indent=2, default=lambda value: value.hex() if isinstance(value, bytes) else str(value))
    )
