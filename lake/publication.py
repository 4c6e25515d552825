"""The writer's lock, and the copy of the catalog that readers open, so that they never wait and never see half a write.

The copy bears the time of change of the catalog it was made from. Where the two differ and nobody holds the lock, a
writer was killed between its commit and its copy: the next one who looks, reader or writer, makes the copy.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import duckdb
from filelock import FileLock, Timeout

from lake.connection import attached
from lake.errors import LakeWriteError, write_error
from lake.places import Places
from music.error_codes import ErrorCode

LOCK_SECONDS = 600.0
"""How long a writer waits for another one; a write takes well below a second, maintenance a few."""
POLL_SECONDS = 0.01


@contextmanager
def writing(place: Places, *, wait_seconds: float | None = None) -> Iterator[None]:
    """Hold the lock of the one writer for a block.

    Args:
        place: The lake.
        wait_seconds: How long to wait for another one; left out, LOCK_SECONDS.

    Raises:
        LakeWriteError: Another process held it all the time, or the folder cannot be written.
    """
    wait_seconds = LOCK_SECONDS if wait_seconds is None else wait_seconds
    lock = FileLock(place.lock, timeout=wait_seconds, poll_interval=POLL_SECONDS)
    try:
        place.folder.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise LakeWriteError(
            ErrorCode.LAKE_WRITE_ERROR,
            f"{ErrorCode.LAKE_WRITE_ERROR.sentence} Another process has been writing for {wait_seconds:.0f} s; "
            f"see who holds {place.lock}.",
        ) from error
    except OSError as error:
        raise write_error(error, what="taking its lock") from error
    try:
        yield
    finally:
        lock.release()


def publish(place: Places) -> None:
    """Replace the readers' copy by the catalog of now, at once. The caller holds the lock and has detached it.

    Raises:
        LakeWriteError: The copy could not be made; readers keep the one of before.
    """
    part = place.published.with_name(f".{place.published.name}.part")
    try:
        written = place.catalog.stat()
        shutil.copyfile(place.catalog, part)
        with part.open("rb+") as copy:
            os.fsync(copy.fileno())
        os.utime(part, ns=(written.st_atime_ns, written.st_mtime_ns))
        part.replace(place.published)
    except OSError as error:
        raise write_error(error, what="publishing what was written") from error


def is_published(place: Places) -> bool:
    """Tell whether readers see what was committed last."""
    try:
        written, copied = place.catalog.stat(), place.published.stat()
    except FileNotFoundError:
        return False
    same = (written.st_size, written.st_mtime_ns) == (copied.st_size, copied.st_mtime_ns)
    return same and not place.catalog_log.exists()


def heal(place: Places) -> None:
    """Publish what a killed writer committed.

    A writer at work publishes by itself, and a folder that cannot be written is read as it is: neither is waited for.
    A lake whose first writer was killed before it made the tables is not published: there is none yet.
    """
    if place.catalog.exists() and not is_published(place):
        with suppress(LakeWriteError, duckdb.Error), writing(place, wait_seconds=0):
            if not is_published(place):
                # attaching and detaching brings what was committed into the catalog's file
                with attached(place, read_only=False) as connection:
                    is_begun = connection.execute("select count(*) from duckdb_tables() where not internal").fetchone()
                if is_begun and is_begun[0]:
                    publish(place)


def remove_stillborn(place: Places) -> None:
    """Remove a catalog whose first writer was killed while it made the file; nothing was ever written with it.

    The caller holds the lock.
    """
    if place.published.exists() or not place.catalog.exists() or any(place.data.rglob("*.parquet")):
        return
    try:
        with attached(place, read_only=False):
            pass
    except duckdb.Error:
        place.catalog.unlink()
        place.catalog_log.unlink(missing_ok=True)
