"""The sound of a file, as blocks of float32 samples between -1 and 1.

A block holds as many samples as `block_length` says, some seconds, the last one what is left. Everything behind
this module sees one rate and one layout from beginning to end: a chained stream that changes in the middle is
converted to what it was at first, and a rate at which a sample does not last a whole number of ticks becomes 44.1
kHz from the start.
"""

from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from types import TracebackType
from typing import BinaryIO, NamedTuple, Self

import numpy as np
from av.audio.fifo import AudioFifo
from av.audio.frame import AudioFrame
from av.audio.layout import AudioLayout
from av.audio.resampler import AudioResampler
from av.error import FFmpegError
from numpy.typing import DTypeLike, NDArray

from music.cells import SHORTEST_BLOCK_CELLS, block_length, cell_length
from music.error_codes import AudioFileError, ErrorCode
from music.formats import AudioFormat
from music.frames import FrameReader
from music.ticks import divides_tick

SUBSTITUTE_RATE_HZ = 44_100
"""What a rate becomes that cannot be counted in ticks."""
_LOWEST_RATE_HZ, _HIGHEST_RATE_HZ = 8_000, 192_000
"""What is measured as it is; below and above it is resampled too."""
_PLAUSIBLE_HZ = (1_000, 768_000)
_MOST_CHANNELS = 32
"""The largest cinema has 24; a block of more would not fit into a worker's memory at every rate."""
_PLANAR_CHANNELS = 7
"""PyAV 18.1 reads behind the end of its list of planes when a planar frame has more channels."""
_USUAL_LAYOUTS = ("mono", "stereo", "2.1", "4.0", "5.0", "5.1", "6.1", "7.1")
"""What FFmpeg takes one, two … eight channels for that have no names."""

_PART_CELLS = SHORTEST_BLOCK_CELLS // 10
"""A block is filled in parts of so many cells, which stay in the processor's cache."""
_TIME_BASE = Fraction(1, 1000)
"""Of all frames, as an `AudioFifo` refuses a change of it; nobody asks a frame for its time."""


@dataclass(frozen=True, slots=True)
class _Samples:
    """How a sample format is read."""

    dtype: DTypeLike
    middle: int
    """The value of silence."""
    full_scale: int


_SAMPLES = {
    "u8": _Samples(np.uint8, 128, 1 << 7),
    "s16": _Samples(np.int16, 0, 1 << 15),
    "s32": _Samples(np.int32, 0, 1 << 31),
    "flt": _Samples(np.float32, 0, 1),
}
"""By FFmpeg's name without the p of planar; what else there is becomes flt."""


class _Shape(NamedTuple):
    """What all frames of a stream have in common."""

    sample_format: str
    layout: str
    rate_hz: int


