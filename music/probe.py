"""What a file is, without decoding it: its hashes, container, codec and length, its tags and chapters (S3-89…91).

`content_sha256` is over the file's bytes. `audio_sha256` is over the codec's name, rate, channels and the payload
of every packet of the audio stream, so that it stays the same when only tags or pictures change. Headers of the
codec are left out, because Vorbis keeps its comments there.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import BinaryIO, Final

from av.audio.stream import AudioStream
from av.container import InputContainer
from av.error import FFmpegError

from music.asf_header import read_asf_header
from music.bit_depth import bits_per_sample
from music.demuxing import audio_stream, open_demuxer
from music.error_codes import AudioFileError, ErrorCode
from music.formats import ASF, AudioFormat, find_format
from music.marks import Mark
from music.plain_text import plain_text
from music.stated_length import stated_seconds
from music.tags import Tags, read_tags
from music.ticks import Ticks, seconds_to_ticks

_BLOCK_BYTES: Final = 1 << 20
_PACKETS_PER_TICK: Final = 256
_LOWEST_RATE_HZ: Final = 1_000
_HIGHEST_RATE_HZ: Final = 1_536_000
"""No recorder makes files outside these; the 32 times CD rate is the highest that is sold."""
_LOWEST_BITRATE_BPS: Final = 100
"""Silence takes some 400 bit/s in Opus and 1,200 in FLAC. FFmpeg's Ogg files that begin before 0 state 2^32 samples."""
_MOST_MORE_SECONDS: Final = 1
"""Where the packets hold more than this beyond what the container says, files were joined and it speaks of one."""


@dataclass(frozen=True, slots=True)
class Probe:
    """What a file is."""

    content_sha256: str
    """Of all its bytes, 64 hex digits."""
    audio_sha256: str
    """Of its encoded audio, 64 hex digits; retagging leaves it."""
    container: str
    """A name of `music.formats`."""
    codec: str
    """FFmpeg's name: mp3, aac, vorbis, flac, pcm_s16le …"""
    sample_rate_hz: int
    channels: int
    bits_per_sample: int | None
    """As recorded; None for codecs that have no such thing (all lossy ones)."""
    bitrate_bps: int | None
    """Mean over the audio packets."""
    is_lossless: bool
    """Whether its codec keeps every sample; WavPack does or does not, and counts as one that does not."""
    duration_ticks: Ticks | None
    """As the container says; where it does not, or says too little, the sum of its packets."""
    tags: Tags
    chapters: tuple[Mark, ...] = ()
    duration_is_estimate: bool = False
    """Whether it is that sum: a shorter decode is then no sign of a truncated file."""
    warnings: tuple[tuple[ErrorCode, str], ...] = ()
    """What was wrong with a file that could be read all the same."""


def probe(file: BinaryIO, *, tick: Callable[[], None]) -> Probe:
    """Return what an open file is.

    Args:
        file: Open for reading; read from its beginning, left anywhere.
        tick: Called at least once a megabyte and once every few hundred packets.

    Raises:
        AudioFileError: UNSUPPORTED_FORMAT, DECODE_ERROR (no audio packet), DRM_PROTECTED or UNREADABLE_FILE.
    """
    try:
        audio_format = _format_of(file)
        content_sha256 = _hash_content(file, tick)
        tags = read_tags(file, audio_format)
        with open_demuxer(file, audio_format) as container:
            stream = audio_stream(container)
            _check_rate(stream.codec_context.sample_rate)
            audio = _hash_audio(container, stream, tick)
            stated = stated_seconds(file, audio_format, stream=stream)
            is_estimate = stated is None or audio.contradicts(stated)
            seconds = audio.seconds if stated is None or is_estimate else stated
            return Probe(
                content_sha256=content_sha256,
                audio_sha256=audio.sha256,
                container=audio_format.name,
                codec=stream.codec_context.codec.canonical_name,
                sample_rate_hz=stream.codec_context.sample_rate,
                channels=stream.codec_context.channels,
                bits_per_sample=bits_per_sample(file, stream.codec_context),
                bitrate_bps=audio.bitrate_bps,
                is_lossless=stream.codec_context.codec.lossless and not stream.codec_context.codec.lossy,
                duration_ticks=seconds_to_ticks(seconds) if seconds else None,
                tags=tags,
                chapters=_chapters(container),
                duration_is_estimate=is_estimate,
                warnings=audio.warnings,
            )
    except OSError as error:
        raise AudioFileError(ErrorCode.UNREADABLE_FILE, f"cannot be read: {error.strerror}") from error


