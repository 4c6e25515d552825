"""Which audio container a file is, from its first bytes and never from its name.

The answer also names FFmpeg's demuxer. Left to its own probing, FFmpeg takes a playlist (HLS, concat) that
calls itself .mp3 for what it is and opens whatever it points to; with the demuxer named it cannot.

MP3 and AAC in ADTS have no magic bytes, only a sync pattern that one random word in two thousand also has, so
a chain of frames is asked for, each where the length of the one before says. An ID3v2 tag in front of the
audio may hold megabytes of pictures: `find_format` steps over it in the open file, `recognise` sees only the
bytes it is given.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, Final


@dataclass(frozen=True, slots=True)
class AudioFormat:
    """A kind of container."""

    name: str
    """The word for it in the lake, column `container`."""
    demuxer: str
    """What FFmpeg calls its reader."""


FLAC: Final = AudioFormat("flac", "flac")
MP3: Final = AudioFormat("mp3", "mp3")
OGG: Final = AudioFormat("ogg", "ogg")
MP4: Final = AudioFormat("mp4", "mp4")
WAV: Final = AudioFormat("wav", "wav")
AIFF: Final = AudioFormat("aiff", "aiff")
ASF: Final = AudioFormat("asf", "asf")
APE: Final = AudioFormat("ape", "ape")
WAVPACK: Final = AudioFormat("wavpack", "wv")
AAC: Final = AudioFormat("aac", "aac")

FORMATS: Final = (FLAC, MP3, OGG, MP4, WAV, AIFF, ASF, APE, WAVPACK, AAC)
"""Every container that is known here."""

HEAD_BYTES: Final = 65_536
"""How much of a file's beginning decides; FFmpeg's mp3 demuxer looks for its first frame in as many."""

SUFFIXES: Final = frozenset(
    {".mp3", ".mp2", ".flac", ".ogg", ".oga", ".opus", ".m4a", ".m4b", ".m4p", ".mp4", ".aac"}
    | {".wav", ".wave", ".bwf", ".rf64", ".aif", ".aiff", ".aifc", ".wma", ".asf", ".ape", ".wv"}
)
"""Suffixes worth a look, in lower case (S3-R8 and what else plays); what the file is, its bytes say."""

SIDECAR_SUFFIXES: Final = frozenset({".cue"})
"""Files beside the audio that say something about it."""

_ASF_HEADER = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_FIXED = ((b"fLaC", FLAC), (b"OggS", OGG), (b"MAC ", APE), (b"wvpk", WAVPACK), (_ASF_HEADER, ASF))
_MP4_ATOMS = frozenset({b"ftyp", b"moov", b"mdat", b"wide"})
"""The second word of an MP4 or QuickTime file; old QuickTime has no `ftyp`."""
_ID3_HEADER_BYTES = 10
_FRAMES_AT_START = 2
_FRAMES_AFTER_JUNK = 4
"""Among 65,536 random bytes a chain of four is found once in 10^15, a chain of two once in 10^4."""


def recognise(head: bytes) -> AudioFormat | None:
    """Return the container that these first bytes of a file begin, or None (S3-89, S3-147).

    Args:
        head: The first `HEAD_BYTES` of the file, or all of it. Where an ID3v2 tag fills them all, nothing is
            known.
    """
    start = 0
    while (tag_bytes := id3v2_bytes(head[start : start + _ID3_HEADER_BYTES])) > 0:
        start += tag_bytes
    audio = head[start:]
    return (_by_magic_behind_tag(audio) if start else _by_magic(audio)) or _by_frames(audio)


def find_format(file: BinaryIO) -> AudioFormat | None:
    """Return the container of an open file, however long the ID3v2 tags in front of it; or None."""
    start = audio_start(file)
    file.seek(start)
    head = file.read(HEAD_BYTES)
    return recognise(head) if start == 0 else _by_magic_behind_tag(head) or _by_frames(head)


def audio_start(file: BinaryIO) -> int:
    """Return the offset of the first byte behind the ID3v2 tags at the beginning of a file."""
    start = 0
    file.seek(0)
    while (tag_bytes := id3v2_bytes(file.read(_ID3_HEADER_BYTES))) > 0:
        start += tag_bytes
        file.seek(start)
    return start


def id3v2_bytes(header: bytes) -> int:
    """Return the length of the ID3v2 tag that these ten bytes begin, with header and footer; 0 for no tag."""
    if len(header) < _ID3_HEADER_BYTES or not header.startswith(b"ID3"):
        return 0
    version, revision, flags = header[3:6]
    size = header[6:10]
    if version == 0xFF or revision == 0xFF or any(part & 0x80 for part in size):  # noqa: PLR2004  (ID3v2.4, 3.1)
        return 0
    footer_bytes = _ID3_HEADER_BYTES if flags & 0x10 else 0
    return (
        _ID3_HEADER_BYTES + footer_bytes + sum(part << shift for part, shift in zip(size, (21, 14, 7, 0), strict=True))
    )


def _by_magic(head: bytes) -> AudioFormat | None:
    for magic, audio_format in _FIXED:
        if head.startswith(magic):
            return audio_format
    if head[:4] in {b"RIFF", b"RF64", b"BW64"} and head[8:12] == b"WAVE":
        return WAV
    if head[:4] == b"FORM" and head[8:12] in {b"AIFF", b"AIFC"}:
        return AIFF
    return MP4 if head[4:8] in _MP4_ATOMS else None


def _by_magic_behind_tag(head: bytes) -> AudioFormat | None:
    """Return FLAC: of the containers with magic bytes, FFmpeg finds only that behind an ID3v2 tag."""
    return FLAC if head.startswith(b"fLaC") else None


@dataclass(frozen=True, slots=True)
class FrameHeader:
    """What the header of an MPEG audio or ADTS frame says."""

    frame_bytes: int
    """From this header to the next."""
    samples: int
    """Of each channel in the frame."""
    rate_hz: int
    kind: tuple[int, ...]
    """What else stays the same from frame to frame: version and layer, or version and profile."""


def _by_frames(head: bytes) -> AudioFormat | None:
    for audio_format, read_header in ((MP3, mpeg_frame), (AAC, adts_frame)):
        if first_frame(head, read_header) is not None:
            return audio_format
    return None


def first_frame(head: bytes, read_header: Callable[[bytes, int], FrameHeader | None]) -> int | None:
    """Return the offset of the first frame that others follow, or None."""
    if _chained(head, 0, read_header) >= _FRAMES_AT_START:
        return 0
    at = head.find(b"\xff")
    while at >= 0:
        if _chained(head, at, read_header) >= _FRAMES_AFTER_JUNK:
            return at
        at = head.find(b"\xff", at + 1)
    return None


def _chained(head: bytes, at: int, read_header: Callable[[bytes, int], FrameHeader | None]) -> int:
    """Return how many frames of one kind follow one another from `at`, at most as many as are asked for."""
    first = read_header(head, at)
    frame, count = first, 0
    while first and frame and (frame.kind, frame.rate_hz) == (first.kind, first.rate_hz) and count < _FRAMES_AFTER_JUNK:
        count += 1
        at += frame.frame_bytes
        frame = read_header(head, at)
    return count


_LAYER_1, _LAYER_2, _LAYER_3 = 3, 2, 1
_MPEG_1, _MPEG_2 = 3, 2
_RATES_HZ = {_MPEG_1: (44_100, 48_000, 32_000), _MPEG_2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
_KBPS = {
    (_MPEG_1, _LAYER_1): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (_MPEG_1, _LAYER_2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (_MPEG_1, _LAYER_3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (_MPEG_2, _LAYER_1): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (_MPEG_2, _LAYER_2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (_MPEG_2, _LAYER_3): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""ISO 11172-3, 2.4.2.3 and ISO 13818-3: bit rates of the indices 1 to 14."""


