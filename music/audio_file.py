"""Opening a music file: once, for reading only, and only if it is a file.

A name may belong to a symbolic link, a pipe that would block for ever, or a device. The flags and the look at
what was really opened leave no moment in which one could be put in the place of the other. Paths are bytes,
because not every name is UTF-8.
"""

import errno
import os
import stat
from typing import BinaryIO, Final

from music.error_codes import AudioFileError, ErrorCode

_FLAGS: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_BUFFER_BYTES: Final = 65_536

_CODES: Final = {
    errno.ELOOP: ErrorCode.SYMLINK_LOOP,
    errno.ENOENT: ErrorCode.FILE_CHANGED,
    errno.ENOTDIR: ErrorCode.FILE_CHANGED,
    errno.ENXIO: ErrorCode.NOT_A_FILE,
    errno.ENODEV: ErrorCode.NOT_A_FILE,
}
"""What an error of `open` means; ENXIO is a socket's answer. All others: it cannot be read."""


def open_regular(path: bytes) -> BinaryIO:
    """Open a file for reading, if it is a regular file with bytes in it.

    Raises:
        AudioFileError: EMPTY_FILE, NOT_A_FILE (folder, pipe, socket, device), SYMLINK_LOOP (the name is a
            link), FILE_CHANGED (nothing there any more) or UNREADABLE_FILE.
    """
    try:
        descriptor = os.open(path, _FLAGS)
    except OSError as error:
        code = _CODES.get(error.errno or 0, ErrorCode.UNREADABLE_FILE)
        raise AudioFileError(code, f"cannot be opened: {error.strerror}") from error
    try:
        _check(os.fstat(descriptor))
    except AudioFileError:
        os.close(descriptor)
        raise
    return os.fdopen(descriptor, "rb", buffering=_BUFFER_BYTES)


def _check(status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise AudioFileError(ErrorCode.NOT_A_FILE, f"a {_kind(status.st_mode)}, not a file")
    if status.st_size == 0:
        raise AudioFileError(ErrorCode.EMPTY_FILE, "0 bytes")


def _kind(mode: int) -> str:
    if stat.S_ISDIR(mode):
        return "folder"
    return "pipe" if stat.S_ISFIFO(mode) else "device"
