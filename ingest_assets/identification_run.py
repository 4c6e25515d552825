"""One run of the lane that identifies: its folders become groups, their fingerprints are looked up, each is decided.

What is ready is written every few albums; killed at any moment, the next run does the rest again from the kept answers.
A group that cannot be decided yet is put off, one on which our own code breaks is an error: the others go on.
"""

import time
from collections.abc import Sequence
from typing import Any, Final

import dagster as dg

from ingest_assets import identification_rows
from ingest_assets.batch import ERROR_CODE, BatchRun
from ingest_assets.file_parameters import IdentificationParameters
from ingest_assets.fingerprint_lookups import FingerprintLookups
from ingest_assets.group_evidence import FileEvidence, groups_of, read_evidence
from ingest_assets.identification_due import RunFolder, Wish, due, folders_with, remember_bad_key, run_folders
from ingest_assets.identification_rows import FileIdentified
from ingest_assets.identification_services import opened_services
from ingest_assets.identification_writer import IdentificationWriter
from ingest_assets.identify_group import Identified, Services, identify_group
from lake.snapshot import Snapshot
from lake.store import Lake
from music.matches import Match
from music.piece_evidence import AlbumGroup
from resources.service_errors import InvalidKeyError, ServiceError
from resources.settings import Settings

CANCEL_POLL_SECONDS: Final = 2.0
MESSAGE_CHARACTERS: Final = 300
BUGS: Final = (ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)
"""What our own mistakes raise; a full disk or a broken state is not among them."""


