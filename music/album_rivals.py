"""What else an album might be: other release groups, and other recordings of its songs in other releases.

Two releases that hold other recordings of the same songs are told apart by what is nearer in length, else by the
sources of what it sounds like. What neither tells, a person is asked.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from music.album_scores import AlbumScore
from music.alignment import Placement
from music.match_parameters import MatchParameters
from music.match_scores import album_piece_confidence, mean, medium_score, track_count_score, weighted
from music.piece_evidence import AlbumGroup
from music.release_names import OTHER_ALBUM, album_similarity, artist_score, has_code_of
from music.release_vote import ReleaseVote, seconds_apart
from music.releases import ReleaseSummary
from music.sound_evidence import HEARD, SAME_SONG, Link, is_telling, links_of
from music.titles import name_of_title_similarity

NEARER_SECONDS: Final = 1.0
"""Less does not tell two recordings apart."""
_RATHER_NEARER_SECONDS: Final = 0.4
"""On average; enough to doubt what the sources say."""
_ENOUGH_PIECES: Final = 0.3
"""The share of pieces that must be nearer to one of two releases, if none is nearer to the other."""
_EXPLAINS_AS_MUCH: Final = 0.8
_CLEARLY_LIKER: Final = 0.1
"""Scores of fingerprints so far apart are of two recordings, however alike."""
_NOT_LESS_LIKE: Final = 0.02
_SAME_ALBUM: Final = 0.9
_LIKER_SOUND: Final = 0.15
"""AcoustID tells two performances of one song apart by this much; under one id their scores are equal."""


def estimate(group: AlbumGroup, summary: ReleaseSummary, vote: ReleaseVote | None) -> float:
    """Return the most that a release could score if it were looked up, by what is known of it without."""
    names = weighted(
        (1, album_similarity(group, summary.title)),
        (1, artist_score(group, summary.artist.name) if summary.artist else None),
    )
    count = track_count_score(len(group.pieces), summary.track_count)
    if count is not None and (summary.medium_count or 1) > 1:
        count = max(count, 0.85)
    contextual = weighted((0.4, count), (0.3, 1.0), (0.3, names)) or 0.0
    pattern = weighted((0.5, count), (0.3, 1.0), (0.2, medium_score(group.medium, summary.formats))) or 0.0
    sound = None
    if any(is_telling(links_of(piece)) for piece in group.pieces):
        sound = (mean(link.score for link in vote.links.values()) or 0.0) * vote.share if vote else 0.0
    score = album_piece_confidence(contextual=contextual, pattern=pattern, fingerprint=sound)
    return min(1.0, score + 0.1) if has_code_of(group, summary) else score


def names_another(group: AlbumGroup, title: str) -> bool:
    """Tell whether a group calls its album by a name that is not this."""
    alike = album_similarity(group, title)
    return alike is not None and alike < OTHER_ALBUM


def rival_of(
    placed: Placement, best: AlbumScore, *, votes: Sequence[ReleaseVote], parameters: MatchParameters
) -> Link | None:
    """Return another recording that a piece may as well be: a release that explains the album as well has it."""
    if not placed.is_heard:
        return None
    tagged = _tagged(placed)
    if tagged:
        return tagged
    own = next((vote for vote in votes if vote.summary.mbid == best.alignment.release.mbid), None)
    share = own.share if own else _share(best)
    for vote in votes:
        link = vote.links.get(placed.piece.key) or (_nameless(placed) if _holds_others(vote, best) else None)
        if (
            link is None
            or link.recording.mbid == placed.track.recording_mbid
            or _is_other_song(placed, link, parameters)
        ):
            continue
        is_liker = link.score >= (placed.heard or 0.0) + _CLEARLY_LIKER
        explains = (is_liker or _share_of(vote, best) >= _EXPLAINS_AS_MUCH * share) and _is_same_album(vote, best)
        if explains and not _is_worse(vote, best, parameters):
            return link
    return None


def _is_other_song(placed: Placement, link: Link, parameters: MatchParameters) -> bool:
    """Tell whether a recording is of another song than the track whose title the piece bears."""
    is_called = placed.title is not None and placed.title >= parameters.same_title
    alike = name_of_title_similarity(placed.track.title, link.recording.title or placed.track.title)
    return is_called and alike is not None and alike < SAME_SONG


def _tagged(placed: Placement) -> Link | None:
    """Return the recording of the id in the tags, if it is another than the track's and sounds as much like it."""
    piece = placed.piece
    if piece.recording_mbid in {None, placed.track.recording_mbid}:
        return None
    link = next((link for link in links_of(piece) if link.recording.mbid == piece.recording_mbid), None)
    return link if link and link.score >= (placed.heard or 0.0) - _NOT_LESS_LIKE else None


def _share_of(vote: ReleaseVote, best: AlbumScore) -> float:
    """Return the share of pieces that a release may explain: a recording without a name may be on any."""
    if not _holds_others(vote, best):
        return vote.share
    heard = [placed for placed in best.alignment.placements if placed.heard is not None]
    nameless = [placed for placed in heard if placed.piece.key not in vote.links and _nameless(placed)]
    return vote.share + len(nameless) / max(1, len(heard))


