"""The one op that opens a file, once, for discovered_files, segments, fingerprints and audio_features.

A pool of processes reads the files; this process decides, file by file, what each answer means. Equal audio within a
batch is decoded once. Killed at any moment, the next run finds the outcomes in the lake and sends only the events.
"""

import time
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import dagster as dg
from dagster import AssetExecutionContext

from ingest_assets.asset_specs import POLICY, spec_of
from ingest_assets.batch import ERROR_CODE, BatchRun
from ingest_assets.decision import ASSETS, Wish
from ingest_assets.equal_audio import EqualAudio
from ingest_assets.file_parameters import ParametersOfFiles
from ingest_assets.file_result import FileResult, events_of, kept_whole
from ingest_assets.file_visit import FileVisit
from ingest_assets.known_files import KnownFiles
from ingest_assets.visit_writer import VisitWriter
from lake.errors import LakeWriteError
from lake.store import Lake
from music.error_codes import AudioFileError, ErrorCode, Severity
from music.measurement import Measurement
from resources import leases, processes
from resources.folders import known_roots
from resources.lake import LakeResource
from resources.leases import LANE
from resources.reading import Probed, Reading
from resources.settings import Settings, load_settings
from resources.worker_pool import Asked, Crashed, Event, Finished, Hung, Raised

POLL_SECONDS = 0.5
CANCEL_POLL_SECONDS = 2.0
LISTED = 20
"""Files that a message names."""


@dg.multi_asset(
    name="visit",
    specs=[spec_of(asset) for asset in ASSETS],
    can_subset=True,
    backfill_policy=POLICY,
    pool=LANE,
)
def visit(context: AssetExecutionContext, lake: LakeResource) -> Iterator[dg.MaterializeResult]:
    """Read each file of the batch once and write what it is, where its pieces lie and what they measure."""
    settings = load_settings()
    with BatchRun(context, settings) as batch, critical_errors():
        batch_visit = BatchVisit(batch, lake.open(), settings)
        batch_visit.run()
        context.log.info(batch_visit.summary())
        if batch_visit.left:
            tell_left(context, batch_visit.left, asked=batch.lease is None)
        yield from batch.results()


