"""Opening a container with FFmpeg (through PyAV) so that it reads this file and nothing else.

The demuxer is named, the file is handed over as an object, tags at its end are hidden, no decoder but those of
audio may run (embedded covers are decoded otherwise, 36 ms for a PNG of 1,500 pixels), and what FFmpeg would
print is kept quiet. Which stream is "the audio" is decided here, once for hashing and decoding.
"""

from functools import cache
from typing import BinaryIO, Final

import av
import av.logging as av_logging
from av.audio.stream import AudioStream
from av.codec import Codec, codecs_available
from av.codec.codec import UnknownCodecError
from av.container import InputContainer
from av.error import FFmpegError

from music.error_codes import AudioFileError, ErrorCode
from music.formats import FLAC, WAV, AudioFormat
from music.trailing_tags import without_trailing_tags

_OPTIONS: Final = {WAV: {"probesize": "65536"}, FLAC: {"raw_packet_size": "65536"}}
"""FFmpeg reads 5 MB of every WAV to see whether it holds DTS; what it looks for is at the beginning. Its parser is
given FLAC in pieces of 1 kB, a fraction of a frame; larger ones give the same packets, with a quarter less effort."""
_ENCRYPTED: Final = frozenset({"drms", "drmi", "enca", "encv", "aavd"})
"""MP4 sample entries: FairPlay, Common Encryption, Audible."""


def open_demuxer(file: BinaryIO, audio_format: AudioFormat) -> InputContainer:
    """Open a container for reading; the caller closes it, and the file.

    Raises:
        AudioFileError: DECODE_ERROR.
    """
    av_logging.set_level(av_logging.PANIC)
    try:
        return av.open(
            without_trailing_tags(file, audio_format),
            "r",
            format=audio_format.demuxer,
            container_options={"codec_whitelist": _audio_decoders(), **_OPTIONS.get(audio_format, {})},
            metadata_errors="replace",
        )
    except FFmpegError as error:
        raise AudioFileError(ErrorCode.DECODE_ERROR, f"FFmpeg cannot open it: {error.strerror}") from error


@cache
def _audio_decoders() -> str:
    """Return the names of FFmpeg's audio decoders, as its option `codec_whitelist` takes them."""
    return ",".join(sorted(name for name in codecs_available if _decodes_audio(name)))


def _decodes_audio(name: str) -> bool:
    try:
        return Codec(name, "r").type == "audio"
    except UnknownCodecError:  # it only encodes
        return False


def audio_stream(container: InputContainer) -> AudioStream:
    """Return the first audio stream; pictures and video beside it do not count.

    Raises:
        AudioFileError: DECODE_ERROR (no audio), DRM_PROTECTED or UNSUPPORTED_FORMAT (a codec that FFmpeg lacks).
    """
    streams = container.streams.audio
    if not streams:
        raise AudioFileError(ErrorCode.DECODE_ERROR, "there is no audio in it")
    stream = streams[0]
    if getattr(stream, "codec_context", None) is None:
        raise AudioFileError(ErrorCode.UNSUPPORTED_FORMAT, "its audio is of a codec that FFmpeg does not know")
    if (entry := _sample_entry(stream)) in _ENCRYPTED:
        raise AudioFileError(ErrorCode.DRM_PROTECTED, f"its audio is encrypted ({entry})")
    return stream


def _sample_entry(stream: AudioStream) -> str:
    """Return the container's own name of the codec; of WAV it is a number."""
    try:
        return stream.codec_context.codec_tag
    except UnicodeDecodeError:  # PyAV 18.1 takes it for ASCII; AAC in WAV is 0xFF
        return ""
