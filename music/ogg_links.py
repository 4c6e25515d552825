"""The links of a chained Ogg file: several streams one after the other, as a radio's recorder writes them.

FFmpeg goes from one link to the next as long as codec, rate and channels stay the same, and for FLAC always; else its
reader gives up (8.1: "Sample rate change is not supported"). The rest of the file is then a file of its own.
"""

import io
import os
from typing import BinaryIO

_CAPTURE = b"OggS\0"
_FLAGS_AT = 5
_BEGINS_STREAM = 2
_NEAR_BYTES = 1 << 18
"""A page has at most 65,307 bytes; a packet may lie on several."""


def next_link(file: BinaryIO, *, behind: int) -> int | None:
    """Return the offset of the page that begins a stream right behind the last packet of another, or None.

    The file stays where it is: a demuxer may be reading it.

    Args:
        file: Open for reading.
        behind: Where the last packet begins.
    """
    here = file.tell()
    file.seek(behind + 1)
    near = file.read(_NEAR_BYTES)
    file.seek(here)
    page = near.find(_CAPTURE)
    while 0 <= page < len(near) - _FLAGS_AT:
        if near[page + _FLAGS_AT] & _BEGINS_STREAM:
            return behind + 1 + page
        page = near.find(_CAPTURE, page + 1)
    return None


class _From(io.RawIOBase):
    """The part of a file from an offset on, for reading."""

    def __init__(self, file: BinaryIO, start: int) -> None:
        self._file = file
        self._start = start

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # pyright: ignore[reportIncompatibleMethodOverride]  (typeshed asks for its own Buffer)
        data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = self._start if whence == os.SEEK_SET else 0
        return self._file.seek(start + offset, whence) - self._start

    def tell(self) -> int:
        return self._file.tell() - self._start


def link_at(file: BinaryIO, start: int) -> BinaryIO:
    """Return the file from an offset on as a file of its own; closing it leaves the other open."""
    file.seek(start)
    return io.BufferedReader(_From(file, start))
