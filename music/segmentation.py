"""Where the pieces of music in a file begin and end.

Marks of a CUE sheet or of chapters win. Else the file is cut in the middle of silences (S3-R1) and at the end of
applause, if its tags, its length and the gaps themselves say that it holds more than one piece (`music.piece_clues`).
Pieces that run into one another are told apart by marks alone. `find_silences` needs the audio's levels; `cut` does
not, so that boundaries are found anew from stored silences when the tags change.

All times are ticks from the beginning of the file. Spans are half-open, in order, do not overlap and together
cover the file.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from types import MappingProxyType
from typing import ClassVar, Literal

from music.amplitude import AmplitudeParameters
from music.applause import find_applause
from music.background_noise import NOISE_SECONDS, find_noise
from music.hints import Hints
from music.levels import Levels
from music.limits import check_limits
from music.marks import Mark
from music.piece_clues import may_part, shortest_cutting_gap, speak_for_several, without_pauses
from music.silences import Gap, Silence, Silences, level_of_cells, quietest_moment, silences_of
from music.source_media import CLEAN_DBFS, Medium, SourceMedium, judge_medium, tagged_medium
from music.ticks import Ticks, seconds_to_ticks

MediumName = Literal["CD", "Vinyl", "Cassette", "Other"]
THRESHOLDS_DBFS: Mapping[MediumName, float] = MappingProxyType(
    {"CD": -80.0, "Vinyl": -60.0, "Cassette": -50.0, "Other": -60.0}
)
"""S3-R1; a tape with Dolby: -70."""
END_SECONDS = 1.0
"""A mark in the last second marks the end, not a piece."""
NEAR_SECONDS = 1.0
"""A mark so near to a silence belongs to it: sheets say where a piece begins, not where its gap does."""

ALIKE_DB = 0.5
"""The noise of two gaps of one recording differs by less."""

FoundBy = Literal["whole_file", "silence", "cue", "chapters", "manual"]


@dataclass(frozen=True, slots=True)
class SegmentParameters:
    """What can be set about finding pieces.

    Raises:
        ValueError: A value is out of its range; the message names it.
    """

    medium: MediumName = "Other"
    """What the files were copied from: CD, Vinyl, Cassette or Other. Gives the threshold, and is believed."""
    threshold_dbfs: float | None = None
    """What is at or under it is silent, in dBFS, -100 to 0. Unset: the medium's, or over the recording's noise."""
    minimum_silence_seconds: float = 0.5
    """The shortest silence, in seconds, 0.1 to 30."""
    noise_margin_db: float = 6.0
    """How far over its noise a recording counts as silent, in dB, 1 to 20."""
    minimum_piece_seconds: float = 20.0
    """What sounds shorter is joined to its neighbour, in seconds, 1 to 600: no service would know it."""
    longest_track_seconds: float = 600.0
    """A file with a title that is not longer is one piece, in seconds, 60 to 7200."""
    leads: AmplitudeParameters = field(default_factory=AmplitudeParameters)
    """How pieces begin and end."""

    PRESETS: ClassVar[Mapping[str, Mapping[str, object]]] = MappingProxyType(
        {
            "CD": {"medium": "CD"},
            "Vinyl": {"medium": "Vinyl"},
            "Cassette with Dolby": {"medium": "Cassette", "threshold_dbfs": -70.0},
            "Cassette without Dolby": {"medium": "Cassette"},
            "Other": {},
        }
    )
    """S3-R1, by name."""

    def __post_init__(self) -> None:
        if self.medium not in THRESHOLDS_DBFS:
            raise ValueError(f"medium is one of {', '.join(THRESHOLDS_DBFS)}, got {self.medium!r}")
        if self.threshold_dbfs is not None:
            mistake = "did you leave out the minus?" if self.threshold_dbfs > 0 else ""
            check_limits("threshold_dbfs", self.threshold_dbfs, (-100.0, 0.0), mistake=mistake)
        milliseconds = "did you pass milliseconds?"
        check_limits("minimum_silence_seconds", self.minimum_silence_seconds, (0.1, 30.0), mistake=milliseconds)
        check_limits("noise_margin_db", self.noise_margin_db, (1.0, 20.0), mistake="a margin is above the noise")
        check_limits("minimum_piece_seconds", self.minimum_piece_seconds, (1.0, 600.0), mistake=milliseconds)
        minutes = "did you pass minutes?"
        check_limits("longest_track_seconds", self.longest_track_seconds, (60.0, 7200.0), mistake=minutes)


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of music in a file: `start_ticks <= t < end_ticks`."""

    start_ticks: Ticks
    end_ticks: Ticks
    found_by: FoundBy
    title_hint: str | None = None
    """What a CUE sheet or a chapter calls it."""
    performer_hint: str | None = None
    """Who plays it, as said there."""


