"""What a piece by itself might be: recordings, and how each agrees with its names, its sound and its length."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from music.match_scores import duration_score, piece_confidence, weighted
from music.matches import Candidate, Source
from music.name_similarity import artist_similarity
from music.piece_evidence import Piece
from music.piece_names import album_of, artists_of, is_artist_of_folder, telling, title_beside, versions_of_album
from music.release_names import album_names_similarity
from music.releases import ArtistCredit, LinkedRecording, Recording, ReleaseSummary
from music.sound_evidence import Link, is_telling, links_of
from music.titles import Versions, compare_versions, title_similarity, versions_in


@dataclass(frozen=True, slots=True)
class PieceCandidate:
    """A recording that a piece might be. None: nothing to compare."""

    recording: Recording
    source: Source
    link: Link | None
    """Of the piece's sound."""
    title: float | None
    artist: float | None
    album: float | None
    """How alike its best named release is."""
    versions: Versions
    metadata: float | None
    seconds_apart: float | None
    duration: float | None
    fingerprint: float | None
    is_tagged: bool
    """Whether the tags hold its id or its ISRC."""
    confidence: float
    """By S3-62, 0 to 1."""

    def as_candidate(self, *, rank: int, rejected_because: str | None) -> Candidate:
        """Return it as a row of a decision."""
        releases = self.recording.releases
        only = releases[0] if len(releases) == 1 else None
        return Candidate(
            rank=rank,
            score=self.confidence,
            source=self.source,
            recording_mbid=self.recording.mbid,
            release_mbid=only.mbid if only else None,
            release_group_mbid=only.release_group_mbid if only else None,
            title=self.recording.title or None,
            artist=self.recording.artist.name or None,
            album=only.title if only else None,
            track_position=only.track_position if only else None,
            disc_position=only.disc_position if only else None,
            recording_length_seconds=self.recording.length_seconds,
            metadata=self.metadata,
            fingerprint=self.fingerprint,
            duration=self.duration,
            rejected_because=rejected_because,
        )


def candidates_of(piece: Piece, recordings: Iterable[Recording]) -> tuple[PieceCandidate, ...]:
    """Return what a piece might be, the likeliest first, whatever their order.

    Args:
        piece: To identify.
        recordings: That were looked up or searched; what its sound is linked to counts as well.
    """
    links = {link.recording.mbid: link for link in links_of(piece)}
    known: dict[str, Recording] = {mbid: _as_recording(link.recording) for mbid, link in links.items()}
    for recording in sorted(recordings, key=lambda each: (each.mbid, repr(each))):
        known[recording.mbid] = _joined(known.get(recording.mbid), recording)
    found = [_judge(piece, recording, links) for recording in known.values()]
    return tuple(sorted(found, key=_rank))


def _rank(candidate: PieceCandidate) -> tuple[float, bool, float, str]:
    apart = abs(candidate.seconds_apart) if candidate.seconds_apart is not None else 99.0
    return -candidate.confidence, not candidate.is_tagged, apart, candidate.recording.mbid


def _judge(piece: Piece, recording: Recording, links: dict[str, Link]) -> PieceCandidate:
    link = links.get(recording.mbid)
    fingerprint = link.weight if link else 0.0 if is_telling(links.values()) else None
    title, artist, album = _title(piece, recording), _artist(piece, recording), _album(piece, recording)
    named = None if telling(piece.album) is None and (album or 0.0) < _OTHER_ALBUM else album
    metadata = weighted((0.5, title), (0.3, artist), (0.2, named))
    apart = None if recording.length_seconds is None else piece.duration_seconds - recording.length_seconds
    duration = duration_score(apart)
    ids = {recording.mbid, recording.requested_mbid or recording.mbid}
    has_isrc = piece.isrc is not None and piece.isrc in recording.isrcs
    return PieceCandidate(
        recording=recording,
        source=_source(piece, recording, is_linked=link is not None),
        link=link,
        title=title,
        artist=artist,
        album=album,
        versions=_versions(piece, recording),
        metadata=metadata,
        seconds_apart=apart,
        duration=duration,
        fingerprint=fingerprint,
        is_tagged=piece.recording_mbid in ids or has_isrc,
        confidence=piece_confidence(metadata=metadata, fingerprint=fingerprint, duration=duration),
    )


