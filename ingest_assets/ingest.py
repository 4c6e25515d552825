"""`linernotes ingest`: look at the folders, do what is due, say what came of it.

An unchanged library is answered without Dagster: its import alone takes longer than the answer.
"""

import os
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ingest_assets.console import say
from ingest_assets.counted import Counted
from ingest_assets.duplicates_due import due_version
from ingest_assets.identification_due import Wish, is_due
from ingest_assets.identifications import ASSET as IDENTIFICATIONS
from ingest_assets.summary import summarise
from lake.snapshot import Snapshot
from lake.store import Lake
from resources import leases, locks
from resources.folders import SETTLE_SECONDS, FolderLook, Look, add_roots, known_roots, root_above
from resources.sessions import scanning
from resources.settings import Root, Settings, SettingsError, absolute, named_root, prepare_environment
from resources.state import copy_in_memory, opened
from sensors.decided_files import plan_decided
from sensors.identification_planning import IdentificationPlanner
from sensors.lake_notice import bind_state, tell_lake


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the person asked for."""

    path: str | None
    """Only this folder or file, perhaps with a name (`vinyl=/mnt/a`); None: all known folders."""
    stale: bool
    """Results of older code or parameters are made anew."""
    accept_missing: bool
    """What is missing is really gone."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the known folders."""

    root: Root
    folder: bytes
    """Relative to the root; empty for all of it."""


def choose_part(connection: sqlite3.Connection, settings: Settings, path: str | None) -> Part | None:
    """Remember the roots of the settings and of this call; return the part that was asked for, None for all.

    Raises:
        SettingsError: There is no folder to look at, or the path is none.
    """
    add_roots(connection, settings.roots)
    if path is None:
        if not known_roots(connection):
            raise SettingsError("No folder of music is known yet. Say which: linernotes ingest ~/Music")
        return None
    given = _as_typed(path)
    known = known_roots(connection)
    if not given.path.exists() and given.path not in {root.path for root in known}:
        raise SettingsError(f"{given.path} does not exist. Say which folder holds music: linernotes ingest ~/Music")
    is_named = named_root(path).path != absolute(Path(path))
    if root_above(known, given.path) is None or (is_named and given.path.is_dir()):
        if not given.path.is_dir():
            raise SettingsError(f"{given.path} is in no known folder of music. Ingest the folder that holds it.")
        add_roots(connection, (given,))
    found = root_above(known_roots(connection), given.path)
    if found is None:
        raise SettingsError(f"{given.path} cannot be remembered as a folder of music.")
    root, inside = found
    return Part(root, os.path.dirname(inside) if given.path.is_file() else inside)


def _as_typed(path: str) -> Root:
    """Return the folder that a person means: a relative path begins where they stand."""
    given = named_root(path)
    typed = path.partition("=")[2] if given.path != absolute(Path(path)) else path
    return Root(given.library, Path(os.path.normpath(Path.cwd() / Path(typed).expanduser())))


def look_at_folders(connection: sqlite3.Connection, part: Part | None, *, accept_missing: bool) -> Look:
    """Look at all folders, or at one part; wait once for files that are still being written."""
    look = _look(connection, part, accept_missing=accept_missing)
    if look.waiting:
        say(f"{look.waiting} files were written only now: waiting {SETTLE_SECONDS:g} s to see whether they settle …")
        time.sleep(SETTLE_SECONDS + 0.1)
        look = _look(connection, part, accept_missing=accept_missing)
    return look


def _look(connection: sqlite3.Connection, part: Part | None, *, accept_missing: bool) -> Look:
    folder_look = FolderLook(connection, known_roots(connection), now=time.time())
    if part is not None and part.folder:
        return folder_look.part(part.root, part.folder)
    libraries = (part.root.library,) if part is not None else None
    return folder_look.whole(libraries, accept_missing=accept_missing)


