"""What the pieces of a group are: judged together where a release fits them, else each by itself.

votes = vote_on_releases(group); wishes = releases_to_look_up(group, summaries)
alignments = [align(group, release) for each release that was looked up]
matches = judge_album(group, alignments, summaries, parameters)
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from music.album_objections import AlbumVerdict, album_objections, of_rival
from music.album_rivals import next_group
from music.album_scores import AlbumScore, score_album
from music.alignment import Alignment, Placement
from music.editions import PSEUDO, choose_edition, release_as_summary
from music.match_parameters import MatchParameters
from music.match_reasons import album_reason, beside_album_reason
from music.match_scores import duration_score
from music.matches import Candidate, Decision, Evidence, Match, Source
from music.piece_decision import MOST_CANDIDATES, Place, judge_piece, named
from music.piece_evidence import AlbumGroup, Piece
from music.piece_names import title_of, track_number_of
from music.release_names import has_code_of
from music.release_vote import ReleaseVote, summaries_of, vote_on_releases
from music.releases import Recording, Release, ReleaseSummary, Track

Key = tuple[str, int]


def judge_album(
    group: AlbumGroup,
    alignments: Sequence[Alignment],
    summaries: Iterable[ReleaseSummary],
    parameters: MatchParameters,
    *,
    recordings: Mapping[Key, Sequence[Recording]] | None = None,
) -> tuple[Match, ...]:
    """Return what each piece of a group is, in the order of the group.

    Args:
        group: The pieces.
        alignments: With the releases that were looked up, in any order.
        summaries: Of releases that a search found, in any order.
        parameters: How sure is sure.
        recordings: What was looked up or searched for pieces by themselves, by their keys.
    """
    own = recordings or {}
    verdict = None if group.is_loose else judge_release(group, alignments, summaries, parameters)
    if verdict is None or verdict.decision is Decision.REJECT:
        tracks = [_recording(each.release, placed) for each in alignments for placed in each.placements]
        return tuple(
            judge_piece(piece, (*own.get(piece.key, ()), *_fitting(piece, tracks, alignments)), parameters)
            for piece in group.pieces
        )
    return tuple(_settle(piece, verdict, own.get(piece.key, ())) for piece in group.pieces)


def judge_release(
    group: AlbumGroup,
    alignments: Iterable[Alignment],
    summaries: Iterable[ReleaseSummary],
    parameters: MatchParameters,
) -> AlbumVerdict | None:
    """Return which of the releases that were looked up the group is, and how sure; None if none was."""
    votes = vote_on_releases(group)
    known = summaries_of(votes, summaries) | {
        each.release.mbid: release_as_summary(each.release) for each in alignments
    }
    scores = sorted((score_album(each, parameters) for each in alignments if each.placements), key=_best_first)
    if not scores:
        return None
    best, *others = scores
    margin, next_title = next_group(best, others, votes=votes, summaries=known)
    editions = choose_edition(
        best.alignment,
        others=[other.alignment for other in others],
        votes=votes,
        summaries=known,
        parameters=parameters,
    )
    return AlbumVerdict(best, tuple(others), votes, margin, next_title, editions, parameters)


def _best_first(score: AlbumScore) -> tuple[float, float, str]:
    release = score.alignment.release
    proof = 0.05 if has_code_of(score.alignment.group, release) else 0.0
    unreal = 0.05 if release.status == PSEUDO else 0.0
    return -(score.rank + proof - unreal), -score.overall, release.mbid


def _settle(piece: Piece, verdict: AlbumVerdict, recordings: Sequence[Recording]) -> Match:
    """Return what a piece of an album is: its track, else what it is by itself."""
    placed = verdict.best.alignment.placement_of(piece)
    if placed is None:
        alone = judge_piece(piece, recordings, verdict.parameters)
        is_copy = piece.key in verdict.best.alignment.contested
        is_doubted = is_copy or _may_be_missing(piece, verdict)
        decision = Decision.REVIEW if is_doubted and alone.decision is Decision.ACCEPT else alone.decision
        return replace(alone, decision=decision, reason=beside_album_reason(alone, verdict, is_copy=is_copy))
    against = album_objections(placed, verdict)
    match = _as_track(placed, verdict, against)
    if not against or placed.piece.key in verdict.best.alignment.contested or of_rival(placed, verdict):
        return match
    track = _recording(verdict.best.alignment.release, placed, with_release=False)
    alone = judge_piece(piece, (*recordings, track), verdict.parameters)
    return _by_itself(alone, match, placed, verdict)


def _by_itself(alone: Match, match: Match, placed: Placement, verdict: AlbumVerdict) -> Match:
    """Return what a piece is by itself, if that is sure and the album does not say otherwise."""
    if alone.decision is not Decision.ACCEPT:
        return match
    is_track = alone.recording_mbid == placed.track.recording_mbid
    looks_like_track = (
        placed.is_heard
        or (placed.title or 0.0) >= verdict.parameters.same_title
        or (placed.title is None and _may_lie_there(placed.piece, placed.track, verdict))
    )
    if looks_like_track and not is_track:
        return match
    return replace(alone, candidates=(*alone.candidates, *match.candidates)[:MOST_CANDIDATES], evidence=replace(
        match.evidence, metadata=alone.evidence.metadata, fingerprint=alone.evidence.fingerprint,
        duration=alone.evidence.duration, margin=alone.evidence.margin))  # fmt: skip


def _may_be_missing(piece: Piece, verdict: AlbumVerdict) -> bool:
    """Tell whether a piece without a title may be a track that the album lacks, whatever its sound is linked to."""
    missing = verdict.best.alignment.missing
    return title_of(piece) is None and any(_may_lie_there(piece, track, verdict) for _, track in missing)


def _may_lie_there(piece: Piece, track: Track, verdict: AlbumVerdict) -> bool:
    """Tell whether length and number of a piece are a track's."""
    is_near = track.length_seconds is None or (
        abs(piece.duration_seconds - track.length_seconds) <= verdict.parameters.other_seconds
    )
    return is_near and track_number_of(piece) in {None, track.position}


