"""`linernotes duplicates decide`: takes a person's decisions, writes them down, makes the groups anew.

A decision speaks of audio, not of paths. Both are written in one transaction: what is shown is always as decided.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import combinations
from typing import Any, Final

from ingest_assets.audio_spans import Audio
from ingest_assets.console import say
from ingest_assets.duplicate_decisions import KIND, Choice, read_said, subject_of, value_of
from ingest_assets.duplicate_run import regroup
from ingest_assets.duplicates_shown import UNTOUCHED, Member, read_groups, show_groups
from ingest_assets.named_files import find_key
from lake.decisions import add_decisions, revoke_decisions
from lake.snapshot import Snapshot
from lake.store import Lake
from resources.settings import Settings

PERSON: Final = "person"
"""Stands for the run in the rows of decisions."""
FEWEST_DIGITS: Final = 4
"""Of a group's id: less is taken for a file's name."""
_PIECES_SQL: Final = """
select segments.file_key, segment_index, library || '/' || path as place, audio_sha256, start_time_ticks, end_time_ticks
from segments join discovered_files using (file_key) where gone_at is null and file_key = ? order by segment_index
"""


class DecideError(Exception):
    """What was asked for cannot be decided; the message says why and what can."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asked for."""

    names: tuple[str, ...] = ()
    """A group, or files."""
    keep: str | None = None
    """The file that stays."""
    skip: bool = False
    replace: tuple[str, str] | None = None
    """Old and new file."""
    merge: bool = False
    undo: bool = False

    def check(self) -> None:
        """Raise what is wrong with the options together.

        Raises:
            DecideError: They do not go together.
        """
        if sum((self.keep is not None, self.skip, self.replace is not None, self.merge, self.undo)) != 1:
            raise DecideError("Say one of --keep FILE, --skip, --replace OLD NEW, --merge and --undo")
        if self.replace is not None and self.names:
            raise DecideError("--replace OLD NEW names both files itself")
        if not (self.names or self.replace or self.undo):
            raise DecideError("Name a group (its id is in linernotes duplicates list) or files")


@dataclass(frozen=True, slots=True)
class Copy:
    """One piece of music in one file."""

    file_key: str
    place: str
    """Library and path."""
    audio: Audio


@dataclass(frozen=True, slots=True)
class Chosen:
    """The pieces that a decision is about."""

    copies: tuple[Copy, ...]
    alone: tuple[Copy, ...] = ()
    """Where one file was named: its own pieces among them."""


def decide(settings: Settings, asked: Asked) -> int:
    """Do what a person asked for and show what became of it; return the exit code."""
    lake = Lake(settings.home)
    try:
        asked.check()
        with lake.read() as snapshot:
            finder = _Finder(settings, snapshot)
            if asked.undo:
                touched, ids = _to_take_back(finder, asked.names)
                decided: list[tuple[dict[str, Any], dict[str, Any]]] = []
            else:
                touched, decided = _decided(finder, asked)
                ids = []
    except DecideError as error:
        say(str(error))
        return 1
    now = datetime.now(UTC)
    with lake.write(run_id=PERSON) as transaction:
        add_decisions(transaction, KIND, decided, made_at=now)
        revoke_decisions(transaction, ids, revoked_at=now)
        regroup(transaction)
    _show(lake, touched)
    return 0


def _show(lake: Lake, touched: set[Audio]) -> None:
    with lake.read() as snapshot:
        groups = [
            group
            for group in read_groups(snapshot).values()
            if touched.intersection(_copy(member).audio for member in group)
        ]
    show_groups(groups)
    say(f"Written down. {UNTOUCHED}" if groups else "Written down. These are in no group of duplicates.")


def _copy(row: Member) -> Copy:
    audio = Audio(row["audio_sha256"], row["start_time_ticks"], row["end_time_ticks"])
    return Copy(row["file_key"], row["place"], audio)


