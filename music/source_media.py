"""What a recording was copied from, by the gaps between its pieces (S3-46…51).

A CD's gaps are clean and alike, two to three seconds long. What comes from a record or a tape is never clean: its
gaps are noise, steady on a record, while a tape's noise changes with every recording on it.

How sure: each gap is asked whether it looks as that medium's gaps do, and the share of those that do is taken by
Laplace's rule of succession, (yes + 1) / (asked + 2). Twelve pieces with eleven fitting gaps make 0.92 (S3-51).
"""

import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from music.silences import Silence
from music.ticks import TICKS_PER_SECOND, Ticks

CD_GAP_SECONDS = (1.5, 3.5)
"""S3-47 says 2 to 3 s, S3-51 counts 1.8 s among them: rounded to the half second."""
CONSISTENT_SECONDS = 0.5
"""Gaps are alike when their standard deviation is not above this."""
CLEAN_DBFS = -70.0
"""Noisier gaps are of a record or a tape: the quietest tape has about this (S3-R1)."""
NOISE_CHANGE_DB = 6.0
"""Gaps whose noise differs by more have been recorded at different levels."""
STEADY_IS_VINYL = 0.75
"""Steady noise is a record's, but a tape recorded in one go sounds alike: three of four is believed."""
TAG_CONFIDENCE = 0.9
"""Taggers write the medium of the release that they matched, which need not be that of the copy."""


class Medium(StrEnum):
    """What a recording was copied from."""

    CD = "CD"
    VINYL = "Vinyl"
    CASSETTE = "Cassette"
    UNKNOWN = "Unknown"


class GapPattern(StrEnum):
    """Whether the gaps of a recording are alike."""

    CONSISTENT = "Consistent"
    VARIABLE = "Variable"
    NONE = "None"
    """Fewer than two gaps: nothing to compare."""


@dataclass(frozen=True, slots=True)
class SourceMedium:
    """How the pieces of a file lie, and what it was probably copied from."""

    segment_count: int
    gap_pattern: GapPattern
    mean_gap_ticks: Ticks | None
    """None without gaps."""
    gap_spread_ticks: Ticks | None
    """Standard deviation of the gaps' lengths; None without gaps."""
    noise_floor_dbfs: float | None
    """The quietest half second between the ends; None in a file too short to say."""
    medium: Medium
    confidence: float
    """0 to 1: 1.0 as a person said; 0.9 as a tag says; for CD and Cassette (fitting gaps + 1) / (gaps + 2), for
    Vinyl three quarters of that; 0.0 for Unknown."""


_TAGGED = (
    (Medium.VINYL, re.compile(r"vinyl|shellac|flexi|\blp\b|\btt\b", re.IGNORECASE)),
    (Medium.CASSETTE, re.compile(r"cassette|\bmc\b", re.IGNORECASE)),
    (Medium.CD, re.compile(r"(?:\b|\dx)(?:hd|sa)?cd(?:-r)?\b", re.IGNORECASE)),
)


def tagged_medium(tag: str | None) -> Medium:
    """Return the medium that a tag names, in MusicBrainz' words or ID3's codes."""
    return next((medium for medium, words in _TAGGED if words.search(tag or "")), Medium.UNKNOWN)


def judge_medium(
    gaps: Sequence[Silence],
    *,
    segment_count: int,
    noise_floor_dbfs: float | None,
    said: Medium = Medium.UNKNOWN,
    tagged: Medium = Medium.UNKNOWN,
) -> SourceMedium:
    """Return what the gaps between pieces say about the source.

    Args:
        gaps: The silences between two pieces, in order.
        segment_count: How many pieces there are.
        noise_floor_dbfs: Of the file.
        said: What a person says the medium is.
        tagged: What a tag says it is.
    """
    lengths = [gap.length_ticks for gap in gaps]
    pattern = gap_pattern(lengths)
    if said is not Medium.UNKNOWN:
        medium, confidence = said, 1.0
    elif tagged is not Medium.UNKNOWN:
        medium, confidence = tagged, TAG_CONFIDENCE
    else:
        medium, confidence = _heard(gaps, pattern)
    return SourceMedium(
        segment_count=segment_count,
        gap_pattern=pattern,
        mean_gap_ticks=Ticks(round(statistics.mean(lengths))) if lengths else None,
        gap_spread_ticks=Ticks(round(statistics.pstdev(lengths))) if lengths else None,
        noise_floor_dbfs=noise_floor_dbfs,
        medium=medium,
        confidence=confidence,
    )


def gap_pattern(lengths: Sequence[Ticks]) -> GapPattern:
    """Tell whether gaps of these lengths are alike."""
    if len(lengths) < 2:  # noqa: PLR2004
        return GapPattern.NONE
    alike = statistics.pstdev(lengths) <= CONSISTENT_SECONDS * TICKS_PER_SECOND
    return GapPattern.CONSISTENT if alike else GapPattern.VARIABLE


def _heard(gaps: Sequence[Silence], pattern: GapPattern) -> tuple[Medium, float]:
    noisy = [gap.level_dbfs for gap in gaps if gap.level_dbfs > CLEAN_DBFS]
    if len(noisy) * 2 > len(gaps):
        changes = max(noisy) - min(noisy) > NOISE_CHANGE_DB
        confidence = _succession(len(noisy), len(gaps))
        if changes:
            return Medium.CASSETTE, round(confidence, 2)
        return Medium.VINYL, round(STEADY_IS_VINYL * confidence, 2)
    fitting = sum(_as_on_cd(gap) for gap in gaps)
    if pattern is GapPattern.CONSISTENT and fitting * 2 > len(gaps):
        return Medium.CD, round(_succession(fitting, len(gaps)), 2)
    return Medium.UNKNOWN, 0.0


def _as_on_cd(gap: Silence) -> bool:
    shortest, longest = (seconds * TICKS_PER_SECOND for seconds in CD_GAP_SECONDS)
    return gap.level_dbfs <= CLEAN_DBFS and shortest <= gap.length_ticks <= longest


def _succession(fitting: int, asked: int) -> float:
    return (fitting + 1) / (asked + 2)
