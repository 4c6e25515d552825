"""What an analyst sees: the views, and the ways in that can read the lake and nothing else.

A connection from here has the readers' copy attached, the lake's own files in reach, each by its name, and the
configuration locked: no statement can read another file, write a new one, or take the lock off.
"""

import os
import sys
from importlib.util import find_spec
from pathlib import Path

import duckdb
from dotenv import dotenv_values

from lake import decision_views, duplicate_views, file_views, health_views, identification_views, work_views
from lake.connection import NAME, OFFLINE, attach_sql, opening_sql, quoted
from lake.declarations import View
from lake.errors import LakeError, LakeMissingError
from lake.places import Places, places
from lake.publication import heal

VIEWS: tuple[View, ...] = (
    *decision_views.VIEWS,
    *file_views.VIEWS,
    *identification_views.VIEWS,
    *duplicate_views.VIEWS,
    *work_views.VIEWS,
    *health_views.VIEWS,
)
"""In the order in which they are made: a view may read those before it."""
PROJECT_ROOT = Path(__file__).resolve().parents[1]


def connect(folder: Path | None = None) -> duckdb.DuckDBPyConnection:
    """Return a connection to read the lake with, for a notebook; close it when you are done.

    Args:
        folder: The lake's home; left out, LINERNOTES_HOME of the environment or of `.env`, else `data` in the project.

    Raises:
        LakeMissingError: There is no lake.
    """
    place = _readable(folder)
    connection = duckdb.connect(config=OFFLINE)
    for statement in [*_opening(place), "set enable_external_access = false", "set lock_configuration = true"]:
        connection.execute(statement)
    return connection


def shell_command(folder: Path | None = None) -> list[str]:
    """Return the command that starts DuckDB's own shell on the lake.

    Its safe mode also takes away what the shell itself could do: start programs, open and write files.

    Args:
        folder: The lake's home; left out, LINERNOTES_HOME of the environment or of `.env`, else `data` in the project.

    Raises:
        LakeMissingError: There is no lake.
        LakeError: The shell is not installed.
    """
    offline = [f"set {name} = {str(value).lower()}" for name, value in OFFLINE.items()]
    opening = [*offline, *_opening(_readable(folder)), ".safe_mode"]
    return [str(_shell()), "-no-init", *(word for line in opening for word in ("-cmd", line))]


def _readable(folder: Path | None) -> Places:
    place = places(folder or _home())
    heal(place)
    if not place.published.exists():
        raise LakeMissingError(f"There is no lake in {place.home}. Make one: linernotes ingest PATH")
    return place


def _home() -> Path:
    """Return the home that the command `linernotes` has: its settings stand above the lake and are not asked here."""
    given = os.environ.get("LINERNOTES_HOME") or dotenv_values(PROJECT_ROOT / ".env").get("LINERNOTES_HOME")
    return PROJECT_ROOT / Path(given or "data").expanduser()


def _opening(place: Places) -> list[str]:
    return [
        *opening_sql(place),
        attach_sql(place, read_only=True),
        f"use {NAME}",
        f"set variable own_files = ({_own_files_sql(place)})",
        "set allowed_paths = getvariable('own_files')",
    ]


def _own_files_sql(place: Places) -> str:
    """Return a select for the paths of all files that the catalog knows, those of older snapshots too."""
    stored = f"__ducklake_metadata_{NAME}.ducklake_"
    folder = quoted(f"{place.data}{os.sep}")
    return f"""
        select list(distinct {folder} || in_schema.path || in_table.path || file.path)
        from (
            select table_id, path from {stored}data_file union all select table_id, path from {stored}delete_file
        ) file
        join {stored}table in_table using (table_id)
        join {stored}schema in_schema using (schema_id)
    """


def _shell() -> Path:
    spec = find_spec("duckdb_cli")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(folder, "duckdb.exe" if sys.platform == "win32" else "duckdb")
        if path.exists():
            return path
    raise LakeError("DuckDB's shell is not installed. Make the environment anew: remove .venv, then run `make test`.")
