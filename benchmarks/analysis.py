"""What reading a file costs, stage by stage, over decoding it and doing nothing with the sound."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import av

from benchmarks.corpus import TRACK_SECONDS, make_tracks
from benchmarks.costs import Stopwatch, least
from benchmarks.report import Figure, Matrix, Part
from music.audio_file import open_regular
from music.cells import cell_length, cut_cells
from music.decoding import Decoder, decode
from music.features import FeatureMeter, FeatureParameters, features_of
from music.formats import find_format
from music.hints import Hints
from music.k_weighting import KWeighting
from music.levels import LevelMeter
from music.measurement import MeasureRequest
from music.piece_tones import hear_piece
from music.probe import probe
from music.reduced_signal import ReducedSignal
from music.segmentation import SegmentParameters, cut, find_silences
from music.tempo import TempoParameters
from music.true_peak import TruePeakMeter
from resources.reading import ReadTask, read_file

ROUNDS, QUICK_ROUNDS = 4, 1
QUICK_SECONDS: Final = 40.0
DECODING: Final = "decoding alone"
BLOCKS: Final = "decoding into blocks"
GATHERING: Final = "gathering into blocks"
PROBE: Final = "hashes, tags, packets"
MEASURED: Final = "decoded and measured"
WHOLE: Final = "everything a worker does"
GOAL: Final = 2.5
"""Decoded and measured, over decoding; a WAV is not decoded but copied, so that it has no ratio to aim at."""
CPU_SECONDS_GOAL: Final = 1.44
"""Of a file (S1-04: 10,000 files an hour on four cores)."""


def measure(folder: Path, *, quick: bool) -> Part:
    """Return the cost of each stage over that of decoding, per codec."""
    files = make_tracks(folder, seconds=QUICK_SECONDS if quick else TRACK_SECONDS)
    costs = least(QUICK_ROUNDS if quick else ROUNDS, lambda: _round(files, str(folder)))
    for codec in files:
        costs[codec, GATHERING] = costs.pop((codec, BLOCKS)) - costs[codec, DECODING]
        costs[codec, MEASURED] = costs[codec, WHOLE] - costs[codec, PROBE]
    stages = list(dict.fromkeys(stage for _, stage in costs))
    matrix = Matrix(
        tuple(files),
        tuple(
            (f"{stage} (CPU-s)", tuple(costs[codec, stage] for codec in files))
            if stage == DECODING
            else (stage, tuple(costs[codec, stage] / costs[codec, DECODING] for codec in files))
            for stage in stages
        ),
    )
    figures = [
        Figure(
            f"{codec}: decoded and measured, over decoding", costs[codec, MEASURED] / costs[codec, DECODING], "x", GOAL
        )
        for codec in files
        if codec != "wav"
    ]
    dearest = max(files, key=lambda codec: costs[codec, WHOLE])
    figures.append(Figure(f"everything, of the dearest ({dearest})", costs[dearest, WHOLE], "CPU-s", CPU_SECONDS_GOAL))
    return Part("Analysis of a track of four minutes, stages over decoding alone", tuple(figures), matrix)


def _round(files: Mapping[str, Path], spool: str) -> dict[tuple[str, str], float]:
    """Return the costs by codec and stage."""
    return {(codec, stage): seconds for codec, file in files.items() for stage, seconds in _costs(file, spool).items()}


def _costs(path: Path, spool: str) -> dict[str, float]:
    watch = Stopwatch()
    with watch.on(DECODING):
        _decode_alone(path)
    with open_regular(os.fsencode(path)) as file:
        with watch.on(PROBE):
            probe(file, tick=_nothing)
        audio_format = find_format(file)
        if audio_format is None:
            raise AssertionError(f"{path} was made here and is music")
        file.seek(0)
        with decode(file, audio_format) as decoder:
            _listen(decoder, watch, spool)
    status = path.stat()
    with watch.on(WHOLE):
        read_file(ReadTask(os.fsencode(path), status.st_size, status.st_mtime_ns, has_sidecars=False), _Parent(spool))
    return watch.seconds


def _decode_alone(path: Path) -> None:
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        stream.codec_context.thread_count = 1
        for packet in container.demux(stream):
            packet.decode()


def _listen(decoder: Decoder, watch: Stopwatch, spool: str) -> None:
    """Do what `music.measurement.measure` does, stage by stage."""
    rate_hz, names = decoder.sample_rate_hz, decoder.channel_names
    cell_samples, channels = cell_length(rate_hz), len(names)
    level_meter = LevelMeter(rate_hz, cell_samples=cell_samples)
    weighting = KWeighting(rate_hz, channels=channels)
    true_peak = TruePeakMeter(rate_hz, channels=channels, cell_samples=cell_samples)
    feature_meter = FeatureMeter(rate_hz, channel_names=names, parameters=FeatureParameters())
    with ReducedSignal(rate_hz, channel_names=names, spool_directory=spool) as signal:
        for samples in watch.each(BLOCKS, iter(decoder)):
            with watch.on("cells"):
                block = cut_cells(samples, cell_samples=cell_samples)
            with watch.on("levels"):
                level_meter.add(block)
            with watch.on("features of a piece"):
                feature_meter.add(block)
            with watch.on("  of it K-weighting"):
                weighting(block.samples)
            with watch.on("  of it true peak"):
                true_peak(block.samples, peaks=block.peaks)
            with watch.on("reduced signal"):
                signal.add(block)
        _finish(level_meter, feature_meter, signal, watch)


def _finish(level_meter: LevelMeter, feature_meter: FeatureMeter, signal: ReducedSignal, watch: Stopwatch) -> None:
    """Do what needs the boundaries."""
    parameters = SegmentParameters()
    with watch.on("segments"):
        levels = level_meter.finish()
        silences = find_silences(levels, parameters)
        spans = cut(silences, Hints(), parameters, duration_ticks=levels.duration_ticks).spans
    with watch.on("features of a piece"):
        cells = feature_meter.finish()
        for span in spans:
            features_of(levels, cells, start_ticks=span.start_ticks, end_ticks=span.end_ticks)
    with watch.on("fingerprint, tempo, key"):
        signal.finish()
        for span in spans:
            chunks = signal.chunks(span.start_ticks, end_ticks=span.end_ticks)
            hear_piece(chunks, TempoParameters(), duration_seconds=1.0, want_fingerprint=True, want_features=True)


class _Parent:
    """Asks for everything, as the parent of a worker does for music that it does not know."""

    def __init__(self, spool: str) -> None:
        self._spool = spool

    def tick(self, note: str = "") -> None:
        """Be told nothing."""

    def ask(self, question: object) -> object:
        """Want everything, whatever the file is."""
        del question
        return everything(self._spool)


def everything(spool: str) -> MeasureRequest:
    """Return a request for all that can be measured."""
    return MeasureRequest(want_segments=True, want_fingerprints=True, want_features=True, spool_directory=spool)


def _nothing() -> None:
    pass
