"""Pieces of music that a person may say who they are: read from the lake, in the groups that one answer settles."""

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from os.path import commonpath
from typing import Any, Final

from ingest_assets.audio_spans import Audio
from ingest_assets.decided_identifications import PERSON, Choice
from lake.identification_views import FITS
from lake.snapshot import Snapshot
from music.ticks import Ticks, ticks_to_seconds

Row = Mapping[str, Any]
OPEN: Final = "REVIEW"
SHORT: Final = 8
"""Digits of what a person types for a group."""
GROUP_SQL: Final = "coalesce(group_id, identifications.file_key || '#' || identifications.segment_index)"
"""What names a group, as the view `review_queue` has it."""
_SAID: Final = (
    *("recording_mbid", "release_mbid", "release_group_mbid", "title", "artist", "album"),
    *("track_position", "disc_position"),
)
_PIECES_SQL: Final = f"""
with several as (select file_key, count(*) as pieces from segments group by file_key having count(*) > 1)
select
    segments.file_key, segments.segment_index, library || '/' || path as place, coalesce(pieces, 1) as pieces,
    discovered_files.audio_sha256, segments.start_time_ticks, segments.end_time_ticks,
    case when pieces is null then coalesce(discovered_files.title, title_hint, path_title)
        else coalesce(title_hint, discovered_files.title, path_title) end as own_title,
    case when pieces is null then coalesce(discovered_files.artist, performer_hint, path_artist)
        else coalesce(performer_hint, discovered_files.artist, path_artist) end as own_artist,
    coalesce(discovered_files.album, path_album) as own_album,
    case when pieces is null then coalesce(track_number, path_track_number) else segments.segment_index + 1 end
        as own_track_number,
    coalesce(disc_number, path_disc_number) as own_disc_number,
    {GROUP_SQL} as group_id,
    identifications.* exclude (file_key, segment_index, group_id, audio_sha256, start_time_ticks, end_time_ticks)
from segments join discovered_files using (file_key) left join several using (file_key)
left join identifications on identifications.file_key = segments.file_key
    and identifications.segment_index = segments.segment_index and {FITS}
where gone_at is null and discovered_files.audio_sha256 is not null and segments.file_key in (%s)
order by library, path, segments.segment_index
"""
_FILES_OF_A_GROUP: Final = f"select identifications.file_key from identifications where {GROUP_SQL} = ?"
_CANDIDATES_SQL: Final = """
select match_candidates.* exclude (run_id, written_at) from match_candidates join _files using (file_key)
order by file_key, segment_index, rank
"""


_OF_ONE_TRACK: Final = re.compile(r"“[^”]*”|(?<=of track )\d+")
"""What is another in the reason of each piece of an album."""


class ReviewError(Exception):
    """What was asked for cannot be done; the message says why and what can."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of music, what is thought of it, and what else it might be."""

    facts: Row
    """Its row of `identifications`, null where it has none, and what its own file says of it."""
    candidates: tuple[Row, ...] = ()
    """Its rows of `match_candidates`, the best first."""

    @property
    def key(self) -> tuple[str, int]:
        """What names it: its file and its place in it."""
        return self.facts["file_key"], self.facts["segment_index"]

    @property
    def audio(self) -> Audio:
        """What a decision on it speaks of."""
        return Audio(*(self.facts[name] for name in ("audio_sha256", "start_time_ticks", "end_time_ticks")))

    @property
    def seconds(self) -> float:
        """How long it is."""
        return ticks_to_seconds(Ticks(self.facts["end_time_ticks"] - self.facts["start_time_ticks"]))

    @property
    def place(self) -> str:
        """Library and path, and which piece of its file it is."""
        number = f" piece {self.facts['segment_index'] + 1}" if self.facts["pieces"] > 1 else ""
        return f"{self.facts['place']}{number}"

    @property
    def is_open(self) -> bool:
        """Whether a person is asked."""
        return self.facts["decision"] == OPEN

    @property
    def is_decided(self) -> bool:
        """Whether a person has answered."""
        return self.facts["decided_by"] == PERSON

    @property
    def guess(self) -> Row | None:
        """What it is, or may be; None where nothing was found."""
        return self.facts if self.facts["recording_mbid"] else None


@dataclass(frozen=True, slots=True)
class Group:
    """Pieces that one answer settles."""

    group_id: str
    """Empty for pieces that a person put together by naming files."""
    pieces: tuple[Piece, ...]
    """By path."""

    @property
    def short_id(self) -> str:
        """What a person types for it."""
        return short_id(self.group_id)

    @property
    def open(self) -> tuple[Piece, ...]:
        """The pieces that a person is asked about."""
        return tuple(piece for piece in self.pieces if piece.is_open)

    @property
    def in_question(self) -> tuple[Piece, ...]:
        """The pieces that an answer is for: those that are open, and what a person said before of the others.

        Where files were named it is for these, whatever is known of them.
        """
        if not self.group_id:
            return self.pieces
        return tuple(piece for piece in self.pieces if piece.is_open or piece.is_decided)

    @property
    def place(self) -> str:
        """The folder, or the file where it is only one."""
        files = sorted({piece.facts["place"] for piece in self.pieces})
        if len(files) == 1:
            return self.pieces[0].place if len(self.pieces) == 1 else files[0]
        return f"{commonpath(files) or '…'}/"

    @property
    def confidence(self) -> float:
        """How sure the evidence is of what is open, on the average."""
        sure = [piece.facts["confidence"] or 0.0 for piece in self.open]
        return sum(sure) / len(sure) if sure else 0.0

    @property
    def reason(self) -> str:
        """Why it is in question: what is said of the first of those of which most is said alike."""
        reasons = [piece.facts["reason"] or "" for piece in self.open or self.pieces]
        alike: dict[str, list[str]] = defaultdict(list)
        for reason in reasons:
            alike[_OF_ONE_TRACK.sub("", reason)].append(reason)
        most = max(alike.values(), key=len)
        more = len(most) - 1
        others = f" So it is with {more} other{'' if more == 1 else 's'}." if len(set(most)) > 1 else ""
        return f"{most[0]}{others}"


