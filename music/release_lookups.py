"""Which releases are worth a request, in which order, and when to stop: MusicBrainz grants one a second.

What AcoustID and searches say of a release without a request is enough to rank it. A second lookup is made only where
it could change the decision: another release group might fit as well, or the first did not fit.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from music.album_objections import AlbumVerdict, is_whole
from music.album_rivals import estimate, names_another, rival_of
from music.alignment import Alignment
from music.editions import PSEUDO
from music.match_decision import judge_release
from music.match_parameters import MatchParameters
from music.match_scores import medium_score, weighted
from music.matches import Decision, Source
from music.name_similarity import text_similarity
from music.piece_evidence import AlbumGroup
from music.piece_names import album_of_group, disc_number_of
from music.piece_objections import OTHER_ARTIST
from music.release_names import album_similarity, artist_score, has_code_of
from music.release_vote import ReleaseVote, summaries_of, vote_on_releases
from music.releases import ReleaseSummary

MOST_LOOKUPS: Final = 3
"""Of releases for one group; what they do not settle, a person does."""
_FEW_HEARD: Final = 0.3
"""The share of pieces that must know a release whose name is the album's."""
_MOST_TAGGED: Final = 2
"""So many different ids in the tags of one album are tried."""
_OF_STATUS: Final = {"Official": 1.0, "Promotion": 0.5, "Bootleg": 0.3, "Pseudo-Release": 0.0}


@dataclass(frozen=True, slots=True)
class ReleaseWish:
    """A release that is worth looking up."""

    mbid: str
    why: Source
    promise: float
    """The most that it could score, 0 to 1; 1 for an id in the tags."""
    release_group_mbid: str | None = None
    """None where only its id is known."""


def releases_to_look_up(
    group: AlbumGroup, summaries: Iterable[ReleaseSummary] = (), parameters: MatchParameters | None = None
) -> tuple[ReleaseWish, ...]:
    """Return the releases that are worth looking up for a group, the best first, the best edition of each album first.

    Args:
        group: The pieces, with their tags and what their sound is linked to.
        summaries: What a search found.
        parameters: How sure is sure.
    """
    chosen = parameters or MatchParameters()
    tagged = _tagged(group)
    votes = {vote.summary.mbid: vote for vote in vote_on_releases(group)}
    if group.is_loose:
        return tuple(wish for wish in tagged[:1] if wish.mbid not in votes)
    found = list(summaries)
    known = summaries_of(votes.values(), found)
    searched = {summary.mbid for summary in found}
    wishes = [
        _wish(group, summary, votes.get(mbid))
        for mbid, summary in known.items()
        if (mbid in searched and _is_called_so(group, summary)) or _is_heard(group, votes.get(mbid), chosen)
    ]
    hopeful = [wish for wish in wishes if wish.promise >= chosen.review_album]
    hopeful.sort(key=lambda wish: (-wish.promise, -_edition_score(group, known[wish.mbid], votes), wish.mbid))
    ids = {wish.mbid for wish in tagged}
    return (*tagged, *(wish for wish in _by_group(hopeful, known, group, votes) if wish.mbid not in ids))


def needs_another(
    group: AlbumGroup,
    wishes: Sequence[ReleaseWish],
    alignments: Sequence[Alignment],
    summaries: Iterable[ReleaseSummary] = (),
    parameters: MatchParameters | None = None,
) -> ReleaseWish | None:
    """Return the next release to look up, or None where no further one could change the decision.

    Args:
        group: The pieces.
        wishes: Of `releases_to_look_up`. What turned out not to exist is left out by the caller.
        alignments: With the releases that were looked up.
        summaries: What a search found.
        parameters: How sure is sure.
    """
    chosen, found = parameters or MatchParameters(), list(summaries)
    looked_up = {mbid for each in alignments for mbid in (each.release.mbid, each.release.requested_mbid)}
    left = [wish for wish in wishes if wish.mbid not in looked_up]
    if not left or len(alignments) >= MOST_LOOKUPS:
        return None
    verdict = judge_release(group, alignments, found, chosen)
    if verdict is None or group.is_loose:
        return left[0] if not alignments or verdict is None else None
    if verdict.decision is not Decision.ACCEPT and not verdict.stands:
        known = summaries_of(verdict.votes, found)
        return next((wish for wish in left if _could_fit_better(wish, known.get(wish.mbid), verdict)), None)
    return next((wish for wish in left if _could_change(wish, verdict)), None)


def needs_search(
    group: AlbumGroup,
    wishes: Sequence[ReleaseWish],
    alignments: Sequence[Alignment],
    parameters: MatchParameters | None = None,
) -> bool:
    """Tell whether a search by names is worth a request: no release is known yet, or none that was looked up fits."""
    if group.is_loose:
        return False
    if not wishes or not alignments:
        return not wishes
    chosen = parameters or MatchParameters()
    verdict = judge_release(group, alignments, (), chosen)
    if verdict is None:
        return True
    heard = sum(placed.is_heard for placed in verdict.best.alignment.placements)
    is_heard = heard >= chosen.release_share * len(group.pieces)
    return verdict.decision is not Decision.ACCEPT and not verdict.stands and not is_heard


