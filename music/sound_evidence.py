"""What a fingerprint says a piece is: the recordings that people linked to what sounds like it.

AcoustID scores how alike the sound is; which of several recordings under one id it is, it does not know. How often
each was submitted is all it can say, and a link may be wrong: few sources beside many, or a song of another name.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from music.name_similarity import artist_similarity
from music.piece_evidence import Piece
from music.releases import FingerprintMatch, LinkedRecording
from music.titles import name_of_title_similarity

SAME_SONG: Final = 0.75
"""Titles less alike are of different songs."""
HEARD: Final = 0.5
"""What is less alike has not been heard."""
_TELLING: Final = 0.65
"""What is less alike says nothing against other names: fingerprints of unlike songs share as much."""


@dataclass(frozen=True, slots=True)
class Link:
    """A recording that a piece's fingerprint is linked to, at its best."""

    recording: LinkedRecording
    score: float
    """How alike the sound is, 0 to 1."""
    of_most: float
    """Its sources as a share of those of the recording with the most, 0 to 1."""
    of_all: float
    """Its sources as a share of all sources of that AcoustID, 0 to 1."""
    of_song: float
    """The share of all sources that says it is this song, in whatever recording, 0 to 1."""

    @property
    def weight(self) -> float:
        """The fingerprint score of S3-62 and S3-64: how alike, times the share of the sources."""
        return self.score * self.of_most


def links_of(piece: Piece) -> tuple[Link, ...]:
    """Return what the piece's fingerprint is linked to, the likeliest first; each recording once."""
    best: dict[str, Link] = {}
    for match in piece.matches:
        for link in _links(match):
            known = best.get(link.recording.mbid)
            if known is None or _rank(link) < _rank(known):
                best[link.recording.mbid] = link
    return tuple(sorted(best.values(), key=_rank))


def is_telling(links: Iterable[Link]) -> bool:
    """Tell whether what a piece is linked to speaks against all other recordings: it is alike enough."""
    return any(link.score >= _TELLING for link in links)


def is_same_song(one: LinkedRecording, other: LinkedRecording) -> bool:
    """Tell whether two recordings are of one song by one artist, as far as is known."""
    if one.mbid == other.mbid:
        return True
    if one.title is None or other.title is None:
        return False
    titles = name_of_title_similarity(one.title, other.title)
    artists = artist_similarity(one.artist.name, other.artist.name) if one.artist and other.artist else None
    return (titles is None or titles >= SAME_SONG) and (artists is None or artists >= SAME_SONG)


def _links(match: FingerprintMatch) -> Iterable[Link]:
    sources = {recording.mbid: max(1, recording.sources) for recording in match.recordings}
    most, total = max(sources.values(), default=1), sum(sources.values()) or 1
    for recording in match.recordings:
        own = sources[recording.mbid]
        of_song = sum(sources[other.mbid] for other in match.recordings if is_same_song(recording, other))
        yield Link(recording, min(1.0, max(0.0, match.score)), own / most, own / total, min(1.0, of_song / total))


def _rank(link: Link) -> tuple[float, float, str]:
    return -link.weight, -link.of_all, link.recording.mbid
