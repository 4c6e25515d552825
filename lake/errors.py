"""What can go wrong with the lake, split by what the caller does next.

LakeError
    LakeWriteError   nothing was written, what was there stays: stop the run, tell the user (S3-138)
    LakeMissingError there is no lake in this folder: ingest something first
    SchemaDrift      a column has another type than its declaration: a person decides (S3-28, S3-30)
    RowError         a row does not fit its table: a bug in who made the row
"""

import errno

import duckdb

from music.error_codes import ErrorCode

_FULL = (errno.ENOSPC, errno.EDQUOT)
_FULL_WORDS = ("no space left on device", "disk quota exceeded", "not enough disk space")


class LakeError(Exception):
    """Anything about the lake."""


class LakeWriteError(LakeError):
    """The lake could not be written; the rows of before stay.

    Args:
        code: LAKE_WRITE_ERROR or DISK_FULL.
        message: What was seen, in one line.
    """

    def __init__(self, code: ErrorCode, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class LakeMissingError(LakeError):
    """There is no lake in the folder that was named."""


class SchemaDrift(LakeError):  # noqa: N818  the word of the requirements
    """A stored column has another type than its declaration; the old rows stay as they are."""


class RowError(LakeError):
    """A row does not fit its table; nothing was written."""


def write_error(error: OSError | duckdb.Error, *, what: str) -> LakeWriteError:
    """Return the error of the lake that stands for one of the storage.

    Args:
        error: What the storage said.
        what: What was being done, in a few words.
    """
    text = " ".join(str(error).split())
    full = getattr(error, "errno", None) in _FULL or any(word in text.lower() for word in _FULL_WORDS)
    code = ErrorCode.DISK_FULL if full else ErrorCode.LAKE_WRITE_ERROR
    return LakeWriteError(code, f"{code.sentence} While {what}: {text}")
