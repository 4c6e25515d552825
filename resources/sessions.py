"""A session: the batches of one call of `linernotes ingest`, or of one life of the folder sensor (S3-79, S3-114).

Read from the state alone, so that asking costs nothing; it is the planner's lock that names a session.
"""

import json
import sqlite3
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from resources import locks
from resources.progress import shown


class SessionState(StrEnum):
    """S3-72…74."""

    SCANNING = "SCANNING"
    """Looking at the folders; nothing is planned yet."""
    PROCESSING = "PROCESSING"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class Session:
    """Where a session is."""

    session_id: str
    state: SessionState
    current: int
    """Files that are through."""
    total: int
    current_operation: str | None
    """What is being worked on."""
    started_at: datetime
    elapsed_seconds: float

    @property
    def percentage(self) -> float:
        """How much of it is through, 0 to 100."""
        return 100.0 if not self.total else round(min(100.0, 100 * self.current / self.total), 1)


def newest_session(connection: sqlite3.Connection, home: Path) -> Session | None:
    """Return the session whose batch was planned last; None where there was none."""
    newest = connection.execute("select owner from batch order by planned_at desc limit 1").fetchone()
    if newest is None:
        return None
    batches = connection.execute(
        "select keys, state, run_id, planned_at from batch where owner = ? order by planned_at",
        (newest["owner"],),
    ).fetchall()
    sizes = [len(json.loads(batch["keys"])) for batch in batches]
    running = {batch["run_id"] for batch in batches if batch["state"] == "open"}
    at = [each for each in shown(connection) if each.run_id in running]
    through = sum(size for size, batch in zip(sizes, batches, strict=True) if batch["state"] == "SUCCESS")
    state = _state([batch["state"] for batch in batches], alive=locks.is_held(home, newest["owner"]) or bool(at))
    started = batches[0]["planned_at"]
    ended = time.time() if state == SessionState.PROCESSING else _last_sign(connection, batches)
    return Session(
        newest["owner"],
        state,
        current=through + sum(each.done for each in at),
        total=sum(sizes),
        current_operation=at[0].operation or None if at else None,
        started_at=datetime.fromtimestamp(started, tz=UTC),
        elapsed_seconds=round(max(0.0, ended - started), 1),
    )


def _state(states: Sequence[str], *, alive: bool) -> SessionState:
    if "open" in states:
        return SessionState.PROCESSING if alive else SessionState.CANCELLED
    if any(state in ("FAILURE", "dead") for state in states):
        return SessionState.FAILED
    if any(state in ("CANCELED", "given back", "lost") for state in states):
        return SessionState.CANCELLED
    return SessionState.COMPLETED


def _last_sign(connection: sqlite3.Connection, batches: Sequence[sqlite3.Row]) -> float:
    """Return when a session was last heard of."""
    signs = [each.updated_at for each in shown(connection) if each.run_id in {batch["run_id"] for batch in batches}]
    return max([batches[-1]["planned_at"], *signs])