@dataclass(frozen=True, slots=True)
class Segmentation:
    """The pieces of a file."""

    spans: tuple[Span, ...]
    """In order, at least one; together they cover the file."""
    source_medium: SourceMedium


def find_silences(levels: Levels, parameters: SegmentParameters) -> Silences:
    """Return where a file is silent, and where people clap in it.

    What is at or under the threshold that is set is silent; else what is at or under the medium's, and what holds
    nothing but the recording's own noise.
    """
    cells_dbfs = level_of_cells(levels.mean_square)
    floor = quietest_moment(cells_dbfs, cells_per_second=levels.cells_per_second, seconds=NOISE_SECONDS)
    least_seconds = parameters.minimum_silence_seconds
    floor_dbfs = floor.level_dbfs if floor else None
    threshold_dbfs = parameters.threshold_dbfs
    if threshold_dbfs is None:
        margin_db = parameters.noise_margin_db
        noise = find_noise(levels, floor_dbfs=floor_dbfs, margin_db=margin_db, seconds=least_seconds)
        medium_dbfs = THRESHOLDS_DBFS[parameters.medium]
        silent = noise.cells | (cells_dbfs <= medium_dbfs)
        threshold_dbfs = max(medium_dbfs, (floor_dbfs or 0.0) + noise.over_floor_db)
    else:
        silent = cells_dbfs <= threshold_dbfs
    applause = find_applause(levels, silent=silent)
    for clapping in applause:
        silent[levels.cells_of(clapping.start_ticks, end_ticks=clapping.end_ticks)] = False
    silences = silences_of(silent, cells_dbfs, levels=levels, seconds=least_seconds)
    return Silences(threshold_dbfs, floor_dbfs, silences, applause)


def cut(silences: Silences, hints: Hints, parameters: SegmentParameters, *, duration_ticks: Ticks) -> Segmentation:
    """Return the pieces of a file and what it was probably copied from.

    Args:
        silences: Of the whole file, from `find_silences`.
        hints: What its tags, a CUE sheet or chapters say.
        parameters: Those with which the silences were found.
        duration_ticks: How long the decoded audio is.

    Raises:
        ValueError: There is no audio.
    """
    if duration_ticks <= 0:
        raise ValueError(f"a file without audio has no pieces, got a duration of {duration_ticks} ticks")
    spans = _spans_by_marks(hints, parameters, duration_ticks)
    if spans:
        gaps = _gaps_at([span.start_ticks for span in spans[1:]], silences)
    else:
        gaps = _gaps_between_pieces(silences, hints, parameters, duration_ticks=duration_ticks)
        spans = _spans_by_gaps(gaps, duration_ticks)
    medium = judge_medium(
        [gap for gap in gaps if isinstance(gap, Silence)],
        segment_count=len(spans),
        noise_floor_dbfs=silences.noise_floor_dbfs,
        said=Medium(parameters.medium) if parameters.medium != "Other" else Medium.UNKNOWN,
        tagged=tagged_medium(hints.medium_tag),
    )
    return Segmentation(spans, medium)


