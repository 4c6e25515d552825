"""`linernotes segments`: shows the pieces of files and takes a person's corrections of them.

A correction is written down first, as a decision on the audio; then what depends on it is made anew, here or by the
next ingest. Nothing that was decided is lost when that is interrupted.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Literal

from ingest_assets.console import say
from ingest_assets.corrections import MEDIUM, PIECES, value_of
from ingest_assets.counted import Counted
from ingest_assets.file_pieces import FilePieces, Named, NamedError, find_named, keys_with, read_pieces
from ingest_assets.ingest import Due, Part, look_at_folders, run_due
from ingest_assets.pieces_shown import show_file, show_files, show_history, show_json
from ingest_assets.summary import INTERRUPTED
from lake.decisions import add_decisions, of_audio, revoke_decisions
from lake.store import Lake
from music.corrections import CorrectionError, Pieces, join, move, split
from music.segmentation import MediumName
from music.ticks import Ticks
from resources import leases
from resources.folders import known_roots
from resources.settings import Settings, prepare_environment
from resources.state import opened
from sensors.decided_files import plan_decided
from sensors.lake_notice import bind_state

PERSON = "person"
"""Stands for the run in the rows of decisions."""
ROUNDS = 2
"""A visit that was under way when the correction was made knows nothing of it: its file needs another."""
NOTHING_TO_TAKE_BACK = "There is no correction of {name} to take back. See: linernotes segments --list {name}"


@dataclass(frozen=True, slots=True)
class Change:
    """One change of boundaries."""

    how: Literal["split", "join", "move"]
    number: int
    """Of a piece, from 1; 0 where it is not needed."""
    at_ticks: Ticks
    """From the beginning of the file; 0 where it is not needed."""

    def __call__(self, pieces: Pieces) -> Pieces:
        """Return the pieces after it.

        Raises:
            CorrectionError: It cannot be made.
        """
        if self.how == "split":
            return split(pieces, self.at_ticks)
        if self.how == "join":
            return join(pieces, self.number)
        return move(pieces, self.number, to_ticks=self.at_ticks)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asked for."""

    changes: tuple[Change, ...] = ()
    """In order: each counts pieces as the one before left them."""
    medium: MediumName | None = None
    undo: bool = False
    later: bool = False
    """The next ingest carries it out."""
    history: bool = False
    as_json: bool = False

    @property
    def corrects(self) -> bool:
        """Whether anything is to be decided."""
        return bool(self.changes or self.medium or self.undo)

    def check(self) -> None:
        """Raise what is wrong with the options together.

        Raises:
            CorrectionError: They do not go together.
        """
        if sum((bool(self.changes), self.medium is not None, self.undo, self.history)) > 1:
            raise CorrectionError(
                "--medium lets the pieces be found anew, --undo and --list stand alone: give one of them in a call of "
                "its own. Only --split, --join and --move go together"
            )


def correct(settings: Settings, name: str, asked: Asked) -> int:
    """Do what a person asked for and show the pieces; return the exit code."""
    lake = Lake(settings.home)
    try:
        asked.check()
        named, files = _read(settings, lake, name)
        code = 0
        if asked.corrects:
            _decide(lake, files, named, asked, name=name)
            code = 0 if asked.later else _carry_out(settings, lake, files)
            named, files = _read(settings, lake, name)
    except (CorrectionError, NamedError) as error:
        text = str(error)
        say(text if isinstance(error, NamedError) else text[:1].upper() + text[1:])
        return 1
    _show(files, named, asked)
    return code


def _read(settings: Settings, lake: Lake, name: str) -> tuple[Named, list[FilePieces]]:
    with lake.read() as snapshot:
        named = find_named(settings, snapshot, name)
        return named, read_pieces(snapshot, named, name=name)


def _show(files: Sequence[FilePieces], named: Named, asked: Asked) -> None:
    if asked.as_json:
        show_json(files)
    elif asked.history:
        show_history(files)
    elif named.is_folder:
        show_files(files)
    else:
        show_file(files[0])


