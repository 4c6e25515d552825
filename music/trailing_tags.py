"""Where the audio ends in a file that carries tags behind it.

FFmpeg's readers of raw streams take ID3v1, APEv2 and Lyrics3 at the end for audio: FLAC and MP3 get a last
packet with text in it, WavPack an error (8.1). Hidden from them, retagging leaves every packet as it was.
"""

import os
from typing import BinaryIO, Final

from music.formats import AAC, APE, FLAC, MP3, WAVPACK, AudioFormat

_RAW_STREAMS: Final = frozenset({MP3, FLAC, AAC, APE, WAVPACK})
_TAIL_BYTES: Final = 512
_MOST_TAGS: Final = 16
_ID3V1_BYTES, _ID3V1_EXTENDED_BYTES = 128, 227
_APE_FOOTER_BYTES: Final = 32
_APE_HAS_HEADER: Final = 1 << 31
_LYRICS3_MOST_BYTES: Final = 5_200
_ID3V2_FOOTER_BYTES: Final = 10


class WithoutTail:
    """A file that ends earlier than it does, for reading.

    Args:
        file: Open for reading.
        end: The offset at which it is to end.
    """

    def __init__(self, file: BinaryIO, end: int) -> None:
        self._file = file
        self._end = end

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""
        left = max(0, self._end - self._file.tell())
        return self._file.read(left if size < 0 else min(size, left))

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to another place."""
        return self._file.seek(self._end + offset) if whence == os.SEEK_END else self._file.seek(offset, whence)

    def tell(self) -> int:
        """Return the place."""
        return self._file.tell()


def without_trailing_tags(file: BinaryIO, audio_format: AudioFormat) -> BinaryIO | WithoutTail:
    """Return the file from its beginning, without the tags at its end where FFmpeg stumbles over them."""
    size = file.seek(0, os.SEEK_END)
    end = audio_end(file, size) if audio_format in _RAW_STREAMS else size
    file.seek(0)
    return file if end == size else WithoutTail(file, end)


def audio_end(file: BinaryIO, size: int) -> int:
    """Return the offset of the first byte of the tags at the end of a file of this size."""
    end = size
    for _ in range(_MOST_TAGS):
        start = max(0, end - _TAIL_BYTES)
        file.seek(start)
        tag_bytes = _last_tag_bytes(file, end, file.read(end - start))
        if not 0 < tag_bytes <= end:
            break
        end -= tag_bytes
    return end


def _last_tag_bytes(file: BinaryIO, end: int, tail: bytes) -> int:
    """Return the length of the tag that these bytes, the last before `end`, finish; 0 for none."""
    if tail[-_ID3V1_BYTES:].startswith(b"TAG") and len(tail) >= _ID3V1_BYTES and tail[-131:-123] != b"APETAGEX":
        extended = tail[-_ID3V1_BYTES - _ID3V1_EXTENDED_BYTES :].startswith(b"TAG+")
        return _ID3V1_BYTES + (_ID3V1_EXTENDED_BYTES if extended else 0)
    if tail[-_APE_FOOTER_BYTES:].startswith(b"APETAGEX") and len(tail) >= _APE_FOOTER_BYTES:
        flags = int.from_bytes(tail[-12:-8], "little")
        return int.from_bytes(tail[-20:-16], "little") + (_APE_FOOTER_BYTES if flags & _APE_HAS_HEADER else 0)
    if tail.endswith(b"LYRICS200") and tail[-15:-9].isdigit():
        return int(tail[-15:-9]) + len("000000LYRICS200")
    if tail.endswith(b"LYRICSEND"):
        file.seek(max(0, end - _LYRICS3_MOST_BYTES))
        lyrics = file.read(min(end, _LYRICS3_MOST_BYTES))
        begin = lyrics.rfind(b"LYRICSBEGIN")
        return len(lyrics) - begin if begin >= 0 else 0
    if tail[-_ID3V2_FOOTER_BYTES:].startswith(b"3DI") and len(tail) >= _ID3V2_FOOTER_BYTES:
        size = sum(part << shift for part, shift in zip(tail[-4:], (21, 14, 7, 0), strict=True))
        return size + 2 * _ID3V2_FOOTER_BYTES
    return 0
