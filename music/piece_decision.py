"""What one piece is, judged by itself (S3-52…54, S3-62, S3-63)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from music.editions import PSEUDO
from music.match_parameters import MatchParameters
from music.match_scores import decide_piece
from music.matches import Candidate, Decision, Evidence, Match
from music.piece_candidates import PieceCandidate, candidates_of
from music.piece_evidence import Piece
from music.piece_names import album_of
from music.piece_objections import objections
from music.release_names import album_names_similarity
from music.releases import Recording, ReleaseSummary

MOST_CANDIDATES = 10
"""That are kept for a person to choose from."""
_AGREES = 0.7
"""From here on a part of the score is said to agree, in the words of a reason."""


def judge_piece(piece: Piece, recordings: Iterable[Recording], parameters: MatchParameters) -> Match:
    """Return what a piece is, by its names, its sound and its length alone.

    Args:
        piece: To identify. What its sound is linked to need not be looked up.
        recordings: What was looked up or searched for it, in any order.
        parameters: How sure is sure.
    """
    candidates = candidates_of(piece, recordings)
    if not candidates:
        return Match(
            file_key=piece.file_key,
            segment_index=piece.segment_index,
            decision=Decision.REJECT,
            confidence=0.0,
            reason=_nothing(piece),
        )
    against = objections(piece, candidates, parameters)
    decision = decide_piece(candidates[0].confidence, parameters)
    if against and decision is Decision.ACCEPT:
        decision = Decision.REVIEW
    return _match(piece, candidates, decision=decision, against=against, parameters=parameters)


def _nothing(piece: Piece) -> str:
    if piece.was_looked_up and not piece.matches:
        return "No service knows this sound, and no name led to anything that fits."
    return "Nothing is known that it might be."


def _match(
    piece: Piece,
    candidates: tuple[PieceCandidate, ...],
    *,
    decision: Decision,
    against: tuple[str, ...],
    parameters: MatchParameters,
) -> Match:
    best = candidates[0]
    evidence = Evidence(
        metadata=best.metadata,
        fingerprint=best.fingerprint,
        duration=best.duration,
        margin=_margin(candidates),
    )
    reason = _reason(best, decision, against)
    rows = tuple(_rows(candidates, decision, against))
    bare = Match(
        file_key=piece.file_key,
        segment_index=piece.segment_index,
        decision=decision,
        confidence=best.confidence,
        reason=reason,
        evidence=evidence,
        candidates=rows,
    )
    return bare if decision is Decision.REJECT else named(bare, best.recording, _place(piece, best, parameters))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a recording stands: the release group and the edition, as far as they are known."""

    release_group_mbid: str | None = None
    release: ReleaseSummary | None = None
    """The edition; None where several fit."""
    album: str | None = None
    editions: tuple[str, ...] = ()


def _place(piece: Piece, best: PieceCandidate, parameters: MatchParameters) -> Place:
    """Return which of the albums that a recording is on the piece is from: the named one, or the only one."""
    releases = [each for each in best.recording.releases if each.status != PSEUDO]
    album = album_of(piece)
    tagged = next((each for each in releases if each.mbid == piece.release_mbid), None)
    if tagged and (album is None or (album_names_similarity(album, tagged.title) or 1.0) >= parameters.same_title):
        return Place(tagged.release_group_mbid, tagged, tagged.title, (tagged.mbid,))
    if album is not None:
        scores = {each.mbid: album_names_similarity(album, each.title) or 0.0 for each in releases}
        called_so = [each for each in releases if scores[each.mbid] >= parameters.same_title]
        releases = called_so or ([] if best.album is not None else releases)
    groups = {each.release_group_mbid for each in releases}
    editions = tuple(sorted({each.mbid for each in releases}))
    if len(groups) != 1:
        return Place(editions=editions)
    only = releases[0] if len(editions) == 1 else None
    return Place(groups.pop(), only, min(each.title for each in releases), editions)


def named(match: Match, recording: Recording, place: Place) -> Match:
    """Return a match with the names and ids of its recording."""
    release = place.release
    return replace(
        match,
        recording_mbid=recording.mbid,
        requested_recording_mbid=recording.requested_mbid or None,
        release_mbid=release.mbid if release else None,
        release_group_mbid=place.release_group_mbid,
        artist_mbids=recording.artist.mbids,
        work_mbids=recording.work_mbids,
        title=recording.title or None,
        artist=recording.artist.name or None,
        album=place.album,
        track_position=release.track_position if release else None,
        disc_position=release.disc_position if release else None,
        recording_length_seconds=recording.length_seconds,
        release_date=release.date if release else None,
        tags=recording.tags,
        editions=place.editions,
    )


def _margin(candidates: tuple[PieceCandidate, ...]) -> float:
    return candidates[0].confidence - candidates[1].confidence if len(candidates) > 1 else 1.0


def _rows(candidates: tuple[PieceCandidate, ...], decision: Decision, against: tuple[str, ...]) -> Iterable[Candidate]:
    for rank, each in enumerate(candidates[:MOST_CANDIDATES], start=1):
        if rank == 1:
            why = None if decision is not Decision.REJECT else "; ".join(against)
        else:
            why = f"{candidates[0].confidence - each.confidence:.2f} behind the first"
        yield each.as_candidate(rank=rank, rejected_because=why)


def _reason(best: PieceCandidate, decision: Decision, against: tuple[str, ...]) -> str:
    name = f"“{best.recording.title or best.recording.mbid}”"
    by = f" by {best.recording.artist.name}" if best.recording.artist.name else ""
    if decision is Decision.ACCEPT:
        return f"{_agreeing(best)} with {name}{by}."
    if decision is Decision.REJECT:
        return f"Nothing fits: {name}{by} comes nearest, but {' and '.join(against)}."
    return f"Probably {name}{by}, but {' and '.join(against)}."


def _agreeing(best: PieceCandidate) -> str:
    agreeing = [
        name
        for name, score in (("sound", best.fingerprint), ("names", best.metadata), ("length", best.duration))
        if score is not None and score >= _AGREES
    ]
    if best.is_tagged:
        agreeing.append("the id in the tags")
    words = " and ".join([", ".join(agreeing[:-1]), agreeing[-1]] if len(agreeing) > 1 else agreeing)
    return f"{words[:1].upper()}{words[1:]} {'agree' if len(agreeing) > 1 else 'agrees'}"
