"""Every frame of a file that can be decoded, in order.

Damage is counted, not raised: the packet is left out and the next one tried. FFmpeg's errors come from two places,
the reader of the container and the codec; behind an error of the reader it is started again, and goes on where the
file can be understood.
"""

from collections.abc import Generator, Iterator
from typing import BinaryIO

from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet

from music.demuxing import audio_stream, open_demuxer
from music.error_codes import AudioFileError, ErrorCode
from music.formats import FLAC, OGG, AudioFormat
from music.ogg_links import link_at, next_link

_MOST_FAILURES = 50
"""Errors of the reader in a row, without a packet in between, before the rest of a file is given up."""


class FrameReader:
    """Reads the audio of one file once.

    Args:
        file: Open for reading; left open.
        audio_format: Its container.
    """

    def __init__(self, file: BinaryIO, audio_format: AudioFormat) -> None:
        self._file = file
        self._format = audio_format
        self._link_start = 0
        self._last_packet_at = 0
        self._next_link: int | None = None
        self.damaged_packets = 0

    def frames(self) -> Generator[AudioFrame, None, None]:
        """Yield all frames.

        Raises:
            AudioFileError: DECODE_ERROR, DRM_PROTECTED, UNSUPPORTED_FORMAT (before the first frame), UNREADABLE_FILE
                (at any time).
        """
        try:
            yield from self._frames_from(self._file)
            while self._next_link is not None:
                self._link_start, self._next_link = self._next_link, None
                self._last_packet_at = self._link_start
                yield from self._frames_of_link()
        except OSError as error:
            raise AudioFileError(ErrorCode.UNREADABLE_FILE, f"reading stopped: {error.strerror}") from error

    def _frames_of_link(self) -> Iterator[AudioFrame]:
        """Yield the frames of a later link of a chained Ogg; none where it is not audio."""
        try:
            yield from self._frames_from(link_at(self._file, self._link_start))
        except AudioFileError:
            self.damaged_packets += 1

    def _frames_from(self, file: BinaryIO) -> Iterator[AudioFrame]:
        with open_demuxer(file, self._format) as container:
            stream = audio_stream(container)
            stream.codec_context.thread_count = 1
            for packet in self._packets(container, stream):
                yield from self._decoded(packet)

    def _packets(self, container: InputContainer, stream: AudioStream) -> "Iterator[Packet[AudioStream]]":
        failures = 0
        while failures < _MOST_FAILURES:
            try:
                for packet in container.demux(stream):
                    failures = 0
                    if packet.pos is not None:
                        self._last_packet_at = self._link_start + packet.pos
                    yield packet
            except FFmpegError:
                if self._format is OGG:
                    self._next_link = next_link(self._file, behind=self._last_packet_at)
                if self._next_link is not None:
                    return
                failures += 1
                self.damaged_packets += 1
            else:
                return

    def _decoded(self, packet: "Packet[AudioStream]") -> list[AudioFrame]:
        try:
            frames = packet.decode()
        except FFmpegError:
            self.damaged_packets += 1
            return []
        if self._format is FLAC and len(frames) > 1:  # FFmpeg found no header where one should be, and no error
            self.damaged_packets += 1
        return frames
