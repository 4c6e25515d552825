"""An id that a person found, looked up: what it is, and which piece is which of its tracks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ingest_assets.decided_identifications import Choice
from ingest_assets.review_groups import Piece
from music.alignment import align
from music.piece_evidence import AlbumGroup
from music.piece_evidence import Piece as PieceToAlign
from music.releases import Medium, Recording, Release, Track
from resources.http import Http
from resources.musicbrainz import MusicBrainz
from resources.service_errors import ServiceError
from resources.services import musicbrainz
from resources.settings import Settings

NOT_LOOKED_UP: Final = "MusicBrainz is not asked about a release group"


@dataclass(frozen=True, slots=True)
class NotKnown:
    """MusicBrainz was asked and has no such thing."""

    kinds: tuple[str, ...]
    """As what it was asked for."""


def look_up(settings: Settings, mbid: str, kinds: Sequence[str]) -> Recording | Release | NotKnown | str:
    """Return the recording or release of an id, or why it could not be looked up, in words.

    Args:
        settings: Whether and whom to ask.
        mbid: The id.
        kinds: As what to look for it, the likelier first.
    """
    try:
        with Http(settings.home, settings) as http:
            catalogue = MusicBrainz(http, musicbrainz(settings))
            asked = {"release": catalogue.release, "recording": catalogue.recording}
            if not set(kinds) & asked.keys():
                return NOT_LOOKED_UP
            found = (asked[kind](mbid) for kind in kinds)
            return next((each for each in found if each is not None), NotKnown(tuple(kinds)))
    except ServiceError as error:
        return error.message


def choice_of_recording(recording: Recording) -> Choice:
    """Return what a person says who takes a recording for a piece: of its release they say nothing."""
    return Choice(
        decision="ACCEPT",
        recording_mbid=recording.mbid,
        title=recording.title,
        artist=recording.artist.name,
        artist_mbids=recording.artist.mbids,
        work_mbids=recording.work_mbids,
    )


def on_tracks(pieces: Sequence[Piece], release: Release) -> list[tuple[Piece, Choice]]:
    """Return which piece is which track of a release, as far as they are alike; a piece may be none of them."""
    group = AlbumGroup(group_id="", pieces=tuple(_piece_of(piece, release) for piece in pieces))
    by_key = {piece.key: piece for piece in pieces}
    return [
        (by_key[placed.piece.key], _choice_of_track(release, placed.medium, placed.track))
        for placed in align(group, release).placements
    ]


def _piece_of(piece: Piece, release: Release) -> PieceToAlign:
    """Return a piece as it is laid on tracks: under its own names, and as the recording that it was held for."""
    facts = piece.facts
    recordings = {track.recording_mbid for _, track in release.tracks()}
    known = (row["recording_mbid"] for row in (facts, *piece.candidates))
    return PieceToAlign(
        file_key=facts["file_key"],
        path=facts["place"],
        duration_seconds=piece.seconds,
        segment_index=facts["segment_index"],
        segment_count=facts["pieces"],
        title=facts["own_title"],
        artist=facts["own_artist"],
        album=facts["own_album"],
        track_number=facts["own_track_number"],
        disc_number=facts["own_disc_number"],
        recording_mbid=next((mbid for mbid in known if mbid in recordings), None),
    )


def _choice_of_track(release: Release, medium: Medium, track: Track) -> Choice:
    return Choice(
        decision="ACCEPT",
        recording_mbid=track.recording_mbid,
        release_mbid=release.mbid,
        release_group_mbid=release.release_group_mbid,
        title=track.title,
        artist=track.artist.name,
        album=release.title,
        track_position=track.position,
        disc_position=medium.position,
        artist_mbids=track.artist.mbids,
        work_mbids=track.work_mbids,
    )
