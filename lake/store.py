"""The lake as a whole: read it, write it, keep it tidy.

One writer at a time, under a lock, in one transaction; then a copy of the catalog is put where readers look. A reader
opens that copy, which nobody changes, and waits for nobody. Killed at any point, the lake is what it was after the
last commit: before it, the rows of before; after it, the next one who looks publishes what was committed.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from lake import maintenance
from lake.connection import attached
from lake.errors import LakeWriteError, SchemaDrift, write_error
from lake.places import places
from lake.publication import heal, is_published, publish, remove_stillborn, writing
from lake.schema import DECLARED, Schema, bring_up_to_date, identity
from lake.snapshot import Snapshot

if TYPE_CHECKING:
    from lake.transaction import Transaction

STORAGE_ERRORS = (duckdb.OperationalError, duckdb.InternalError, duckdb.FatalException)
"""What DuckDB raises when the disk, not the statement, is to blame."""
SETUP = "setup"
"""Stands for the run in rows that bring a lake to its declaration."""


def utc_now() -> datetime:
    """Return the time of now."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class LakeSize:
    """How much room a lake takes."""

    data_files: int
    """Parquet files, superseded ones too until maintenance removes them."""
    data_bytes: int
    catalog_bytes: int
    """The writer's catalog and the readers' copy."""

    @property
    def total_bytes(self) -> int:
        """All of it."""
        return self.data_bytes + self.catalog_bytes


class Lake:
    """The lake in a folder.

    Args:
        folder: LINERNOTES_HOME; `lake/` and `analyst.ducklake` lie below it.
        schema: What its tables and views are.
        clock: Tells the time that is written into rows.
    """

    def __init__(self, folder: Path, *, schema: Schema = DECLARED, clock: Callable[[], datetime] = utc_now) -> None:
        self.places = places(folder)
        self._schema = schema
        self._clock = clock

    @property
    def exists(self) -> bool:
        """Whether anything was ever written."""
        return self.places.catalog.exists()

    def identity(self) -> str | None:
        """Return the id that was made with this lake; None where there is none."""
        if not self.exists:
            return None
        with self.read() as snapshot:
            return snapshot.tuples("select lake_id from lake_identity")[0][0]

    @contextmanager
    def read(self) -> Iterator[Snapshot]:
        """Read what was published last, for a block; a lake that does not exist is made first.

        Raises:
            LakeWriteError: There was no lake, and none could be made.
        """
        self._make_readable()
        with attached(self.places, read_only=True) as connection:
            if self._is_current(connection):
                yield Snapshot(connection)
                return
        with suppress(SchemaDrift, LakeWriteError):
            self._write_nothing()  # the columns and views that this code reads are added
        with attached(self.places, read_only=True) as connection:
            yield Snapshot(connection)

    @contextmanager
    def write(self, *, run_id: str) -> Iterator["Transaction"]:
        """Write in one transaction, for a block: all of it, or, if anything is raised, nothing.

        Raises:
            LakeWriteError: The lake could not be written (LAKE_WRITE_ERROR, DISK_FULL); the old rows are kept.
            SchemaDrift: A stored column has another type than its declaration; the old rows are kept.
        """
        from lake.transaction import Transaction  # noqa: PLC0415  pyarrow comes with it, and readers need none

        with self._writer(run_id) as connection:
            connection.execute("begin")
            yield Transaction(connection, self._schema.tables, run_id=run_id, now=self._clock())
            connection.execute("commit")

    def maintain(self, *, keep_days: int = maintenance.KEEP_DAYS) -> maintenance.Tidied:
        """Forget files that have long been gone, apply deletions, merge small files, drop old snapshots.

        Raises:
            LakeWriteError: The lake could not be written; what was tidied until then stays.
        """
        with self._writer("maintenance") as connection:
            return maintenance.tidy(connection, self._schema.tables, now=self._clock(), keep_days=keep_days)

    def size(self) -> LakeSize:
        """Return how much room the lake takes."""
        data = [path.stat().st_size for path in self.places.data.rglob("*.parquet")]
        catalogs = [path.stat().st_size for path in (self.places.catalog, self.places.published) if path.exists()]
        return LakeSize(len(data), sum(data), sum(catalogs))

    @contextmanager
    def _writer(self, run_id: str) -> Iterator[duckdb.DuckDBPyConnection]:
        """Hold the lock and have the lake attached, for a block; publish after it."""
        try:
            with writing(self.places):
                remove_stillborn(self.places)
                with attached(self.places, read_only=False) as connection:
                    if not self._is_current(connection):
                        bring_up_to_date(connection, self._schema, now=self._clock(), run_id=run_id)
                    maintenance.merge_small_files(connection)
                    yield connection
                publish(self.places)
        except STORAGE_ERRORS as error:
            raise write_error(error, what="writing it") from error

    def _is_current(self, connection: duckdb.DuckDBPyConnection) -> bool:
        known = identity(connection)
        return known is not None and known.fingerprint == self._schema.fingerprint

    def _make_readable(self) -> None:
        if not self.exists or not self.places.published.exists():
            self._write_nothing()
        elif not is_published(self.places):
            heal(self.places)

    def _write_nothing(self) -> None:
        with self._writer(SETUP):
            pass  # what a write does by the way is all that is wanted
