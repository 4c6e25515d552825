"""How well a release fits a group of pieces, as a whole and piece by piece (S3-59, S3-64, S3-65)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from music.alignment import Alignment, Placement
from music.match_parameters import MatchParameters
from music.match_scores import (
    album_confidence,
    album_piece_confidence,
    contextual_score,
    duration_score,
    mean,
    medium_score,
    pattern_score,
    total_duration_score,
    track_count_score,
    weighted,
)
from music.piece_names import disc_number_of
from music.release_names import OTHER_ALBUM, album_similarity, names_score

_PART_OF_SET: Final = 0.85
"""What the number of tracks counts if the pieces fill one disc of a set and do not say so: an album is likelier."""
_RUN_OF_TRACKS: Final = 0.8
"""At least this counts the number of pieces of one long file that are tracks in a row: one side of a record (S3-55)."""
_LEAST_NEIGHBOURS: Final = 2
_OTHER_ALBUM_COSTS: Final = 0.15
_CLOSE_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class AlbumScore:
    """How well a release fits."""

    alignment: Alignment
    contextual: float
    pattern: float
    metadata: float | None
    duration: float | None
    fingerprints: Mapping[tuple[str, int], float | None]
    """Of the pieces that have a track, as the album sees them."""
    confidences: Mapping[tuple[str, int], float]
    """Of the pieces that have a track and a known sound (S3-64)."""
    overall: float
    """S3-65; without any known sound, of context and pattern alone."""
    weakest: float
    rank: float
    """What sorts releases: the confidence, and what tells editions apart: lengths, sources, numbers, names."""

    @property
    def release_group_mbid(self) -> str:
        """The album."""
        return self.alignment.release.release_group_mbid

    @property
    def fingerprint_mean(self) -> float | None:
        """Over the pieces whose sound is known."""
        return mean(score for score in self.fingerprints.values() if score is not None)

    @property
    def fingerprint_min(self) -> float | None:
        """The lowest of them."""
        return min((score for score in self.fingerprints.values() if score is not None), default=None)


def score_album(alignment: Alignment, parameters: MatchParameters) -> AlbumScore:
    """Return how well the pieces fit the release that they are laid on."""
    metadata = names_score(alignment.group, alignment.release)
    duration = mean(
        score for placed in alignment.placements if (score := duration_score(placed.seconds_apart)) is not None
    )
    contextual = contextual_score(track_count=_track_count(alignment), duration=duration, metadata=metadata)
    pattern = _pattern(alignment)
    fingerprints = {
        placed.piece.key: album_fingerprint(placed, alignment, parameters) for placed in alignment.placements
    }
    confidences = {
        key: album_piece_confidence(contextual=contextual, pattern=pattern, fingerprint=score)
        for key, score in fingerprints.items()
        if score is not None
    }
    known = list(confidences.values()) or [
        album_piece_confidence(contextual=contextual, pattern=pattern, fingerprint=None)
    ]
    overall = album_confidence(known, consistency=consistency(alignment, parameters))
    return AlbumScore(
        alignment=alignment,
        contextual=contextual,
        pattern=pattern,
        metadata=metadata,
        duration=duration,
        fingerprints=fingerprints,
        confidences=confidences,
        overall=overall,
        weakest=min(known),
        rank=_rank(alignment, overall),
    )


def consistency(alignment: Alignment, parameters: MatchParameters) -> float:
    """Return the factor for pieces of several release groups (S3-65): 1 if most are of this one.

    A foreign file or two beside an album are no sign that it is another; they are judged alone.
    """
    placed = len(alignment.placements) / max(1, len(alignment.group.pieces))
    return 1.0 if placed >= parameters.release_share else parameters.consistency


def album_fingerprint(placed: Placement, alignment: Alignment, parameters: MatchParameters) -> float | None:
    """Return the fingerprint score of a piece in its album.

    Which of the recordings under one AcoustID it is, the sources guess; an album knows better: where the piece's
    neighbours are heard on the same release, and title and length agree, the sound counts whole.
    """
    if placed.heard is None or not placed.is_heard:
        return placed.fingerprint
    others = [other for other in alignment.placements if other.piece.key != placed.piece.key]
    heard = sum(other.is_heard for other in others)
    title_agrees = placed.title is None or placed.title >= parameters.same_title
    near = placed.seconds_apart is not None and abs(placed.seconds_apart) <= parameters.same_seconds
    known = sum(other.heard is not None for other in others)
    in_company = heard >= _LEAST_NEIGHBOURS and heard >= parameters.release_share * known
    return placed.heard if in_company and title_agrees and near else placed.fingerprint


def _track_count(alignment: Alignment) -> float | None:
    score = track_count_score(len(alignment.group.pieces), len(alignment.covered))
    if score is None:
        return None
    if alignment.group.is_one_file and _is_run(alignment):
        return max(score, _RUN_OF_TRACKS)
    says_disc = any(disc_number_of(placed.piece) for placed in alignment.placements)
    return score if says_disc or not alignment.is_part_of_release else _PART_OF_SET * score


def _is_run(alignment: Alignment) -> bool:
    """Tell whether the pieces of a long file are tracks in a row, in their order."""
    order = {(medium.position, track.position): at for at, (medium, track) in enumerate(alignment.covered)}
    by_piece = sorted(alignment.placements, key=lambda placed: placed.piece.key)
    places = [order[placed.medium.position, placed.track.position] for placed in by_piece]
    return bool(places) and places == list(range(places[0], places[0] + len(places)))


def _pattern(alignment: Alignment) -> float:
    timed = [placed for placed in alignment.placements if placed.seconds_apart is not None]
    seconds = sum(placed.piece.duration_seconds for placed in timed)
    expected = seconds - sum(placed.seconds_apart or 0.0 for placed in timed)
    formats = [medium.format for medium in alignment.release.media if medium.format]
    return pattern_score(
        track_count=_track_count(alignment),
        total_duration=total_duration_score(seconds, expected),
        medium=medium_score(alignment.group.medium, formats),
    )


def _rank(alignment: Alignment, overall: float) -> float:
    """Return what sorts releases, between 0 and 1."""
    placements = alignment.placements
    close = mean(1 - min(abs(placed.seconds_apart), _CLOSE_SECONDS) / _CLOSE_SECONDS
                 for placed in placements if placed.seconds_apart is not None)  # fmt: skip
    sources = mean(placed.fingerprint for placed in placements if placed.fingerprint is not None)
    position = mean(placed.position for placed in placements if placed.position is not None)
    title = mean(placed.title for placed in placements if placed.title is not None)
    finer = weighted((4, close), (2, sources), (2, position), (3, title)) or 0.0
    release = alignment.release
    album = album_similarity(alignment.group, release.title, other_title=release.release_group_title)
    cost = _OTHER_ALBUM_COSTS if album is not None and album < OTHER_ALBUM else 0.0
    return max(0.0, 0.8 * overall + 0.2 * finer - cost)