def _holds_others(vote: ReleaseVote, best: AlbumScore) -> bool:
    """Tell whether most of what is heard on another release are other recordings than the chosen one's."""
    own = {placed.piece.key: placed.track.recording_mbid for placed in best.alignment.placements}
    others = [link for key, link in vote.links.items() if key in own and link.recording.mbid != own[key]]
    return 2 * len(others) > len(vote.links)


def _nameless(placed: Placement) -> Link | None:
    """Return a recording that a piece's sound is linked to of which nothing but its id is known: on any release."""
    own = placed.track.recording_mbid
    nameless = (link for link in links_of(placed.piece) if link.recording.title is None and link.score >= HEARD)
    return next((link for link in nameless if link.recording.mbid != own), None)


def _share(best: AlbumScore) -> float:
    known = [placed for placed in best.alignment.placements if placed.heard is not None]
    return sum(placed.is_heard for placed in known) / len(known) if known else 0.0


def _is_same_album(vote: ReleaseVote, best: AlbumScore) -> bool:
    """Tell whether the group's names do not tell a release from the chosen one."""
    release, summary = best.alignment.release, vote.summary
    if summary.track_count is not None and summary.track_count < len(best.alignment.placements):
        return False
    own = album_similarity(best.alignment.group, release.title, other_title=release.release_group_title)
    its = album_similarity(best.alignment.group, summary.title)
    return not (own is not None and own >= _SAME_ALBUM and its is not None and its < OTHER_ALBUM)


def _is_worse(vote: ReleaseVote, best: AlbumScore, parameters: MatchParameters) -> bool:
    """Tell whether sound, lengths or sources tell that it is the chosen release and not the other."""
    pairs = [
        (placed, vote.links[placed.piece.key])
        for placed in best.alignment.placements
        if placed.is_heard
        and placed.piece.key in vote.links
        and vote.links[placed.piece.key].recording.mbid != placed.track.recording_mbid
    ]
    liker = mean((placed.heard or 0.0) - link.score for placed, link in pairs)
    if liker is not None and abs(liker) >= _LIKER_SOUND:
        return liker > 0
    nearer = [
        abs(other) - abs(placed.seconds_apart)
        for placed, link in pairs
        if placed.seconds_apart is not None and (other := seconds_apart(placed.piece, link.recording)) is not None
    ]
    told = {_told_by_length(nearer), _told_by_sound(pairs)} - {None}
    if told:
        return told == {True}
    doubted = (mean(nearer) or 0.0) <= -_RATHER_NEARER_SECONDS
    return not doubted and (_share_of_sources(pairs) or 0.0) >= parameters.most_of_sources


def _told_by_length(nearer: Sequence[float]) -> bool | None:
    """Tell which of two releases the lengths are of, the first or not; None where they do not tell.

    Args:
        nearer: For each piece, by how many seconds the first release's track is nearer.
    """
    average = mean(nearer)
    if average is not None and abs(average) >= NEARER_SECONDS:
        return average > 0
    for_it, against = sum(by >= NEARER_SECONDS for by in nearer), sum(by <= -NEARER_SECONDS for by in nearer)
    if min(for_it, against) == 0 and max(for_it, against) >= max(2, _ENOUGH_PIECES * len(nearer)):
        return for_it > 0
    return None


def _told_by_sound(pairs: Sequence[tuple[Placement, Link]]) -> bool | None:
    """Tell which of two releases the pieces sound clearly more like, the chosen one or not; None where that is open."""
    liker = [(placed.heard or 0.0) - link.score for placed, link in pairs]
    average = mean(liker)
    if average is None or abs(average) < _CLEARLY_LIKER:
        return None
    if average > 0:
        return True if min(liker) >= -_NOT_LESS_LIKE else None
    return False


def _share_of_sources(pairs: Iterable[tuple[Placement, Link]]) -> float | None:
    """Return which share of the sources of either recording is the chosen one's."""
    shares: list[float] = []
    for placed, link in pairs:
        own = (placed.fingerprint or 0.0) / (placed.heard or 1.0)
        shares.append(own / (own + link.of_most))
    return mean(shares)


def next_group(
    best: AlbumScore,
    others: Iterable[AlbumScore],
    *,
    votes: Sequence[ReleaseVote],
    summaries: Mapping[str, ReleaseSummary],
) -> tuple[float, str | None]:
    """Return how far the next release group is behind, and what it is called; 1 where there is none."""
    behind = {
        score.alignment.release.mbid: (best.rank - score.rank, score.alignment.release.title)
        for score in others
        if score.release_group_mbid != best.release_group_mbid
    }
    by_release = {vote.summary.mbid: vote for vote in votes}
    known = {best.release_group_mbid, *(score.release_group_mbid for score in others)}
    for mbid, summary in summaries.items():
        if summary.release_group_mbid not in known:
            guess = estimate(best.alignment.group, summary, by_release.get(mbid))
            other_name = names_another(best.alignment.group, summary.title)
            behind[mbid] = (best.overall - guess + (0.15 if other_name else 0.0), summary.title)
    margin, title = min(behind.values(), default=(1.0, None), key=lambda each: (each[0], each[1] or ""))
    return margin, title
