"""Looking at the folders of music: which files are there, which are new, changed or missing.

A look reads names, sizes and times and never opens a file. It goes folder by folder, in slices, because Dagster cuts
a sensor's tick at 60 seconds while a network disk gives a thousand files a second; what a slice saw is written in
one transaction and the next one goes on from there. A file is called gone only after a full pass.
"""

import hashlib
import os
import re
import sqlite3
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from music.error_codes import ErrorCode
from resources.folder_listing import Seen, read_folder
from resources.missing_files import judge
from resources.settings import Root
from resources.state import transaction

SLICE_SECONDS = 20.0
SETTLE_SECONDS = 5.0
"""A file younger than this may still be being copied."""
Pending = list[tuple[str, bytes]]
"""Folders that are still to be read: library, path relative to the root."""


@dataclass(frozen=True, slots=True)
class Look:
    """What came of looking."""

    complete: bool
    """The whole pass is over, not only a slice."""
    files: int
    """Files of music that are there, of what was looked at."""
    waiting: int
    """Those of them that have not settled yet."""
    guarded: tuple[str, ...] = ()
    """Libraries that look unmounted, one warning each."""


def file_key(library: str, path: bytes) -> str:
    """Return the partition key of a file: a readable slug and 48 bits over its exact bytes.

    Raw bytes, because an NFC and an NFD name may lie side by side.
    """
    stem = os.path.splitext(os.path.basename(path))[0].decode("utf-8", "replace")
    slug = re.sub(r"[^\w]+", "-", stem).strip("-").lower()[:40].strip("-")
    digest = hashlib.blake2b(os.fsencode(library) + b"/" + path, digest_size=6).hexdigest()
    return f"{slug or 'file'}~{digest}"


def join(folder: bytes, name: bytes) -> bytes:
    """Return a path relative to the root."""
    return folder + b"/" + name if folder else name


class FolderLook:
    """One look at the roots, resumable after any slice.

    Args:
        connection: The state.
        roots: All known roots, so that a root inside a root is left to itself.
        now: The time, in seconds since 1970.
    """

    def __init__(self, connection: sqlite3.Connection, roots: tuple[Root, ...], *, now: float) -> None:
        self._connection = connection
        self._roots = {root.library: Root(root.library, Path(os.path.realpath(root.path))) for root in roots}
        self._places = frozenset(os.fsencode(root.path) for root in self._roots.values())
        self._now = now

    def slice(self, *, seconds: float = SLICE_SECONDS) -> Look:
        """Read folders for at most so long; start a pass where none is under way; judge at the end of one."""
        begun, pending = self._pending()
        seen, left = self._read(pending, seconds=seconds)
        with transaction(self._connection):
            self._write(seen)
            if self._number("pass_begun") != begun:  # another process began a pass meanwhile: that one goes on
                return self._result(tuple(self._roots), complete=False)
            self._connection.execute("delete from pending")
            self._connection.executemany("insert or ignore into pending values (?, ?)", left)
            guarded = () if left else self._judge(tuple(self._roots), since=begun, accept=False)
        return self._result(tuple(self._roots), complete=not left, guarded=guarded)

    def whole(self, libraries: tuple[str, ...] | None = None, *, accept_missing: bool = False) -> Look:
        """Read all folders of these libraries, or of all, and judge what is gone; however long it takes.

        Args:
            libraries: Their names; None for all.
            accept_missing: A person said that what is missing is gone.
        """
        chosen = tuple(self._roots) if libraries is None else libraries
        with transaction(self._connection):
            begun = self._next_pass()
        seen, _ = self._read([(library, b"") for library in chosen], seconds=float("inf"))
        with transaction(self._connection):
            self._write(seen)
            guarded = self._judge(chosen, since=begun, accept=accept_missing)
        return self._result(chosen, complete=True, guarded=guarded)

    def part(self, root: Root, folder: bytes) -> Look:
        """Read one folder and all below it; mark nothing gone."""
        seen, _ = self._read([(root.library, folder)], seconds=float("inf"))
        with transaction(self._connection):
            self._write(seen)
        return self._result((root.library,), complete=True, folder=folder)

    def _pending(self) -> tuple[int, Pending]:
        """Return where the pass under way began and what it has left, beginning one where there is none."""
        with transaction(self._connection):
            rows = self._connection.execute("select library, path from pending").fetchall()
            left = [(row["library"], row["path"]) for row in rows if row["library"] in self._roots]
            if left:
                return self._number("pass_begun"), left
            begun = self._next_pass()
            self._connection.execute("insert or replace into meta values ('pass_begun', ?)", (str(begun),))
        return begun, [(library, b"") for library in self._roots]

    def _next_pass(self) -> int:
        number = self._number("pass") + 1
        self._connection.execute("insert or replace into meta values ('pass', ?)", (str(number),))
        return number

    def _number(self, name: str) -> int:
        row = self._connection.execute("select value from meta where name = ?", (name,)).fetchone()
        return int(row["value"]) if row else 0

    def _read(self, pending: Pending, *, seconds: float) -> tuple[list[Seen], Pending]:
        deadline = time.monotonic() + seconds
        stack, seen = list(pending), list[Seen]()
        while stack and (not seen or time.monotonic() < deadline):
            library, folder = stack.pop()
            look = read_folder(self._roots[library], folder, other_roots=self._places)
            seen.append(look)
            stack.extend((library, child) for child in look.folders)
        return seen, stack

    def _write(self, seen: Iterable[Seen]) -> None:
        writer = _Writer(self._connection, number=self._number("pass"), now=self._now)
        for look in seen:
            writer.write(look)

    def _judge(self, libraries: tuple[str, ...], *, since: int, accept: bool) -> tuple[str, ...]:
        roots = [self._roots[library] for library in libraries]
        return judge(self._connection, roots, since=since, now=self._now, accept=accept)

    def _result(
        self, libraries: tuple[str, ...], *, complete: bool, folder: bytes = b"", guarded: tuple[str, ...] = ()
    ) -> Look:
        counts = [
            self._connection.execute(
                "select count(*), coalesce(sum(not settled), 0) from file where library = ?1 and gone = 0 "
                "and missing = 0 and (?2 = x'' or folder = ?2 or (folder > ?3 and folder < ?4))",
                (library, folder, *_below(folder)),
            ).fetchone()
            for library in libraries
        ]
        return Look(complete, sum(row[0] for row in counts), sum(row[1] for row in counts), guarded)


