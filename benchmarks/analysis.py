"""What reading a file costs, stage by stage, over decoding it and doing nothing with the sound."""

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

import av

from benchmarks.corpus import TRACK_SECONDS, make_long_track, make_tracks
from benchmarks.costs import Stopwatch, least
from benchmarks.report import Figure, Matrix, Part
from music import measurement, piece_tones
from music.amplitude_profile import AmplitudeMeter
from music.audio_file import open_regular
from music.decoding import decode
from music.features import FeatureMeter
from music.formats import find_format
from music.k_weighting import KWeighting
from music.levels import LevelMeter
from music.measurement import MeasureRequest
from music.onsets import OnsetMeter
from music.pitch_spectra import PitchMeter
from music.reduced_signal import ReducedSignal
from music.timbre import TimbreMeter
from music.true_peak import TruePeakMeter
from resources import reading
from resources.reading import ReadTask, read_file

ROUNDS, QUICK_ROUNDS = 4, 1
LONG_ROUNDS: Final = 2
QUICK_SECONDS: Final = 40.0
LONG_SECONDS, QUICK_LONG_SECONDS = 3600.0, 480.0
DECODING: Final = "decoding alone"
BLOCKS: Final = "decoding into blocks"
GATHERING: Final = "gathering into blocks"
PROBE: Final = "hashes, tags, packets"
BESIDE: Final = "everything beside decoding"
WHOLE: Final = "everything a worker does"
STAGES: Final = (
    (reading, "probe", PROBE),
    (measurement, "cut_cells", "cells"),
    (LevelMeter, "add", "levels"),
    (AmplitudeMeter, "add", "amplitude profile"),
    (FeatureMeter, "add", "loudness, peaks, clipping"),
    (KWeighting, "__call__", "  of it K-weighting"),
    (TruePeakMeter, "__call__", "  of it true peak"),
    (TimbreMeter, "add", "timbre"),
    (ReducedSignal, "add", "reduced signal"),
    (measurement, "find_silences", "silences"),
    (measurement, "cut_again", "boundaries, fades, leads"),
    (measurement, "hear_piece", "fingerprint, tempo, key"),
    (PitchMeter, "add", "  of it spectra of pitches"),
    (OnsetMeter, "add", "  of it onsets"),
    (piece_tones, "find_tempo", "  of it tempo"),
    (measurement, "features_of", "loudness of a piece"),
    (measurement, "timbre_of", "timbre of a piece"),
)
"""Where a stage begins and ends: these are wrapped while a worker's own function runs."""
BESIDE_GOAL: Final = 0.30
"""CPU-s for a track of four minutes."""
RATIO_GOAL: Final = 2.0
"""Everything a worker does, over decoding; a WAV is not decoded but copied, so that it has no ratio to aim at."""
CPU_SECONDS_GOAL: Final = 1.44
"""Of a file (S1-04: 10,000 files an hour on four cores)."""
FILES_PER_HOUR_GOAL: Final = 10_000
CORES: Final = 2
BOOKKEEPING_SECONDS: Final = 0.0185
"""Planning, Dagster and the lake, per file: what `benchmarks.batch` finds for 500 files."""
USUAL: Final = ("mp3", "flac")
"""What music libraries are mostly made of."""
PROPORTION_GOAL: Final = 1.1


def measure(folder: Path, *, quick: bool) -> Part:
    """Return the cost of each stage over that of decoding, per codec."""
    files = make_tracks(folder, seconds=QUICK_SECONDS if quick else TRACK_SECONDS)
    costs = least(QUICK_ROUNDS if quick else ROUNDS, lambda: _round(files, str(folder)))
    for codec in files:
        costs[codec, GATHERING] = costs.pop((codec, BLOCKS)) - costs[codec, DECODING]
        costs[codec, BESIDE] = costs[codec, WHOLE] - costs[codec, DECODING]
    stages = (DECODING, GATHERING, *(name for _, _, name in STAGES), BESIDE, WHOLE)
    matrix = Matrix(
        tuple(files),
        tuple(
            (f"{stage} (CPU-s)", tuple(costs[codec, stage] for codec in files))
            if stage == DECODING
            else (stage, tuple(costs[codec, stage] / costs[codec, DECODING] for codec in files))
            for stage in stages
        ),
    )
    tracks = (QUICK_SECONDS if quick else TRACK_SECONDS) / TRACK_SECONDS
    proportion = _proportion(folder, seconds=QUICK_LONG_SECONDS if quick else LONG_SECONDS)
    return Part(
        "Analysis of a track of four minutes, stages over decoding alone",
        (*_figures(costs, tuple(files), tracks=tracks), proportion),
        matrix,
    )


