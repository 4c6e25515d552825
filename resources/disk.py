"""Whether an error means that the disk is full, whoever raised it: the system, SQLite, DuckDB or SQLAlchemy."""

import errno
import shutil
from pathlib import Path

FULL_ERRNOS = frozenset({errno.ENOSPC, errno.EDQUOT})
FULL_WORDS = ("no space left", "disk is full", "disk quota exceeded", "not enough disk space")


def is_disk_full(error: BaseException) -> bool:
    """Tell whether an error, or one that caused it, says that the disk is full."""
    cause: BaseException | None = error
    while cause is not None:
        text = str(cause).lower()
        if getattr(cause, "errno", None) in FULL_ERRNOS or any(word in text for word in FULL_WORDS):
            return True
        cause = cause.__cause__ or cause.__context__
    return False


def is_out_of_room(folder: Path, *, bytes_needed: int = 1_000_000) -> bool:
    """Tell whether next to nothing fits on a folder's disk: SQLite calls that a disk I/O error."""
    existing = next(each for each in (folder, *folder.parents) if each.exists())
    return shutil.disk_usage(existing).free < bytes_needed