def _tagged(group: AlbumGroup) -> tuple[ReleaseWish, ...]:
    counts = Counter(piece.release_mbid for piece in group.pieces if piece.release_mbid)
    ranked = sorted(counts, key=lambda mbid: (-counts[mbid], mbid))[:_MOST_TAGGED]
    return tuple(ReleaseWish(mbid, "tags", 1.0) for mbid in ranked)


def _is_heard(group: AlbumGroup, vote: ReleaseVote | None, parameters: MatchParameters) -> bool:
    """Tell whether enough of a group's sound is on a release; less will do if it is called so (S3-56)."""
    if vote is None or vote.summary.status == PSEUDO:
        return False
    alike = album_similarity(group, vote.summary.title)
    least = _FEW_HEARD if alike is not None and alike >= parameters.same_title else parameters.release_share
    return vote.share >= least


def _is_called_so(group: AlbumGroup, summary: ReleaseSummary) -> bool:
    """Tell whether what a search found is what was searched for: a search gives what shares a word as well."""
    if summary.status == PSEUDO:
        return False
    artist = artist_score(group, summary.artist.name) if summary.artist else None
    is_called_so = not names_another(group, summary.title) and (artist is None or artist >= OTHER_ARTIST)
    return is_called_so or has_code_of(group, summary)


def _wish(group: AlbumGroup, summary: ReleaseSummary, vote: ReleaseVote | None) -> ReleaseWish:
    why: Source = "barcode" if has_code_of(group, summary) else "acoustid" if vote else "release_search"
    promise = estimate(group, summary, vote)
    if names_another(group, summary.title):
        promise = max(0.0, promise - 0.15)
    if any(piece.release_group_mbid == summary.release_group_mbid for piece in group.pieces):
        promise = min(1.0, promise + 0.05)
    return ReleaseWish(summary.mbid, why, promise, summary.release_group_mbid)


def _by_group(
    wishes: Sequence[ReleaseWish],
    known: Mapping[str, ReleaseSummary],
    group: AlbumGroup,
    votes: Mapping[str, ReleaseVote],
) -> list[ReleaseWish]:
    """Return the best edition of each release group, in the order of the groups, and then the other editions."""
    editions: dict[str | None, list[ReleaseWish]] = {}
    for wish in wishes:
        editions.setdefault(wish.release_group_mbid, []).append(wish)
    for each in editions.values():
        each.sort(
            key=lambda wish: (-_edition_score(group, known[wish.mbid], votes), _date(known[wish.mbid]), wish.mbid)
        )
    first = [each[0] for each in editions.values()]
    return [*first, *(wish for each in editions.values() for wish in each[1:])]


def _edition_score(group: AlbumGroup, summary: ReleaseSummary, votes: Mapping[str, ReleaseVote]) -> float:
    """Return how well an edition fits by what is known without looking it up."""
    if has_code_of(group, summary):
        return 2.0
    album = album_of_group(group)
    vote = votes.get(summary.mbid)
    count = summary.track_count
    discs = {disc for piece in group.pieces if (disc := disc_number_of(piece))}
    years = {piece.year for piece in group.pieces if piece.year}
    return (
        weighted(
            (4, None if count is None else max(0.0, 1 - abs(count - len(group.pieces)) / len(group.pieces))),
            (4, vote.support if vote else None),
            (2, _OF_STATUS.get(summary.status or "", 0.8)),
            (2, text_similarity(album, summary.title) if album else None),
            (1, medium_score(group.medium, summary.formats)),
            (1, float((summary.medium_count or 1) >= max(discs)) if discs else None),
            (0.5, float((summary.date or "")[:4] in {str(year) for year in years}) if years else None),
        )
        or 0.0
    )


def _date(summary: ReleaseSummary) -> str:
    return summary.date or "9999"


def _could_fit_better(wish: ReleaseWish, summary: ReleaseSummary | None, verdict: AlbumVerdict) -> bool:
    """Tell whether a release might fit better than one that does not fit well."""
    best = verdict.best
    if summary is None or wish.release_group_mbid != best.release_group_mbid:
        return True
    if best.alignment.unplaced or best.alignment.release.status == PSEUDO:
        return True
    if _could_change(wish, verdict):
        return True
    pieces, own = len(best.alignment.group.pieces), best.alignment.release.track_count
    return summary.track_count is not None and abs(summary.track_count - pieces) < abs(own - pieces)


def _could_change(wish: ReleaseWish, verdict: AlbumVerdict) -> bool:
    """Tell whether a release might fit as well as the best, or hold other recordings that do."""
    best, parameters = verdict.best, verdict.parameters
    if wish.release_group_mbid != best.release_group_mbid:
        return wish.promise > best.overall - parameters.least_margin and wish.promise >= parameters.review_album
    if best.alignment.release.status == PSEUDO:
        return True
    vote = next((vote for vote in verdict.votes if vote.summary.mbid == wish.mbid), None)
    if vote is None:
        unheard = all(placed.heard is None for placed in best.alignment.placements)
        return unheard and not verdict.others and not verdict.editions.claimed and is_whole(best.alignment, parameters)
    rivals = (
        rival_of(each, best, votes=[vote, *verdict.votes], parameters=parameters) for each in best.alignment.placements
    )
    return any(rival is not None for rival in rivals)
