"""Which pieces are one and the same, and which of them is worth keeping.

Pieces are gathered around representatives, and each member is like its representative itself: that a second is like a
first and a third like the second does not put the third beside the first. The representative is the best of what it
stands for, so it is also the one to keep.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from music.fingerprint_similarity import NEAR, RECORDING
from music.ticks import Ticks

COMPLETE: Final = 0.9
"""What is shorter than this part of the longest copy is an excerpt, which nobody keeps for its bit rate."""


class DuplicateKind(StrEnum):
    """How a member is like the representative of its group, the surest first."""

    BYTES = "bytes"
    AUDIO = "audio"
    RECORDING = "recording"
    NEAR = "near"


_SUREST_FIRST: Final = tuple(DuplicateKind)


@dataclass(frozen=True, slots=True)
class Piece:
    """What is known of one piece of music: where it is, what it is, and how good."""

    key: str
    """Names it, like no other piece."""
    path: str
    content_sha256: str
    """Of the file's bytes."""
    audio_sha256: str
    """Of the file's audio without tags."""
    start_ticks: Ticks
    """In the file, half-open as everywhere."""
    end_ticks: Ticks
    is_lossless: bool
    bitrate_bps: int | None
    sample_rate_hz: int
    bits_per_sample: int | None
    """None for what is not stored in samples."""
    is_probably_lossy_source: bool
    """It sounds as if it had been through a lossy encoder, whatever it is stored in."""
    tag_count: int
    """How many of its tags say something."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two pieces sound."""

    first: str
    """Key of a piece."""
    second: str
    """Key of the other."""
    similarity: float
    """0-1, of `music.fingerprint_similarity`; 1 where a person said that they are one, 0 that they are not."""


@dataclass(frozen=True, slots=True)
class GroupMember:
    """A piece in a group."""

    key: str
    kind: DuplicateKind
    """To the representative; of the representative, the surest kind of the others."""
    similarity: float
    """To the representative, 0-1."""
    keep: bool
    """The best one; and what is only near, until a person has listened."""


@dataclass(frozen=True, slots=True)
class DuplicateGroup:
    """Pieces that are one and the same, or nearly."""

    group_id: str
    """The lowest key of its members: a better copy that arrives does not change it."""
    members: tuple[GroupMember, ...]
    """The representative first, then as sure and as alike as they are."""


_Audio = tuple[str, Ticks, Ticks]
_Likenesses = Mapping[_Audio, Mapping[_Audio, float]]


def find_groups(pieces: Iterable[Piece], likenesses: Iterable[Likeness]) -> tuple[DuplicateGroup, ...]:
    """Return the groups of two or more, by their ids.

    Args:
        pieces: All of the library; their keys differ.
        likenesses: Of pairs; what is under `NEAR` does not count, nor do keys that are no piece's.
    """
    copies = _copies(pieces)
    like = _between(copies, likenesses)
    groups = (_group(star, copies, like) for star in _with_near(_stars(copies, like), like))
    return tuple(sorted((group for group in groups if len(group.members) > 1), key=lambda group: group.group_id))


def quality(piece: Piece, *, longest_ticks: int) -> tuple[object, ...]:
    """Return what sorts the copies of one recording, the one to keep first.

    Complete before excerpt, lossless before lossy and before what was lossy once, then bits, rate and bit rate, length,
    tags, and the path, so that the answer is the same every time.

    Args:
        piece: One of the copies.
        longest_ticks: The length of the longest.
    """
    length = piece.end_ticks - piece.start_ticks
    is_true = piece.is_lossless and not piece.is_probably_lossy_source
    return (
        length < COMPLETE * longest_ticks,
        not is_true,
        piece.is_probably_lossy_source,
        0 if is_true else -(piece.bitrate_bps or 0),
        -(piece.bits_per_sample or 0),
        -piece.sample_rate_hz,
        -length,
        -piece.tag_count,
        piece.path,
        piece.key,
    )


