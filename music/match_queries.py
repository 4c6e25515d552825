"""What to ask a catalogue for when nothing else tells what a group or a piece might be (S3-52…56)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from music.match_parameters import MatchParameters
from music.name_similarity import is_nobody
from music.piece_evidence import AlbumGroup, Piece
from music.piece_names import album_of_group, artist_of_group, artists_of, other_reading, title_beside, title_of
from music.releases import Recording, ReleaseSummary
from music.sound_evidence import is_telling, links_of
from music.titles import title_similarity

_LEAST_SONGS: Final = 3
"""An album of fewer is not proved by its names."""
_LEAST_FOUND: Final = 2

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
    readings = [(named, album), *filter(None, [other_reading(group)])]
    exact = [ReleaseQuery(*reading, count) for reading in readings if count and len(group.pieces) > 1]
    return (*exact, *(ReleaseQuery(*reading, None) for reading in readings))


def query_for_piece(piece: Piece) -> RecordingQuery | None:
    """Return the search for one piece; None where its names do not allow one, or its sound needs none."""
    title, artists = title_of(piece), artists_of(piece)
    links = links_of(piece)
    if title is None or not artists or (is_telling(links) and any(link.recording.title for link in links)):
        return None
    return RecordingQuery(title, artists[0], piece.duration_seconds)


def songs_to_search(group: AlbumGroup) -> tuple[Piece, ...]:
    """Return the pieces of an album that tell most if they are searched for: those with the longest titles first."""
    asked = [piece for piece in group.pieces if query_for_piece(piece)]
    if group.is_loose or len(group.pieces) < _LEAST_SONGS:
        return ()
    return tuple(sorted(asked, key=lambda piece: (-len(title_of(piece) or ""), piece.key)))


def releases_of_songs(
    found: Sequence[tuple[Piece, Sequence[Recording]]], parameters: MatchParameters
) -> tuple[ReleaseSummary, ...]:
    """Return the releases that hold all of some songs, at least two.

    Args:
        found: Pieces, and the recordings that a search by their names found.
        parameters: How alike titles are that are the same.
    """
    known: dict[str, ReleaseSummary] = {}
    counts: Counter[str] = Counter()
    for piece, recordings in found:
        releases = {each.mbid: each for recording in recordings if _may_be(piece, recording, parameters)
                    for each in recording.releases}  # fmt: skip
        known |= releases
        counts.update(releases.keys())
    return tuple(known[mbid] for mbid in sorted(counts) if counts[mbid] == len(found) >= _LEAST_FOUND)


def _may_be(piece: Piece, recording: Recording, parameters: MatchParameters) -> bool:
    alike = title_similarity(title_beside(piece, recording.artist.name) or "", recording.title)
    apart = None if recording.length_seconds is None else abs(piece.duration_seconds - recording.length_seconds)
    return (alike or 0.0) >= parameters.same_title and (apart is None or apart <= parameters.other_seconds)


def recordings_to_look_up(piece: Piece) -> tuple[str, ...]:
    """Return the recordings that are worth a request for a piece by itself: those of which nothing but the id is known.

    The id in the tags, unless its sound confirms it; and what its sound is linked to without a title.
    """
    known = {link.recording.mbid: link for link in links_of(piece)}
    tagged = piece.recording_mbid
    wanted = [tagged] if tagged and (tagged not in known or known[tagged].recording.title is None) else []
    unnamed = [mbid for mbid, link in known.items() if link.recording.title is None and link.of_most >= _LEAST_OF_MOST]
    return tuple(dict.fromkeys([*wanted, *unnamed[:3]]))
