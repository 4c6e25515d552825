"""What can be measured of a piece: loudness, peaks, level, clipping, outline.

A `FeatureMeter` keeps a few numbers per cell while the sound passes; `features_of` says what is true of a span when
its boundaries are known. Levels are in dB under full scale, where a sine that reaches full scale has an RMS of -3.01
dBFS. Digital silence has no level: None, never minus infinity.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from music.cells import CELLS_PER_SECOND, CellBlock, cell_length
from music.channels import loudness_weights
from music.clipping import ClippingMeter
from music.k_weighting import KWeighting
from music.levels import Levels
from music.limits import check_limits
from music.loudness import measure_loudness
from music.tempo import TempoParameters
from music.ticks import Ticks
from music.true_peak import TruePeakMeter
from music.waveform import outline, quantised

_HOP_CELLS = CELLS_PER_SECOND // 10

LOWEST_CLIPPING_LEVEL = 0.5
LONGEST_RUN_SAMPLES = 100


@dataclass(frozen=True, slots=True)
class FeatureParameters:
    """What can be set about measuring a piece.

    Raises:
        ValueError: A value is out of its range; the message names it.
    """

    clipping_level: float = 0.99
    """From where on a sample may be clipped (S3-R5), full scale 1.0, 0.5 to 1."""
    clipping_run_samples: int = 3
    """How many such samples in a row are clipped, 1 to 100."""
    tempo: TempoParameters = field(default_factory=TempoParameters)
    """Between which limits tempos are sought."""

    def __post_init__(self) -> None:
        clipping_limits = (LOWEST_CLIPPING_LEVEL, 1.0)
        check_limits("clipping_level", self.clipping_level, clipping_limits, mistake="did you pass decibels?")
        check_limits("clipping_run_samples", self.clipping_run_samples, (1, LONGEST_RUN_SAMPLES))


@dataclass(frozen=True, slots=True)
class FeatureCells:
    """What is kept of each cell of a recording, each of shape (n,)."""

    energy: NDArray[np.float32]
    """Mean square after the K-weighting, summed over channels with their weights."""
    true_peak: NDArray[np.float32]
    """Over all channels, full scale 1.0."""
    clipped: NDArray[np.int32]
    """Clipped samples of all channels."""
    lowest: NDArray[np.int8]
    """Over all channels, full scale 127."""
    highest: NDArray[np.int8]
    """Over all channels, full scale 127."""


@dataclass(frozen=True, slots=True)
class SpanFeatures:
    """What was measured of one piece."""

    integrated_lufs: float | None
    """Loudness of all of it (EBU R 128), in LUFS; None under 0.4 s and for silence."""
    loudness_range_lu: float | None
    """In LU; None under 3 s and for silence."""
    max_momentary_lufs: float | None
    """Of its loudest 0.4 s, in LUFS; None under 0.4 s and for silence."""
    max_short_term_lufs: float | None
    """Of its loudest 3 s, in LUFS; None under 3 s and for silence."""
    true_peak_dbtp: float | None
    """Highest level between the samples too, in dB over full scale; None for digital silence."""
    sample_peak_dbfs: float | None
    """Highest sample, in dBFS; None for digital silence."""
    rms_dbfs: float | None
    """Level of all channels together, in dBFS; None for digital silence."""
    clipped_samples: int
    """Samples of all channels that were cut off at full scale."""
    waveform: tuple[int, ...]
    """Lowest and highest value in turn of 400 equal slices, full scale 127."""


class FeatureMeter:
    """Measures one recording, block after block.

    Args:
        sample_rate_hz: Its sample rate.
        channel_names: FFmpeg's names of its channels.
        parameters: What was set.
    """

    def __init__(self, sample_rate_hz: int, *, channel_names: Sequence[str], parameters: FeatureParameters) -> None:
        channels, cell_samples = len(channel_names), cell_length(sample_rate_hz)
        self._cell_samples = cell_samples
        self._weights = loudness_weights(channel_names) / np.float32(cell_samples)
        self._weighted = KWeighting(sample_rate_hz, channels=channels)
        self._true_peak = TruePeakMeter(sample_rate_hz, channels=channels, cell_samples=cell_samples)
        self._clipped = ClippingMeter(
            parameters.clipping_level,
            run_samples=parameters.clipping_run_samples,
            channels=channels,
            cell_samples=cell_samples,
        )
        self._blocks: list[FeatureCells] = []

    def add(self, block: CellBlock) -> None:
        """Measure the next block; all but the last are whole cells."""
        heard = self._weighted(block.samples).reshape(len(block.samples), -1, self._cell_samples)
        self._blocks.append(
            FeatureCells(
                energy=self._weights @ np.vecdot(heard, heard),
                true_peak=self._true_peak(block.samples, peaks=block.peaks),
                clipped=self._clipped(block),
                lowest=quantised(block.lowest.min(axis=0)),
                highest=quantised(block.highest.max(axis=0)),
            )
        )

    def finish(self) -> FeatureCells:
        """Return what was kept of all blocks, of which there was at least one."""
        return FeatureCells(
            energy=np.concatenate([block.energy for block in self._blocks]),
            true_peak=np.concatenate([block.true_peak for block in self._blocks]),
            clipped=np.concatenate([block.clipped for block in self._blocks]),
            lowest=np.concatenate([block.lowest for block in self._blocks]),
            highest=np.concatenate([block.highest for block in self._blocks]),
        )


def features_of(levels: Levels, cells: FeatureCells, *, start_ticks: Ticks, end_ticks: Ticks) -> SpanFeatures:
    """Return what was measured of a half-open span, to a hundredth of a second.

    Args:
        levels: Of the whole recording.
        cells: Of the whole recording.
        start_ticks: Where the span begins.
        end_ticks: Where it ends.
    """
    span = levels.cells_of(start_ticks, end_ticks=end_ticks)
    loudness = measure_loudness(_hops(levels, cells.energy, span))
    return SpanFeatures(
        integrated_lufs=loudness.integrated_lufs,
        loudness_range_lu=loudness.range_lu,
        max_momentary_lufs=loudness.max_momentary_lufs,
        max_short_term_lufs=loudness.max_short_term_lufs,
        true_peak_dbtp=_decibels(float(cells.true_peak[span].max(initial=0.0))),
        sample_peak_dbfs=_decibels(float(levels.peak[span].max(initial=0.0))),
        rms_dbfs=_decibels(_rms(levels, span)),
        clipped_samples=int(cells.clipped[span].sum()),
        waveform=outline(cells.lowest[span], cells.highest[span]),
    )


def _hops(levels: Levels, energy: NDArray[np.float32], span: slice) -> NDArray[np.float32]:
    """Return the mean energy of each complete tenth of a second from the beginning of the span on."""
    complete = energy[: levels.total_samples // levels.cell_samples][span]
    return complete[: complete.size // _HOP_CELLS * _HOP_CELLS].reshape(-1, _HOP_CELLS).mean(axis=1)


def _rms(levels: Levels, span: slice) -> float:
    sizes = levels.cell_sizes(span)
    energy = float(np.dot(levels.mean_square[span].astype(np.float64), sizes))
    return float(np.sqrt(energy / sizes.sum())) if sizes.size else 0.0


def _decibels(amplitude: float) -> float | None:
    return 20.0 * float(np.log10(amplitude)) if amplitude > 0 else None
