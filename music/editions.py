"""Which edition of an album it is: often nobody can tell, and then none is claimed.

An edition is claimed when its id in the tags verifies, when the tags name its barcode or catalogue number, or when it
is the only one that fits. One with more tracks than there are pieces fits as well, unless the tags count the tracks:
the standard edition and a deluxe edition that lost its bonus tracks look the same.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from music.alignment import Alignment, Placement
from music.match_parameters import MatchParameters
from music.match_scores import medium_score
from music.piece_evidence import AlbumGroup
from music.release_names import has_code_of
from music.release_vote import ReleaseVote
from music.releases import Release, ReleaseSummary

PSEUDO = "Pseudo-Release"
"""A release that exists in the catalogue only, for a translation of the titles."""


@dataclass(frozen=True, slots=True)
class Editions:
    """Which editions of the release group it may be."""

    claimed: str | None
    """The one it is; None where nobody can tell."""
    because: str
    """Words for the claim; empty without one."""
    fitting: tuple[str, ...]
    """Ids of all that fit equally, the claimed one alone if there is one."""


def choose_edition(
    alignment: Alignment,
    *,
    others: Iterable[Alignment],
    votes: Iterable[ReleaseVote],
    summaries: Mapping[str, ReleaseSummary],
    parameters: MatchParameters,
) -> Editions:
    """Return which edition of the aligned release's group the pieces are from.

    Args:
        alignment: With the release that fits best.
        others: With other releases that were looked up.
        votes: Of the sound.
        summaries: Of all releases that are known.
        parameters: What counts as the same.
    """
    for each in (alignment, *others):
        if _is_same_album(each, alignment) and (because := _proof(each, parameters)):
            return Editions(each.release.mbid, because, (each.release.mbid,))
    fitting = _fitting(alignment, {vote.summary.mbid: vote for vote in votes}, summaries)
    release = alignment.release
    is_whole = not alignment.missing and not alignment.unplaced and not alignment.is_part_of_release
    if fitting == [release.mbid] and is_whole and release.status != PSEUDO:
        return Editions(release.mbid, "it is the only edition that fits", (release.mbid,))
    return Editions(None, "", tuple(fitting))


def is_verified(alignment: Alignment, parameters: MatchParameters) -> bool:
    """Tell whether the release's id in the tags is true: all pieces that bear it fit its tracks."""
    release = alignment.release
    ids = {release.mbid, release.requested_mbid or release.mbid}
    tagged = [placed for placed in alignment.placements if placed.piece.release_mbid in ids]
    others = any(piece.release_mbid not in ids for piece in alignment.group.pieces if piece.release_mbid)
    lost = any(piece.release_mbid in ids for piece in alignment.unplaced)
    return bool(tagged) and not others and not lost and all(fits(placed, parameters) for placed in tagged)


def fits(placed: Placement, parameters: MatchParameters) -> bool:
    """Tell whether title and length of a piece are its track's, and its sound not another's."""
    title_fits = placed.title is not None and placed.title >= parameters.same_title
    is_near = placed.seconds_apart is not None and abs(placed.seconds_apart) <= parameters.same_seconds
    return title_fits and is_near and (placed.heard is None or placed.is_heard)


def _is_same_album(other: Alignment, alignment: Alignment) -> bool:
    """Tell whether another edition of the release group has the same recordings of all that is placed."""
    if other.release.release_group_mbid != alignment.release.release_group_mbid:
        return False
    found = ((placed, other.placement_of(placed.piece)) for placed in alignment.placements)
    return all(lies is not None and lies.track.recording_mbid == placed.track.recording_mbid for placed, lies in found)


def _proof(alignment: Alignment, parameters: MatchParameters) -> str:
    """Return what proves that it is this edition; empty if nothing does."""
    if alignment.release.status == PSEUDO:
        return ""
    if is_verified(alignment, parameters):
        return "its id in the tags is true"
    codes_fit = has_code_of(alignment.group, alignment.release) and not alignment.unplaced
    return "the tags name its barcode or catalogue number" if codes_fit else ""


def _fitting(
    alignment: Alignment, votes: Mapping[str, ReleaseVote], summaries: Mapping[str, ReleaseSummary]
) -> list[str]:
    """Return the ids of the editions that hold all that is placed, the aligned one first."""
    release = alignment.release
    fitting = [] if release.status == PSEUDO else [release.mbid]
    for mbid in sorted(summaries):
        same_group = summaries[mbid].release_group_mbid == release.release_group_mbid
        if same_group and mbid != release.mbid and _may_be(summaries[mbid], alignment, votes):
            fitting.append(mbid)
    return fitting


def _may_be(edition: ReleaseSummary, alignment: Alignment, votes: Mapping[str, ReleaseVote]) -> bool:
    """Tell whether pieces that lie on one edition may be of another."""
    if edition.status == PSEUDO:
        return False
    tracks, own = edition.track_count, alignment.release.track_count
    if tracks is not None and (tracks < len(alignment.placements) or (tracks != own and _counts(alignment.group, own))):
        return False
    if medium_score(alignment.group.medium, edition.formats) == 0:
        return False
    return _knows_all(votes[edition.mbid], alignment) if edition.mbid in votes else not votes


def _counts(group: AlbumGroup, tracks: int) -> bool:
    """Tell whether the tags say that there are so many tracks."""
    totals = {piece.track_total for piece in group.pieces if piece.track_total}
    discs = {piece.disc_total for piece in group.pieces if piece.disc_total}
    return totals == {tracks} and discs <= {1}


def _knows_all(vote: ReleaseVote, alignment: Alignment) -> bool:
    """Tell whether all pieces whose sound is on the aligned release are on another too, as the same recordings."""
    heard = [placed for placed in alignment.placements if placed.is_heard]
    return all(
        (link := vote.links.get(placed.piece.key)) is not None and link.recording.mbid == placed.track.recording_mbid
        for placed in heard
    )


def release_as_summary(release: Release) -> ReleaseSummary:
    """Return of a release what a summary says."""
    return ReleaseSummary(
        mbid=release.mbid,
        title=release.title,
        release_group_mbid=release.release_group_mbid,
        artist=release.artist,
        primary_type=release.primary_type,
        secondary_types=release.secondary_types,
        status=release.status,
        date=release.date,
        country=release.country,
        track_count=release.track_count,
        medium_count=len(release.media),
        formats=tuple(medium.format for medium in release.media if medium.format),
        barcode=release.barcode,
        catalog_numbers=release.catalog_numbers,
    )