def _format_of(file: BinaryIO) -> AudioFormat:
    audio_format = find_format(file)
    if audio_format is None:
        file.seek(0)
        raise AudioFileError(ErrorCode.UNSUPPORTED_FORMAT, f"it begins with the bytes {file.read(12).hex(' ')}")
    if audio_format is ASF and read_asf_header(file).is_encrypted:
        raise AudioFileError(ErrorCode.DRM_PROTECTED, "its header names a key that only the seller has")
    return audio_format


def _check_rate(rate_hz: int) -> None:
    """Refuse a header that lies: at 1 Hz a second of sound would be measured for half a day."""
    if not _LOWEST_RATE_HZ <= rate_hz <= _HIGHEST_RATE_HZ:
        raise AudioFileError(ErrorCode.DECODE_ERROR, f"its header names a sample rate of {rate_hz:,} Hz")


def _hash_content(file: BinaryIO, tick: Callable[[], None]) -> str:
    digest = hashlib.sha256()
    file.seek(0)
    while block := file.read(_BLOCK_BYTES):
        digest.update(block)
        tick()
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class _Audio:
    """What the packets of the audio stream are together."""

    sha256: str
    size_bytes: int
    seconds: Fraction
    """Sum of what the packets say of themselves."""
    fault: str | None
    """Why there are no more packets, if not because the file ends."""

    @property
    def bitrate_bps(self) -> int | None:
        return round(8 * self.size_bytes / self.seconds) if self.seconds else None

    def contradicts(self, stated: Fraction) -> bool:
        """Tell whether a header states less than there is, or so much that silence would take more room."""
        thinnest = stated * _LOWEST_BITRATE_BPS / 8
        return self.seconds > stated + _MOST_MORE_SECONDS or self.size_bytes < thinnest

    @property
    def warnings(self) -> tuple[tuple[ErrorCode, str], ...]:
        return ((ErrorCode.DAMAGED_AUDIO, self.fault),) if self.fault else ()


def _hash_audio(container: InputContainer, stream: AudioStream, tick: Callable[[], None]) -> _Audio:
    """Read all packets of the audio stream.

    Raises:
        AudioFileError: DECODE_ERROR; there are none.
    """
    context = stream.codec_context
    digest = hashlib.sha256(f"{context.codec.canonical_name} {context.sample_rate} {context.channels}\n".encode())
    count = size_bytes = duration = 0
    fault = None
    try:
        for packet in container.demux(stream):
            digest.update(packet)
            count += 1
            size_bytes += packet.size
            duration += packet.duration or 0
            if count % _PACKETS_PER_TICK == 0:
                tick()
    except FFmpegError as error:
        fault = f"no audio could be read behind packet {count}: {error.strerror}"
    if size_bytes == 0:
        raise AudioFileError(ErrorCode.DECODE_ERROR, fault or "there are no audio packets in it")
    return _Audio(digest.hexdigest(), size_bytes, duration * (stream.time_base or Fraction(0)), fault)


def _chapters(container: InputContainer) -> tuple[Mark, ...]:
    """Return where the container's own chapters begin."""
    return tuple(
        Mark(
            seconds_to_ticks(chapter["start"] * (chapter["time_base"] or Fraction(0))),
            plain_text(chapter["metadata"].get("title", "")),
        )
        for chapter in container.chapters()
    )
