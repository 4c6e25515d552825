"""What the pieces of a batch sound like: AcoustID is asked ahead of the groups, so that its requests are full.

Whatever AcoustID cannot say, identification goes on: names and ids may be enough. What is lacking is remembered, so
that a group on which it would have mattered is put off.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from music.piece_evidence import AlbumGroup, Piece
from music.releases import FingerprintMatch
from resources.acoustid import AcoustId
from resources.service_errors import InvalidKeyError, NoKeyError, ServiceError

AHEAD: Final = 10
"""Pieces that are asked about at once, one request: it fits into the pause that MusicBrainz asks for between albums."""
PieceKey = tuple[str, int]
Asked = tuple[str, int]
"""A fingerprint and its length in whole seconds."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A group with what its pieces sound like."""

    group: AlbumGroup
    lacking: ServiceError | None = None
    """Why a piece that has a fingerprint was not looked up."""


class FingerprintLookups:
    """Looks the pieces of a batch up.

    Args:
        acoustid: Whom to ask; None where it is not to be asked.
        groups: In the order in which they will be wanted.
        asked: Fingerprint and length by piece; a piece that is too short has none.
    """

    def __init__(
        self, acoustid: AcoustId | None, groups: Sequence[AlbumGroup], asked: Mapping[PieceKey, Asked]
    ) -> None:
        self._acoustid = acoustid
        self._asked = asked
        keys = [piece.key for group in groups for piece in group.pieces if piece.key in asked]
        self._found: dict[Asked, tuple[FingerprintMatch, ...]] = (
            acoustid.kept(self._questions(keys)) if acoustid and keys else {}
        )
        self._waiting = dict.fromkeys(key for key in keys if asked[key] not in self._found)
        self.key_error: ServiceError | None = None
        """Why nothing more is asked: there is no key, or none that AcoustID knows."""

    def hear(self, group: AlbumGroup) -> Heard:
        """Return a group with what its pieces are linked to."""
        wanted = {piece.key for piece in group.pieces} & self._asked.keys()
        while not self.key_error and not self._waiting.keys().isdisjoint(wanted):
            ahead = list(islice(self._waiting, AHEAD))
            for key in ahead:
                del self._waiting[key]
            self._ask(ahead)
        lacking = self._ask_again([key for key in wanted if self._asked[key] not in self._found])
        return Heard(replace(group, pieces=tuple(map(self._heard, group.pieces))), lacking)

    def _heard(self, piece: Piece) -> Piece:
        asked = self._asked.get(piece.key)
        if asked not in self._found:
            return piece
        return replace(piece, matches=self._found[asked], was_looked_up=True)

    def _ask(self, keys: Sequence[PieceKey]) -> ServiceError | None:
        """Ask about pieces; return why there is no answer."""
        if self._acoustid is None or self.key_error:
            return self.key_error
        try:
            self._found |= self._acoustid.lookup(self._questions(keys))
        except (InvalidKeyError, NoKeyError) as error:
            self.key_error = error
            return error
        except ServiceError as error:
            return error
        return None

    def _ask_again(self, keys: Sequence[PieceKey]) -> ServiceError | None:
        """Ask about the pieces of one group, where asking ahead failed: what is kept of them counts all the same."""
        if not keys or self._acoustid is None:
            return None
        self._found |= self._acoustid.kept(self._questions(keys))
        lacking = [key for key in keys if self._asked[key] not in self._found]
        return self._ask(lacking) if lacking else None

    def _questions(self, keys: Sequence[PieceKey]) -> list[Asked]:
        return list(dict.fromkeys(self._asked[key] for key in keys))
