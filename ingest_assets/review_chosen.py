"""What a person found themselves: an id of MusicBrainz, known here, looked up, or taken as it is."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from ingest_assets.decided_identifications import Choice
from ingest_assets.review_answers import Answer, Answering
from ingest_assets.review_groups import Group, GroupCandidate, Piece, ReviewError, candidates_of
from ingest_assets.review_lookup import NotKnown, choice_of_recording, look_up, on_tracks
from ingest_assets.review_shown import artist_and, name_of
from music.releases import Recording, Release
from resources.settings import Settings

MbidKind = Literal["recording", "release", "release-group"]
MBID_KINDS: Final[tuple[MbidKind, ...]] = get_args(MbidKind)
_COLUMNS: Final[dict[MbidKind, str]] = {
    "recording": "recording_mbid",
    "release": "release_mbid",
    "release-group": "release_group_mbid",
}
Chosen = list[tuple[Piece, Choice]]
_MBID: Final = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_ADDRESS: Final = re.compile(r"/([a-z-]+)/(?=[0-9a-f]{8}-)")


@dataclass(frozen=True, slots=True)
class Named:
    """An id of MusicBrainz."""

    mbid: str
    kind: MbidKind | None = None
    """None where nobody said."""


def parse_named(text: str, kind: str | None) -> Named:
    """Return the id in what a person wrote, perhaps an address of MusicBrainz.

    Raises:
        ReviewError: There is none.
    """
    found = _MBID.search(text.lower())
    if found is None:
        raise ReviewError(
            f"{text} is no id of MusicBrainz. It is the last part of the address of a recording, release or release "
            "group there, 36 characters; the whole address will do"
        )
    address = _ADDRESS.search(text.lower())
    said = kind or (address[1] if address else None)
    if said is not None and said not in MBID_KINDS:
        raise ReviewError(f"{text} is the address of another thing. What it is must be a {', '.join(MBID_KINDS)}")
    return Named(found[0], next((each for each in MBID_KINDS if each == said), None))


def choosing(text: str, kind: str | None) -> Answering:
    """Return the answer that it is what a person found.

    Args:
        text: An id, or an address that has it.
        kind: recording, release or release-group, if they said so.
    """

    def choose(settings: Settings, group: Group) -> Answer:
        chosen, words = choices(settings, group.pieces, parse_named(text, kind))
        return Answer(tuple(chosen), words)

    return choose


def choices(settings: Settings, pieces: Sequence[Piece], named: Named) -> tuple[Chosen, str]:
    """Return what each piece is that a person's id speaks of, and that in words.

    What is known here already is not asked for; what cannot be looked up is taken as it is.

    Raises:
        ReviewError: It is of one recording and there are several pieces; or there is no such thing.
    """
    known = _known_here(pieces, named)
    if known is not None:
        _check_one(pieces, known[0])
        chosen = [(piece, known[1].choice(piece)) for piece in pieces if piece.key in known[1].fits]
        return chosen, name_of(known[1], alone=len(pieces) == 1)
    return _looked_up(settings, pieces, named)


def _looked_up(settings: Settings, pieces: Sequence[Piece], named: Named) -> tuple[Chosen, str]:
    found = look_up(settings, named.mbid, _order(pieces, named))
    if isinstance(found, Recording):
        _check_one(pieces, "recording")
        return [(piece, choice_of_recording(found)) for piece in pieces], artist_and(found.artist.name, found.title)
    if isinstance(found, Release):
        words = artist_and(found.artist.name, found.title)
        chosen = on_tracks(pieces, found)
        if not chosen:
            raise ReviewError(f"Nothing of it is like a track of {words}. Name the recording of each file instead")
        return chosen, words
    if isinstance(found, NotKnown):
        raise ReviewError(f"MusicBrainz has no {' and no '.join(found.kinds)} {named.mbid}")
    return _as_it_is(pieces, named, why=found)


def _order(pieces: Sequence[Piece], named: Named) -> tuple[MbidKind, ...]:
    """Return as what to look an id up: of one piece a recording is more likely than a release."""
    if named.kind is not None:
        return (named.kind,)
    return ("recording", "release") if len(pieces) == 1 else ("release", "recording")


def _as_it_is(pieces: Sequence[Piece], named: Named, *, why: str) -> tuple[Chosen, str]:
    kind = _order(pieces, named)[0]
    _check_one(pieces, kind)
    said: dict[str, Any] = {_COLUMNS[kind]: named.mbid}
    chosen = Choice(decision="ACCEPT", **said)
    doubt = "" if named.kind else f" If it is no {kind}, take it back and say what it is with --as."
    return [(piece, chosen) for piece in pieces], f"{kind} {named.mbid}, taken as it is: {why}{doubt}"


def _check_one(pieces: Sequence[Piece], kind: MbidKind) -> None:
    if kind == "recording" and len(pieces) > 1:
        raise ReviewError(
            f"A recording is one piece, and these are {len(pieces)}. Name its file (and --piece where the file has "
            "several), or the release that they are on"
        )


def _known_here(pieces: Sequence[Piece], named: Named) -> tuple[MbidKind, GroupCandidate] | None:
    """Return what of the candidates bears an id, and as what."""
    for kind in (named.kind,) if named.kind else MBID_KINDS:
        rows = [
            (piece.key, row)
            for candidate in candidates_of(pieces)
            for piece in pieces
            if (row := candidate.fits.get(piece.key)) is not None and row.get(_COLUMNS[kind]) == named.mbid
        ]
        fits = dict(reversed(rows))
        if fits:
            return kind, GroupCandidate(rows[0][1], fits, len(fits))
    return None
