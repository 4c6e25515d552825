"""Writes what was identified: the lake first, in one transaction, then Dagster."""

import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from ingest_assets.audio_spans import Audio
from ingest_assets.batch import BatchRun
from ingest_assets.decided_identifications import PieceKey, decide_stored, overlay, read_decisions, read_spans
from ingest_assets.decoration import decorate
from ingest_assets.identification_rows import PUT_OFF, FileIdentified
from ingest_assets.identifications import ASSET
from lake.store import Lake
from lake.transaction import Transaction
from resources import progress
from resources.http import Http
from resources.listenbrainz import ListenBrainz

FLUSH_FILES = 250
"""More than a batch has as a rule: where nobody has to be waited for, one write is enough."""
FLUSH_SECONDS = 10.0
"""A kill costs so much work at most, and no request: answers are kept as they come."""
SHOW_SECONDS = 0.5
IDENTIFICATIONS, CANDIDATES = ASSET.tables
Row = dict[str, Any]


class IdentificationWriter:
    """Gathers what came of files and writes it in batches.

    Args:
        batch: The run.
        lake: Where it goes.
        http: Has the calls that are to be written as well.
        listenbrainz: Has tags for what was accepted; None where it is not to be asked.
        total: How many files there are.
    """

    def __init__(
        self, batch: BatchRun, lake: Lake, http: Http, listenbrainz: ListenBrainz | None, *, total: int
    ) -> None:
        self._batch = batch
        self._lake = lake
        self._http = http
        self._listenbrainz = listenbrainz
        self._total = total
        self._started_at = datetime.now(UTC)
        self._cpu_at_start = time.process_time()
        self._results: list[FileIdentified] = []
        self._folders: list[Row] = []
        self._last_flush = time.monotonic()
        self._shown = 0.0
        self.done = self.failed = self.put_off = 0
        self.operation = ""

    def add(self, given: Iterable[FileIdentified]) -> None:
        """Take what came of files; it is written with the next flush."""
        results = list(given)
        self._results += results
        self.done += len(results)
        self.failed += sum(result.status == "error" for result in results)
        self.put_off += sum(result.status == PUT_OFF for result in results)

    def add_folder(self, row: Row) -> None:
        """Take a row of `identified_folders`: all files of the folder were given before."""
        self._folders.append(row)

    def flush_if_due(self) -> None:
        """Write when enough files or enough time came together."""
        waited = time.monotonic() - self._last_flush
        if len(self._results) >= FLUSH_FILES or (self._results and waited >= FLUSH_SECONDS):
            self.flush()

    def flush(self, *, status: str = "STARTED", message: str | None = None) -> None:
        """Write what is there."""
        results, self._results = self._results, []
        folders, self._folders = self._folders, []
        if status in ("STARTED", "SUCCESS"):  # whoever was told to stop waits for nobody
            decorate(
                [row for result in results for row in (result.rows or {}).get(IDENTIFICATIONS, ())], self._listenbrainz
            )
        calls = self._http.take_calls()
        with self._lake.write(run_id=self._batch.run_id) as transaction:
            _write_rows(transaction, results)
            transaction.record_outcomes([result.outcome() for result in results if result.how != "kept"])
            transaction.upsert("identified_folders", folders)
            transaction.upsert("api_calls", calls)
            transaction.upsert("runs", [self._run_row(status, message)])
        self._http.confirm_calls(calls)
        self._batch.tell([event for result in results if (event := result.event()) is not None])
        self._last_flush = time.monotonic()

    def show_progress(self, *, at_once: bool = False) -> None:
        """Say how far the run is, for progress bars; not more often than they are looked at."""
        if not at_once and time.monotonic() - self._shown < SHOW_SECONDS:
            return
        self._shown = time.monotonic()
        progress.show(
            self._batch.state,
            progress.Progress(
                self._batch.lane, self._batch.run_id, self.done, self._total, self.failed, 0, self.operation
            ),
        )

    def _run_row(self, status: str, message: str | None) -> Row:
        now = datetime.now(UTC)
        return {
            "run_id": self._batch.run_id,
            "session_id": self._batch.session,
            "lane": self._batch.lane,
            "batch_id": self._batch.lease.id if self._batch.lease else None,
            "launched_by": self._batch.launched_by,
            "status": status,
            "files_total": self._total,
            "files_done": self.done,
            "files_failed": self.failed,
            "files_decoded": 0,
            "files_taken_over": 0,
            "current_operation": self.operation or None,
            "started_at": self._started_at,
            "updated_at": now,
            "finished_at": None if status == "STARTED" else now,
            "message": message,
            "cpu_seconds": time.process_time() - self._cpu_at_start,
        }


def _write_rows(transaction: Transaction, results: Sequence[FileIdentified]) -> None:
    """Write the rows of all files, as people decided: what was decided while services were asked counts as well."""
    decide_stored(transaction, [result.file.file_key for result in results if result.rows is None])
    written = {result.file.file_key: result for result in results if result.rows is not None}
    if not written:
        return
    keys = list(written)
    decisions = read_decisions(transaction)
    spans: dict[str, dict[PieceKey, Audio]] = {key: {} for key in keys}
    for piece, audio in read_spans(transaction, keys).items():
        spans[piece[0]][piece] = audio
    for key, result in written.items():
        result.decide(lambda rows, own=spans[key]: overlay(rows, decisions, own))
    for table in (IDENTIFICATIONS, CANDIDATES):
        rows = [row for result in written.values() for row in (result.rows or {}).get(table, ())]
        transaction.replace(table, keys, rows)
