"""Writes the results of a visit: the lake first, then Dagster, then the planner's word that the files are done."""

import time
from datetime import UTC, datetime

from ingest_assets.batch import BatchRun
from ingest_assets.decision import ASSETS
from ingest_assets.file_result import FileResult
from lake.store import Lake
from lake.transaction import Transaction
from resources import leases, progress

FLUSH_FILES = 100
FLUSH_SECONDS = 10.0
FIRST_FLUSH_SECONDS = 5.0
"""The first facts of a run appear early."""


class VisitWriter:
    """Gathers results and writes them in batches.

    Args:
        batch: The run.
        lake: Where they go.
        launched_by: `cli`, `sensor` or `person`, for the table `runs`.
    """

    def __init__(self, batch: BatchRun, lake: Lake, *, launched_by: str) -> None:
        self._batch = batch
        self._lake = lake
        self._launched_by = launched_by
        self._started_at = datetime.now(UTC)
        self._cpu_at_start = time.process_time()
        self._worker_seconds = 0.0
        self._results: list[FileResult] = []
        self._last_flush = time.monotonic()
        self._flushes = 0
        self.done = self.failed = self.decoded = self.taken_over = 0
        self.operation = ""

    def add(self, result: FileResult, *, seconds: float = 0.0) -> None:
        """Take a result; it is written with the next flush."""
        self._results.append(result)
        self._worker_seconds += seconds
        self.done += 1
        self.failed += result.failed
        self.decoded += result.decoded
        self.taken_over += result.taken_over

    def flush_if_due(self) -> None:
        """Write when enough files or enough time came together."""
        waited = time.monotonic() - self._last_flush
        limit = FLUSH_SECONDS if self._flushes else FIRST_FLUSH_SECONDS
        if len(self._results) >= FLUSH_FILES or (self._results and waited >= limit):
            self.flush()

    def flush(self, *, status: str = "STARTED", message: str | None = None) -> None:
        """Write what is there: rows and outcomes in one transaction, then events, then the state."""
        results, self._results = self._results, []
        written = [result for result in results if any(made.how != "kept" for made in result.made)]
        with self._lake.write(run_id=self._batch.run_id) as transaction:
            _write_rows(transaction, written)
            attempt = self._batch.lease.attempt if self._batch.lease else 0
            transaction.record_outcomes([row for result in written for row in result.outcomes(attempt=attempt)])
            transaction.finish_planned([result.planned.file_key for result in results if result.finished])
            transaction.upsert("runs", [self._run_row(status, message)])
        self._batch.tell([event for result in results for event in result.events])
        leases.finish_files(self._batch.state, [result.planned for result in results if result.finished])
        changed = [result.planned.file_key for result in results if not result.made]
        leases.unsettle(self._batch.state, changed, now=time.time())
        self._last_flush = time.monotonic()
        self._flushes += 1

    def show_progress(self) -> None:
        """Say how far the run is, for progress bars."""
        progress.show(
            self._batch.state,
            progress.Progress(
                self._batch.lane,
                self._batch.run_id,
                self.done,
                len(self._batch.keys),
                self.failed,
                self.decoded,
                self.operation,
            ),
        )

    def _run_row(self, status: str, message: str | None) -> dict[str, object]:
        now = datetime.now(UTC)
        return {
            "run_id": self._batch.run_id,
            "session_id": self._batch.session,
            "lane": self._batch.lane,
            "batch_id": self._batch.lease.id if self._batch.lease else None,
            "launched_by": self._launched_by,
            "status": status,
            "files_total": len(self._batch.keys),
            "files_done": self.done,
            "files_failed": self.failed,
            "files_decoded": self.decoded,
            "files_taken_over": self.taken_over,
            "current_operation": self.operation or None,
            "started_at": self._started_at,
            "updated_at": now,
            "finished_at": None if status == "STARTED" else now,
            "message": message,
            "cpu_seconds": time.process_time() - self._cpu_at_start + self._worker_seconds,
        }


def _write_rows(transaction: Transaction, results: list[FileResult]) -> None:
    """Write all rows of all files, table by table; copies last, so that they find what this batch made."""
    for asset in ASSETS:
        made = [
            (result.planned.file_key, each) for result in results for each in result.made if each.asset == asset.name
        ]
        for table in asset.tables:
            own = [(key, each.rows[table]) for key, each in made if each.rows is not None]
            if own:
                transaction.replace(table, [key for key, _ in own], [row for _, rows in own for row in rows])
            copies = [(each.source, key) for key, each in made if each.source is not None]
            if copies:
                transaction.take_over(table, copies)
