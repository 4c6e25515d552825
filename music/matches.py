"""What was decided about a piece, with the evidence for it and what else it might have been."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

Source = Literal["tags", "isrc", "barcode", "acoustid", "release_search", "recording_search"]
"""What suggested a candidate."""


class Decision(StrEnum):
    """Whether a piece has a name."""

    ACCEPT = "ACCEPT"
    REVIEW = "REVIEW"
    """A person is asked."""
    REJECT = "REJECT"
    """Nothing fits: it stays a passage without a song."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What speaks for a match, each from 0 to 1; None where there is nothing to go by, which is not 0."""

    metadata: float | None = None
    """How alike the names are."""
    contextual: float | None = None
    """How well the release as a whole fits its group, by number of tracks, lengths and names (S3-59)."""
    pattern: float | None = None
    """How well number, gaps and medium fit the release (S3-55)."""
    fingerprint: float | None = None
    """Of this piece: AcoustID's score times the recording's share of the sources."""
    fingerprint_mean: float | None = None
    """Over the pieces of the group that have one."""
    fingerprint_min: float | None = None
    duration: float | None = None
    """How near the lengths are."""
    release_share: float | None = None
    """The share of the group's pieces whose fingerprints know a recording on this release."""
    margin: float | None = None
    """How far the next that it could be is behind; 1 where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Something that a piece might be."""

    rank: int
    """From 1, the best."""
    score: float
    """0 to 1."""
    source: Source
    recording_mbid: str | None = None
    release_mbid: str | None = None
    release_group_mbid: str | None = None
    title: str | None = None
    artist: str | None = None
    album: str | None = None
    track_position: int | None = None
    disc_position: int | None = None
    recording_length_seconds: float | None = None
    metadata: float | None = None
    contextual: float | None = None
    pattern: float | None = None
    fingerprint: float | None = None
    duration: float | None = None
    rejected_because: str | None = None
    """Words; None for what was chosen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What was decided about one piece."""

    file_key: str
    segment_index: int
    decision: Decision
    confidence: float
    """0 to 1."""
    reason: str
    """One sentence or two for a person."""
    recording_mbid: str | None = None
    """What it is; for REVIEW the best guess, for REJECT None."""
    release_mbid: str | None = None
    """None where several editions fit equally: see `editions`."""
    release_group_mbid: str | None = None
    artist_mbids: tuple[str, ...] = ()
    work_mbids: tuple[str, ...] = ()
    title: str | None = None
    """As the catalogue says it, like the four after it."""
    artist: str | None = None
    album: str | None = None
    track_position: int | None = None
    disc_position: int | None = None
    recording_length_seconds: float | None = None
    release_date: str | None = None
    tags: tuple[str, ...] = ()
    editions: tuple[str, ...] = ()
    """Ids of the releases that fit equally, the claimed one included."""
    requested_recording_mbid: str | None = None
    """The id in the tags, where the catalogue has merged it into `recording_mbid`."""
    requested_release_mbid: str | None = None
    evidence: Evidence = field(default_factory=Evidence)
    candidates: tuple[Candidate, ...] = ()
    """Ranked, what was chosen included."""
