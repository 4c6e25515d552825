"""What a person may answer about a group, and what they are told about it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ingest_assets.decided_identifications import REJECTED, Choice
from ingest_assets.review_decisions import write_down
from ingest_assets.review_groups import Group, Piece, ReviewError, candidates_of
from ingest_assets.review_shown import counted, name_of
from lake.store import Lake
from resources.settings import Settings


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person says of pieces."""

    chosen: tuple[tuple[Piece, Choice], ...]
    words: str
    """What they are."""


Answering = Callable[[Settings, Group], Answer]
"""Gives the answer for a group; may raise a ReviewError."""


def accepting(number: int) -> Answering:
    """Return the answer that it is one of the candidates, counted from 1."""

    def accept(_: Settings, group: Group) -> Answer:
        return accepted(_asked_about(group), number, place=group.place)

    return accept


def rejecting(_: Settings, group: Group) -> Answer:
    """Return the answer that it is none of the candidates."""
    return rejected(_asked_about(group))


def _asked_about(group: Group) -> Sequence[Piece]:
    if not group.in_question:
        raise ReviewError(f"Nothing of {group.place} is in question. To answer all the same: name its files")
    return group.in_question


def accepted(pieces: Sequence[Piece], number: int, *, place: str) -> Answer:
    """Return the answer that pieces are one of the candidates; those that it does not fit are not spoken of.

    Raises:
        ReviewError: There is no such candidate.
    """
    candidates = candidates_of(pieces)
    if not 1 <= number <= len(candidates):
        have = f"there are 1 to {len(candidates)}" if candidates else "nothing was found that it may be"
        raise ReviewError(f"{place} has no candidate {number}: {have}. One that you found: linernotes review choose")
    candidate = candidates[number - 1]
    chosen = tuple((piece, candidate.choice(piece)) for piece in pieces if piece.key in candidate.fits)
    return Answer(chosen, name_of(candidate, alone=len(pieces) == 1))


def rejected(pieces: Sequence[Piece]) -> Answer:
    """Return the answer that pieces are none of the candidates."""
    return Answer(tuple((piece, REJECTED) for piece in pieces), "left without a name")


def carry_out(lake: Lake, group: Group, answer: Answer) -> str:
    """Write an answer down; return in words what became of it."""
    written = write_down(lake, answer.chosen)
    answered = {piece.key for piece, _ in answer.chosen}
    left = sum(piece.key not in answered for piece in group.open)
    is_ = "is" if len(answered) == 1 else "are"
    said = f"Written down: {counted(len(answered), 'piece')} {is_} {answer.words}."
    copies = (
        f" With copies of the same audio {counted(written.pieces, 'piece')}." if written.pieces > len(answered) else ""
    )
    rest = f" {counted(left, 'piece')} of {group.place} {'is' if left == 1 else 'are'} left open." if left else ""
    return f"{said}{copies}{rest}"
