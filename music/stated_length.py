"""How long a file's own header says that its audio is.

FFmpeg guesses from the bit rate where a header is silent and does not tell the two apart: MPEG audio without a
Xing, Info or VBRI frame, ADTS, and FLAC that was written to a pipe. For WAV it believes the file's size more
than its header, which hides that the end is missing.
"""

from fractions import Fraction
from typing import BinaryIO, Final

from av.audio.stream import AudioStream

from music.asf_header import read_asf_header
from music.chunks import read_chunks
from music.formats import (
    AAC,
    ASF,
    FLAC,
    HEAD_BYTES,
    MP3,
    WAV,
    AudioFormat,
    audio_start,
    first_frame,
    mpeg_frame,
)
from music.ticks import TICKS_PER_SECOND

_STREAMINFO_BYTES: Final = 34
_PLACEHOLDER, _PLACEHOLDERS_END = 0x7FFF_F000, 0x8000_0000
"""What programs write for a length that they do not know yet; 0xFFFFFFFF is dealt with in `music.chunks`."""
_FIRST_FRAME_BYTES: Final = 64
"""Within these the name of a Xing, Info or VBRI header stands."""


def stated_seconds(file: BinaryIO, audio_format: AudioFormat, *, stream: AudioStream) -> Fraction | None:
    """Return the length that the header of an open file states, or None where it states none."""
    if audio_format is ASF:
        ticks = read_asf_header(file).duration_ticks
        return Fraction(ticks, TICKS_PER_SECOND) if ticks is not None else None
    if audio_format is WAV and stream.codec_context.name.startswith("pcm_"):
        return _riff_seconds(file) or _stream_seconds(stream)
    if audio_format is MP3:
        return _mpeg_seconds(file, stream)
    return None if _is_silent(audio_format, stream) else _stream_seconds(stream)


def _stream_seconds(stream: AudioStream) -> Fraction | None:
    """Return what FFmpeg says."""
    ticks = stream.duration or 0
    return ticks * (stream.time_base or Fraction(0)) if ticks > 0 else None


def _riff_seconds(file: BinaryIO) -> Fraction | None:
    """Return the length of a WAV's data chunk, or None where the header was written before the audio."""
    chunks = {chunk.name: chunk for chunk in reversed(list(read_chunks(file)))}
    length = chunks[b"data"].length if b"data" in chunks else 0
    file.seek(chunks[b"fmt "].start if b"fmt " in chunks else 0)
    bytes_per_second = int.from_bytes(file.read(12)[8:], "little")
    is_written = length > 0 and not _PLACEHOLDER <= length < _PLACEHOLDERS_END
    return Fraction(length, bytes_per_second) if is_written and bytes_per_second else None


def _is_silent(audio_format: AudioFormat, stream: AudioStream) -> bool:
    """Tell whether a header says nothing of the length."""
    header = (stream.codec_context.extradata or b"")[:_STREAMINFO_BYTES]
    is_open = len(header) == _STREAMINFO_BYTES and not (header[13] & 15 or any(header[14:18]))
    return audio_format is AAC or (audio_format is FLAC and is_open)


def _mpeg_seconds(file: BinaryIO, stream: AudioStream) -> Fraction | None:
    """Return what FFmpeg says if the first frame counts the others and it says the same; else that count.

    FFmpeg leaves out the encoder's padding, which the count does not, but guesses where files were joined.
    """
    file.seek(audio_start(file))
    head = file.read(HEAD_BYTES)
    at = first_frame(head, mpeg_frame)
    header = mpeg_frame(head, at) if at is not None else None
    count = _frame_count(head[at : at + _FIRST_FRAME_BYTES]) if at is not None else 0
    if header is None or count == 0:
        return None
    counted = Fraction(count * header.samples, header.rate_hz)
    said = _stream_seconds(stream)
    return said if said is not None and abs(said - counted) < 1 else counted


def _frame_count(frame: bytes) -> int:
    """Return how many frames a Xing, Info or VBRI header counts; 0 for none."""
    for name, place in ((b"Xing", 8), (b"Info", 8), (b"VBRI", 14)):
        at = frame.find(name)
        if at >= 0 and (name == b"VBRI" or frame[at + 7] & 1):
            return int.from_bytes(frame[at + place : at + place + 4], "big")
    return 0
