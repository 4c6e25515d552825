"""Planning: what changed in the folders becomes leases, partitions, and rows of what is due.

The folder sensor and the command `linernotes ingest` call the same functions. Planning is serial among processes
because the state's write lock is; a planner killed anywhere is followed by the next one.
"""

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime

import dagster as dg

from ingest_assets.discovered_files import ASSET as DISCOVERED_FILES
from ingest_assets.discovered_files import row_of
from ingest_assets.partitions import FILES_NAME
from lake.store import Lake
from lake.transaction import Transaction
from music.error_codes import ErrorCode
from resources import leases
from resources.leases import LANE, Lease
from resources.settings import Settings
from resources.state import transaction
from sensors.lake_notice import PLANNER, tell_lake
from sensors.orphans import fail_orphans, reap_leases

PARTITIONS_AT_ONCE = 5_000
RETIRED_AT_ONCE = 500
"""Files that go in one planning; Dagster takes 5 ms for each partition."""


class Planner:
    """Plans for one process.

    Args:
        instance: Dagster's.
        connection: The state.
        lake: What is known.
        settings: Where things lie.
        owner: The lock that this process holds while it lives.
    """

    def __init__(
        self,
        instance: dg.DagsterInstance,
        connection: sqlite3.Connection,
        lake: Lake,
        settings: Settings,
        *,
        owner: str,
    ) -> None:
        self._instance = instance
        self._connection = connection
        self._lake = lake
        self._settings = settings
        self._owner = owner

    def reap(self) -> None:
        """Give back the files of runs that are over or dead."""
        dead = fail_orphans(self._instance, self._settings.home)
        guilty = reap_leases(self._instance, self._connection, self._settings.home)
        if guilty:
            self._set_aside(guilty)
        if dead:
            self._close_runs(dead)

    def plan(self, *, within: leases.Within | None = None) -> list[Lease]:
        """Lease everything that is due and tell Dagster and the lake; return the new leases."""
        self._retire()
        new = leases.lease_files(
            self._connection,
            lane=LANE,
            owner=self._owner,
            batch_files=self._settings.batch_files,
            within=within,
        )
        keys = [key for lease in new for key in lease.keys]
        for start in range(0, len(keys), PARTITIONS_AT_ONCE):
            self._instance.add_dynamic_partitions(FILES_NAME, keys[start : start + PARTITIONS_AT_ONCE])
        tell_lake(self._connection, self._lake, self._settings.home, new)
        return new

    def _retire(self) -> None:
        """Tell the lake and Dagster which files are gone: first the mark, then the partitions, then the state."""
        while True:
            rows = self._connection.execute(
                "select file_key from file where gone = 1 and retired = 0 limit ?", (RETIRED_AT_ONCE,)
            ).fetchall()
            keys = [row["file_key"] for row in rows]
            if not keys:
                return
            with self._lake.write(run_id=PLANNER) as tx:
                tx.mark_gone(keys, datetime.now(UTC))
                tx.finish_planned(keys)
            for key in keys:
                self._instance.delete_dynamic_partition(FILES_NAME, key)
            with transaction(self._connection):
                self._connection.executemany(
                    "update file set retired = 1 where file_key = ? and gone = 1", [(key,) for key in keys]
                )

    def _set_aside(self, keys: Sequence[str]) -> None:
        """Write an outcome for files on which the run itself fails, so that they hold nobody up."""
        message = "the run failed on this file alone, again and again"
        rows, outcomes = [], []
        for file in leases.files_of(self._connection, keys).values():
            rows.append(row_of(file, first_seen_at=None))
            outcomes.append(
                {
                    "asset": DISCOVERED_FILES.name,
                    "file_key": file.file_key,
                    "status": "error",
                    "error_code": str(ErrorCode.RUN_FAILED),
                    "severity": str(ErrorCode.RUN_FAILED.severity),
                    "message": message,
                    "attempts": leases.HALVED_AFTER + leases.ALONE_AT_MOST,
                    "code_version": DISCOVERED_FILES.code_version,
                    "input_versions": {},
                    "output_versions": {},
                    "parameters_hash": "",
                    "how": "computed",
                    "seconds": 0.0,
                }
            )
        with self._lake.write(run_id=PLANNER) as tx:
            tx.replace("discovered_files", keys, rows)
            tx.record_outcomes(outcomes)
            tx.finish_planned(keys)
        leases.set_aside(self._connection, keys)

    def _close_runs(self, run_ids: Sequence[str]) -> None:
        """Say in the lake that runs are over which can no longer say so themselves."""
        with self._lake.write(run_id=PLANNER) as tx:
            close_runs(tx, run_ids)


def close_runs(tx: Transaction, run_ids: Sequence[str]) -> None:
    """Mark runs as failed that still stand as STARTED."""
    rows = tx.rows(
        "select * exclude (written_at) from runs where status = 'STARTED' and run_id in (select unnest(?::varchar[]))",
        [list(run_ids)],
    )
    now = datetime.now(UTC)
    message = "its process was gone"
    tx.upsert("runs", [row | {"status": "FAILURE", "finished_at": now, "message": message} for row in rows])
