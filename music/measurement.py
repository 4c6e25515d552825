"""Everything that needs the sound of a file, from one decode.

The sound passes once, block after block, and leaves a few numbers per hundredth of a second and a reduced signal; then
boundaries are found, and each piece is fingerprinted and measured from what was left. Memory grows by 0.5 MB with
each minute of audio, whatever its rate and channels.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from music.amplitude import AmplitudeParameters
from music.amplitude_profile import AmplitudeMeter
from music.cells import CellBlock, cell_length, cut_cells
from music.channels import mono_weights
from music.contour import Contour, cut_again
from music.error_codes import AudioFileError, ErrorCode
from music.features import FeatureCells, FeatureMeter, FeatureParameters, SpanFeatures, features_of
from music.fingerprint import MAX_SECONDS, SpanFingerprint
from music.hints import Hints
from music.key import Key
from music.levels import LevelMeter, Levels
from music.piece_tones import PieceTones, hear_piece
from music.reduced_signal import ReducedSignal
from music.segmentation import Segmentation, SegmentParameters, Span, find_silences
from music.sound_warnings import (
    damaged_audio,
    missing_audio,
    quiet_pieces,
    rounded_rate,
    silent_audio,
    too_short_pieces,
)
from music.tempo import Tempo
from music.ticks import Ticks, seconds_to_ticks, ticks_to_seconds
from music.timbre import Piece, Timbre, TimbreFrames, TimbreMeter, timbre_of

_Warning = tuple[ErrorCode, str]
LONGEST_SECONDS = 24 * 60 * 60
"""More audio than this in one file is a header that never ends."""


class Sound(Protocol):
    """What can be measured: `music.decoding.Decoder`, or a stand-in for it."""

    @property
    def sample_rate_hz(self) -> int:
        """Of the blocks."""
        ...

    @property
    def source_rate_hz(self) -> int:
        """Of the file, where that had to be converted."""
        ...

    @property
    def channel_names(self) -> tuple[str, ...]:
        """FFmpeg's names of the channels' places."""
        ...

    @property
    def damaged_packets(self) -> int:
        """How many packets could not be decoded up to now."""
        ...

    def __iter__(self) -> Iterator[NDArray[np.float32]]:
        """Yield blocks `(channels, n)`; all but the last have `block_length` samples."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureRequest:
    """What is to be found out about a file.

    Raises:
        ValueError: Segments are not wanted and no spans are given.
    """

    want_segments: bool
    want_fingerprints: bool
    want_features: bool
    hints: Hints = field(default_factory=Hints)
    """What tags, a CUE sheet or chapters say about its pieces."""
    segment_parameters: SegmentParameters = field(default_factory=SegmentParameters)
    feature_parameters: FeatureParameters = field(default_factory=FeatureParameters)
    spans: tuple[Span, ...] | None = None
    """Its pieces, where they are known and segments are not wanted."""
    expected_ticks: Ticks | None = None
    """Its length as its header states it; None where the header is silent or was guessed from the bit rate."""
    is_lossless: bool = False
    """Whether its codec keeps every sample: then it is asked whether something before it did not."""
    spool_directory: str
    """A folder for temporary files."""

    def __post_init__(self) -> None:
        if not self.want_segments and self.spans is None:
            raise ValueError("give the spans of the pieces, or ask for segments")


@dataclass(frozen=True, slots=True)
class PieceFeatures:
    """What was measured of one piece."""

    tempo: Tempo
    key: Key
    timbre: Timbre
    levels: SpanFeatures


@dataclass(frozen=True, slots=True)
class Measurement:
    """What was found out about a file."""

    contour: Contour | None
    """Of the whole file; None if segments were not wanted."""
    segmentation: Segmentation | None
    """Its pieces; None if segments were not wanted."""
    fingerprints: tuple[SpanFingerprint | None, ...]
    """One per piece, None for a piece that is too short or silent; empty if not wanted."""
    features: tuple[PieceFeatures, ...]
    """One per piece; empty if not wanted."""
    duration_ticks: Ticks
    """As decoded."""
    warnings: tuple[_Warning, ...]
    """What is worth knowing about it, each in one line."""


class _Meter(Protocol):
    """What takes a recording block after block."""

    def add(self, block: CellBlock) -> None: ...


def measure(decoder: Sound, *, request: MeasureRequest, tick: Callable[[], None]) -> Measurement:
    """Return what was asked for about a file.

    Args:
        decoder: Its sound; read to the end.
        request: What is wanted.
        tick: Called after every block, so that a supervisor knows that this lives.

    Raises:
        AudioFileError: DECODE_ERROR (no sound in it), TOO_LONG, and what the decoder raises.
        OSError: The spool cannot be written.
    """
    rate_hz = decoder.sample_rate_hz
    level_meter = LevelMeter(rate_hz, cell_samples=cell_length(rate_hz))
    amplitude_meter = _amplitude_meter(rate_hz, request.segment_parameters.leads)
    feature_meter = FeatureMeter(rate_hz, channel_names=decoder.channel_names, parameters=request.feature_parameters)
    timbre_meter = TimbreMeter(rate_hz)
    with ReducedSignal(rate_hz, spool_directory=request.spool_directory) as signal:
        meters: list[_Meter] = [level_meter]
        meters += [amplitude_meter] if request.want_segments else []
        meters += [feature_meter, timbre_meter] if request.want_features else []
        meters += [signal] if request.want_fingerprints or request.want_features else []
        refused_cells = _listen(decoder, meters, tick=tick)
        levels = level_meter.finish()
        contour = _contour(levels, amplitude_meter, request) if request.want_segments else None
        segmentation = cut_again(contour, request.hints, request.segment_parameters) if contour else None
        spans = segmentation.spans if segmentation else request.spans or ()
        tones = _tones(signal, spans, request, tick=tick)
        features = None
        if request.want_features:
            features = _PieceMeter(levels, feature_meter.finish(), timbre_meter.finish(), request.is_lossless)
        return Measurement(
            contour=contour,
            segmentation=segmentation,
            fingerprints=tuple(each.fingerprint for each in tones) if request.want_fingerprints else (),
            features=tuple(features(*heard) for heard in zip(spans, tones, strict=True)) if features else (),
            duration_ticks=levels.duration_ticks,
            warnings=(
                *_damage(decoder, levels, request.expected_ticks, refused_cells=refused_cells),
                *_doubts(levels, contour, spans, want_fingerprints=request.want_fingerprints),
            ),
        )


