"""A session: the batches of one call of `linernotes ingest`, or of one life of the folder sensor (S3-79, S3-114).

Read from the state alone, so that asking costs nothing; it is the planner's lock that names a session.
"""

import json
import sqlite3
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from itertools import groupby
from pathlib import Path

from resources import locks
from resources.leases import LANE
from resources.progress import shown

SILENT_SECONDS = 60.0
"""A run that has shown no progress for so long is dead, if its planner is."""
LOOKING = "looking at the folders"
"""What a session does that has planned nothing yet."""
FAILED = frozenset({"FAILURE", "dead", "given up"})
"""What becomes of a batch that fails; the other ends are a person's doing, or an accident of the machine's."""


class SessionState(StrEnum):
    """Where a session stands (S3-72…74)."""

    SCANNING = "SCANNING"
    """Looking at the folders; nothing is planned yet."""
    PROCESSING = "PROCESSING"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class LaneAt:
    """Where another lane of a session is."""

    lane: str
    current: int
    """Files that are through."""
    total: int
    operation: str | None
    """What is being worked on."""


@dataclass(frozen=True, slots=True)
class Session:
    """Where a session is."""

    session_id: str
    state: SessionState
    current: int
    """Files that are through."""
    total: int
    """Files that were planned."""
    current_operation: str | None
    """What is being worked on."""
    started_at: datetime
    elapsed_seconds: float
    beside: tuple[LaneAt, ...] = ()
    """The lanes beside that which reads the files: what was read is identified there."""

    @property
    def percentage(self) -> float:
        """How much of it is through, 0 to 100."""
        if self.state == SessionState.SCANNING:
            return 0.0
        return 100.0 if not self.total else round(min(100.0, 100 * self.current / self.total), 1)


@contextmanager
def scanning(connection: sqlite3.Connection, home: Path, *, owner: str) -> Iterator[None]:
    """Say for a block that a session looks at the folders (S3-75).

    Args:
        connection: The state.
        home: Where the locks lie.
        owner: The session; its lock is held for the block.
    """
    locks.hold(home, owner)
    given = json.dumps({"owner": owner, "since": time.time()})
    connection.execute("insert or replace into meta values ('scanning', ?)", (given,))
    try:
        yield
    finally:
        connection.execute("delete from meta where name = 'scanning' and value = ?", (given,))
        locks.let_go(home, owner)


def _scanning_session(connection: sqlite3.Connection, home: Path, *, now: float) -> Session | None:
    row = connection.execute("select value from meta where name = 'scanning'").fetchone()
    given = json.loads(row["value"]) if row else None
    if given is None or not locks.is_held(home, given["owner"]):
        return None
    return Session(
        given["owner"],
        SessionState.SCANNING,
        current=0,
        total=0,
        current_operation=LOOKING,
        started_at=datetime.fromtimestamp(given["since"], tz=UTC),
        elapsed_seconds=round(max(0.0, now - given["since"]), 1),
    )


def newest_session(connection: sqlite3.Connection, home: Path, *, now: float | None = None) -> Session | None:
    """Return the session that looks at the folders, or whose batch was planned last; None where there was none.

    A file that was planned again, after a failure or because it changed, counts once: what became of it last counts.

    Args:
        connection: The state.
        home: Where the locks lie.
        now: The time, in seconds since 1970, if not that of the clock.
    """
    now = time.time() if now is None else now
    looking = _scanning_session(connection, home, now=now)
    if looking is not None:
        return looking
    newest = connection.execute("select owner from batch order by planned_at desc limit 1").fetchone()
    if newest is None:
        return None
    batches = connection.execute(
        "select lane, keys, state, run_id, planned_at from batch where owner = ? order by lane <> ?, planned_at",
        (newest["owner"], LANE),
    ).fetchall()
    lanes = [_LaneRows(connection, list(own)) for _, own in groupby(batches, key=lambda batch: batch["lane"])]
    heard = any(
        now - each.updated_at < SILENT_SECONDS for lane in lanes for each in lane.at if each.run_id in lane.open_runs
    )
    states = {state for lane in lanes for state in lane.last.values()}
    state = _state(states, alive=heard or locks.is_held(home, newest["owner"]))
    begun = min(batch["planned_at"] for batch in batches)
    ended = now if state == SessionState.PROCESSING else _last_sign(connection, batches)
    first, *beside = (lane.shown() for lane in lanes)
    return Session(
        newest["owner"],
        state,
        current=first.current,
        total=first.total,
        current_operation=next((each.operation for each in (first, *beside) if each.operation), None),
        started_at=datetime.fromtimestamp(begun, tz=UTC),
        elapsed_seconds=round(max(0.0, ended - begun), 1),
        beside=tuple(beside),
    )


class _LaneRows:
    """What a lane of a session did.

    Args:
        connection: The state.
        batches: Its batches, oldest first.
    """

    def __init__(self, connection: sqlite3.Connection, batches: Sequence[sqlite3.Row]) -> None:
        self.name = batches[0]["lane"]
        self.last = {key: batch["state"] for batch in batches for key in json.loads(batch["keys"])}
        self.open_runs = {batch["run_id"] for batch in batches if batch["state"] == "open"}
        unfinished = {batch["run_id"] for batch in batches if batch["state"] != "SUCCESS"}
        self.at = [each for each in shown(connection) if each.run_id in unfinished]

    def shown(self) -> LaneAt:
        """Return where it is; what a run had finished before it was stopped counts."""
        through = list(self.last.values()).count("SUCCESS") + sum(each.done for each in self.at)
        operations = (each.operation for each in self.at if each.operation and each.run_id in self.open_runs)
        return LaneAt(self.name, min(through, len(self.last)), len(self.last), next(operations, None))


def _state(states: Collection[str], *, alive: bool) -> SessionState:
    """Return where a session is, from what became last of each of its files."""
    if "open" in states:
        return SessionState.PROCESSING if alive else SessionState.CANCELLED
    if FAILED & set(states):
        return SessionState.FAILED
    return SessionState.COMPLETED if set(states) == {"SUCCESS"} else SessionState.CANCELLED


def _last_sign(connection: sqlite3.Connection, batches: Sequence[sqlite3.Row]) -> float:
    """Return when a session was last heard of."""
    runs = {batch["run_id"] for batch in batches}
    return max(
        [
            *(batch["planned_at"] for batch in batches),
            *(each.updated_at for each in shown(connection) if each.run_id in runs),
        ]
    )