def _spans_by_marks(hints: Hints, parameters: SegmentParameters, duration_ticks: Ticks) -> tuple[Span, ...]:
    """Return the pieces that marks divide; none if nobody set marks.

    What lies before the first mark belongs to the first piece, unless it is long enough to be one.
    """
    last_start = duration_ticks - seconds_to_ticks(END_SECONDS)
    marks = [mark for mark in hints.marks if 0 <= mark.start_ticks <= last_start]
    if hints.found_by is None or not marks:
        return ()
    if marks[0].start_ticks >= seconds_to_ticks(parameters.minimum_piece_seconds):
        marks.insert(0, Mark(Ticks(0)))
    starts = [Ticks(0), *(mark.start_ticks for mark in marks[1:])]
    return tuple(
        Span(start, end, hints.found_by, mark.title, mark.performer)
        for mark, (start, end) in zip(marks, pairwise([*starts, duration_ticks]), strict=True)
    )


def _spans_by_gaps(gaps: Sequence[Gap], duration_ticks: Ticks) -> tuple[Span, ...]:
    edges = [Ticks(0), *(gap.boundary_ticks for gap in gaps), duration_ticks]
    found_by: FoundBy = "silence" if gaps else "whole_file"
    return tuple(Span(start, end, found_by) for start, end in pairwise(edges))


def _gaps_at(boundaries: Sequence[Ticks], silences: Silences) -> list[Silence]:
    """Return the silences in or near which boundaries lie."""
    near = seconds_to_ticks(NEAR_SECONDS)
    at = sorted(boundaries)
    return [
        silence
        for silence in silences.silences
        if bisect_right(at, silence.end_ticks + near) > bisect_left(at, silence.start_ticks - near)
    ]


def _gaps_between_pieces(
    silences: Silences, hints: Hints, parameters: SegmentParameters, *, duration_ticks: Ticks
) -> tuple[Gap, ...]:
    """Return the silences and the applause that part pieces of music, in order."""
    longest_track = seconds_to_ticks(parameters.longest_track_seconds)
    shortest_gap = shortest_cutting_gap(hints, duration_ticks=duration_ticks, longest_track_ticks=longest_track)
    if shortest_gap is None:
        return ()
    unsung = sorted([*silences.silences, *silences.applause], key=lambda gap: gap.start_ticks)
    gaps = _without_short_pieces(
        _likeliest_first([gap for gap in unsung if may_part(gap, shortest_gap=shortest_gap)]),
        _sound_before(unsung),
        all_sound=duration_ticks - sum(gap.length_ticks for gap in unsung),
        shortest_piece=seconds_to_ticks(parameters.minimum_piece_seconds),
    )
    gaps = without_pauses(gaps, duration_ticks=duration_ticks)
    return gaps if speak_for_several(gaps, hints) else ()


def _likeliest_first(gaps: Sequence[Gap]) -> list[Gap]:
    """Return gaps so that the one of two neighbours that is no gap comes second.

    Between two pieces nothing is heard but noise, so what is louder than the softest silence may be quiet music.
    Else the longest is the likeliest.
    """
    silences_dbfs = [gap.level_dbfs for gap in gaps if isinstance(gap, Silence)]
    loudest_dbfs = max(CLEAN_DBFS, min(silences_dbfs, default=CLEAN_DBFS)) + ALIKE_DB
    return sorted(gaps, key=lambda gap: (isinstance(gap, Silence) and gap.level_dbfs > loudest_dbfs, -gap.length_ticks))


def _sound_before(unsung: Sequence[Gap]) -> dict[Gap, int]:
    """Return how many ticks of the file sound before each gap: a quiet end with a few notes is no piece."""
    unsung_before = accumulate((gap.length_ticks for gap in unsung), initial=0)
    return {gap: gap.start_ticks - before for gap, before in zip(unsung, unsung_before, strict=False)}


def _without_short_pieces(
    candidates: Sequence[Gap], sound_before: Mapping[Gap, int], *, all_sound: int, shortest_piece: Ticks
) -> list[Gap]:
    """Return the gaps that leave no piece with too little sound: the first ones first, as far as there is room."""
    edges = [0, all_sound]
    gaps: list[Gap] = []
    for gap in candidates:
        sound = sound_before[gap]
        place = bisect_left(edges, sound)
        if min(sound - edges[place - 1], edges[place] - sound) >= shortest_piece:
            edges.insert(place, sound)
            gaps.append(gap)
    return sorted(gaps, key=lambda gap: gap.start_ticks)
