"""The scores that decisions rest on: each a function of a few numbers, from 0 to 1."""

from collections.abc import Iterable, Sequence
from typing import Final

from music.match_parameters import MatchParameters
from music.matches import Decision

PRECISE_SECONDS: Final = 1.0
"""Lengths this near are equal: players round, rippers keep a gap."""
FAR_SECONDS: Final = 11.0
"""Lengths this far apart have nothing in common."""
_TOTAL_ALIKE: Final = 0.05
"""Total lengths that differ by no more are equal (S3-58)."""
_TOTAL_FAR: Final = 0.25
_WORDS_OF_MEDIA: Final = {
    "CD": ("cd", "digital", "dvd", "minidisc"),
    "Vinyl": ("vinyl", "shellac", "lp", "flexi", "acetate"),
    "Cassette": ("cassette", "tape", "8-track", "cartridge"),
}


def mean(values: Iterable[float]) -> float | None:
    """Return the mean, or None of nothing."""
    known = list(values)
    return sum(known) / len(known) if known else None


def weighted(*parts: tuple[float, float | None]) -> float | None:
    """Return the mean of what is known of (weight, value); None where nothing is."""
    known = [(weight, value) for weight, value in parts if value is not None]
    total = sum(weight for weight, _ in known)
    return min(1.0, sum(weight * value for weight, value in known) / total) if total else None


def duration_score(difference_seconds: float | None) -> float | None:
    """Return how near two lengths are: 1 within a second, 0 from eleven on (S3-53, S3-62); None where unknown."""
    if difference_seconds is None:
        return None
    return min(1.0, max(0.0, 1 - (abs(difference_seconds) - PRECISE_SECONDS) / (FAR_SECONDS - PRECISE_SECONDS)))


def track_count_score(pieces: int, tracks: int | None) -> float | None:
    """Return how well a number of pieces fits a number of tracks: the lower as a share of the higher (S3-57, S3-59)."""
    return min(pieces, tracks) / max(pieces, tracks) if tracks and pieces else None


def total_duration_score(seconds: float, expected_seconds: float) -> float | None:
    """Return how near two total lengths are: 1 within 5 %, 0 from 25 % on (S3-58)."""
    if seconds <= 0 or expected_seconds <= 0:
        return None
    apart = abs(seconds - expected_seconds) / expected_seconds
    return min(1.0, max(0.0, 1 - (apart - _TOTAL_ALIKE) / (_TOTAL_FAR - _TOTAL_ALIKE)))


def medium_score(medium: str | None, formats: Sequence[str]) -> float | None:
    """Return whether a release came on what the pieces were copied from (S3-49, S3-55); None where unknown."""
    words = _WORDS_OF_MEDIA.get(medium or "")
    known = [name.casefold() for name in formats if name]
    if words is None or not known:
        return None
    return float(any(word in name for name in known for word in words))


def contextual_score(*, track_count: float | None, duration: float | None, metadata: float | None) -> float:
    """Return how well a release fits as a whole: 0.4 number of tracks, 0.3 their lengths, 0.3 names (S3-59)."""
    return weighted((0.4, track_count), (0.3, duration), (0.3, metadata)) or 0.0


def pattern_score(*, track_count: float | None, total_duration: float | None, medium: float | None) -> float:
    """Return how well the pattern of the pieces fits: 0.5 number, 0.3 total length, 0.2 medium (S3-46…51, S3-55)."""
    return weighted((0.5, track_count), (0.3, total_duration), (0.2, medium)) or 0.0


def piece_confidence(*, metadata: float | None, fingerprint: float | None, duration: float | None) -> float:
    """Return how sure it is what a piece is, by itself: 0.3 names, 0.6 fingerprint, 0.1 length (S3-62)."""
    return weighted((0.3, metadata), (0.6, fingerprint), (0.1, duration)) or 0.0


def album_piece_confidence(*, contextual: float, pattern: float, fingerprint: float | None) -> float:
    """Return how sure it is what a piece of an album is: 0.2 context, 0.2 pattern, 0.6 fingerprint (S3-64)."""
    return weighted((0.2, contextual), (0.2, pattern), (0.6, fingerprint)) or 0.0


def album_confidence(confidences: Sequence[float], *, consistency: float) -> float:
    """Return how sure it is what an album is: the mean of its pieces times the factor for their consistency (S3-65)."""
    return (mean(confidences) or 0.0) * consistency


def decide_piece(confidence: float, parameters: MatchParameters) -> Decision:
    """Return what a piece's confidence alone decides: 0.85 and 0.60 divide (S3-63)."""
    if confidence >= parameters.accept_piece:
        return Decision.ACCEPT
    return Decision.REVIEW if confidence >= parameters.review_piece else Decision.REJECT


def decide_album(overall: float, weakest: float, parameters: MatchParameters) -> Decision:
    """Return what an album's confidence alone decides (S3-66); 0.86 with a weakest piece of 0.65 is a REVIEW."""
    if overall >= parameters.accept_album and weakest >= parameters.accept_weakest:
        return Decision.ACCEPT
    return Decision.REVIEW if overall >= parameters.review_album else Decision.REJECT
