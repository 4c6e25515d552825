"""How far each lane is, for progress bars: a row in the state, written often and never waited for."""

import sqlite3
import time
from dataclasses import dataclass


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
    updated_at: float = 0.0


def show(connection: sqlite3.Connection, progress: Progress) -> None:
    """Write where a run is."""
    connection.execute(
        "insert or replace into progress values (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            progress.lane,
            progress.run_id,
            progress.done,
            progress.total,
            progress.failed,
            progress.decoded,
            progress.operation,
            time.time(),
        ),
    )


def shown(connection: sqlite3.Connection) -> list[Progress]:
    """Return where each lane was last."""
    rows = connection.execute(
        "select lane, run_id, done, total, failed, decoded, operation, updated_at from progress order by lane"
    )
    return [Progress(*row) for row in rows]