_ADTS_RATES_HZ = (
    96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350,
)  # fmt: skip


def mpeg_frame(data: bytes, at: int) -> FrameHeader | None:
    """Return the header of an MPEG audio frame (layers 1 to 3; no free format), or None."""
    if at + 4 > len(data) or data[at] != 0xFF or data[at + 1] & 0xE0 != 0xE0:  # noqa: PLR2004  (eleven sync bits)
        return None
    version, layer = data[at + 1] >> 3 & 3, data[at + 1] >> 1 & 3
    bit_rate, rate = data[at + 2] >> 4, data[at + 2] >> 2 & 3
    if version == 1 or layer == 0 or bit_rate in {0, 15} or rate == 3:  # noqa: PLR2004  (the reserved values)
        return None
    rate_hz = _RATES_HZ[version][rate]
    bits_per_second = 1000 * _KBPS[max(version, _MPEG_2), layer][bit_rate - 1]
    padding = data[at + 2] >> 1 & 1
    if layer == _LAYER_1:
        return FrameHeader((12 * bits_per_second // rate_hz + padding) * 4, 384, rate_hz, (version, layer))
    samples = 576 if layer == _LAYER_3 and version != _MPEG_1 else 1152
    return FrameHeader(samples // 8 * bits_per_second // rate_hz + padding, samples, rate_hz, (version, layer))


def adts_frame(data: bytes, at: int) -> FrameHeader | None:
    """Return the header of an ADTS frame of AAC (ISO 13818-7, 6.2), or None."""
    if at + 7 > len(data) or data[at] != 0xFF or data[at + 1] & 0xF6 != 0xF0:  # noqa: PLR2004  (sync and layer 0)
        return None
    rate = data[at + 2] >> 2 & 15
    frame_bytes = (data[at + 3] & 3) << 11 | data[at + 4] << 3 | data[at + 5] >> 5
    if rate >= len(_ADTS_RATES_HZ) or frame_bytes < 8:  # noqa: PLR2004  (a header and no audio)
        return None
    return FrameHeader(frame_bytes, 1024, _ADTS_RATES_HZ[rate], (data[at + 1] & 8, data[at + 2] & 0xC0))
