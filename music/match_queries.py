"""What to ask a catalogue for when nothing else tells what a group or a piece might be (S3-52…56)."""

from dataclasses import dataclass
from typing import Final

from music.name_similarity import is_nobody
from music.piece_evidence import AlbumGroup, Piece
from music.piece_names import album_of_group, artist_of_group, artists_of, title_of
from music.sound_evidence import links_of

_LEAST_OF_MOST: Final = 0.25
"""A recording without a title that has a smaller share of the sources of the one with the most is not asked for."""


@dataclass(frozen=True, slots=True)
class ReleaseQuery:
    """A search for releases."""

    artist: str | None
    album: str
    track_count: int | None


@dataclass(frozen=True, slots=True)
class RecordingQuery:
    """A search for recordings."""

    title: str
    artist: str
    duration_seconds: float


def queries_for(group: AlbumGroup) -> tuple[ReleaseQuery, ...]:
    """Return the searches for a group, to be tried in turn until one finds what fits."""
    album = album_of_group(group)
    if album is None:
        return ()
    artist = artist_of_group(group)
    named = artist if artist and not is_nobody(artist) else None
    totals = {piece.track_total for piece in group.pieces}
    count = len(group.pieces) if totals <= {None, len(group.pieces)} else None
    exact = (ReleaseQuery(named, album, count),) if count and len(group.pieces) > 1 else ()
    return (*exact, ReleaseQuery(named, album, None))


def query_for_piece(piece: Piece) -> RecordingQuery | None:
    """Return the search for one piece; None where its names do not allow one, or its sound needs none."""
    title, artists = title_of(piece), artists_of(piece)
    if title is None or not artists or any(link.recording.title for link in links_of(piece)):
        return None
    return RecordingQuery(title, artists[0], piece.duration_seconds)


def recordings_to_look_up(piece: Piece) -> tuple[str, ...]:
    """Return the recordings that are worth a request for a piece by itself: those of which nothing but the id is known.

    The id in the tags, unless its sound confirms it; and what its sound is linked to without a title.
    """
    known = {link.recording.mbid: link for link in links_of(piece)}
    tagged = piece.recording_mbid
    wanted = [tagged] if tagged and (tagged not in known or known[tagged].recording.title is None) else []
    unnamed = [mbid for mbid, link in known.items() if link.recording.title is None and link.of_most >= _LEAST_OF_MOST]
    return tuple(dict.fromkeys([*wanted, *unnamed[:3]]))
