"""What speaks against calling a piece by the name of its likeliest recording, in words; nothing, if it is sure.

A confidence is a mean, and a mean hides a contradiction. Each of these stops an ACCEPT whatever the confidence is.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from music.match_parameters import MatchParameters
from music.match_scores import PRECISE_SECONDS, decide_piece
from music.matches import Decision
from music.piece_candidates import PieceCandidate
from music.piece_evidence import Piece
from music.piece_names import title_of
from music.sound_evidence import is_same_song
from music.titles import Versions, read_title

OTHER_TITLE: Final = 0.6
"""Titles less alike are of other songs."""
OTHER_ARTIST: Final = 0.5
SAME_ARTIST: Final = 0.8
_LONG_TITLE: Final = 30
"""A title this long that agrees is that of one work: tags name its composer where the catalogue names who plays."""
_NEARER_SECONDS: Final = 0.75
"""A recording whose length is this much nearer is likelier than its sources say."""
_FARTHER_SECONDS: Final = 1.5
_SOME_SOURCES: Final = 0.15
"""Of all; less may be a slip of somebody's, if it is another song."""
_ONE_SONG: Final = 0.95
"""The share of sources that must say that it is this song, where nothing but the sound says so; or all but one source,
and `_ONE_RECORDING` of them."""
_ONE_RECORDING: Final = 0.9
"""The share that must say that it is this recording of it, there."""
_LEAST_SOURCES: Final = 2
"""Whom nobody else confirms is not believed without a name."""
_TITLE_NEAR: Final = 0.1


def objections(piece: Piece, candidates: Sequence[PieceCandidate], parameters: MatchParameters) -> tuple[str, ...]:
    """Return why the first candidate cannot be accepted; empty if it can (S3-62, S3-63 and what goes beyond them)."""
    best, *others = candidates
    found = [
        _of_confidence(best, parameters),
        _of_length(best, parameters),
        _of_names(piece, best),
        _of_version(best),
        _of_sound(best, parameters) if best.fingerprint is not None else _without_sound(best, parameters),
        _of_anonymity(piece, best, parameters) if best.title is None and best.fingerprint is not None else None,
        _of_rivals(best, others, parameters),
        _of_tags(piece, best, others, parameters),
    ]
    return tuple(objection for objection in found if objection)


def _of_confidence(best: PieceCandidate, parameters: MatchParameters) -> str | None:
    if decide_piece(best.confidence, parameters) is Decision.ACCEPT:
        return None
    return f"the evidence adds up to {best.confidence:.2f} of the {parameters.accept_piece:.2f} that it takes"


def _of_length(best: PieceCandidate, parameters: MatchParameters) -> str | None:
    if best.seconds_apart is None or abs(best.seconds_apart) <= parameters.other_seconds:
        return None
    return f"it is {seconds_in_words(best.seconds_apart)}"


def _of_names(piece: Piece, best: PieceCandidate) -> str | None:
    if best.title is not None and best.title < OTHER_TITLE:
        return f"it calls itself “{title_of(piece)}”"
    is_one_work = (best.title or 0.0) >= SAME_ARTIST and len(read_title(best.recording.title).name) >= _LONG_TITLE
    if best.artist is not None and best.artist < OTHER_ARTIST and not is_one_work:
        return "its tags name another artist"
    return None


def _of_version(best: PieceCandidate) -> str | None:
    if best.versions is Versions.OTHER:
        return "its names say that it is another version"
    if best.versions is Versions.UNSAID and best.album is not None and best.album < OTHER_TITLE:
        return "nothing but the sound says that it is this version"
    return None


def _of_sound(best: PieceCandidate, parameters: MatchParameters) -> str | None:
    if best.link is None:
        return "it sounds like another recording"
    weak = best.link.of_song < 1 - parameters.most_of_sources
    return "most people say that this sound is another song" if weak else None


def _without_sound(best: PieceCandidate, parameters: MatchParameters) -> str | None:
    """Return why names and length are not enough: without sound an id in the tags must be true."""
    if not best.is_tagged:
        return "no fingerprint and no id in the tags says so"
    is_near = best.seconds_apart is not None and abs(best.seconds_apart) <= parameters.same_seconds
    if (best.title or 0.0) >= parameters.same_title and (best.artist or 0.0) >= SAME_ARTIST and is_near:
        return None
    return "the id in its tags is not borne out by its names and length"


def _of_anonymity(piece: Piece, best: PieceCandidate, parameters: MatchParameters) -> str | None:
    """Return why sound alone is not enough, for a piece without a title."""
    link = best.link
    if link is None:
        return None
    near = best.seconds_apart is not None and abs(best.seconds_apart) <= parameters.same_seconds
    sure = (best.fingerprint or 0.0) >= parameters.sure_sound and near
    of_others = (1 - link.of_song) * link.recording.sources / max(link.of_all, 0.01)
    is_one_song = link.of_song >= _ONE_SONG or (link.of_song >= _ONE_RECORDING and round(of_others) <= 1)
    agreed = link.of_all >= max(parameters.most_of_sources, _ONE_RECORDING) and is_one_song
    if sure and agreed and link.recording.sources >= _LEAST_SOURCES:
        return None
    is_confirmed = best.is_tagged and near and agreed and (piece.recording_mbid is not None or piece.isrc is not None)
    return None if is_confirmed else "it has no title, and the sound alone is not sure enough"


