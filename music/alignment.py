"""Which piece is which track of a release: the assignment that makes the sum of their likenesses greatest.

A piece that is like no track stays without one, as a foreign file does. So does a second copy of a track, which is then
said to be contested: nobody but a person knows which of the two belongs there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

from music.match_scores import duration_score, weighted
from music.piece_evidence import AlbumGroup, Piece
from music.piece_names import disc_number_of, is_same_sign, title_beside, track_number_of, versions_of_album
from music.releases import Medium, Release, Track
from music.sound_evidence import HEARD, Link, is_telling, links_of
from music.titles import title_similarity, versions_in

SAME_TITLE: Final = 0.9
SAME_SECONDS: Final = 7.0
"""A contested track and the piece without one are this near, as AcoustID's matches are."""
LEAST_LIKENESS: Final = 0.5
"""A piece that is less like its track has none."""
_SOUND, _TAGGED, _TITLE, _LENGTH, _POSITION = 5.0, 2.0, 3.0, 2.0, 1.0
"""How much each likeness weighs in the assignment."""
_OTHER_DISC: Final = 0.3
_FEW_SOURCES: Final = 0.6
"""What a link counts whose sources are next to none: the album may know better which recording it is."""


@dataclass(frozen=True, slots=True)
class Placement:
    """A piece on a track, and how it fits there. None: nothing to compare."""

    piece: Piece
    medium: Medium
    track: Track
    likeness: float
    """Of all, 0 to 1."""
    title: float | None
    """How alike the titles are."""
    seconds_apart: float | None
    """The piece's length less the track's."""
    position: float | None
    """Whether its number is the track's."""
    fingerprint: float | None
    """The fingerprint score: likeness of the sound times the share of the sources; 0 if only others sound like it,
    None if nothing that it may be does."""
    heard: float | None
    """Likeness of the sound alone; 0 if only others sound like it."""
    is_tagged: bool | None
    """Whether the recording's id in the tags is the track's."""

    @property
    def is_heard(self) -> bool:
        """Tell whether the piece's sound is linked to the track's recording."""
        return (self.heard or 0.0) >= HEARD


@dataclass(frozen=True, slots=True)
class Alignment:
    """A group of pieces laid on the tracks of a release."""

    group: AlbumGroup
    release: Release
    placements: tuple[Placement, ...]
    """In the order of the tracks."""
    unplaced: tuple[Piece, ...]
    """Like no track of it, or like one that another piece has."""
    contested: frozenset[tuple[str, int]]
    """Keys of the pieces that have one track between them."""

    def placement_of(self, piece: Piece) -> Placement | None:
        """Return where a piece lies."""
        return next((placed for placed in self.placements if placed.piece.key == piece.key), None)

    @property
    def covered(self) -> tuple[tuple[Medium, Track], ...]:
        """The tracks of the media on which any piece lies."""
        media = {placed.medium.position for placed in self.placements}
        return tuple((medium, track) for medium, track in _tracks(self.release) if medium.position in media)

    @property
    def is_part_of_release(self) -> bool:
        """Tell whether there are media on which no piece lies."""
        return len(self.covered) < len(_tracks(self.release))

    @property
    def missing(self) -> tuple[tuple[Medium, Track], ...]:
        """The tracks of those media that no piece lies on."""
        taken = {(placed.medium.position, placed.track.position) for placed in self.placements}
        return tuple((each, track) for each, track in self.covered if (each.position, track.position) not in taken)


def align(group: AlbumGroup, release: Release) -> Alignment:
    """Return the pieces of a group laid on the tracks of a release; the same whatever their order."""
    pieces = sorted(group.pieces, key=lambda piece: piece.key)
    tracks = _tracks(release)
    offsets = _offsets(release)
    grid: list[list[Placement]] = []
    for piece in pieces:
        links = {link.recording.mbid: link for link in links_of(piece)}
        at = ((medium, track, offsets[medium.position]) for medium, track in tracks)
        grid.append([_place(piece, medium, track, release, offset=offset, links=links) for medium, track, offset in at])
    chosen = _assign(grid) if tracks else {}
    placements = [grid[row][column] for row, column in chosen.items()]
    unplaced = [row for row in range(len(pieces)) if row not in chosen]
    contested = {key for row in unplaced for key in _contested(grid[row], placements)}
    placements.sort(key=lambda placed: (placed.medium.position, placed.track.position, placed.piece.key))
    return Alignment(group, release, tuple(placements), tuple(pieces[row] for row in unplaced), frozenset(contested))