class Decoder:
    """The sound of one file; an iterator over blocks `(channels, n)`, each valid until the next is asked for.

    Made by `decode`. Iterating raises AudioFileError (UNREADABLE_FILE) when the file cannot be read any more.
    """

    def __init__(self, reader: FrameReader, frames: Generator[AudioFrame, None, None], first: AudioFrame) -> None:
        self._reader = reader
        self._frames = frames
        self._shape = _handled_shape(first)
        self.sample_rate_hz = self._shape.rate_hz
        """Of the blocks."""
        self.source_rate_hz = first.sample_rate
        """Of the file."""
        self.channel_names = _channel_names(first.layout)
        """FFmpeg's names of the channels' places, in order."""
        self.decoded_samples = 0
        """How many samples of each channel the blocks have had up to now."""
        self._blocks = self._make_blocks(chain([first], frames))

    @property
    def resampled(self) -> bool:
        """Whether the file has a rate that cannot be counted in ticks."""
        return self.sample_rate_hz != self.source_rate_hz

    @property
    def damaged_packets(self) -> int:
        """How many packets could not be decoded up to now."""
        return self._reader.damaged_packets

    def __iter__(self) -> Iterator[NDArray[np.float32]]:
        return self._blocks

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the decoder; the file stays open."""
        self._blocks.close()
        self._frames.close()

    def _make_blocks(self, frames: Iterator[AudioFrame]) -> Generator[NDArray[np.float32], None, None]:
        samples = _SAMPLES[self._shape.sample_format.removesuffix("p")]
        size = block_length(self.sample_rate_hz, channels=len(self.channel_names))
        block = np.empty((len(self.channel_names), size), np.float32)
        part_samples = _PART_CELLS * cell_length(self.sample_rate_hz)
        filled = 0
        for frame in _gathered(_conformed(frames, self._shape), part_samples):
            part = block[:, filled : filled + frame.samples]
            _fill(part, frame, samples)
            filled += frame.samples
            if filled == size:
                self.decoded_samples += size
                yield block
                filled = 0
        if filled:
            self.decoded_samples += filled
            yield block[:, :filled].copy()


def decode(file: BinaryIO, audio_format: AudioFormat) -> Decoder:
    """Open a file's audio for decoding.

    Args:
        file: Open for reading, seekable; left open. It must not be read by anyone else meanwhile.
        audio_format: Its container, from its first bytes.

    Raises:
        AudioFileError: DECODE_ERROR (nothing could be decoded, or its header is nonsense), DRM_PROTECTED,
            UNSUPPORTED_FORMAT or UNREADABLE_FILE.
    """
    reader = FrameReader(file, audio_format)
    frames = reader.frames()
    first = next((frame for frame in frames if frame.samples), None)
    if first is None:
        raise AudioFileError(
            ErrorCode.DECODE_ERROR, f"none of its packets could be decoded ({reader.damaged_packets} damaged)"
        )
    _check(first)
    return Decoder(reader, frames, first)


def _check(first: AudioFrame) -> None:
    """Refuse what a broken header says of sound.

    Raises:
        AudioFileError: DECODE_ERROR.
    """
    rate_hz, channels = first.sample_rate, first.layout.nb_channels
    if not _PLAUSIBLE_HZ[0] <= rate_hz <= _PLAUSIBLE_HZ[1] or channels > _MOST_CHANNELS:
        raise AudioFileError(ErrorCode.DECODE_ERROR, f"no sound has {channels} channels at {rate_hz:,} Hz")


def _handled_shape(frame: AudioFrame) -> _Shape:
    """Return the shape that all frames of a recording are brought to which begins with this one."""
    name = frame.format.name
    if name.removesuffix("p") not in _SAMPLES:
        name = "flt"
    elif frame.layout.nb_channels > _PLANAR_CHANNELS:
        name = name.removesuffix("p")
    rate_hz = frame.sample_rate
    if not (divides_tick(rate_hz) and _LOWEST_RATE_HZ <= rate_hz <= _HIGHEST_RATE_HZ):
        rate_hz = SUBSTITUTE_RATE_HZ
    return _Shape(name, frame.layout.name, rate_hz)


def _gathered(frames: Iterator[AudioFrame], samples: int) -> Iterator[AudioFrame]:
    """Yield frames of so many samples each, the last one what is left: NumPy is quicker with few long ones."""
    fifo = AudioFifo()
    for frame in frames:
        frame.pts, frame.time_base = None, _TIME_BASE
        fifo.write(frame)
        if fifo.samples >= samples:
            yield from fifo.read_many(samples)
    yield from fifo.read_many(samples, partial=True)


def _fill(part: NDArray[np.float32], frame: AudioFrame, samples: _Samples) -> None:
    """Write the samples of a frame, full scale at 1.0."""
    for channel, plane in zip(part, _planes(frame, samples.dtype), strict=True):
        channel[:] = plane
    if samples.middle:
        part -= np.float32(samples.middle)
    if samples.full_scale != 1:
        part *= np.float32(1 / samples.full_scale)


def _conformed(frames: Iterator[AudioFrame], wanted: _Shape) -> Iterator[AudioFrame]:
    """Yield the frames in the wanted shape; those that have it already as they are."""
    shape = wanted
    resampler = None
    for frame in frames:
        found = (frame.format.name, frame.layout.name, frame.sample_rate)
        if found != shape:
            yield from _rest_of(resampler)
            shape = _Shape(*found)
            resampler = None if found == wanted else _resampler(wanted)
        if resampler is None:
            yield frame
        else:
            yield from _converted(frame, resampler)
    yield from _rest_of(resampler)


def _resampler(wanted: _Shape) -> AudioResampler:
    return AudioResampler(wanted.sample_format, wanted.layout, wanted.rate_hz)


def _rest_of(resampler: AudioResampler | None) -> list[AudioFrame]:
    return _converted(None, resampler) if resampler else []


def _converted(frame: AudioFrame | None, resampler: AudioResampler) -> list[AudioFrame]:
    """Return what a frame becomes, or at the end (None) what is still to come."""
    try:
        return resampler.resample(frame)
    except (FFmpegError, ValueError) as error:
        raise AudioFileError(ErrorCode.DECODE_ERROR, f"its audio cannot be converted: {error}") from error


def _planes(frame: AudioFrame, dtype: DTypeLike) -> Iterable[NDArray[np.generic]]:
    """Return the samples of each channel as the frame has them, each of shape (n,)."""
    if frame.format.is_planar:
        return [np.frombuffer(memoryview(plane), dtype, frame.samples) for plane in frame.planes]
    channels = frame.layout.nb_channels
    return np.frombuffer(memoryview(frame.planes[0]), dtype, frame.samples * channels).reshape(-1, channels).T


def _channel_names(layout: AudioLayout) -> tuple[str, ...]:
    names = tuple(channel.name for channel in layout.channels)
    if "NONE" in names and len(names) <= len(_USUAL_LAYOUTS):
        return tuple(channel.name for channel in AudioLayout(_USUAL_LAYOUTS[len(names) - 1]).channels)
    return names
