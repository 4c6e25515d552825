"""What speaks against calling a piece by the name of the track that it lies on, in words; nothing, if it is sure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from music.album_rivals import names_another, rival_of
from music.album_scores import AlbumScore
from music.alignment import Alignment, Placement, versions_of_release
from music.editions import Editions, fits, is_verified
from music.match_parameters import MatchParameters
from music.match_scores import PRECISE_SECONDS, decide_album, mean
from music.matches import Decision
from music.piece_names import disc_number_of, title_beside, title_of, versions_of_album
from music.piece_objections import SAME_ARTIST, seconds_in_words
from music.release_names import artist_score
from music.release_vote import ReleaseVote
from music.sound_evidence import links_of
from music.titles import Versions, compare_versions, name_of_title_similarity

_NO_TITLE: Final = 0.35
"""A title less like its track's is no mistyped one."""
_OTHER_TITLE: Final = 0.6
_LIKER: Final = 0.15
"""A title that is so much liker another track's of the album is that one's."""
_MOST_TIMED: Final = 0.8
"""The share of an album's tracks whose lengths must be known."""
_LEAST_WITHOUT_SOUND: Final = 3
"""Fewer tracks than this may agree in titles and lengths by chance."""


@dataclass(frozen=True, slots=True)
class AlbumVerdict:
    """What was found out about a group as a whole."""

    best: AlbumScore
    others: tuple[AlbumScore, ...]
    """Of the other releases that were looked up."""
    votes: tuple[ReleaseVote, ...]
    margin: float
    """How far the next release group is behind."""
    next_title: str | None
    """What it is called."""
    editions: Editions
    parameters: MatchParameters

    @property
    def decision(self) -> Decision:
        """What the numbers say of the album (S3-66), and the margin."""
        said = decide_album(self.best.overall, self.best.weakest, self.parameters)
        return Decision.REVIEW if said is Decision.ACCEPT and self.against else said

    @property
    def against(self) -> str | None:
        """Why it is not sure which album it is; None if it is."""
        parameters, alignment = self.parameters, self.best.alignment
        if self.margin < parameters.least_margin:
            return f"the album may as well be “{self.next_title}”"
        is_part = alignment.missing or alignment.is_part_of_release
        if is_part and names_another(alignment.group, alignment.release.title) and not _has_id(self):
            return "the album calls itself otherwise, and only a part of it is there"
        return None

    @property
    def stands(self) -> bool:
        """Tell whether the album is sure, so that a piece which fits it is: most pieces carry it, the others aside."""
        if self.against:
            return False
        parameters, confidences = self.parameters, self.best.confidences
        if not confidences:
            return self.best.overall >= parameters.accept_album or _has_id(self)
        core = [score for score in confidences.values() if score >= parameters.accept_weakest]
        enough = len(core) >= parameters.release_share * len(self.best.alignment.group.pieces)
        lonely = len(core) < min(2, len(self.best.alignment.group.pieces))
        return enough and not lonely and (mean(core) or 0.0) >= parameters.accept_album


def album_objections(placed: Placement, verdict: AlbumVerdict) -> tuple[str, ...]:
    """Return why a piece cannot be accepted as the track that it lies on; empty if it can."""
    sound = _of_sound(placed, verdict) if placed.heard is not None else _without_sound(placed, verdict)
    found = [
        _of_copies(placed, verdict.best.alignment),
        _of_length(placed, verdict),
        sound,
        of_rival(placed, verdict),
        _of_title(placed, verdict.best.alignment),
        _of_version(placed, verdict.best.alignment),
        _of_album(verdict),
    ]
    return tuple(objection for objection in found if objection)


def swapped_title(placed: Placement, alignment: Alignment) -> str | None:
    """Return the title of the other track that a piece is called by, where that track's piece is heard there."""
    if not _is_called_otherwise(placed, alignment) or placed.seconds_apart is None:
        return None
    others = [other for other in alignment.placements if other.piece.key != placed.piece.key and other.is_heard]
    title = title_beside(placed.piece, placed.track.artist.name) or ""
    return next((other.track.title for other in others if _alike(title, other.track.title) >= SAME_ARTIST), None)


def is_whole(alignment: Alignment, parameters: MatchParameters) -> bool:
    """Tell whether names and lengths alone prove an album, or a disc that is named: all its tracks are there and fit.

    A track or two whose length nobody entered do not disprove the album; they are not proved themselves.
    """
    timed = [placed for placed in alignment.placements if placed.seconds_apart is not None]
    artist = artist_score(alignment.group, alignment.release.artist.name)
    complete = not alignment.missing and not alignment.unplaced and not _is_unnamed_part(alignment)
    enough = len(alignment.placements) >= _LEAST_WITHOUT_SOUND
    return (
        complete
        and enough
        and (artist is None or artist >= SAME_ARTIST)
        and not names_another(alignment.group, alignment.release.title)
        and len(timed) >= _MOST_TIMED * len(alignment.placements)
        and all(fits(placed, parameters) for placed in timed)
        and all((placed.title or 0.0) >= parameters.same_title for placed in alignment.placements)
    )


