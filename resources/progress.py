"""How far each lane is, for progress bars: a row in the state, written often and never waited for."""

import sqlite3
import time
from dataclasses import dataclass

from resources.state import BUSY_SECONDS


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run is."""

    lane: str
    run_id: str
    done: int
    total: int
    failed: int
    decoded: int
    operation: str
    """What is being worked on; empty for nothing."""
    updated_at: float = 0.0
    """Seconds since 1970; 0 to be filled in."""


def show(connection: sqlite3.Connection, progress: Progress) -> None:
    """Write where a run is; nothing while another process writes, the next time says it."""
    row = (
        progress.lane,
        progress.run_id,
        progress.done,
        progress.total,
        progress.failed,
        progress.decoded,
        progress.operation,
        progress.updated_at or time.time(),
    )
    connection.execute("pragma busy_timeout = 0")
    try:
        connection.execute("insert or replace into progress values (?, ?, ?, ?, ?, ?, ?, ?)", row)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:  # the low byte is the error, the rest its kind
            raise
    finally:
        connection.execute(f"pragma busy_timeout = {BUSY_SECONDS * 1000:.0f}")


def shown(connection: sqlite3.Connection) -> list[Progress]:
    """Return where each lane was last."""
    rows = connection.execute(
        "select lane, run_id, done, total, failed, decoded, operation, updated_at from progress order by lane"
    )
    return [Progress(*row) for row in rows]