@dataclass(frozen=True, slots=True)
class GroupCandidate:
    """A release, or a recording, that some pieces of a group may be."""

    first: Row
    """The best row for it: its ids and names."""
    fits: Mapping[tuple[str, int], Row]
    """By piece, what the piece would be."""
    guesses: int
    """Of how many pieces it is what the evidence holds most likely."""

    @property
    def score(self) -> float:
        """How well it fits, on the average of the pieces that it fits."""
        return sum(_score(row) for row in self.fits.values()) / len(self.fits)

    def choice(self, piece: Piece) -> Choice:
        """Return what a person says of a piece who takes this for it."""
        row = self.fits[piece.key]
        lists = {name: tuple(row.get(name) or ()) for name in ("artist_mbids", "work_mbids")}
        said: dict[str, Any] = {name: row.get(name) for name in _SAID} | lists
        return Choice(decision="ACCEPT", **said)


def short_id(group_id: str) -> str:
    """Return eight digits for a group, whose id is the key of one of its files."""
    return hashlib.sha256(group_id.encode()).hexdigest()[:SHORT]


def queue(snapshot: Snapshot) -> list[Row]:
    """Return the rows of `review_queue`, what one answer settles most for first, each with what a person types."""
    return [{"id": short_id(row["group_id"]), **row} for row in snapshot.rows("from review_queue")]


def group_of(snapshot: Snapshot, group_id: str) -> Group:
    """Return a group with the candidates of its pieces."""
    rows = snapshot.rows(_PIECES_SQL % _FILES_OF_A_GROUP, [group_id])
    return Group(group_id, _with_candidates(snapshot, [row for row in rows if row["group_id"] == group_id]))


def pieces_of(snapshot: Snapshot, keys: Collection[str]) -> Group:
    """Return the pieces of some files with their candidates, as a person put them together."""
    with snapshot.keys("_named", list(keys)):
        rows = snapshot.rows(_PIECES_SQL % "select file_key from _named")
    return Group("", _with_candidates(snapshot, rows))


def group_ids(snapshot: Snapshot) -> list[str]:
    """Return the ids of all groups."""
    return [each for (each,) in snapshot.tuples(f"select distinct {GROUP_SQL} from identifications")]


def candidates_of(pieces: Sequence[Piece]) -> list[GroupCandidate]:
    """Return what pieces may be: of one piece the recordings, of several the releases; the most likely first."""
    fits: dict[object, dict[tuple[str, int], Row]] = defaultdict(dict)
    guesses: dict[object, int] = defaultdict(int)
    editions = _guessed_editions(pieces)
    for piece in pieces:
        if piece.guess is not None:
            guess = _with_parts(piece, piece.guess)
            identity = _identity(guess, editions, alone=len(pieces) == 1)
            fits[identity][piece.key] = guess
            guesses[identity] += 1
        for row in piece.candidates:
            if row["recording_mbid"] and not _is_guess(row, piece.guess):
                fits[_identity(row, {}, alone=len(pieces) == 1)].setdefault(piece.key, row)
    found = [GroupCandidate(max(rows.values(), key=_score), rows, guesses[identity]) for identity, rows in fits.items()]
    return sorted(found, key=lambda each: (-each.guesses, -len(each.fits), -each.score))


def _is_guess(row: Row, guess: Row | None) -> bool:
    """Tell whether a candidate is the guess itself, of which no edition is claimed."""
    if guess is None or guess["release_mbid"] is not None:
        return False
    return all(row[name] == guess[name] for name in ("recording_mbid", "release_group_mbid"))


def _guessed_editions(pieces: Sequence[Piece]) -> dict[str, str | None]:
    """Return by release group the edition that most guesses name: those of the album go together all the same."""
    found: dict[str, Counter[str | None]] = defaultdict(Counter)
    for piece in pieces:
        if piece.guess is not None and piece.guess["release_group_mbid"]:
            found[piece.guess["release_group_mbid"]][piece.guess["release_mbid"]] += 1
    return {group: editions.most_common(1)[0][0] for group, editions in found.items()}


def _with_parts(piece: Piece, guess: Row) -> Row:
    """Return a guess with all that is known of it: where it is among the candidates, with the parts of its score."""
    same = (row for row in piece.candidates if row["recording_mbid"] == guess["recording_mbid"])
    known = next(same, guess.get("evidence") or {})
    return {**known, **{name: each for name, each in guess.items() if each is not None}}


def _identity(row: Row, editions: Mapping[str, str | None], *, alone: bool) -> object:
    group, release = row.get("release_group_mbid"), row.get("release_mbid")
    if alone or (group, release) == (None, None):
        return row["recording_mbid"], group, release
    return group, editions.get(group, release) if group else release


def _score(row: Row) -> float:
    return row.get("score") or row.get("confidence") or 0.0


def _with_candidates(snapshot: Snapshot, rows: Sequence[Row]) -> tuple[Piece, ...]:
    found: dict[tuple[str, int], list[Row]] = defaultdict(list)
    with snapshot.keys("_files", sorted({row["file_key"] for row in rows})):
        for row in snapshot.rows(_CANDIDATES_SQL):
            found[row["file_key"], row["segment_index"]].append(row)
    return tuple(Piece(row, tuple(found[row["file_key"], row["segment_index"]])) for row in rows)
