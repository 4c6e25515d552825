"""Connections to DuckDB with the DuckLake extension, kept to be used again: loading it costs 0.2 s.

The extension is a signed file inside an installed package; nothing is downloaded and nothing is written into
anybody's home folder. A connection serves one reader or writer at a time; the next one, in whichever thread, gets
it next. A process that was forked begins with none: DuckDB's threads do not survive a fork.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import duckdb

from lake.errors import LakeError
from lake.places import Places

NAME = "lake"
"""What the lake is called inside a connection."""
THREADS = 2
"""Of a connection that shares the machine with the analysis of music."""
MEMORY = "2GB"
BLOCK_BYTES = 16_384
"""Of the catalog's file: with DuckDB's own 262,144 an empty lake would be a file of 4 MB, copied at each write."""
OFFLINE: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_persistent_secrets": False,
}
_idle: dict[tuple[int, Path], list[duckdb.DuckDBPyConnection]] = {}
"""By process and home of the lake: DuckDB cannot change its spill folder once it was used."""


@cache
def extension_file() -> Path:
    """Return the extension that belongs to the installed DuckDB.

    Raises:
        LakeError: It is not installed, or for another version of DuckDB.
    """
    spec = find_spec("duckdb_extension_ducklake")
    folders = list(spec.submodule_search_locations or ()) if spec else []
    for folder in folders:
        path = Path(folder, "extensions", f"v{duckdb.__version__}", "ducklake.duckdb_extension")
        if path.exists():
            return path
    raise LakeError(
        f"The DuckLake extension for DuckDB {duckdb.__version__} is not installed. "
        "Make the environment anew: remove .venv, then run `make test`."
    )


def quoted(text: object) -> str:
    """Return a text as SQL writes it."""
    return "'" + str(text).replace("'", "''") + "'"


def opening_sql(place: Places) -> list[str]:
    """Return the statements after which a fresh connection can attach this lake."""
    return [f"load {quoted(extension_file())}", "set TimeZone = 'UTC'", f"set temp_directory = {quoted(place.spill)}"]


def attach_sql(place: Places, *, read_only: bool) -> str:
    """Return the statement that attaches the lake: the readers' copy, or the writer's catalog.

    The data folder is always named, so that the lake's home may be moved.
    """
    options = [f"data_path {quoted(f'{place.data}{os.sep}')}", "override_data_path true"]
    if read_only:
        options.append("read_only")
    else:
        options += ["data_inlining_row_limit 0", f"meta_block_size {BLOCK_BYTES}"]
    catalog = place.published if read_only else place.catalog
    return f"attach {quoted(f'ducklake:{catalog}')} as {NAME} ({', '.join(options)})"


def _new(place: Places) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={**OFFLINE, "threads": THREADS, "memory_limit": MEMORY})
    for statement in opening_sql(place):
        connection.execute(statement)
    return connection


@contextmanager
def attached(place: Places, *, read_only: bool) -> Iterator[duckdb.DuckDBPyConnection]:
    """Attach the lake for a block and detach it after, which brings all that was committed into the catalog's file.

    A connection in whose block something was raised is closed: whatever it had begun is over with it.
    """
    idle = _idle.setdefault((os.getpid(), place.home), [])
    try:
        connection = idle.pop()
    except IndexError:
        connection = _new(place)
    try:
        connection.execute(attach_sql(place, read_only=read_only))
        connection.execute(f"use {NAME}")
        yield connection
        connection.execute("use memory")
        connection.execute(f"detach {NAME}")
    except BaseException:
        with suppress(duckdb.Error):
            connection.execute("rollback")
        connection.close()
        raise
    idle.append(connection)


def close_idle() -> None:
    """Close the connections of this process that nobody uses, with their threads and their memory."""
    for (process, _), idle in _idle.items():
        while process == os.getpid() and idle:
            idle.pop().close()