def ingest(settings: Settings, wanted: Wanted) -> int:
    """Do what is due and say what came of it; return the exit code."""
    _check_that_there_is_music(settings, wanted.path)
    prepare_environment(settings)
    lake, owner = Lake(settings.home), locks.owner_name("cli")
    with opened(settings.home) as connection:
        if bind_state(connection, lake):
            say("The lake is another one than before: every file is planned anew.")
        part = choose_part(connection, settings, wanted.path)
        with scanning(connection, settings.home, owner=owner):
            look = look_at_folders(connection, part, accept_missing=wanted.accept_missing)
        say_guarded(look)
        tell_lake(connection, lake, settings.home)
        if wanted.stale:
            plan_stale(connection, lake)
        plan_decided(connection, lake)
        counted = run_due(
            Due(connection, lake, settings),
            within=(part.root.library, part.folder) if part else None,
            look_again=lambda: _look(connection, part, accept_missing=False),
            owner=owner,
            whole=Whole(stale=wanted.stale),
        )
    return summarise(settings, lake, look, counted)


def _check_that_there_is_music(settings: Settings, path: str | None) -> None:
    """Refuse what names no music before anything is made: an empty lake would hide that of the demo."""
    known = copy_in_memory(settings.home)
    try:
        choose_part(known, settings, path)
    finally:
        known.close()


def say_guarded(look: Look) -> None:
    """Warn of folders that look unmounted."""
    for library in look.guarded:
        say(
            f"Warning: the folder of {library!r}, or most of its files, is missing. Is a disk not mounted? Nothing is "
            "marked gone. If the files are really gone: linernotes ingest --accept-missing"
        )


def plan_stale(connection: sqlite3.Connection, lake: Lake) -> int:
    """Plan the files of which a result was made by older code or parameters; return how many there are."""
    with lake.read() as snapshot:
        keys = stale_keys(snapshot)
    return leases.ask_again(connection, keys, reason="stale", stale=True)


def stale_keys(snapshot: Snapshot) -> list[str]:
    """Return the files that would have to be visited because older code or parameters made something of them."""
    rows = snapshot.tuples(
        "select distinct file_key from stale_files where asset <> ? order by file_key", [IDENTIFICATIONS.name]
    )
    return [key for (key,) in rows]


def is_anything_due(connection: sqlite3.Connection) -> bool:
    """Tell whether there is work for a run or for the planner."""
    return bool(
        connection.execute(
            "select exists (select 1 from file where todo = 1 and gone = 0 and missing = 0) "
            "or exists (select 1 from batch where state = 'open') "
            "or exists (select 1 from file where gone = 1 and retired = 0)"
        ).fetchone()[0]
    )


@dataclass(frozen=True, slots=True)
class Due:
    """Where work is found and done."""

    connection: sqlite3.Connection
    """The state."""
    lake: Lake
    settings: Settings


@dataclass(frozen=True, slots=True)
class Whole:
    """What follows the reading of files is wanted too: identification, and a search for duplicates."""

    stale: bool = False
    """What older code or parameters identified is identified anew."""


def run_due(
    due: Due,
    *,
    within: leases.Within | None,
    look_again: Callable[[], object],
    owner: str | None = None,
    whole: Whole | None = None,
) -> Counted | None:
    """Do what is due; return what came of it, None where nothing was.

    Args:
        due: Where.
        within: Only files of one folder, or only these.
        look_again: Looks at the same folders once more.
        owner: The name of this call, if it has one already.
        whole: What follows the reading is wanted too; None: only files are read.
    """
    owner = owner or locks.owner_name("cli")
    if not is_anything_due(due.connection) and not (whole and _is_more_due(due, within, whole, owner=owner)):
        return None
    import dagster as dg

    from ingest_assets.session import Errand, Session

    errand = Errand(look_again, within, is_whole=whole is not None, stale=whole is not None and whole.stale)
    with dg.DagsterInstance.get() as instance:
        return Session(instance, due.connection, due.lake, due.settings, owner=owner).run(errand)


def _is_more_due(due: Due, within: leases.Within | None, whole: Whole, *, owner: str) -> bool:
    """Tell whether a run is due that opens no file; what nobody may be asked about is put off here and now."""
    wish = Wish(within, stale=whole.stale, is_asked=True)
    if not due.settings.contact:
        IdentificationPlanner(due.connection, due.lake, due.settings, owner=owner).plan(wish)
    elif is_due(due.connection, due.lake, due.settings, wish):
        return True
    return due_version(due.lake) is not None
