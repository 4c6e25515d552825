"""An id that a person found, looked up: what it is, and which piece is which of its tracks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from rapidfuzz import fuzz
from scipy.optimize import linear_sum_assignment

from ingest_assets.decided_identifications import Choice
from ingest_assets.review_groups import Piece
from music.releases import Medium, Recording, Release, Track
from resources.http import Http
from resources.musicbrainz import MusicBrainz
from resources.service_errors import ServiceError
from resources.services import musicbrainz
from resources.settings import Settings

NOT_LOOKED_UP: Final = "MusicBrainz is not asked about a release group"
LEAST_LIKENESS: Final = 0.4
"""Of a piece and the track that it is taken for: a person said already that it is this release."""
LENGTHS_APART_SECONDS: Final = 15.0
"""Lengths that differ by this much are not alike at all."""


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
    tracks = list(release.tracks())
    alike = np.array([[_likeness(piece, medium, track) for medium, track in tracks] for piece in pieces])
    rows, columns = linear_sum_assignment(alike, maximize=True) if alike.size else ((), ())
    return [
        (pieces[row], _choice_of_track(release, *tracks[column]))
        for row, column in zip(rows, columns, strict=True)
        if alike[row, column] >= LEAST_LIKENESS
    ]


def _likeness(piece: Piece, medium: Medium, track: Track) -> float:
    """Return how likely a piece is a track, from 0 to 1."""
    if any(row["recording_mbid"] == track.recording_mbid for row in (piece.facts, *piece.candidates)):
        return 1.0
    title = fuzz.ratio((piece.facts["own_title"] or "").casefold(), track.title.casefold()) / 100
    apart = LENGTHS_APART_SECONDS if track.length_seconds is None else abs(piece.seconds - track.length_seconds)
    length = max(0.0, 1 - apart / LENGTHS_APART_SECONDS)
    disc = piece.facts["own_disc_number"]
    place = piece.facts["own_track_number"] == track.position and disc in (None, medium.position)
    return 0.9 * (0.45 * title + 0.35 * length + 0.2 * place)


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