def _copies(pieces: Iterable[Piece]) -> dict[_Audio, list[Piece]]:
    """Return the pieces by what is heard, bit for bit."""
    copies: defaultdict[_Audio, list[Piece]] = defaultdict(list)
    for piece in pieces:
        copies[piece.audio_sha256, piece.start_ticks, piece.end_ticks].append(piece)
    return copies


def _between(copies: Mapping[_Audio, Sequence[Piece]], likenesses: Iterable[Likeness]) -> _Likenesses:
    """Return what is alike and how much, both ways: of copies that are equal, any may have been compared."""
    audio_of = {piece.key: audio for audio, equal in copies.items() for piece in equal}
    between: defaultdict[_Audio, dict[_Audio, float]] = defaultdict(dict)
    for likeness in likenesses:
        one, other = audio_of.get(likeness.first), audio_of.get(likeness.second)
        if one and other and one != other and likeness.similarity >= NEAR:
            most = max(likeness.similarity, between[one].get(other, 0.0))
            between[one][other] = between[other][one] = most
    return between


def _stars(copies: Mapping[_Audio, Sequence[Piece]], like: _Likenesses) -> list[list[_Audio]]:
    """Return representatives, each with what is the same recording as itself; the best come first."""
    reach = {audio: max(end - start for _, start, end in (audio, *like.get(audio, ()))) for audio in copies}
    best = {
        audio: min(quality(piece, longest_ticks=reach[audio]) for piece in equal) for audio, equal in copies.items()
    }
    taken: set[_Audio] = set()
    stars: list[list[_Audio]] = []
    for audio in sorted(copies, key=best.__getitem__):
        if audio not in taken:
            around = [other for other, share in like.get(audio, {}).items() if share >= RECORDING]
            stars.append([audio, *(other for other in around if other not in taken)])
            taken.update(stars[-1])
    return stars


def _with_near(stars: Sequence[list[_Audio]], like: _Likenesses) -> list[list[_Audio]]:
    """Put what stands alone to what it is most like: a group, or something better; groups are not put together."""
    groups = {star[0] for star in stars if len(star) > 1}
    order = {star[0]: place for place, star in enumerate(stars)}
    joined: set[_Audio] = set()
    for place, star in enumerate(stars):
        better = [
            (share, -order[other], other)
            for other, share in like.get(star[0], {}).items()
            if other in groups or (order.get(other, place) < place and other not in joined)
        ]
        if star[0] not in groups and better:
            stars[order[max(better)[2]]].append(star[0])
            joined.add(star[0])
    return [star for star in stars if star[0] not in joined]


def _group(star: Sequence[_Audio], copies: Mapping[_Audio, Sequence[Piece]], like: _Likenesses) -> DuplicateGroup:
    pieces = [piece for audio in star for piece in copies[audio]]
    longest = max(end - start for _, start, end in star)
    first = min(copies[star[0]], key=lambda piece: quality(piece, longest_ticks=longest))
    others = [_member(piece, first, like) for piece in pieces if piece is not first]
    others.sort(key=lambda member: (_SUREST_FIRST.index(member.kind), -member.similarity, member.key))
    kind = others[0].kind if others else DuplicateKind.BYTES
    members = (GroupMember(first.key, kind, 1.0, keep=True), *others)
    return DuplicateGroup(min(member.key for member in members), members)


def _member(piece: Piece, first: Piece, like: _Likenesses) -> GroupMember:
    audio, firsts = ((one.audio_sha256, one.start_ticks, one.end_ticks) for one in (piece, first))
    if audio == firsts:
        equal = piece.content_sha256 == first.content_sha256
        return GroupMember(piece.key, DuplicateKind.BYTES if equal else DuplicateKind.AUDIO, 1.0, keep=False)
    share = like[firsts][audio]
    if share >= RECORDING:
        return GroupMember(piece.key, DuplicateKind.RECORDING, share, keep=False)
    return GroupMember(piece.key, DuplicateKind.NEAR, share, keep=True)