def _is_unnamed_part(alignment: Alignment) -> bool:
    """Tell whether the pieces fill some discs of a set without saying which."""
    discs = {disc_number_of(piece) for piece in alignment.group.pieces}
    return alignment.is_part_of_release and discs != {medium.position for medium, _ in alignment.covered}


def _has_id(verdict: AlbumVerdict) -> bool:
    return is_verified(verdict.best.alignment, verdict.parameters)


def _of_copies(placed: Placement, alignment: Alignment) -> str | None:
    return "two files are this track" if placed.piece.key in alignment.contested else None


def _of_length(placed: Placement, verdict: AlbumVerdict) -> str | None:
    if placed.seconds_apart is None or abs(placed.seconds_apart) <= verdict.parameters.other_seconds:
        return None
    return f"it is {seconds_in_words(placed.seconds_apart)}"


def _of_sound(placed: Placement, verdict: AlbumVerdict) -> str | None:
    if not placed.is_heard:
        others = [link.recording.title for link in links_of(placed.piece) if link.recording.title]
        return f"it sounds like “{others[0]}”" if others else "it sounds like another recording"
    if verdict.best.confidences[placed.piece.key] < verdict.parameters.accept_weakest:
        return "few of those who know this sound say so"
    return None


def _without_sound(placed: Placement, verdict: AlbumVerdict) -> str | None:
    """Return why names and length are not enough: without sound an id must be true, or the whole album fit."""
    others = (other.alignment.placement_of(placed.piece) for other in verdict.others)
    for other in others:
        differs = other is not None and other.track.recording_mbid != placed.track.recording_mbid
        if other is not None and differs and fits(other, verdict.parameters) and not placed.is_tagged:
            return "another edition has another recording that fits as well"
    alignment = verdict.best.alignment
    if _is_odd_one_out(placed, verdict):
        return "nobody knows its sound, while its neighbours' is known, and its length is not quite the track's"
    is_true = fits(placed, verdict.parameters) and (placed.is_tagged or is_verified(alignment, verdict.parameters))
    artist = artist_score(alignment.group, alignment.release.artist.name)
    is_proved = placed.seconds_apart is not None and is_whole(alignment, verdict.parameters)
    if (is_true and (artist is None or artist >= SAME_ARTIST)) or is_proved:
        return None
    return "its sound is not known, and neither an id in the tags nor the whole album proves it"


def _is_odd_one_out(placed: Placement, verdict: AlbumVerdict) -> bool:
    """Tell whether the sound of an album is known but not that of a piece whose length is not exact: other music."""
    if not placed.piece.was_looked_up or placed.seconds_apart is None:
        return False
    placements = verdict.best.alignment.placements
    heard = sum(each.is_heard for each in placements)
    return heard >= verdict.parameters.release_share * len(placements) and abs(placed.seconds_apart) > PRECISE_SECONDS


def of_rival(placed: Placement, verdict: AlbumVerdict) -> str | None:
    """Return which other recording of the same song it may as well be."""
    if placed.is_tagged and fits(placed, verdict.parameters):
        return None
    rival = rival_of(placed, verdict.best, votes=verdict.votes, parameters=verdict.parameters)
    if rival is None:
        return None
    return f"it may as well be another recording of it, “{rival.recording.title or rival.recording.mbid}”"


def _of_title(placed: Placement, alignment: Alignment) -> str | None:
    if not _is_called_otherwise(placed, alignment) or swapped_title(placed, alignment):
        return None
    return f"it calls itself “{title_of(placed.piece)}”"


def _of_version(placed: Placement, alignment: Alignment) -> str | None:
    title = title_beside(placed.piece, placed.track.artist.name)
    if title is None or placed.title is None or swapped_title(placed, alignment):
        return None
    said, of_release = versions_of_album(placed.piece), versions_of_release(alignment.release)
    names = (placed.track.title, placed.track.recording_title or placed.track.title)
    compared = {compare_versions(title, name, said=said & of_release, of_other=of_release) for name in names}
    return "its title says that it is another version" if compared == {Versions.OTHER} else None


def _of_album(verdict: AlbumVerdict) -> str | None:
    if verdict.stands:
        return None
    least = verdict.parameters.accept_album
    return (
        verdict.against or f"the album as a whole reaches {verdict.best.overall:.2f} of the {least:.2f} that it takes"
    )


def _is_called_otherwise(placed: Placement, alignment: Alignment) -> bool:
    if placed.title is None or placed.title >= _OTHER_TITLE:
        return False
    if placed.title < _NO_TITLE:
        return True
    title = title_beside(placed.piece, placed.track.artist.name) or ""
    return _best(title, (track.title for _, track in alignment.release.tracks())) > placed.title + _LIKER


def _best(title: str, names: Iterable[str]) -> float:
    return max((_alike(title, name) for name in names), default=0.0)


def _alike(title: str, name: str) -> float:
    return name_of_title_similarity(title, name) or 0.0
