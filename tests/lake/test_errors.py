import errno

import duckdb
import pytest

from lake.errors import write_error
from music.error_codes import ErrorCode


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EDQUOT, "Disk quota exceeded"),
        duckdb.IOException('IO Error: Could not write file "x.parquet": No space left on device'),
        duckdb.OutOfMemoryException("failed to offload data block: not enough disk space for temporary files"),
    ],
    ids=["full", "quota", "duckdb full", "duckdb spill"],
)
def test_a_full_disk_is_told_from_other_faults(error: Exception) -> None:
    """S3-138."""
    told = write_error(error, what="publishing")

    assert told.code == ErrorCode.DISK_FULL
    assert told.message == str(told)
    assert "Free some space" in told.message


def test_any_other_fault_says_what_was_done_and_what_was_seen_in_one_line() -> None:
    told = write_error(duckdb.IOException("IO Error:\n  disk on fire"), what="writing it")

    assert told.code == ErrorCode.LAKE_WRITE_ERROR
    assert told.message.endswith("While writing it: IO Error: disk on fire")