def _as_track(placed: Placement, verdict: AlbumVerdict, against: tuple[str, ...]) -> Match:
    best, piece = verdict.best, placed.piece
    confidence = best.confidences.get(piece.key, best.overall)
    bare = Match(
        file_key=piece.file_key,
        segment_index=piece.segment_index,
        decision=Decision.REVIEW if against else Decision.ACCEPT,
        confidence=confidence,
        reason=album_reason(placed, verdict, against),
        evidence=_evidence(placed, verdict),
        candidates=tuple(_rows(placed, verdict)),
    )
    known = {each.alignment.release.mbid: each.alignment for each in (best, *verdict.others)}
    claimed = known.get(verdict.editions.claimed or "")
    chosen = claimed or best.alignment
    lies, release = chosen.placement_of(piece) or placed, chosen.release
    edition = _summary(release, lies) if claimed else None
    place = Place(release.release_group_mbid, edition, release.title, verdict.editions.fitting)
    return replace(
        named(bare, _recording(release, lies), place),
        requested_release_mbid=(release.requested_mbid or None) if claimed else None,
        track_position=lies.track.position,
        disc_position=lies.medium.position,
        release_date=release.date if claimed else release.first_release_date or release.date,
    )


def _evidence(placed: Placement, verdict: AlbumVerdict) -> Evidence:
    best = verdict.best
    vote = next((vote for vote in verdict.votes if vote.summary.mbid == best.alignment.release.mbid), None)
    return Evidence(
        metadata=best.metadata if placed.title is None else placed.title,
        contextual=best.contextual,
        pattern=best.pattern,
        fingerprint=best.fingerprints[placed.piece.key],
        fingerprint_mean=best.fingerprint_mean,
        fingerprint_min=best.fingerprint_min,
        duration=duration_score(placed.seconds_apart),
        release_share=vote.share if vote else _heard_share(best.alignment),
        margin=min(1.0, max(0.0, verdict.margin)),
    )


def _heard_share(alignment: Alignment) -> float | None:
    known = [placed for placed in alignment.placements if placed.heard is not None]
    return sum(placed.is_heard for placed in known) / len(known) if known else None


def _rows(placed: Placement, verdict: AlbumVerdict) -> Iterable[Candidate]:
    for rank, score in enumerate((verdict.best, *verdict.others)[:MOST_CANDIDATES], start=1):
        lies = score.alignment.placement_of(placed.piece)
        release = score.alignment.release
        behind = f"{verdict.best.rank - score.rank:.2f} behind the first" if rank > 1 else None
        yield Candidate(
            rank=rank,
            score=min(1.0, max(0.0, score.confidences.get(placed.piece.key, score.overall))),
            source=_source(score.alignment, verdict.votes),
            recording_mbid=lies.track.recording_mbid if lies else None,
            release_mbid=release.mbid,
            release_group_mbid=release.release_group_mbid,
            title=lies.track.title if lies else None,
            artist=lies.track.artist.name if lies else release.artist.name,
            album=release.title,
            track_position=lies.track.position if lies else None,
            disc_position=lies.medium.position if lies else None,
            recording_length_seconds=lies.track.length_seconds if lies else None,
            metadata=score.metadata,
            contextual=score.contextual,
            pattern=score.pattern,
            fingerprint=score.fingerprints.get(placed.piece.key),
            duration=duration_score(lies.seconds_apart) if lies else None,
            rejected_because=behind,
        )


def _source(alignment: Alignment, votes: Iterable[ReleaseVote]) -> Source:
    release = alignment.release
    ids = {release.mbid, release.requested_mbid or release.mbid}
    if any(piece.release_mbid in ids for piece in alignment.group.pieces):
        return "tags"
    if has_code_of(alignment.group, release):
        return "barcode"
    return "acoustid" if any(vote.summary.mbid == release.mbid for vote in votes) else "release_search"


def _recording(release: Release, placed: Placement, *, with_release: bool = True) -> Recording:
    """Return the recording of a track, on this release."""
    track = placed.track
    return Recording(
        mbid=track.recording_mbid,
        title=track.recording_title or track.title,
        artist=track.artist,
        length_seconds=track.length_seconds,
        isrcs=track.isrcs,
        work_mbids=track.work_mbids,
        releases=(_summary(release, placed),) if with_release else (),
        tags=release.tags,
    )


def _summary(release: Release, placed: Placement) -> ReleaseSummary:
    """Return a release as the summary that a recording on this track has of it."""
    return replace(
        release_as_summary(release), track_position=placed.track.position, disc_position=placed.medium.position
    )


def _fitting(piece: Piece, tracks: Iterable[Recording], alignments: Iterable[Alignment]) -> list[Recording]:
    """Return the recordings of the tracks that a piece lies on."""
    lies = {placed.track.recording_mbid for each in alignments if (placed := each.placement_of(piece))}
    return [track for track in tracks if track.mbid in lies]
