"""What FFmpeg does not tell of a WMA file: whether it is encrypted, and how long its header says it is.

FFmpeg 8.1 drops the header's length when the file has grown since, as when a picture is put into its tags.
Layout: Advanced Systems Format (ASF) Specification, 2.1 and 3.
"""

import os
from dataclasses import dataclass
from fractions import Fraction
from typing import BinaryIO, Final

from music.ticks import Ticks, seconds_to_ticks

_FILE_PROPERTIES: Final = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
_ENCRYPTIONS: Final = frozenset(
    bytes.fromhex(guid)
    for guid in (
        "fbb3112223bdd211b4b700a0c955fc6e",
        "14e68a292226174cb935dae07ee9289c",
        "338505438169e6499b74ad12cb86d58c",
    )
)
"""Content Encryption, Extended and Advanced Content Encryption."""
_HEADER_BYTES: Final = 30
_OBJECT_BYTES: Final = 24
_MOST_OBJECTS: Final = 256
_IS_BROADCAST: Final = 1


@dataclass(frozen=True, slots=True)
class AsfHeader:
    """What the header says."""

    is_encrypted: bool
    """Whether a seller's key is needed."""
    duration_ticks: Ticks | None
    """None where the header leaves it open."""


def read_asf_header(file: BinaryIO) -> AsfHeader:
    """Return what the header object of an open ASF file says."""
    is_encrypted, duration = False, None
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    end = min(size, int.from_bytes(file.read(_OBJECT_BYTES)[16:], "little"))
    at = _HEADER_BYTES
    for _ in range(_MOST_OBJECTS):
        if at >= end:
            break
        file.seek(at)
        head = file.read(_OBJECT_BYTES)
        length = max(_OBJECT_BYTES, int.from_bytes(head[16:], "little"))
        is_encrypted |= head[:16] in _ENCRYPTIONS
        if head[:16] == _FILE_PROPERTIES:
            duration = _duration(file.read(68))
        at += length
    return AsfHeader(is_encrypted, duration)


def _duration(properties: bytes) -> Ticks | None:
    """Return the play time without the time that the player buffers before it begins."""
    hundred_ns, preroll_ms = (int.from_bytes(properties[at : at + 8], "little") for at in (40, 56))
    flags = int.from_bytes(properties[64:68], "little")
    seconds = Fraction(hundred_ns, 10_000_000) - Fraction(preroll_ms, 1000)
    return seconds_to_ticks(seconds) if seconds > 0 and not flags & _IS_BROADCAST else None
