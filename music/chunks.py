"""The chunks of RIFF (WAV, RF64, BW64) and IFF (AIFF, AIFC) files, for what stands in them beside the audio.

A chunk is a name of four letters, a length and that many bytes, padded to an even number. RF64 and BW64 keep
the length of audio that does not fit into 32 bits in a chunk `ds64` (EBU Tech 3306).
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final, Literal

MOST_CHUNKS: Final = 1_000
_HEADER_BYTES: Final = 8
_UNKNOWN_LENGTH: Final = 0xFFFF_FFFF


@dataclass(frozen=True, slots=True)
class Chunk:
    """Where a chunk lies in its file."""

    name: bytes
    """Four letters, with spaces at the end."""
    start: int
    """Offset of its first byte behind the header."""
    length: int
    """In bytes, as its header says."""


def read_chunks(file: BinaryIO) -> Iterator[Chunk]:
    """Yield the chunks of a RIFF or IFF file in order, until one has no length or the file ends."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    head = file.read(12)
    order: Literal["big", "little"] = "big" if head.startswith(b"FORM") else "little"
    at, data_bytes = len(head), 0
    for _ in range(MOST_CHUNKS):
        if at + _HEADER_BYTES > size:
            return
        file.seek(at)
        header = file.read(_HEADER_BYTES)
        name, length = header[:4], int.from_bytes(header[4:], order)
        if name == b"ds64":
            data_bytes = int.from_bytes(file.read(16)[8:16], "little")
        elif length == _UNKNOWN_LENGTH:
            length = data_bytes
        yield Chunk(name, at + _HEADER_BYTES, length)
        at += _HEADER_BYTES + length + length % 2


def split_chunks(data: bytes) -> dict[bytes, bytes]:
    """Return the little-endian chunks inside a chunk's own bytes; the first of each name."""
    found: dict[bytes, bytes] = {}
    at = 0
    while at + _HEADER_BYTES <= len(data) and len(found) < MOST_CHUNKS:
        name, length = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        at += _HEADER_BYTES
        found.setdefault(name, data[at : at + length])
        at += length + length % 2
    return found
