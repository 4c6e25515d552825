"""Batches as leases: which files a run has, who asked for it, and what becomes of files that a run did not finish.

A lease is a row. Its files stay `todo` until the lake holds their outcome; when its run is over or dead, what is left
goes back. A batch that fails twice is halved until the file that breaks it stands alone.
"""

import hashlib
import json
import sqlite3
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from resources.packing import pack
from resources.state import transaction

LANE = "ingest_files"
"""The lane of all runs that open music; each lane does one at a time."""
HALVED_AFTER = 2
"""Failures after which a batch is halved, and halved again after each further one."""
ALONE_AT_MOST = 3
"""Further failures of a file alone, after which it is set aside."""
REMEMBERED_SECONDS = 30 * 86_400.0
"""How long a lease that is over stays in the log."""


@dataclass(frozen=True, slots=True)
class Lease:
    """Files for one run."""

    id: str
    """Also the run key: a repeated or stale batch is never taken for an old one."""
    lane: str
    keys: tuple[str, ...]
    stale: bool
    """Results of older code or parameters are made anew as well."""
    owner: str = ""
    """The lock of the process that planned it."""
    run_id: str | None = None
    planned_at: float = 0.0
    attempt: int = 0


@dataclass(frozen=True, slots=True)
class Planned:
    """A file as the planner knows it."""

    file_key: str
    library: str
    path: bytes
    """Relative to the root."""
    size_bytes: int
    modified_ns: int
    sidecars: str
    reason: str
    stale: bool

    @property
    def stamp(self) -> str:
        """The planner's word for this look at the file: the same stamp means the same bytes and neighbours."""
        return f"{self.size_bytes}:{self.modified_ns}:{self.sidecars}"


FILE_COLUMNS = """file.file_key, file.library,
    case when file.folder = x'' then file.name else cast(file.folder || x'2f' || file.name as blob) end as path,
    file.size_bytes, file.modified_ns, coalesce(folder.sidecars, '') as sidecars, file.reason, file.stale"""
FILE_SOURCE = "file left join folder on folder.library = file.library and folder.path = file.folder"


def _planned(row: sqlite3.Row) -> Planned:
    *values, stale = row
    return Planned(*values, stale=bool(stale))


Within = tuple[str, bytes] | frozenset[str]
"""Only files of this library and below this folder; or only these, by their keys."""


def lease_files(
    connection: sqlite3.Connection,
    *,
    lane: str,
    owner: str,
    batch_files: int,
    within: Within | None = None,
    now: float | None = None,
) -> list[Lease]:
    """Lease all settled files that are to be visited, album by album, in batches.

    Args:
        connection: The state.
        lane: Whose batches they are.
        owner: The lock that this process holds.
        batch_files: The most files of a batch; a larger folder is split.
        within: Only files of one folder, or only these.
        now: The time, in seconds since 1970, if not that of the clock.
    """
    now = time.time() if now is None else now
    with transaction(connection):
        connection.execute("delete from batch where state <> 'open' and planned_at < ?", (now - REMEMBERED_SECONDS,))
        batches = pack(_due(connection, within), batch_files=batch_files)
        leases = [
            # a microsecond apart, so that they stay in this order
            Lease(lease_id(keys), lane, keys, stale=stale, owner=owner, planned_at=now + at / 1e6, attempt=attempt)
            for at, (keys, stale, attempt) in enumerate(batches)
        ]
        for lease in leases:
            _insert(connection, lease)
    return leases


def _due(connection: sqlite3.Connection, within: Within | None) -> list[sqlite3.Row]:
    rows = connection.execute(
        "select file_key, library, folder, size_bytes, attempts, together, stale from file where todo = 1 "
        "and settled = 1 and missing = 0 and gone = 0 and batch is null order by library, folder, name"
    ).fetchall()
    if isinstance(within, frozenset):
        return [row for row in rows if row["file_key"] in within]
    return [row for row in rows if within is None or is_within((row["library"], row["folder"]), within)]


def is_within(place: tuple[str, bytes], within: tuple[str, bytes]) -> bool:
    """Tell whether a folder of a library is another one or lies below it."""
    library, folder = within
    return place[0] == library and (place[1] == folder or not folder or place[1].startswith(folder + b"/"))


def lease_id(keys: Iterable[str]) -> str:
    """Return an id that no lease has had."""
    return hashlib.blake2b(f"{time.time_ns()}{json.dumps(list(keys))}".encode(), digest_size=8).hexdigest()


def _insert(connection: sqlite3.Connection, lease: Lease) -> None:
    connection.execute(
        "insert into batch values (?, ?, ?, ?, ?, null, 'open', ?, ?)",
        (
            lease.id,
            lease.lane,
            json.dumps(lease.keys),
            lease.owner,
            lease.planned_at,
            lease.attempt,
            lease.stale,
        ),
    )
    connection.executemany("update file set batch = ? where file_key = ?", [(lease.id, key) for key in lease.keys])


def open_leases(connection: sqlite3.Connection, *, lane: str | None = None) -> list[Lease]:
    """Return the leases that are not released, oldest first."""
    rows = connection.execute(
        "select * from batch where state = 'open' and (?1 is null or lane = ?1) order by planned_at", (lane,)
    ).fetchall()
    return [_lease(row) for row in rows]


