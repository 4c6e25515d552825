"""Which releases the sound of a group's pieces speaks for, by what AcoustID says each linked recording is on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from music.match_scores import duration_score, mean
from music.piece_evidence import AlbumGroup, Piece
from music.releases import LinkedRecording, ReleaseSummary
from music.sound_evidence import HEARD, Link, is_telling, links_of

_FEW_SOURCES: Final = 0.6
"""What a link counts whose sources are next to none: the album may know better which recording it is."""
_FAR_LENGTH: Final = 0.3
"""What a link counts whose recording is of quite another length."""


@dataclass(frozen=True, slots=True)
class ReleaseVote:
    """A release and the pieces that speak for it."""

    summary: ReleaseSummary
    share: float
    """Of the pieces whose sound is known, those that know a recording on it, 0 to 1."""
    support: float
    """The same, each piece weighted by how alike it sounds, by sources and length, 0 to 1."""
    links: Mapping[tuple[str, int], Link]
    """The best link of each of these pieces to a recording on it."""


def vote_on_releases(group: AlbumGroup) -> tuple[ReleaseVote, ...]:
    """Return the releases that any piece speaks for, those with the most support first."""
    heard = [(piece, links) for piece in group.pieces if (links := _telling(piece))]
    found: dict[str, dict[tuple[str, int], Link]] = {}
    said: dict[str, ReleaseSummary] = {}
    for piece, links in heard:
        for link in links:
            if link.score < HEARD:
                continue
            for summary in link.recording.releases:
                best = found.setdefault(summary.mbid, {})
                known = best.get(piece.key)
                if known is None or _weight(piece, link) > _weight(piece, known):
                    best[piece.key] = link
                said[summary.mbid] = _fuller(said.get(summary.mbid), summary)
    votes = [_vote(said[mbid], links, heard=[piece for piece, _ in heard]) for mbid, links in found.items()]
    return tuple(sorted(votes, key=lambda vote: (-vote.share, -vote.support, vote.summary.mbid)))


def _telling(piece: Piece) -> tuple[Link, ...]:
    """Return all links of a piece, if one of them tells anything."""
    links = links_of(piece)
    return links if is_telling(links) else ()


def seconds_apart(piece: Piece, recording: LinkedRecording) -> float | None:
    """Return how far a piece's length is from a recording's."""
    return None if recording.duration_seconds is None else piece.duration_seconds - recording.duration_seconds


def summaries_of(votes: Iterable[ReleaseVote], found: Iterable[ReleaseSummary]) -> dict[str, ReleaseSummary]:
    """Return what is known of each release, from votes and from searches."""
    known: dict[str, ReleaseSummary] = {}
    for summary in (*found, *(vote.summary for vote in votes)):
        known[summary.mbid] = _fuller(known.get(summary.mbid), summary)
    return known


def _vote(summary: ReleaseSummary, links: Mapping[tuple[str, int], Link], *, heard: list[Piece]) -> ReleaseVote:
    weights = [_weight(piece, links[piece.key]) if piece.key in links else 0.0 for piece in heard]
    return ReleaseVote(summary, share=len(links) / len(heard), support=mean(weights) or 0.0, links=links)


def _weight(piece: Piece, link: Link) -> float:
    near = duration_score(seconds_apart(piece, link.recording))
    length = 1.0 if near is None else _FAR_LENGTH + (1 - _FAR_LENGTH) * near
    return link.score * (_FEW_SOURCES + (1 - _FEW_SOURCES) * link.of_most) * length


def _fuller(known: ReleaseSummary | None, other: ReleaseSummary) -> ReleaseSummary:
    """Return the summary that says more."""
    return other if known is None or _said(other) > _said(known) else known


def _said(summary: ReleaseSummary) -> tuple[int, str]:
    facts = (summary.artist, summary.status, summary.date, summary.track_count, summary.barcode, summary.medium_count)
    lists = (summary.formats, summary.catalog_numbers)
    return sum(fact is not None for fact in facts) + sum(bool(each) for each in lists), repr(summary)