def _of_rivals(best: PieceCandidate, others: Sequence[PieceCandidate], parameters: MatchParameters) -> str | None:
    """Return why it may as well be another recording: too near in confidence, in sources or in length."""
    rivals = [other for other in others if _is_plausible(other, best, parameters)]
    if best.is_tagged and not any(rival.is_tagged for rival in rivals) and _agrees(best, parameters):
        return None
    named = next((rival for rival in rivals if _is_of_named_album(rival, best, parameters)), None)
    if named is not None:
        return f"the album that it names has {_called(named)} of it"
    near = next((rival for rival in others if best.confidence - rival.confidence < parameters.least_margin), None)
    if near is not None:
        return f"{_called(near)} is as likely"
    linked = sum(rival.link.recording.sources for rival in rivals if rival.link and not _is_farther(rival, best))
    own = best.link.recording.sources if best.link else 0
    if best.link and own < parameters.most_of_sources * (own + linked):
        return f"{len(rivals) + 1} recordings sound like it, and none has most of the sources"
    nearer = next((rival for rival in rivals if _is_nearer(rival, best)), None)
    return f"the length of {_called(nearer)} is nearer" if nearer else None


def _is_plausible(other: PieceCandidate, best: PieceCandidate, parameters: MatchParameters) -> bool:
    """Tell whether a piece may be another recording that it sounds like."""
    if other.link is None or other.link.of_all <= 0 or other.versions is Versions.OTHER:
        return False
    if other.seconds_apart is not None and abs(other.seconds_apart) > parameters.other_seconds:
        return False
    if other.title is not None and best.title is not None and other.title < best.title - _TITLE_NEAR:
        return False
    is_of_album = (best.album or 0.0) >= parameters.same_title
    return not (is_of_album and other.album is not None and other.album < OTHER_TITLE)


def _is_of_named_album(rival: PieceCandidate, best: PieceCandidate, parameters: MatchParameters) -> bool:
    return (rival.album or 0.0) >= parameters.same_title and best.album is not None and best.album < OTHER_TITLE


def _is_farther(rival: PieceCandidate, best: PieceCandidate) -> bool:
    """Tell whether the length tells the best from a rival that has no more sources."""
    if rival.seconds_apart is None or best.seconds_apart is None or best.link is None or best.link.of_most < 1:
        return False
    is_exact = abs(best.seconds_apart) <= PRECISE_SECONDS
    return is_exact and abs(rival.seconds_apart) - abs(best.seconds_apart) >= _FARTHER_SECONDS


def _is_nearer(rival: PieceCandidate, best: PieceCandidate) -> bool:
    if rival.seconds_apart is None or best.seconds_apart is None or rival.link is None or best.link is None:
        return False
    nearer = abs(best.seconds_apart) - abs(rival.seconds_apart)
    if rival.link.of_all >= _SOME_SOURCES:
        return nearer >= _NEARER_SECONDS
    is_exact = abs(best.seconds_apart) <= PRECISE_SECONDS
    return nearer >= PRECISE_SECONDS and not is_exact and is_same_song(rival.link.recording, best.link.recording)


def _of_tags(
    piece: Piece, best: PieceCandidate, others: Iterable[PieceCandidate], parameters: MatchParameters
) -> str | None:
    """Return why an id in the tags forbids it: it is of another recording that fits, or nothing else has a name."""
    if piece.recording_mbid is None or best.is_tagged:
        return None
    tagged = next((other for other in others if other.source == "tags"), None)
    if tagged is not None and _agrees(tagged, parameters):
        return f"the id in its tags is that of {_called(tagged)}, which fits too"
    return "the id in its tags is another's, and it has no title" if best.title is None else None


def _agrees(candidate: PieceCandidate, parameters: MatchParameters) -> bool:
    """Tell whether title and length agree."""
    is_near = candidate.seconds_apart is not None and abs(candidate.seconds_apart) <= parameters.same_seconds
    return is_near and (candidate.title or 0.0) >= parameters.same_title


def _called(candidate: PieceCandidate) -> str:
    title = candidate.recording.title or candidate.recording.mbid
    remark = f" ({candidate.recording.disambiguation})" if candidate.recording.disambiguation else ""
    return f"another recording, “{title}”{remark},"


def seconds_in_words(apart: float) -> str:
    """Return "41 s longer" or "3 s shorter"."""
    return f"{abs(apart):.0f} s {'longer' if apart > 0 else 'shorter'}"
