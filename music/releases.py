"""What catalogues of music say, as values: recordings, releases and their tracks, and what a fingerprint is linked to.

The terms are MusicBrainz's. A recording is one performance as it sounds; a track is a recording's place on a medium
of a release; a release is one edition of a release group, which is what people call an album.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ArtistCredit:
    """Who a recording or a release is credited to."""

    name: str
    """As it is printed, join phrases included: "Queen & David Bowie"."""
    mbids: tuple[str, ...] = ()
    """The artists, in that order."""


@dataclass(frozen=True, slots=True)
class Track:
    """A recording's place on a medium."""

    position: int
    """On its medium, from 1."""
    title: str
    artist: ArtistCredit
    length_seconds: float | None
    """Of the track, else of its recording; None where nobody entered one."""
    recording_mbid: str
    recording_title: str = ""
    isrcs: tuple[str, ...] = ()
    work_mbids: tuple[str, ...] = ()
    number: str = ""
    """As it is printed: A1, 12."""
    is_video: bool = False


@dataclass(frozen=True, slots=True)
class Medium:
    """One disc, record or tape of a release."""

    position: int
    """From 1."""
    tracks: tuple[Track, ...]
    format: str | None = None
    """CD, 12" Vinyl, Cassette, Digital Media …"""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Release:
    """One edition of an album, with its tracks."""

    mbid: str
    title: str
    artist: ArtistCredit
    release_group_mbid: str
    media: tuple[Medium, ...]
    requested_mbid: str = ""
    """The id that was asked for, where it was merged into this one; else empty."""
    release_group_title: str = ""
    primary_type: str | None = None
    """Album, Single, EP …"""
    secondary_types: tuple[str, ...] = ()
    """Compilation, Live, Remix …"""
    status: str | None = None
    """Official, Promotion, Bootleg, Pseudo-Release …"""
    date: str | None = None
    """YYYY, YYYY-MM or YYYY-MM-DD."""
    first_release_date: str | None = None
    """Of its release group."""
    country: str | None = None
    barcode: str | None = None
    catalog_numbers: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    disambiguation: str = ""
    tags: tuple[str, ...] = ()
    """Genres and tags, the most voted first, at most ten (S3-R12)."""
    has_front_cover: bool | None = None
    """Whether the Cover Art Archive has one; None where it was not said."""

    @property
    def track_count(self) -> int:
        """How many tracks it has on all media."""
        return sum(len(medium.tracks) for medium in self.media)

    def tracks(self) -> Iterator[tuple[Medium, Track]]:
        """Yield each track with its medium, in order."""
        for medium in self.media:
            for track in medium.tracks:
                yield medium, track


@dataclass(frozen=True, slots=True)
class ReleaseSummary:
    """What an answer about something else says of a release: enough to choose which to look up."""

    mbid: str
    title: str
    release_group_mbid: str
    artist: ArtistCredit | None = None
    primary_type: str | None = None
    secondary_types: tuple[str, ...] = ()
    status: str | None = None
    date: str | None = None
    country: str | None = None
    track_count: int | None = None
    medium_count: int | None = None
    formats: tuple[str, ...] = ()
    barcode: str | None = None
    catalog_numbers: tuple[str, ...] = ()
    disc_position: int | None = None
    """Where the recording that was asked about stands on it."""
    track_position: int | None = None
    score: float | None = None
    """How well a search thinks it fits, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording with the releases it is on."""

    mbid: str
    title: str
    artist: ArtistCredit
    length_seconds: float | None
    requested_mbid: str = ""
    """The id that was asked for, where it was merged into this one; else empty."""
    isrcs: tuple[str, ...] = ()
    work_mbids: tuple[str, ...] = ()
    releases: tuple[ReleaseSummary, ...] = ()
    disambiguation: str = ""
    is_video: bool = False
    tags: tuple[str, ...] = ()
    score: float | None = None
    """How well a search thinks it fits, 0 to 1."""


@dataclass(frozen=True, slots=True)
class LinkedRecording:
    """A recording that people linked to a fingerprint."""

    mbid: str
    sources: int
    """How often it was submitted with this fingerprint; 1 where that was not said."""
    title: str | None = None
    """None where AcoustID knows nothing but the id."""
    artist: ArtistCredit | None = None
    duration_seconds: float | None = None
    isrcs: tuple[str, ...] = ()
    releases: tuple[ReleaseSummary, ...] = ()


@dataclass(frozen=True, slots=True)
class FingerprintMatch:
    """A track of AcoustID that sounds like a fingerprint."""

    acoustid: str
    score: float
    """How alike, 0 to 1."""
    recordings: tuple[LinkedRecording, ...] = field(default=())
