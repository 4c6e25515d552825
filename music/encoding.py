"""Turning samples into the bytes of an audio file, with the encoders that PyAV brings.

The same samples give the same bytes: nothing of the time or the machine goes into them.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, cast

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from numpy.typing import NDArray

_LAYOUTS = {1: "mono", 2: "stereo", 6: "5.1"}


@dataclass(frozen=True, slots=True)
class Codec:
    """What FFmpeg is asked for."""

    container: str
    """Its name of the muxer."""
    encoder: str
    suffix: str
    """Of files of this kind, with its dot."""
    sample_format: str | None = None
    bit_rate: int | None = None
    """In bits a second."""
    rate_hz: int | None = None
    """The only rate that the encoder takes."""
    encoder_options: Mapping[str, str] = field(default_factory=dict[str, str])
    muxer_options: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Chapter:
    """A part of a recording."""

    start_seconds: float
    end_seconds: float
    title: str


def encode(
    samples: NDArray[np.float32],
    codec: Codec,
    *,
    rate_hz: int,
    tags: Mapping[str, str] | None = None,
    chapters: Sequence[Chapter] = (),
) -> bytes:
    """Return an audio file.

    Args:
        samples: Full scale is 1.0; shape (n,) or (channels, n) with 1, 2 or 6 channels.
        codec: What to make; where it takes only another rate, the samples are resampled.
        rate_hz: Of the samples.
        tags: FFmpeg's names: title, artist, album, album_artist, track, date, genre …
        chapters: Parts, for the containers that have such a thing.
    """
    channels = np.ascontiguousarray(np.atleast_2d(samples), np.float32)
    layout = _LAYOUTS[channels.shape[0]]
    file, muxing = io.BytesIO(), {"fflags": "+bitexact", **codec.muxer_options}
    container = cast("Any", av.open(file, "w", format=codec.container, options=muxing))
    with container as output:
        stream = output.add_stream(codec.encoder, rate=codec.rate_hz or rate_hz, layout=layout)
        stream.codec_context.options = dict(codec.encoder_options)
        if codec.sample_format:
            stream.format = codec.sample_format
        if codec.bit_rate:
            stream.bit_rate = codec.bit_rate
        output.metadata.update(tags or {})
        if chapters:
            output.set_chapters([_chapter(number, part) for number, part in enumerate(chapters)])
        for frame in _frames(channels, stream.codec_context, rate_hz=rate_hz):
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return file.getvalue()


def _frames(channels: NDArray[np.float32], context: AudioCodecContext, *, rate_hz: int) -> list[AudioFrame]:
    """Return the samples in the form and the portions that the encoder takes."""
    context.open()
    frame = AudioFrame.from_ndarray(channels, format="fltp", layout=context.layout.name)
    frame.sample_rate, frame.pts, frame.time_base = rate_hz, 0, Fraction(1, rate_hz)
    resampler = AudioResampler(
        format=context.format, layout=context.layout, rate=context.sample_rate, frame_size=context.frame_size or None
    )
    return [*resampler.resample(frame), *resampler.resample(None)]


def _chapter(number: int, part: Chapter) -> dict[str, Any]:
    return {
        "id": number,
        "start": round(part.start_seconds * 1000),
        "end": round(part.end_seconds * 1000),
        "time_base": Fraction(1, 1000),
        "metadata": {"title": part.title},
    }