def versions_of_release(release: Release) -> frozenset[str]:
    """Return which versions a release as a whole speaks of: a live album's songs are live."""
    live = frozenset({"live"}) if "Live" in release.secondary_types else frozenset[str]()
    return live | versions_in(release.title)


def _tracks(release: Release) -> list[tuple[Medium, Track]]:
    return [(medium, track) for medium, track in release.tracks() if not track.is_video]


def _offsets(release: Release) -> dict[int, int]:
    """Return how many tracks lie before each medium, by its position."""
    return {medium.position: sum(len(each.tracks) for each in release.media if each.position < medium.position)
            for medium in release.media}  # fmt: skip


def _place(
    piece: Piece, medium: Medium, track: Track, release: Release, *, offset: int, links: Mapping[str, Link]
) -> Placement:
    title = _title(piece, track, release)
    apart = None if track.length_seconds is None else piece.duration_seconds - track.length_seconds
    position = _position(piece, medium, track, offset)
    link = links.get(track.recording_mbid)
    sound = 0.0 if is_telling(links.values()) else None
    if link:
        sound = link.score * (_FEW_SOURCES + (1 - _FEW_SOURCES) * link.of_most)
    is_tagged = None if piece.recording_mbid is None else piece.recording_mbid == track.recording_mbid
    likeness = weighted(
        (_SOUND, sound),
        (_TAGGED, 1.0 if is_tagged else None),
        (_TITLE, title),
        (_LENGTH, duration_score(apart)),
        (_POSITION, position),
    )
    return Placement(
        piece=piece,
        medium=medium,
        track=track,
        likeness=likeness or 0.0,
        title=title,
        seconds_apart=apart,
        position=position,
        fingerprint=link.weight if link else sound,
        heard=link.score if link else sound,
        is_tagged=is_tagged,
    )


def _title(piece: Piece, track: Track, release: Release) -> float | None:
    title = title_beside(piece, track.artist.name)
    names = dict.fromkeys((track.title, track.recording_title or track.title))
    if title is None:
        return 1.0 if is_same_sign(piece.title, names) else None
    said, of_release = versions_of_album(piece), versions_of_release(release)
    found = [title_similarity(title, name, said=said, of_other=of_release) for name in names]
    return max((alike for alike in found if alike is not None), default=None)


def _position(piece: Piece, medium: Medium, track: Track, offset: int) -> float | None:
    number, disc = track_number_of(piece), disc_number_of(piece)
    if number is None:
        return None
    if number == track.position and disc in {medium.position, None}:
        return 1.0
    if number == offset + track.position:  # one numbering through all discs
        return 1.0
    return _OTHER_DISC if number == track.position else 0.0


def _assign(grid: Sequence[Sequence[Placement]]) -> dict[int, int]:
    """Return the column of each row that has one."""
    columns = len(grid[0]) if grid else 0
    costs = [[1 - placed.likeness for placed in row] + [1 - LEAST_LIKENESS] * len(grid) for row in grid]
    if not costs:
        return {}
    optimize: Any = import_module("scipy.optimize")  # 0.2 s, for those only who align
    rows, chosen = optimize.linear_sum_assignment(costs)
    return {int(row): int(column) for row, column in zip(rows, chosen, strict=True) if column < columns}


def _contested(row: Sequence[Placement], placements: Sequence[Placement]) -> set[tuple[str, int]]:
    """Return the keys of a piece without a track and of the one that has what would be its own."""
    would_be = [place for place in row if _claims(place)]
    taken = {(placed.medium.position, placed.track.position): placed for placed in placements}
    rivals = [taken[place.medium.position, place.track.position] for place in would_be
              if (place.medium.position, place.track.position) in taken]  # fmt: skip
    return {place.piece.key for place in would_be[:1] if rivals} | {rival.piece.key for rival in rivals}


def _claims(place: Placement) -> bool:
    is_near = place.seconds_apart is None or abs(place.seconds_apart) <= SAME_SECONDS
    if place.heard is not None:
        return place.is_heard and is_near
    return is_near and (place.title or 0.0) >= SAME_TITLE
