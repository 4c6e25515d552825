"""The pieces of a file as a person sets them: divided, joined, moved.

What a person says counts before a CUE sheet, chapters and silences, so their pieces are handed to the segmentation as
marks are. Pieces are numbered from 1, as people count; all times are ticks from the beginning of the file.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from music.clock_time import clock_time
from music.hints import Hints
from music.marks import Mark
from music.segmentation import MediumName, SegmentParameters, Span
from music.ticks import Ticks, seconds_to_ticks

SHORTEST_SECONDS = 1.0
"""No piece of music is shorter, and a mark in a file's last second would be taken for its end."""


class CorrectionError(ValueError):
    """A correction that cannot be made; the message names what is wrong and the cure."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """The pieces of a file: each ends where the next one begins."""

    marks: tuple[Mark, ...]
    """Where they begin, the first at 0, rising; at least one."""
    duration_ticks: Ticks
    """Where the last one ends."""

    @property
    def edges(self) -> tuple[Ticks, ...]:
        """Where pieces begin, and the end of the last."""
        return (*(mark.start_ticks for mark in self.marks), self.duration_ticks)


def pieces_of(spans: Sequence[Span]) -> Pieces:
    """Return the pieces that a file has; there is at least one."""
    marks = tuple(Mark(span.start_ticks, span.title_hint, span.performer_hint) for span in spans)
    return Pieces(marks, spans[-1].end_ticks)


def split(pieces: Pieces, at_ticks: Ticks) -> Pieces:
    """Return the pieces with one more boundary; the earlier part keeps title and performer.

    Raises:
        CorrectionError: The time is outside the file, or nearer than a second to a boundary.
    """
    _check_inside(pieces, at_ticks)
    _check_apart(pieces.edges, at_ticks)
    return replace(pieces, marks=_in_order([*pieces.marks, Mark(at_ticks)]))


def join(pieces: Pieces, number: int) -> Pieces:
    """Return the pieces with one of them and the next as one; its names count, else the next one's.

    Raises:
        CorrectionError: There is no such piece, or none behind it.
    """
    _check_number(pieces, number)
    if number == len(pieces.marks):
        raise CorrectionError(f"piece {number} is the last: there is no next one to join it with")
    one, following = pieces.marks[number - 1 : number + 1]
    joined = Mark(one.start_ticks, one.title or following.title, one.performer or following.performer)
    return replace(pieces, marks=(*pieces.marks[: number - 1], joined, *pieces.marks[number + 1 :]))


def move(pieces: Pieces, number: int, *, to_ticks: Ticks) -> Pieces:
    """Return the pieces with the beginning of one of them elsewhere, between its neighbours.

    Raises:
        CorrectionError: There is no such piece, it is the first, or the time is not between its neighbours.
    """
    _check_number(pieces, number)
    if number == 1:
        raise CorrectionError("piece 1 begins where the file begins: move the beginning of another one")
    _check_inside(pieces, to_ticks)
    before, after = pieces.edges[number - 2], pieces.edges[number]
    if not before < to_ticks < after:
        raise CorrectionError(
            f"piece {number} can begin only between {clock_time(before)} and {clock_time(after)}, where its neighbours "
            f"begin and end, not at {clock_time(to_ticks)}. Join pieces first to go further"
        )
    _check_apart((before, after), to_ticks)
    moved = replace(pieces.marks[number - 1], start_ticks=to_ticks)
    return replace(pieces, marks=(*pieces.marks[: number - 1], moved, *pieces.marks[number:]))


def corrected_hints(hints: Hints, marks: Sequence[Mark] | None) -> Hints:
    """Return what is said about a file's pieces, a person's word first; None where they said nothing."""
    return hints if marks is None else replace(hints, found_by="manual", marks=tuple(marks))


def corrected_parameters(parameters: SegmentParameters, medium: MediumName | None) -> SegmentParameters:
    """Return the parameters for what a person says a file was copied from; None where they said nothing.

    A threshold that was set for another medium does not hold for this one.
    """
    if medium is None or medium == parameters.medium:
        return parameters
    return replace(parameters, medium=medium, threshold_dbfs=None)


def _in_order(marks: Sequence[Mark]) -> tuple[Mark, ...]:
    return tuple(sorted(marks, key=lambda mark: mark.start_ticks))


def _check_number(pieces: Pieces, number: int) -> None:
    count = len(pieces.marks)
    if not 1 <= number <= count:
        have = "there is one piece, number 1" if count == 1 else f"there are pieces 1 to {count}"
        raise CorrectionError(f"there is no piece {number}: {have}")


def _check_inside(pieces: Pieces, ticks: Ticks) -> None:
    if not 0 < ticks < pieces.duration_ticks:
        raise CorrectionError(
            f"{clock_time(ticks)} is not inside the file, which lasts {clock_time(pieces.duration_ticks)}; "
            "did you mean minutes, as in 4:00?"
        )


def _check_apart(edges: Sequence[Ticks], ticks: Ticks) -> None:
    nearest = min(edges, key=lambda edge: abs(edge - ticks))
    if abs(nearest - ticks) < seconds_to_ticks(SHORTEST_SECONDS):
        raise CorrectionError(
            f"{clock_time(ticks)} is less than a second from the boundary at {clock_time(nearest)}. "
            "Move that boundary, or choose another time"
        )