class _Finder:
    """Finds the pieces that a person means.

    Args:
        settings: Where files lie.
        snapshot: Of the lake.
    """

    def __init__(self, settings: Settings, snapshot: Snapshot) -> None:
        self._settings = settings
        self.snapshot = snapshot
        self._groups = {
            name: tuple(_copy(member) for member in members) for name, members in read_groups(snapshot).items()
        }

    def chosen(self, names: Sequence[str]) -> Chosen:
        """Return the pieces of a group, of the groups of one file, or of several files.

        Raises:
            DecideError: There are none, or not clearly.
        """
        group = self._group(names[0])
        if group is not None:
            if len(names) > 1:
                raise DecideError(f"{names[0]} is a group: name it alone, or name files")
            return Chosen(group)
        if len(names) > 1:
            return Chosen(self.pieces(names))
        key = self.key(names[0])
        groups = [group for group in self._groups.values() if any(copy.file_key == key for copy in group)]
        if not groups:
            raise DecideError(f"{names[0]} is in no group of duplicates. Name the other files too")
        if len(groups) > 1:
            raise DecideError(f"Pieces of {names[0]} are in {len(groups)} groups. Name one: linernotes duplicates list")
        return Chosen(groups[0], tuple(copy for copy in groups[0] if copy.file_key == key))

    def pieces(self, names: Sequence[str]) -> tuple[Copy, ...]:
        """Return one piece of each of several files: the only one, or the one in a group with one of the others.

        Raises:
            DecideError: A file has none, or several that may be meant.
        """
        keys = [self.key(name) for name in names]
        if len(set(keys)) < len(keys):
            raise DecideError("One file is named twice")
        return tuple(self._piece(name, key, keys) for name, key in zip(names, keys, strict=True))

    def key(self, name: str) -> str:
        """Return the key of a file.

        Raises:
            DecideError: It is not known.
        """
        key = find_key(self._settings, self.snapshot, name)
        if key is None:
            raise DecideError(f"Nothing is known of {name}. It takes the id of a group, or the path or key of a file")
        return key

    def all_of(self, names: Sequence[str]) -> set[Audio]:
        """Return all audio of a group or of files."""
        group = self._group(names[0]) if names else None
        if group is not None:
            return {copy.audio for copy in group}
        rows = [row for name in names for row in self.snapshot.rows(_PIECES_SQL, [self.key(name)])]
        return {_copy(row).audio for row in rows}

    def _group(self, name: str) -> tuple[Copy, ...] | None:
        if len(name) < FEWEST_DIGITS:
            return None
        found = [group for group_id, group in self._groups.items() if group_id.startswith(name)]
        if len(found) > 1:
            raise DecideError(f"{len(found)} groups begin with {name}: write more of it")
        return found[0] if found else None

    def _piece(self, name: str, key: str, keys: Sequence[str]) -> Copy:
        own = [_copy(row) for row in self.snapshot.rows(_PIECES_SQL, [key])]
        if len(own) > 1:
            others = set(keys) - {key}
            shared = [group for group in self._groups.values() if others & {copy.file_key for copy in group}]
            own = [copy for group in shared for copy in group if copy.file_key == key]
        if len(own) != 1:
            why = "has several pieces that may be meant: name a group" if own else "has no piece that may be meant"
            raise DecideError(f"{name} {why}. See: linernotes duplicates list")
        return own[0]


_Decided = list[tuple[dict[str, Any], dict[str, Any]]]


def _decided(finder: _Finder, asked: Asked) -> tuple[set[Audio], _Decided]:
    """Return which audio is spoken of, and subjects and values of the decisions."""
    if asked.replace is not None:
        old, new = finder.pieces(asked.replace)
        return {old.audio, new.audio}, _keep("replace", new, (old, new))
    chosen = finder.chosen(asked.names)
    audio = {copy.audio for copy in chosen.copies}
    if asked.keep is not None:
        key = finder.key(asked.keep)
        kept = next((copy for copy in chosen.copies if copy.file_key == key), None)
        if kept is None:
            raise DecideError(f"{asked.keep} is not among them: {', '.join(copy.place for copy in chosen.copies)}")
        if len(chosen.copies) == 1:
            raise DecideError("Name what it is kept instead of, or a group")
        return audio, _keep("keep", kept, chosen.copies)
    return audio, _alike("skip" if asked.skip else "merge", chosen)


def _keep(choice: Choice, kept: Copy, copies: Sequence[Copy]) -> _Decided:
    """Return one decision for each audio that goes behind the kept one."""
    places: defaultdict[Audio, list[str]] = defaultdict(list)
    for copy in copies:
        if copy != kept:
            places[copy.audio].append(copy.place)
    return [
        (
            subject_of(kept.audio, audio),
            value_of(choice, (kept.audio, audio), kept=kept.audio, kept_path=kept.place, other_paths=paths),
        )
        for audio, paths in places.items()
    ]


def _alike(choice: Choice, chosen: Chosen) -> _Decided:
    """Return one decision for each two; of one file named alone, for it and each other."""
    pairs = {
        (min(one.audio, other.audio), max(one.audio, other.audio))
        for one, other in combinations(chosen.copies, 2)
        if not chosen.alone or one in chosen.alone or other in chosen.alone
    }
    return [(subject_of(*pair), value_of(choice, pair)) for pair in sorted(pairs)]


def _to_take_back(finder: _Finder, names: Sequence[str]) -> tuple[set[Audio], list[str]]:
    """Return which audio was spoken of in the last call that spoke of these, and the ids of its decisions.

    Raises:
        DecideError: There is nothing.
    """
    said = read_said(finder.snapshot)
    if names:
        own = {audio.audio_sha256 for audio in finder.all_of(names)}
        about = [each for each in said if own & {audio.audio_sha256 for audio in each.pair}]
    else:
        about = said
    if not about:
        raise DecideError(f"Nothing that was decided on {' and '.join(names) or 'duplicates'} can be taken back")
    last = max(each.made_at for each in about)
    taken = [each for each in said if each.made_at == last]
    return {audio for each in taken for audio in each.pair}, [each.decision_id for each in taken]