def _decide(lake: Lake, files: Sequence[FilePieces], named: Named, asked: Asked, *, name: str) -> None:
    """Write down what was decided, or take it back."""
    if asked.undo:
        _take_back(lake, files, name=name)
    elif asked.medium is not None:
        _say_medium(lake, files, asked.medium)
    elif named.is_folder:
        raise CorrectionError(f"{name} is a folder: boundaries belong to one file. Name the file")
    else:
        _set_pieces(lake, files[0], asked.changes)


def _set_pieces(lake: Lake, file: FilePieces, changes: Sequence[Change]) -> None:
    wanted = file.wanted
    for change in changes:
        wanted = change(wanted)
    with lake.write(run_id=PERSON) as transaction:
        decided = [(of_audio(file.audio_sha256), value_of(wanted.marks))]
        add_decisions(transaction, PIECES, decided, made_at=_moment([file]))


def _say_medium(lake: Lake, files: Sequence[FilePieces], medium: MediumName) -> None:
    audio = sorted({file.audio_sha256 for file in files if file.correction.medium != medium})
    by_hand = sum(file.correction.pieces is not None for file in files)
    if by_hand:
        say(f"The pieces of {by_hand} of {len(files)} files stay as they were set by hand.")
    if audio:
        with lake.write(run_id=PERSON) as transaction:
            decided = [(of_audio(sha256), medium) for sha256 in audio]
            add_decisions(transaction, MEDIUM, decided, made_at=_moment(files))


def _moment(files: Sequence[FilePieces]) -> datetime:
    """Return the time, but behind all that was decided on these files: the last word counts, whatever clocks said."""
    decided = [each.made_at + timedelta(microseconds=1) for file in files for each in file.decisions]
    return max([datetime.now(UTC), *decided])


def _take_back(lake: Lake, files: Sequence[FilePieces], *, name: str) -> None:
    """Take back what was decided last; of a folder, all that was decided in that one call.

    Raises:
        CorrectionError: There is nothing.
    """
    standing = [each for file in files for each in file.decisions if each.revoked_at is None]
    if not standing:
        raise CorrectionError(NOTHING_TO_TAKE_BACK.format(name=name))
    last = max(each.made_at for each in standing)
    ids = sorted({each.decision_id for each in standing if each.made_at == last})
    with lake.write(run_id=PERSON) as transaction:
        revoke_decisions(transaction, ids, revoked_at=datetime.now(UTC))


def _carry_out(settings: Settings, lake: Lake, files: Sequence[FilePieces]) -> int:
    """Make what depends on the corrections anew, in copies elsewhere too; return the exit code."""
    prepare_environment(settings)
    with lake.read() as snapshot:
        own = keys_with(snapshot, [file.audio_sha256 for file in files])
    with opened(settings.home) as connection:
        bind_state(connection, lake)
        for number in range(ROUNDS):
            due = own.intersection(plan_decided(connection, lake))
            if not due:
                return 0
            if number == 0:
                _say_due(due, files)
            counted = run_due(
                Due(connection, lake, settings), within=due, look_again=partial(_look_again, connection, due)
            )
            if counted is not None and (counted.canceled or counted.broken):
                return _broken_off(counted)
        left = own.intersection(plan_decided(connection, lake))
    if left:
        say(f"{len(left)} of them could not be made anew yet. See: linernotes doctor. Then: linernotes ingest")
    return 0


def _say_due(due: frozenset[str], files: Sequence[FilePieces]) -> None:
    copies = len(due - {file.file_key for file in files})
    more = f" ({copies} of them elsewhere, with the same audio)" if copies else ""
    say(f"Written down. Making {len(due)} file{'' if len(due) == 1 else 's'} anew{more} …")


def _broken_off(counted: Counted) -> int:
    if counted.canceled:
        say("Stopped. The correction is kept; to carry it out: linernotes ingest")
        return INTERRUPTED
    say(f"Linernotes itself failed: {counted.broken}. The correction is kept; linernotes ingest tries again.")
    return 1


def _look_again(connection: sqlite3.Connection, keys: frozenset[str]) -> None:
    """Look once more at the folders of files that changed while they were read."""
    roots = {root.library: root for root in known_roots(connection)}
    files = leases.files_of(connection, sorted(keys)).values()
    for library, folder in sorted({(file.library, file.path.rpartition(b"/")[0]) for file in files}):
        look_at_folders(connection, Part(roots[library], folder), accept_missing=False)
