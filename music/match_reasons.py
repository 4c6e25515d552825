"""Decisions in words, one sentence or two, for the person who wants to know why."""

from music.album_objections import AlbumVerdict, swapped_title
from music.alignment import Alignment, Placement
from music.match_parameters import MatchParameters
from music.matches import Match
from music.piece_objections import seconds_in_words


def album_reason(placed: Placement, verdict: AlbumVerdict, against: tuple[str, ...]) -> str:
    """Return why a piece is the track that it lies on, or why that is not sure."""
    alignment = verdict.best.alignment
    agreeing = _agreeing(alignment, verdict.parameters)
    heard = [each for each in alignment.placements if each.heard is not None]
    sound = f"; fingerprints agree on {sum(each.is_heard for each in heard)} of {len(heard)}" if heard else ""
    said = f"{agreeing} of {_count(len(alignment.covered), 'track')} agree with {alignment.release.title}{sound}"
    if agreeing == len(alignment.covered):
        said = f"All {said.removeprefix(f'{agreeing} of ')}" if agreeing > 1 else said
    if against:
        return f"{said}, but of track {placed.track.position}: {' and '.join(against)}."
    return f"{said}.{_remarks(placed, verdict)}"


def beside_album_reason(alone: Match, verdict: AlbumVerdict, *, is_copy: bool) -> str:
    """Return why a piece is what it is although the album that it lies with has no place for it."""
    album = verdict.best.alignment.release.title
    if is_copy:
        return f"Another file is the same track of {album}. {alone.reason}"
    return f"It is on no track of {album}. {alone.reason}"


def _agreeing(alignment: Alignment, parameters: MatchParameters) -> int:
    """Return how many pieces agree with their track in title and length, as far as either is known."""
    return sum(
        (placed.title is None or placed.title >= parameters.same_title or placed.is_heard)
        and (placed.seconds_apart is None or abs(placed.seconds_apart) <= parameters.other_seconds)
        and (placed.heard is None or placed.is_heard)
        for placed in alignment.placements
    )


def _remarks(placed: Placement, verdict: AlbumVerdict) -> str:
    """Return what else is worth knowing, each with a space before it."""
    said: list[str] = []
    swapped = swapped_title(placed, verdict.best.alignment)
    if swapped:
        said.append(f"It calls itself “{swapped}”, but sounds like “{placed.track.title}”.")
    if placed.is_tagged is False:
        said.append("The recording's id in its tags is another one.")
    if placed.seconds_apart is not None and abs(placed.seconds_apart) > verdict.parameters.same_seconds:
        said.append(f"It is {seconds_in_words(placed.seconds_apart)} than the track.")
    if verdict.editions.claimed:
        said.append(f"Of its editions it is this one: {verdict.editions.because}.")
    elif len(verdict.editions.fitting) > 1:
        said.append(f"{len(verdict.editions.fitting)} editions fit equally.")
    return "".join(f" {sentence}" for sentence in said)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
