"""Leases of the lane that identifies: whole album folders, which the lake, not the table `file`, tells to be due.

A folder that is in an open lease is not leased again. What a run left when it was killed or failed is leased again even
where the lake has all of it: Dagster may not have been told. A folder on which runs fail again and again stands alone
in its batch, and is given up in the end.
"""

import json
import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from resources.leases import ALONE_AT_MOST, HALVED_AFTER, Lease, lease_id, open_leases
from resources.state import transaction

IDENTIFY_LANE = "identify_files"
"""The lane that asks the services; one run at a time."""
MOST_ATTEMPTS = HALVED_AFTER + ALONE_AT_MOST
"""Failures in a row after which a folder is given up."""
FAILED = ("FAILURE", "dead")
SETTLED = ("SUCCESS", "given up")
LOOKED_BACK_SECONDS = 7 * 86_400.0


@dataclass(frozen=True, slots=True)
class Folder:
    """What is leased together: the files of an album's folder."""

    keys: tuple[str, ...]
    stale: bool = False
    """What older code or parameters made is made anew."""


def failed_keys(
    connection: sqlite3.Connection, *, lane: str = IDENTIFY_LANE, now: float | None = None
) -> dict[str, int]:
    """Return the files whose last run did not come to its end, with how often in a row they may be to blame."""
    since = (time.time() if now is None else now) - LOOKED_BACK_SECONDS
    first = connection.execute(
        "select min(planned_at) from batch where lane = ? and state in ('FAILURE', 'dead') and planned_at > ?",
        (lane, since),
    ).fetchone()[0]
    if first is None:
        return {}
    failed: dict[str, int] = {}
    for row in connection.execute(
        "select keys, state, attempt from batch where lane = ? and planned_at >= ? order by planned_at", (lane, first)
    ):
        for key in json.loads(row["keys"]):
            if row["state"] in FAILED:
                failed[key] = row["attempt"]
            elif row["state"] in SETTLED:
                failed.pop(key, None)
    return failed


def give_up(connection: sqlite3.Connection, keys: Sequence[str], *, lane: str = IDENTIFY_LANE, owner: str) -> None:
    """Remember that nothing came of files again and again: they are leased when the lake says that they are due."""
    lease = Lease(lease_id(keys), lane, tuple(keys), stale=False, owner=owner, planned_at=time.time())
    _insert(connection, lease, state="given up")


def lease_folders(
    connection: sqlite3.Connection,
    *,
    lane: str = IDENTIFY_LANE,
    owner: str,
    due: Callable[[], Iterable[Folder]],
    batch_files: int,
) -> list[Lease]:
    """Lease folders that nobody has, in batches of whole folders.

    Args:
        connection: The state.
        lane: Whose batches they are.
        owner: The lock that this process holds.
        due: Says what is due; asked while no other process can lease anything.
        batch_files: The most files of a batch; a larger folder stands alone.
    """
    with transaction(connection):
        taken = {key for lease in open_leases(connection, lane=lane) for key in lease.keys}
        failed = failed_keys(connection, lane=lane)
        free = [folder for folder in due() if taken.isdisjoint(folder.keys)]
        now = time.time()
        leases = [
            Lease(lease_id(keys), lane, keys, stale=stale, owner=owner, planned_at=now + at / 1e6, attempt=attempt)
            for at, (keys, stale, attempt) in enumerate(_pack(free, failed, batch_files))
        ]
        for lease in leases:
            _insert(connection, lease)
    return leases


def _pack(
    folders: Iterable[Folder], failed: dict[str, int], batch_files: int
) -> list[tuple[tuple[str, ...], bool, int]]:
    """Return batches: keys, whether stale results are wanted, how often they failed."""
    batches: list[tuple[tuple[str, ...], bool, int]] = []
    is_open = False
    for folder in folders:
        attempt = max((failed.get(key, 0) for key in folder.keys), default=0)
        is_alone = attempt >= HALVED_AFTER
        last = batches[-1] if batches and is_open and not is_alone else None
        if last and last[1] == folder.stale and len(last[0]) + len(folder.keys) <= batch_files:
            batches[-1] = (last[0] + folder.keys, folder.stale, max(last[2], attempt))
        else:
            batches.append((folder.keys, folder.stale, attempt))
        is_open = not is_alone
    return batches


def _insert(connection: sqlite3.Connection, lease: Lease, *, state: str = "open") -> None:
    keys = json.dumps(lease.keys)
    connection.execute(
        "insert into batch values (?, ?, ?, ?, ?, null, ?, ?, ?)",
        (lease.id, lease.lane, keys, lease.owner, lease.planned_at, state, lease.attempt, lease.stale),
    )
