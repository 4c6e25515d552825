"""Planning of what is to be identified: due folders become leases; without a contact they are put off at once.

No Dagster: the command line puts off without it, and a partition is there since its file was planned to be read.
"""

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from ingest_assets import identification_rows
from ingest_assets.decided_identifications import decide_stored
from ingest_assets.file_parameters import IdentificationParameters
from ingest_assets.group_evidence import FileEvidence, read_evidence
from ingest_assets.identification_due import Wish, due, folders_with
from ingest_assets.identification_rows import Cause, FileIdentified
from ingest_assets.identifications import ASSET
from lake.identification_due import DueFolder
from lake.store import Lake
from music.error_codes import ErrorCode
from resources import leases
from resources.leases import LANE, Lease
from resources.online_leases import MOST_ATTEMPTS, Folder, failed_keys, give_up, lease_folders
from resources.settings import Settings
from sensors.lake_notice import PLANNER

FOLDERS_AT_ONCE: Final = 500
"""Folders that are put off in one write."""
MOST_TRIES: Final = 3
"""How often one planner leases the same folder: a session must come to an end."""
Place = tuple[str, str]


class IdentificationPlanner:
    """Plans for one process.

    Args:
        connection: The state.
        lake: What is known.
        settings: Where things lie, and whether anybody may be asked.
        owner: The lock that this process holds while it lives.
    """

    def __init__(self, connection: sqlite3.Connection, lake: Lake, settings: Settings, *, owner: str) -> None:
        self._connection = connection
        self._lake = lake
        self._settings = settings
        self._owner = owner
        self._tries: Counter[Place] = Counter()
        self._has_planned = False

    def plan(self, wish: Wish) -> list[Lease]:
        """Lease every folder that is due; return the new leases.

        What waits for a service that was down is tried before its time with the first planning alone.
        """
        if not self._settings.contact:
            self._put_off(wish)
            return []
        wish = replace(wish, is_asked=wish.is_asked and not self._has_planned)
        self._has_planned = True
        self._give_up()
        if not self._due(wish) and not failed_keys(self._connection):
            return []
        return lease_folders(
            self._connection,
            owner=self._owner,
            due=lambda: self._to_lease(wish),
            batch_files=self._settings.batch_files,
        )

    def _due(self, wish: Wish) -> list[DueFolder]:
        with self._lake.read() as snapshot:
            return due(snapshot, self._connection, self._settings, wish)

    def _to_lease(self, wish: Wish) -> Iterator[Folder]:
        """Yield what is due now, and what the lake has but Dagster may not know; called with the state's lock held."""
        found = {(each.library, each.folder): each.file_keys for each in self._due(wish)}
        with self._lake.read() as snapshot:
            left = folders_with(snapshot, list(failed_keys(self._connection)))
        for each in left:
            found.setdefault((each.library, each.folder), each.keys)
        for place, keys in sorted(found.items()):
            if self._tries[place] < MOST_TRIES:
                self._tries[place] += 1
                yield Folder(keys, stale=wish.stale)

    def _put_off(self, wish: Wish) -> None:
        """Write that nothing may be asked; while files are being read the planner waits, to write it once."""
        if leases.open_leases(self._connection, lane=LANE):
            return
        folders = self._due(wish)
        cause = Cause(ErrorCode.NO_CONTACT, ErrorCode.NO_CONTACT.sentence)
        for start in range(0, len(folders), FOLDERS_AT_ONCE):
            self._write(folders[start : start + FOLDERS_AT_ONCE], lambda file: identification_rows.put_off(file, cause))

    def _give_up(self) -> None:
        """Write an outcome for files on which runs fail again and again, and forget those that are gone."""
        failed = failed_keys(self._connection)
        if not failed:
            return
        with self._lake.read() as snapshot:
            there = {key for folder in folders_with(snapshot, list(failed)) for key in folder.keys}
        hopeless = [key for key, attempts in failed.items() if attempts >= MOST_ATTEMPTS or key not in there]
        if not hopeless:
            return
        message = "the run failed on the files of this folder again and again"
        self._write(
            self._due(Wish(frozenset(hopeless))),
            lambda file: identification_rows.failed(file, message, code=ErrorCode.RUN_FAILED),
        )
        give_up(self._connection, hopeless, owner=self._owner)

    def _write(self, folders: Sequence[DueFolder], made: Callable[[FileEvidence], FileIdentified]) -> None:
        """Write what came of folders without a run; a file without pieces is skipped, what a person said counts."""
        with self._lake.read() as snapshot:
            evidence = read_evidence(snapshot, [key for folder in folders for key in folder.file_keys])
        parameters = IdentificationParameters(self._settings.home)
        results = [
            made(file) if file.has_pieces else identification_rows.skipped(file) for file in evidence.files.values()
        ]
        for result in results:
            row = result.file.row
            result.parameters_hash = parameters.of(row["library"], row["path"])[1]
        rows = [
            identification_rows.folder_row(
                folder.library,
                folder.folder,
                version=folder.version,
                parameters_hash=parameters.of(folder.library, f"{folder.folder}/")[1],
            )
            for folder in folders
        ]
        with self._lake.write(run_id=PLANNER) as transaction:
            for table in ASSET.tables:
                transaction.delete(table, [result.file.file_key for result in results if result.rows is not None])
            decide_stored(transaction, [result.file.file_key for result in results if result.rows is None])
            transaction.record_outcomes([result.outcome() for result in results])
            transaction.upsert("identified_folders", rows)