def lease_of(connection: sqlite3.Connection, lease_id: str) -> Lease | None:
    """Return a lease by its id."""
    row = connection.execute("select * from batch where id = ?", (lease_id,)).fetchone()
    return _lease(row) if row else None


def _lease(row: sqlite3.Row) -> Lease:
    return Lease(
        row["id"],
        row["lane"],
        _keys(row["keys"]),
        stale=bool(row["stale"]),
        owner=row["owner"],
        run_id=row["run_id"],
        planned_at=row["planned_at"],
        attempt=row["attempt"],
    )


@lru_cache(maxsize=4096)
def _keys(text: str) -> tuple[str, ...]:
    """Return the keys of a lease; while hundreds wait, the same ones are read several times a second."""
    return tuple(json.loads(text))


def begin_run(connection: sqlite3.Connection, lease_id: str, run_id: str) -> bool:
    """Say which run has a lease; return whether there was an open one to have."""
    said = connection.execute("update batch set run_id = ? where id = ? and state = 'open'", (run_id, lease_id))
    return said.rowcount > 0


def files_of(connection: sqlite3.Connection, keys: Sequence[str]) -> dict[str, Planned]:
    """Return what is known of files, by key; a key that is unknown or gone is left out."""
    found: dict[str, Planned] = {}
    for start in range(0, len(keys), 500):
        part = keys[start : start + 500]
        marks = ",".join("?" * len(part))
        rows = connection.execute(
            f"select {FILE_COLUMNS} from {FILE_SOURCE} where file.gone = 0 and file_key in ({marks})", part
        )
        found.update((row["file_key"], _planned(row)) for row in rows)
    return {key: found[key] for key in keys if key in found}


def finish_files(connection: sqlite3.Connection, files: Iterable[Planned]) -> None:
    """Say that the lake holds the outcome of these files, unless they changed or were asked for anew meanwhile."""
    with transaction(connection):
        connection.executemany(
            "update file set todo = 0, stale = 0, attempts = 0, together = null, batch = null where file_key = ? "
            "and size_bytes = ? and modified_ns = ? and reason = ? and stale = ? and coalesce((select sidecars "
            "from folder where folder.library = file.library and folder.path = file.folder), '') = ?",
            [
                (file.file_key, file.size_bytes, file.modified_ns, file.reason, file.stale, file.sidecars)
                for file in files
            ],
        )


def unsettle(connection: sqlite3.Connection, keys: Iterable[str], *, now: float) -> None:
    """Say that files changed while they were read: they are leased again when a later look finds them as they were."""
    connection.executemany(
        "update file set settled = 0, looked_at = ? where file_key = ?", [(now, key) for key in keys]
    )


def has_unsettled(connection: sqlite3.Connection) -> bool:
    """Tell whether files that are due wait for a look that finds them settled."""
    sql = "select 1 from file where todo = 1 and settled = 0 and gone = 0 and missing = 0 limit 1"
    return connection.execute(sql).fetchone() is not None


def release(connection: sqlite3.Connection, lease: Lease, *, outcome: str, failed: bool) -> list[str]:
    """Give a lease's unfinished files back; count a failure; return files that failed too often alone.

    Args:
        connection: The state.
        lease: The lease.
        outcome: What became of it, for the log: SUCCESS, FAILURE, CANCELED, dead, lost, given back.
        failed: Whether the batch itself is to blame, so that it is halved the second time.
    """
    with transaction(connection):
        changed = connection.execute(
            "update batch set state = ?, attempt = attempt + ? where id = ? and state = 'open'",
            (outcome, failed, lease.id),
        ).rowcount
        if not changed:
            return []
        left = connection.execute(
            "select file_key from file where batch = ? and todo = 1 and gone = 0", (lease.id,)
        ).fetchall()
        attempts = _attempts(lease)
        if failed:
            halved = max(1, len(left) // 2) if attempts >= HALVED_AFTER else None
            connection.execute(
                "update file set attempts = ?, together = coalesce(?, together) where batch = ? and todo = 1",
                (attempts, halved, lease.id),
            )
        connection.execute("update file set batch = null where batch = ?", (lease.id,))
    alone = failed and len(lease.keys) == 1 and attempts >= HALVED_AFTER + ALONE_AT_MOST
    return [row["file_key"] for row in left] if alone else []


def _attempts(lease: Lease) -> int:
    """Return how often files have failed after this failure; of several, nobody knows which one is guilty."""
    return lease.attempt + 1 if len(lease.keys) == 1 else min(lease.attempt + 1, HALVED_AFTER)


def set_aside(connection: sqlite3.Connection, keys: Iterable[str]) -> None:
    """Stop planning files; a change of the file or a person brings them back."""
    with transaction(connection):
        connection.executemany("update file set todo = 0 where file_key = ?", [(key,) for key in keys])


def ask_again(connection: sqlite3.Connection, keys: Iterable[str], *, reason: str, stale: bool) -> int:
    """Plan files again that did not change; return how many there are."""
    with transaction(connection):
        return connection.executemany(
            "update file set todo = 1, reason = ?, stale = ?, attempts = 0, together = null "
            "where file_key = ? and gone = 0",
            [(reason, stale, key) for key in keys],
        ).rowcount