def _amplitude_meter(rate_hz: int, parameters: AmplitudeParameters) -> AmplitudeMeter:
    return AmplitudeMeter(rate_hz, window_ms=parameters.rms_window_ms, a_weighted=parameters.apply_a_weighting)


def _contour(levels: Levels, amplitude_meter: AmplitudeMeter, request: MeasureRequest) -> Contour:
    silences = find_silences(levels, request.segment_parameters)
    return Contour(silences, amplitude_meter.finish(), levels.duration_ticks)


def _listen(decoder: Sound, meters: Sequence[_Meter], *, tick: Callable[[], None]) -> int:
    """Let the sound pass once and return how many cells were refused."""
    rate_hz = decoder.sample_rate_hz
    cell_samples = cell_length(rate_hz)
    weights = mono_weights(decoder.channel_names)
    total_samples = refused_cells = 0
    for samples in decoder:
        block = cut_cells(samples, cell_samples=cell_samples, mono_weights=weights)
        for meter in meters:
            meter.add(block)
        refused_cells += block.refused_cells
        total_samples += block.count
        if total_samples > LONGEST_SECONDS * rate_hz:
            raise AudioFileError(ErrorCode.TOO_LONG, f"more than {LONGEST_SECONDS // 3600} hours could be decoded")
        tick()
    if total_samples == 0:
        raise AudioFileError(ErrorCode.DECODE_ERROR, "there is no sound in it")
    return refused_cells


def _tones(
    signal: ReducedSignal, spans: Sequence[Span], request: MeasureRequest, *, tick: Callable[[], None]
) -> list[PieceTones]:
    """Return what the reduced signal tells of each piece; without features only so much of it as is fingerprinted."""
    if not (request.want_fingerprints or request.want_features):
        return []
    signal.finish()
    found: list[PieceTones] = []
    for span in spans:
        end_ticks = span.end_ticks if request.want_features else _fingerprinted_until(span)
        tones = hear_piece(
            signal.chunks(span.start_ticks, end_ticks=end_ticks),
            request.feature_parameters.tempo,
            duration_seconds=ticks_to_seconds(Ticks(span.end_ticks - span.start_ticks)),
            want_fingerprint=request.want_fingerprints,
            want_features=request.want_features,
        )
        found.append(tones)
        tick()
    return found


def _fingerprinted_until(span: Span) -> Ticks:
    """Return the end of what is fingerprinted of a span."""
    return min(span.end_ticks, Ticks(span.start_ticks + seconds_to_ticks(MAX_SECONDS)))


@dataclass(frozen=True, slots=True)
class _PieceMeter:
    """Says what was measured of a piece, from what is kept of the whole recording."""

    levels: Levels
    cells: FeatureCells
    timbre: TimbreFrames
    is_lossless: bool

    def __call__(self, span: Span, tones: PieceTones) -> PieceFeatures:
        levels = features_of(self.levels, self.cells, start_ticks=span.start_ticks, end_ticks=span.end_ticks)
        piece = Piece(span.start_ticks, span.end_ticks, levels.integrated_lufs, tones.tempo, self.is_lossless)
        return PieceFeatures(tones.tempo, tones.key, timbre_of(self.levels, self.timbre, piece), levels)


def _damage(
    decoder: Sound, levels: Levels, expected_ticks: Ticks | None, *, refused_cells: int
) -> tuple[_Warning, ...]:
    """Return what of the file is not as it should be."""
    found = {
        ErrorCode.TRUNCATED_AUDIO: missing_audio(levels, expected_ticks=expected_ticks),
        ErrorCode.DAMAGED_AUDIO: damaged_audio(decoder.damaged_packets, refused_cells=refused_cells),
        ErrorCode.RATE_ROUNDED: rounded_rate(decoder.source_rate_hz, rate_hz=decoder.sample_rate_hz),
    }
    return tuple((code, message) for code, message in found.items() if message)


def _doubts(
    levels: Levels, contour: Contour | None, spans: Sequence[Span], *, want_fingerprints: bool
) -> tuple[_Warning, ...]:
    """Return what could not be found in the sound."""
    silent = silent_audio(levels)
    found = {
        ErrorCode.SILENT_AUDIO: silent,
        ErrorCode.QUIET_AUDIO: quiet_pieces(contour.profile, spans) if contour and not silent else None,
        ErrorCode.TOO_SHORT: too_short_pieces(spans if want_fingerprints else ()),
    }
    return tuple((code, message) for code, message in found.items() if message)