def _below(folder: bytes) -> tuple[bytes, bytes]:
    """Return what the paths below a folder lie between; `0` is the byte after `/`."""
    return folder + b"/", folder + b"0"


class _Writer:
    """Writes what was seen into the state, in a transaction of the caller's.

    Args:
        connection: The state.
        number: The pass.
        now: The time, in seconds since 1970.
    """

    def __init__(self, connection: sqlite3.Connection, *, number: int, now: float) -> None:
        self._connection = connection
        self._number = number
        self._now = now
        self._refused: dict[tuple[str, bytes], dict[bytes, tuple[str, str]]] = defaultdict(dict)
        """By library and folder: code and message of each path in it."""
        for row in connection.execute("select library, path, error_code, message from refused"):
            refused = self._refused[row["library"], os.path.dirname(row["path"])]
            refused[row["path"]] = (row["error_code"], row["message"])

    def write(self, seen: Seen) -> None:
        if seen.readable:
            self._write_files(seen)
            self._write_folder(seen)
        elif seen.folder:  # a root that cannot be read is judged at the end of the pass
            self._keep(seen.library, seen.folder)
        for name in seen.unknown:
            self._keep(seen.library, join(seen.folder, name))
        self._write_refused(seen)

    def _write_folder(self, seen: Seen) -> None:
        """Note that a folder was seen; where something beside the music changed, its files are due."""
        execute, where, sidecars = self._connection.execute, (seen.library, seen.folder), seen.sidecars
        known = execute("select sidecars from folder where library = ? and path = ?", where).fetchone()
        if known is not None and known["sidecars"] != sidecars:
            execute(
                "update file set reason = case when todo = 1 and reason = 'new' then 'new' else 'changed' end, "
                "todo = 1, attempts = 0, together = null where library = ? and folder = ? and gone = 0",
                where,
            )
        execute("insert or replace into folder values (?, ?, ?, ?)", (*where, sidecars, self._number))

    def _keep(self, library: str, folder: bytes) -> None:
        """Note that what lies in a folder that cannot be read is not missing."""
        self._connection.execute(
            "update folder set pass = ? where library = ? and (path = ? or (path > ? and path < ?))",
            (self._number, library, folder, *_below(folder)),
        )

    def _write_files(self, seen: Seen) -> None:
        where = (seen.library, seen.folder)
        rows = self._connection.execute(
            "select name, size_bytes, modified_ns, settled, gone, missing from file where library = ? and folder = ?",
            where,
        ).fetchall()
        known = {row["name"]: row for row in rows}
        for name, size, modified in seen.files:
            row = known.pop(name, None)
            if row is None or row["gone"] or (row["size_bytes"], row["modified_ns"]) != (size, modified):
                reason = "new" if row is None or row["gone"] else "changed"
                self._note(seen, name, size=size, modified=modified, reason=reason)
            elif not row["settled"] or row["missing"]:
                self._note_again(seen, name)
        self._connection.executemany(
            "update file set missing = 1 where library = ? and folder = ? and name = ? and gone = 0",
            [(*where, name) for name in known.keys() - set(seen.unknown)],
        )

    def _note(self, seen: Seen, name: bytes, *, size: int, modified: int, reason: str) -> None:
        """Note a file that is new, or another than before; one that nobody has visited yet stays new."""
        key = file_key(seen.library, join(seen.folder, name))
        settled = modified / 1e9 <= self._now - SETTLE_SECONDS
        try:
            self._connection.execute(
                "insert into file "
                "(library, folder, name, file_key, size_bytes, modified_ns, looked_at, settled, reason) "
                "values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (library, folder, name) do update set "
                "size_bytes = excluded.size_bytes, modified_ns = excluded.modified_ns, looked_at = excluded.looked_at, "
                "settled = excluded.settled, todo = 1, attempts = 0, together = null, missing = 0, gone = 0, "
                "retired = 0, reason = case when todo = 1 and reason = 'new' then 'new' else excluded.reason end",
                (seen.library, seen.folder, name, key, size, modified, self._now, settled, reason),
            )
        except sqlite3.IntegrityError:
            seen.refused.append((join(seen.folder, name), ErrorCode.KEY_TAKEN, "rename the file"))

    def _note_again(self, seen: Seen, name: bytes) -> None:
        """Note a file that is as it was; a second look, or its own age, settles it."""
        before = self._now - SETTLE_SECONDS
        self._connection.execute(
            "update file set missing = 0, settled = settled or looked_at <= ? or modified_ns <= ? "
            "where library = ? and folder = ? and name = ?",
            (before, int(before * 1e9), seen.library, seen.folder, name),
        )

    def _write_refused(self, seen: Seen) -> None:
        """Replace what was refused in this folder; what did not change keeps the time it was first seen.

        A folder below that could not be read has its own look, and its row waits for that.
        """
        own = self._refused.get((seen.library, os.path.dirname(seen.folder)), {})
        known = {path: said for path, said in own.items() if path == seen.folder}
        if seen.readable:
            known |= self._refused.get((seen.library, seen.folder), {})
        for path, code, message in seen.refused:
            if known.pop(path, None) != (str(code), message):
                self._connection.execute(
                    "insert or replace into refused values (?, ?, ?, ?, ?)",
                    (seen.library, path, str(code), message, self._now),
                )
        over = [(seen.library, path) for path in known.keys() - set(seen.folders)]
        self._connection.executemany("delete from refused where library = ? and path = ?", over)


