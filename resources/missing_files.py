"""What is gone, at the end of a pass over the folders; and what only looks so, because a disk is not mounted.

A file is missing from the moment a look does not see it, and gone when a full pass has seen it nowhere. A root that
cannot be read, or more than half of the files missing at once, is taken for an unmounted disk: then nothing is gone
until a person says so.
"""

import os
import sqlite3
from collections.abc import Sequence

from resources.settings import Root

GUARDED_FROM_FILES = 20
"""Of at least so many files, more than half missing at once are taken for a disk that is not mounted."""


def judge(
    connection: sqlite3.Connection, roots: Sequence[Root], *, since: int, now: float, accept: bool
) -> tuple[str, ...]:
    """Mark as gone what no look has seen; return the libraries that look unmounted, of which nothing is marked.

    Args:
        connection: The state, in a transaction.
        roots: The roots that the pass went through.
        since: The pass.
        now: The time, in seconds since 1970.
        accept: A person said that what is missing is really gone.
    """
    begun = [root for root in roots if _was_begun(connection, root.library, since=since)]
    for root in begun:
        _mark_missing(connection, root.library, since=since)
    guarded = [root.library for root in begun if not accept and _looks_unmounted(connection, root)]
    for root in begun:
        if root.library not in guarded:
            _mark_gone(connection, root.library, now=now)
    return tuple(guarded)


def is_unreadable(connection: sqlite3.Connection, library: str) -> bool:
    """Tell whether the last look at a root could not read it."""
    row = connection.execute("select 1 from refused where library = ? and path = x''", (library,)).fetchone()
    return row is not None


def _was_begun(connection: sqlite3.Connection, library: str, *, since: int) -> bool:
    """Tell whether a pass has looked at a root; one that became known meanwhile waits for the next pass."""
    row = connection.execute(
        "select 1 from folder where library = ? and path = x'' and pass >= ?", (library, since)
    ).fetchone()
    return row is not None or is_unreadable(connection, library)


def _mark_missing(connection: sqlite3.Connection, library: str, *, since: int) -> None:
    connection.execute(
        "update file set missing = 1 where library = ?1 and gone = 0 and folder not in "
        "(select path from folder where library = ?1 and pass >= ?2)",
        (library, since),
    )
    if is_unreadable(connection, library):
        return
    rows = connection.execute("select path from refused where library = ?", (library,)).fetchall()
    lost = [row["path"] for row in rows if not _was_seen(connection, library, row["path"], since=since)]
    connection.executemany("delete from refused where library = ? and path = ?", [(library, path) for path in lost])


def _was_seen(connection: sqlite3.Connection, library: str, path: bytes, *, since: int) -> bool:
    """Tell whether the folder that holds a path is still there."""
    place = (library, os.path.dirname(path), since)
    found = connection.execute("select 1 from folder where library = ? and path = ? and pass >= ?", place)
    return found.fetchone() is not None


def _looks_unmounted(connection: sqlite3.Connection, root: Root) -> bool:
    files, missing = connection.execute(
        "select count(*), coalesce(sum(missing), 0) from file where library = ? and gone = 0", (root.library,)
    ).fetchone()
    if missing and (is_unreadable(connection, root.library) or not os.path.isdir(root.path)):
        return True
    if files < GUARDED_FROM_FILES or missing * 2 <= files:
        return False
    return (missing - _count_moved(connection, root.library)) * 2 > files


def _count_moved(connection: sqlite3.Connection, library: str) -> int:
    """Return how many missing files have come up elsewhere since the last time this library was judged.

    What was there before is another copy (a backup with the same times) and no sign of a move.
    """
    return connection.execute(
        "select count(*) from file where library = ? and missing = 1 and gone = 0 and (size_bytes, modified_ns) in "
        "(select size_bytes, modified_ns from file where missing = 0 and gone = 0 and looked_at > "
        "coalesce((select cast(value as real) from meta where name = ?), 0))",
        (library, _judged(library)),
    ).fetchone()[0]


def _mark_gone(connection: sqlite3.Connection, library: str, *, now: float) -> None:
    connection.execute(
        "update file set gone = 1, missing = 0, todo = 0, batch = null where library = ? and missing = 1 and gone = 0",
        (library,),
    )
    connection.execute("insert or replace into meta values (?, ?)", (_judged(library), str(now)))


def _judged(library: str) -> str:
    return f"judged:{library}"