def _figures(costs: Mapping[tuple[str, str], float], codecs: tuple[str, ...], *, tracks: float) -> Iterator[Figure]:
    """Yield what has a goal.

    Args:
        costs: By codec and stage.
        codecs: All of them.
        tracks: How many tracks of four minutes were read, or what share of one.
    """
    for codec in codecs:
        if codec != "wav":
            yield Figure(f"{codec}: {BESIDE}", costs[codec, BESIDE] / tracks, "CPU-s", BESIDE_GOAL)
            yield Figure(
                f"{codec}: {WHOLE}, over decoding", costs[codec, WHOLE] / costs[codec, DECODING], "x", RATIO_GOAL
            )
    dearest = max(codecs, key=lambda codec: costs[codec, WHOLE])
    yield Figure(f"everything, of the dearest ({dearest})", costs[dearest, WHOLE] / tracks, "CPU-s", CPU_SECONDS_GOAL)
    for codec in USUAL:
        per_file = costs[codec, WHOLE] / tracks + BOOKKEEPING_SECONDS
        yield Figure(
            f"{codec}: files an hour on {CORES} cores, with Dagster and the lake",
            CORES * 3600 / per_file,
            "files",
            FILES_PER_HOUR_GOAL,
            more_is_better=True,
        )


def _proportion(folder: Path, *, seconds: float) -> Figure:
    """Return what a long file costs over as many short ones as are as long."""
    short, long = folder / "short.mp3", folder / "long.mp3"
    make_long_track(short, seconds=TRACK_SECONDS)
    make_long_track(long, seconds=seconds)
    costs = least(LONG_ROUNDS, lambda: {file: _whole(file, Stopwatch(), str(folder)) for file in (short, long)})
    ratio = costs[long] / costs[short] / (seconds / TRACK_SECONDS)
    return Figure(f"{seconds / 60:g} minutes in one mp3, over as much in short ones", ratio, "x", PROPORTION_GOAL)


def _round(files: Mapping[str, Path], spool: str) -> dict[tuple[str, str], float]:
    """Return the costs by codec and stage."""
    return {(codec, stage): seconds for codec, file in files.items() for stage, seconds in _costs(file, spool).items()}


def _costs(path: Path, spool: str) -> dict[str, float]:
    watch = Stopwatch()
    with watch.on(DECODING):
        _decode_alone(path)
    with watch.on(BLOCKS):
        _decode_into_blocks(path)
    with _stages_on(watch):
        _whole(path, watch, spool)
    return watch.seconds


def _decode_alone(path: Path) -> None:
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        stream.codec_context.thread_count = 1
        for packet in container.demux(stream):
            packet.decode()


def _decode_into_blocks(path: Path) -> None:
    with open_regular(os.fsencode(path)) as file:
        audio_format = find_format(file)
        if audio_format is None:
            raise AssertionError(f"{path} was made here and is music")
        file.seek(0)
        with decode(file, audio_format) as decoder:
            for _ in decoder:
                pass


@contextmanager
def _stages_on(watch: Stopwatch) -> Iterator[None]:
    """Count all stages, inside a block."""
    with ExitStack() as stack:
        for owner, function, name in STAGES:
            stack.enter_context(watch.calls(owner, function, name))
        yield


def _whole(path: Path, watch: Stopwatch, spool: str) -> float:
    """Do what a worker does and return what it took."""
    status = path.stat()
    with watch.on(WHOLE):
        read_file(ReadTask(os.fsencode(path), status.st_size, status.st_mtime_ns, has_sidecars=False), _Parent(spool))
    return watch.seconds[WHOLE]


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