def known_roots(connection: sqlite3.Connection) -> tuple[Root, ...]:
    """Return the roots that the state knows."""
    rows = connection.execute("select library, path from root order by library").fetchall()
    return tuple(Root(row["library"], Path(os.fsdecode(row["path"]))) for row in rows)


def add_roots(connection: sqlite3.Connection, roots: tuple[Root, ...]) -> None:
    """Remember roots. A folder that is known keeps its name; a name that stands for another folder now has moved there.

    A name that is only the folder's own moves when the old folder is no more; else two folders would share it.
    """
    for root in roots:
        known = known_roots(connection)
        if os.path.realpath(root.path) not in {os.path.realpath(each.path) for each in known}:
            connection.execute(
                "insert into root values (?, ?) on conflict (library) do update set path = excluded.path",
                (_name_of(root, known), os.fsencode(root.path)),
            )


def _name_of(root: Root, known: tuple[Root, ...]) -> str:
    bearers = {each.library: each.path for each in known}
    old = bearers.get(root.library)
    if old is None or root.library != root.path.name or not os.path.isdir(old):
        return root.library
    return next(name for number in range(2, len(known) + 3) if (name := f"{root.library}-{number}") not in bearers)


def root_above(roots: tuple[Root, ...], path: Path) -> tuple[Root, bytes] | None:
    """Return the innermost root that holds a path, and the path relative to it; links are followed first."""
    place = Path(os.path.realpath(path))
    folders = {root: Path(os.path.realpath(root.path)) for root in roots}
    inside = [root for root in roots if place.is_relative_to(folders[root])]
    if not inside:
        return None
    root = max(inside, key=lambda candidate: len(folders[candidate].parts))
    relative = place.relative_to(folders[root])
    return root, b"" if relative == Path() else os.fsencode(relative)