def _source(piece: Piece, recording: Recording, *, is_linked: bool) -> Source:
    if piece.recording_mbid in {recording.mbid, recording.requested_mbid or recording.mbid}:
        return "tags"
    if piece.isrc is not None and piece.isrc in recording.isrcs:
        return "isrc"
    return "acoustid" if is_linked else "recording_search"


def _title(piece: Piece, recording: Recording) -> float | None:
    title = title_beside(piece, recording.artist.name)
    if title is None or not recording.title:
        return None
    said, of_recording = _said(piece, recording), _of_recording(recording)
    return title_similarity(title, recording.title, said=said, of_other=of_recording)


def _versions(piece: Piece, recording: Recording) -> Versions:
    title = title_beside(piece, recording.artist.name)
    if title is None or not recording.title:
        return Versions.SAME
    return compare_versions(title, recording.title, said=_said(piece, recording), of_other=_of_recording(recording))


def _said(piece: Piece, recording: Recording) -> frozenset[str]:
    """Return what the album's name says of the version, unless the recording is on an album of that name."""
    said = versions_of_album(piece)
    return said if (_album(piece, recording) or 0.0) < _SAME_ALBUM else said & _of_recording(recording)


_SAME_ALBUM = 0.9
_OTHER_ALBUM = 0.6
_OTHER_ARTIST = 0.5
"""What a folder is called speaks for an album and an artist, never against: it may be called after anything."""


def _of_recording(recording: Recording) -> frozenset[str]:
    """Return what the catalogue says of the version outside the title."""
    live = (
        {"live"}
        if recording.releases and all("Live" in each.secondary_types for each in recording.releases)
        else set[str]()
    )
    return versions_in(recording.disambiguation) | live


def _artist(piece: Piece, recording: Recording) -> float | None:
    names = [recording.artist.name, *(each.artist.name for each in recording.releases if each.artist)]
    found = [artist_similarity(name, credit) for name in artists_of(piece) for credit in dict.fromkeys(names) if credit]
    best = max((alike for alike in found if alike is not None), default=None)
    return None if best is not None and best < _OTHER_ARTIST and is_artist_of_folder(piece) else best


def _album(piece: Piece, recording: Recording) -> float | None:
    album = album_of(piece)
    if album is None or not recording.releases:
        return None
    found = [album_names_similarity(album, name) for name in {each.title for each in recording.releases}]
    return max((alike for alike in found if alike is not None), default=None)


def _as_recording(linked: LinkedRecording) -> Recording:
    return Recording(
        mbid=linked.mbid,
        title=linked.title or "",
        artist=linked.artist or ArtistCredit(""),
        length_seconds=linked.duration_seconds,
        isrcs=linked.isrcs,
        releases=linked.releases,
    )


def _joined(known: Recording | None, recording: Recording) -> Recording:
    """Return a recording with all that is known of it: the later answer counts, the releases of both."""
    if known is None:
        return recording
    releases: dict[str, ReleaseSummary] = {each.mbid: each for each in (*known.releases, *recording.releases)}
    return replace(
        recording,
        title=recording.title or known.title,
        artist=recording.artist if recording.artist.name else known.artist,
        length_seconds=known.length_seconds if recording.length_seconds is None else recording.length_seconds,
        isrcs=tuple(dict.fromkeys((*recording.isrcs, *known.isrcs))),
        work_mbids=recording.work_mbids or known.work_mbids,
        disambiguation=recording.disambiguation or known.disambiguation,
        releases=tuple(releases[mbid] for mbid in sorted(releases)),
    )