class BatchVisit:
    """The visit of all files of a batch.

    Args:
        batch: The run.
        lake: What is known and where results go.
        settings: Where state lies and how many workers there are.
    """

    def __init__(self, batch: BatchRun, lake: Lake, settings: Settings) -> None:
        self._batch = batch
        self._settings = settings
        lease = batch.lease
        self._wish = Wish(frozenset(batch.specs), renew=lease is None or lease.stale, anew=lease is None)
        self._parameters = ParametersOfFiles(settings.home)
        self._roots = {root.library: root for root in known_roots(batch.state)}
        self._known = KnownFiles(lake, batch.keys)
        self._writer = VisitWriter(batch, lake, launched_by=batch.launched_by)
        self._waiting: deque[FileVisit] = deque()
        self._open: dict[str, FileVisit] = {}
        self._equals = EqualAudio()
        self._seconds: dict[str, float] = {}
        """Processor time of files that wait for the measurement of an equal one."""
        self.left: dict[str, str] = {}
        """By path or key: why nothing came of a file."""

    def run(self) -> None:
        """Visit every file; what is ready is written even when the run is interrupted.

        Raises:
            dg.DagsterExecutionInterruptedError: Somebody ended the run.
        """
        self._sort_out()
        try:
            if self._waiting:
                spool = self._settings.home / "spool"
                spool.mkdir(exist_ok=True)
                self._read(str(spool))
        except BaseException as error:
            processes.end_pools()
            interrupted = isinstance(error, KeyboardInterrupt | dg.DagsterExecutionInterruptedError)
            self._writer.flush(status="CANCELED" if interrupted else "FAILURE", message=str(error) or None)
            raise
        self._writer.operation = ""
        self._writer.flush(status="SUCCESS")
        self._writer.show_progress()

    def summary(self) -> str:
        """Return the figures of the run in one line."""
        writer = self._writer
        return (
            f"{writer.done} of {len(self._batch.keys)} files: {writer.decoded} decoded, "
            f"{writer.taken_over} taken over, {writer.failed} with an error"
        )

    def _sort_out(self) -> None:
        """Divide the batch into files that need not be opened and files that do."""
        planned = leases.files_of(self._batch.state, self._batch.keys)
        self.left = {key: "no such file is known (any more)" for key in self._batch.keys if key not in planned}
        for file in planned.values():
            facts = self._known.of(file.file_key)
            parameters = self._parameters.of(file)
            decisions = self._known.correction(facts.audio_sha256).versions
            kept = kept_whole(file, facts, wish=self._wish, parameters_hash=parameters.hashes, decisions=decisions)
            if kept is not None:
                kept.events = events_of(kept, facts)
                self._writer.add(kept)
            elif file.library in self._roots:
                self._waiting.append(FileVisit(file, self._roots[file.library], facts, self._wish, parameters))
            else:
                self.left[file.file_key] = f"the folder of {file.library!r} is not known any more"

    def _read(self, spool: str) -> None:
        pool = processes.reading_pool(self._settings)
        looked = shown = time.monotonic()
        while self._waiting or self._open:
            while self._waiting and pool.room:
                file = self._waiting.popleft()
                self._open[file.planned.file_key] = file
                pool.submit(file.planned.file_key, file.task())
            for event in pool.events(POLL_SECONDS):
                self._take(event, spool)
            self._writer.operation = next(iter(pool.notes().values()), "")
            now = time.monotonic()
            if now - shown >= POLL_SECONDS:
                self._writer.show_progress()
                shown = now
            if now - looked >= CANCEL_POLL_SECONDS:
                self._stop_if_canceled()
                looked = now
            self._writer.flush_if_due()

    def _stop_if_canceled(self) -> None:
        if self._batch.canceled():
            raise dg.DagsterExecutionInterruptedError("the run was ended in the UI")

    def _take(self, event: Event, spool: str) -> None:
        file = self._open.get(event.task_id)
        if file is None:
            return
        match event:
            case Asked(question=Probed() as found):
                request = file.probed(found, self._known, spool=spool)
                shared = request is not None and not self._wish.anew and self._equals.is_shared(file)
                processes.reading_pool(self._settings).answer(event.task_id, None if shared else request)
            case Finished(result=Reading(measurement=measurement), cpu_seconds=seconds):
                self._finish(file, measurement, seconds=seconds)
            case Raised(error=AudioFileError() as error) if error.code.severity == Severity.CRITICAL:
                raise error
            case Raised(error=error):
                code = error.code if isinstance(error, AudioFileError) else ErrorCode.UNEXPECTED_ERROR
                message = error.message if isinstance(error, AudioFileError) else f"{type(error).__name__}: {error}"
                self._fail(file, code, message)
            case Crashed(message=message):
                self._fail(file, ErrorCode.WORKER_CRASHED, message)
            case Hung(message=message):
                self._fail(file, ErrorCode.WORKER_HUNG, message)

    def _finish(self, file: FileVisit, measurement: Measurement | None, *, seconds: float) -> None:
        if measurement is None and file.decision.measure:
            self._seconds[file.planned.file_key] = seconds
            shared = self._equals.measurement_for(file)
            if shared is not None:
                self._finish_shared(file, shared)
            return
        self._done(file, file.finished(measurement, seconds=seconds), seconds=seconds)
        if measurement is not None:
            for other in self._equals.measured(file, measurement):
                self._finish_shared(other, measurement)

    def _finish_shared(self, file: FileVisit, measurement: Measurement) -> None:
        """Finish a file with what was measured of its equal, unless its own tags divide it otherwise."""
        seconds = self._seconds.pop(file.planned.file_key)
        fitted = file.fitted(measurement)
        if fitted is None:
            self._equals.leave_alone(file)
            del self._open[file.planned.file_key]
            self._waiting.append(file)
            return
        result = file.finished(fitted, seconds=seconds)
        result.decoded, result.shared = False, True
        self._done(file, result, seconds=seconds)

    def _fail(self, file: FileVisit, code: ErrorCode, message: str) -> None:
        self._done(file, file.failed(code, message))
        if file.situation is None:
            return
        for other in self._equals.failed(file):
            if other.planned.file_key in self._open:
                self._done(other, other.failed(code, f"{message} (as its copy {file.row['path']})"))

    def _done(self, file: FileVisit, result: FileResult, *, seconds: float = 0.0) -> None:
        del self._open[file.planned.file_key]
        if not result.made:
            self.left[str(file.row["path"])] = "it changed or vanished before it was read to its end"
        self._writer.add(result, seconds=seconds)


def tell_left(context: AssetExecutionContext, left: Mapping[str, str], *, asked: bool) -> None:
    """Say of which files nothing came; the planner finds out more with its next look.

    Raises:
        dg.Failure: A person asked for these very files: a run that did nothing of them must not look like one that did.
    """
    listed = [f"{name}: {why}" for name, why in list(left.items())[:LISTED]]
    more = [f"… and {len(left) - LISTED} more"] if len(left) > LISTED else []
    message = f"Nothing came of {len(left)} files. " + "; ".join(listed + more)
    if asked:
        cure = "Run `linernotes ingest`, or let the folder sensor look: it takes gone files out and reads changed ones."
        raise dg.Failure(f"{message}. {cure}", allow_retries=False)
    context.log.warning(message)


@contextmanager
def critical_errors() -> Iterator[None]:
    """Make what breaks a run, whatever files it has, a failure with its code: no file is blamed for it (S3-138)."""
    try:
        yield
    except (LakeWriteError, AudioFileError) as error:
        raise dg.Failure(error.message, metadata={ERROR_CODE: str(error.code)}, allow_retries=False) from error
