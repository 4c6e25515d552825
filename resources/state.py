"""The planner's own memory: what the folders looked like, which files are to be visited, who has leased them.

One SQLite file under LINERNOTES_HOME. It can be lost without harm: it is made anew from the folders and the lake.
It belongs to one lake and starts anew with another, so that a deleted lake never looks like an unchanged folder.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BUSY_SECONDS = 60.0
"""How long a writer waits for the others."""
SCHEMA = """
create table if not exists meta (name text primary key, value text) without rowid;
create table if not exists root (
    library text primary key,
    path blob not null unique  -- absolute
) without rowid;
create table if not exists folder (
    library text, path blob,   -- relative to the root; '' is the root itself
    sidecars text not null,    -- what lies beside the music, as a digest
    pass integer not null,     -- the last pass that read it
    primary key (library, path)
) without rowid;
create table if not exists pending (library text, path blob, primary key (library, path)) without rowid;
create table if not exists file (
    library text, folder blob, name blob,
    file_key text not null unique,
    size_bytes integer not null, modified_ns integer not null,
    looked_at real not null,           -- when it first had this size and time
    settled integer not null,
    todo integer not null default 1,   -- 1: a visit is due
    reason text not null default 'new',
    stale integer not null default 0,  -- 1: results of older code or parameters are to be made anew as well
    batch text,                        -- the lease that has it
    attempts integer not null default 0,
    together integer,                  -- the largest batch it may be in, after failures
    missing integer not null default 0,-- 1: not seen in the pass under way
    gone integer not null default 0,   -- 1: judged gone; the lake and Dagster are told
    retired integer not null default 0,-- 1: they have been told
    primary key (library, folder, name)
) without rowid;
create index if not exists file_due on file (library, folder, name) where todo = 1 and batch is null;
create index if not exists file_batch on file (batch) where batch is not null;
create index if not exists file_gone on file (file_key) where gone = 1 and retired = 0;
create table if not exists refused (
    library text, path blob, error_code text, message text, seen_at real, primary key (library, path)
) without rowid;
create table if not exists batch (
    id text primary key, lane text not null, keys text not null, owner text not null, planned_at real not null,
    run_id text, state text not null, attempt integer not null, stale integer not null
) without rowid;
create index if not exists batch_open on batch (planned_at) where state = 'open';
create table if not exists progress (
    lane text primary key, run_id text, done integer, total integer, failed integer, decoded integer,
    operation text, updated_at real
) without rowid;
"""


def state_file(home: Path) -> Path:
    """Return where the state lies."""
    return home / "state.sqlite"


def connect(home: Path) -> sqlite3.Connection:
    """Open the state, making it where there is none. Transactions are the caller's own."""
    home.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(state_file(home), timeout=BUSY_SECONDS, isolation_level=None)
    connection.row_factory = sqlite3.Row
    log_ahead(connection)
    connection.execute("pragma synchronous = normal")
    if connection.execute("pragma user_version").fetchone()[0] == 0:
        connection.executescript(SCHEMA + "pragma user_version = 1;")
    return connection


def log_ahead(connection: sqlite3.Connection) -> None:
    """Switch a new state to a write-ahead log: readers and the writer do not wait for one another.

    SQLite does not wait for others here, whatever the timeout: of processes that open a new state at once all but one
    are told that it is locked.
    """
    until = time.monotonic() + BUSY_SECONDS
    while connection.execute("pragma journal_mode").fetchone()[0] != "wal":
        try:
            connection.execute("pragma journal_mode = wal")
        except sqlite3.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.01)


@contextmanager
def opened(home: Path) -> Iterator[sqlite3.Connection]:
    """Open the state for a block."""
    connection = connect(home)
    try:
        yield connection
    finally:
        connection.close()


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Hold the write lock of the state for a block; planning is serial among all processes because of it."""
    connection.execute("begin immediate")
    try:
        yield
        connection.execute("commit")
    except BaseException:
        if connection.in_transaction:  # a full disk has rolled back already
            connection.execute("rollback")
        raise


def belong_to(connection: sqlite3.Connection, lake_id: str) -> bool:
    """Bind the state to a lake; with another than before, forget what was seen. Return whether it was forgotten.

    The roots stay.
    """
    with transaction(connection):
        row = connection.execute("select value from meta where name = 'lake_id'").fetchone()
        if row is not None and row["value"] == lake_id:
            return False
        for table in ("folder", "pending", "file", "refused", "batch", "progress", "meta"):
            connection.execute(f"delete from {table}")
        connection.execute("insert or replace into meta values ('lake_id', ?)", (lake_id,))
    return row is not None


def copy_in_memory(home: Path) -> sqlite3.Connection:
    """Return a copy of the state that nobody else sees; no file is made, not even beside the state."""
    copy = sqlite3.connect(":memory:", isolation_level=None)
    copy.row_factory = sqlite3.Row
    file = state_file(home)
    if file.exists():
        # while somebody has it open its log counts, and the files to read that are there; else it must be left alone
        how = "mode=ro" if file.with_name(f"{file.name}-wal").exists() else "immutable=1"
        source = sqlite3.connect(f"{file.absolute().as_uri()}?{how}", uri=True, timeout=BUSY_SECONDS)
        try:
            source.backup(copy)
        finally:
            source.close()
    if copy.execute("pragma user_version").fetchone()[0] == 0:
        copy.executescript(SCHEMA + "pragma user_version = 1;")
    return copy