class IdentificationRun:
    """Identifies the files of a run, and those beside them in their folders.

    Args:
        batch: The run.
        lake: What is known and where results go.
        settings: Whom to ask and how.
        log: Where a warning goes.
    """

    def __init__(self, batch: BatchRun, lake: Lake, settings: Settings, log: dg.DagsterLogManager) -> None:
        self._batch = batch
        self._lake = lake
        self._settings = settings
        self._log = log
        self._parameters = IdentificationParameters(settings.home)
        self._looked = time.monotonic()
        self._warned = False
        with lake.read() as snapshot:
            self._folders = self._own_folders(snapshot)
            keys = [key for folder in self._folders for key in folder.keys]
            self._evidence = read_evidence(snapshot, keys)

    def _own_folders(self, snapshot: Snapshot) -> list[RunFolder]:
        """Return the folders of the run's files; what is not due any more of a lease is only told to Dagster."""
        lease = self._batch.lease
        wish = Wish(frozenset(self._batch.keys), stale=lease is not None and lease.stale, is_asked=True)
        due_now = due(snapshot, self._batch.state, self._settings, wish)
        return run_folders(folders_with(snapshot, self._batch.keys), due_now, anew=lease is None)

    def run(self) -> None:
        """Identify every folder; what is ready is written even when the run is interrupted.

        Raises:
            dg.DagsterExecutionInterruptedError: Somebody ended the run.
            dg.Failure: The key of AcoustID is not known, and that is to fail the run.
        """
        with opened_services(self._settings, run_id=self._batch.run_id) as (http, services):
            if self._batch.launched_by != "sensor":
                http.let_probe()
            self._writer = IdentificationWriter(
                self._batch, self._lake, http, services.listenbrainz, total=len(self._evidence.files)
            )
            try:
                self._identify(services)
            except BaseException as error:
                interrupted = isinstance(error, KeyboardInterrupt | dg.DagsterExecutionInterruptedError)
                self._writer.flush(status="CANCELED" if interrupted else "FAILURE", message=str(error) or None)
                raise
            self._writer.operation = ""
            self._writer.flush(status="SUCCESS")
            self._writer.show_progress(at_once=True)

    def summary(self) -> str:
        """Return the figures of the run in one line."""
        writer = self._writer
        return f"{writer.done} files in {len(self._folders)} folders: {writer.put_off} put off, {writer.failed} errors"

    def _identify(self, services: Services) -> None:
        groups = {folder: groups_of(self._files(folder)) for folder in self._folders if not folder.is_kept}
        in_order = [group for each in groups.values() for group in each]
        lookups = FingerprintLookups(services.acoustid, in_order, self._evidence.asked)
        for folder in self._folders:
            self._writer.operation = folder.name
            if folder.is_kept:
                self._writer.add(filter(None, map(identification_rows.kept, self._files(folder))))
                continue
            self._writer.add([identification_rows.skipped(file) for file in self._files(folder) if not file.has_pieces])
            for group in groups[folder]:
                self._stop_if_canceled()
                self._writer.show_progress()
                self._writer.add(self._identified(group, services, lookups))
                self._writer.flush_if_due()
            if folder.version is not None:
                self._writer.add_folder(self._folder_row(folder, folder.version))

    def _files(self, folder: RunFolder) -> list[FileEvidence]:
        return [self._evidence.files[key] for key in folder.keys if key in self._evidence.files]

    def _identified(self, group: AlbumGroup, services: Services, lookups: FingerprintLookups) -> list[FileIdentified]:
        """Return what came of the files of a group."""
        keys = list(dict.fromkeys(piece.file_key for piece in group.pieces))
        files = [self._evidence.files[key] for key in keys]
        parameters, parameters_hash = self._parameters.of(files[0].row["library"], files[0].row["path"])
        begun = time.process_time()
        try:
            heard = lookups.hear(group)
            self._note_key(lookups)
            found = identify_group(heard.group, services, parameters)
            results = _decided(files, found, group.group_id, heard.lacking)
        except ServiceError as error:
            results = [identification_rows.put_off(file, identification_rows.cause_of(error)) for file in files]
        except BUGS as error:
            self._log.error(f"identifying {group.group_id} broke", exc_info=True)
            message = f"{type(error).__name__}: {error}"[:MESSAGE_CHARACTERS]
            results = [identification_rows.failed(file, message) for file in files]
        for result in results:
            result.parameters_hash = parameters_hash
            result.seconds = (time.process_time() - begun) / len(results)
        return results

    def _note_key(self, lookups: FingerprintLookups) -> None:
        """Warn once where no fingerprint can be looked up for want of a key, or end the run where that was wished."""
        error = lookups.key_error
        if error is None or self._warned:
            return
        self._warned = True
        if isinstance(error, InvalidKeyError):
            remember_bad_key(self._batch.state, self._settings)
            if self._settings.on_invalid_key == "fail_run":
                metadata = {ERROR_CODE: str(error.code)}
                raise dg.Failure(str(error), metadata=metadata, allow_retries=False)
        self._log.warning(f"{error.code.sentence} {error}")

    def _stop_if_canceled(self) -> None:
        if time.monotonic() - self._looked < CANCEL_POLL_SECONDS:
            return
        self._looked = time.monotonic()
        if self._batch.canceled():
            raise dg.DagsterExecutionInterruptedError("the run was ended in the UI")

    def _folder_row(self, folder: RunFolder, version: str) -> dict[str, Any]:
        parameters_hash = self._parameters.of(folder.library, f"{folder.folder}/")[1]
        return identification_rows.folder_row(
            folder.library, folder.folder, version=version, parameters_hash=parameters_hash
        )


def _decided(
    files: Sequence[FileEvidence], found: Identified, group_id: str, lacking: ServiceError | None
) -> list[FileIdentified]:
    """Return what came of files of which every piece was decided.

    Raises:
        ValueError: A piece has no match, or there is a match of no piece: a mistake of ours.
    """
    by_file: dict[str, list[Match]] = {file.file_key: [] for file in files}
    for match in sorted(found.matches, key=lambda each: each.segment_index):
        by_file[match.file_key].append(match)
    for file in files:
        if [match.segment_index for match in by_file[file.file_key]] != list(range(len(file.segments))):
            raise ValueError(f"not every piece of {file.row['path']} was decided, once and in order")
    results = [
        identification_rows.decided(file, by_file[file.file_key], group_id=group_id, lacking=lacking) for file in files
    ]
    for result in results:
        result.warn_of(found.unknown)
    return results
