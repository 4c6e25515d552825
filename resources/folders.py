"""Looking at the folders of music: which files are there, which are new, changed or missing.

A look reads names, sizes and times and never opens a file. It goes folder by folder, in slices, because Dagster cuts
a sensor's tick at 60 seconds while a network disk gives a thousand files a second; what a slice saw is written in
one transaction and the next one goes on from there. A file is called missing only after a full pass.
"""

import hashlib
import os
import re
import sqlite3
import stat
import time
from dataclasses import dataclass, field
from pathlib import Path

from music.error_codes import ErrorCode
from music.formats import SIDECAR_SUFFIXES, SUFFIXES
from resources.settings import Root
from resources.state import transaction

SLICE_SECONDS = 20.0
SETTLE_SECONDS = 5.0
"""A file younger than this may still be being copied."""
SYSTEM_FOLDERS = frozenset(
    {
        b"system volume information",
        b"$recycle.bin",
        b"lost+found",
        b"@eadir",
        b"#recycle",
        b"#snapshot",
        b"__macosx",
    }
)
GUARDED_FROM_FILES = 20
"""Of at least so many files, more than half missing at once are taken for a disk that is not mounted."""


@dataclass(slots=True)
class Seen:
    """What one look at one folder saw."""

    library: str
    folder: bytes
    """Relative to the root."""
    files: list[tuple[bytes, int, int]] = field(default_factory=list)
    """Name, size in bytes, modification time in nanoseconds."""
    folders: list[bytes] = field(default_factory=list)
    """Relative to the root."""
    sidecars: str = ""
    refused: list[tuple[bytes, ErrorCode, str]] = field(default_factory=list)
    """Path relative to the root, code, what was seen."""
    readable: bool = True


@dataclass(frozen=True, slots=True)
class Look:
    """What came of looking."""

    complete: bool
    """The whole pass is over, not only a slice."""
    files: int
    """Files of music that are there, as known after the look."""
    waiting: int
    """Files that have not settled yet."""
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


def read_folder(root: Root, folder: bytes, *, other_roots: frozenset[bytes]) -> Seen:
    """Read one folder. What cannot be read keeps its files: nothing in it is called missing."""
    seen = Seen(root.library, folder)
    absolute = join(os.fsencode(root.path), folder) if folder else os.fsencode(root.path)
    sidecars: list[tuple[bytes, int, int]] = []
    try:
        with os.scandir(absolute) as entries:
            for entry in entries:
                _see(entry, seen, root=root, other_roots=other_roots, sidecars=sidecars)
    except OSError as error:
        seen.readable = False
        seen.refused.append((folder, ErrorCode.UNREADABLE_FILE, f"the folder cannot be read: {error.strerror}"))
    if sidecars:
        seen.sidecars = hashlib.blake2b(repr(sorted(sidecars)).encode(), digest_size=8).hexdigest()
    return seen


def _see(
    entry: os.DirEntry[bytes],
    seen: Seen,
    *,
    root: Root,
    other_roots: frozenset[bytes],
    sidecars: list[tuple[bytes, int, int]],
) -> None:
    name = entry.name
    if name.startswith(b".") or name.lower() in SYSTEM_FOLDERS:
        return
    suffix = os.path.splitext(name)[1].lower().decode("ascii", "replace")
    interesting = suffix in SUFFIXES
    try:
        if entry.is_symlink():
            if interesting or suffix == "" or entry.is_dir():
                seen.refused.append((join(seen.folder, name), *_judge_link(entry.path, root)))
        elif entry.is_dir(follow_symlinks=False):
            if entry.path not in other_roots:
                seen.folders.append(join(seen.folder, name))
        elif interesting or suffix in SIDECAR_SUFFIXES:
            status = entry.stat(follow_symlinks=False)
            if not stat.S_ISREG(status.st_mode):
                seen.refused.append((join(seen.folder, name), ErrorCode.NOT_A_FILE, "not a regular file"))
            else:
                found = seen.files if interesting else sidecars
                found.append((name, status.st_size, status.st_mtime_ns))
    except OSError as error:
        seen.refused.append((join(seen.folder, name), ErrorCode.UNREADABLE_FILE, str(error.strerror)))


def _below(folder: bytes) -> tuple[bytes, bytes]:
    """Return what the paths below a folder lie between; `0` is the byte after `/`."""
    return folder + b"/", folder + b"0"


def _judge_link(path: bytes, root: Root) -> tuple[ErrorCode, str]:
    try:
        target = os.path.realpath(path, strict=True)
    except OSError as error:
        return ErrorCode.SYMLINK_LOOP, f"the link leads to nothing: {error.strerror}"
    shown = target.decode("utf-8", "backslashreplace")
    inside = os.path.realpath(os.fsencode(root.path))
    if target == inside or os.path.realpath(os.path.dirname(path)).startswith(target + b"/"):
        return ErrorCode.SYMLINK_LOOP, f"the link leads back to {shown}, above itself"
    if target.startswith(inside + b"/"):
        return ErrorCode.LINKED_INSIDE, f"the link leads to {shown}"
    return ErrorCode.OUTSIDE_ROOT, f"the link leads to {shown}"


class FolderLook:
    """One look at the roots, resumable after any slice.

    Args:
        connection: The state.
        roots: All known roots, so that a root inside a root is left to itself.
        now: The time, in seconds since 1970.
    """

    def __init__(self, connection: sqlite3.Connection, roots: tuple[Root, ...], *, now: float) -> None:
        self._connection = connection
        self._roots = {root.library: root for root in roots}
        self._other = frozenset(os.fsencode(root.path) for root in roots)
        self._now = now

    def slice(self, *, seconds: float = SLICE_SECONDS) -> Look:
        """Read folders for at most so long; start a pass where none is under way; judge at the end of one."""
        begun, pending = self._pending()
        seen, left = self._read(pending, seconds=seconds)
        with transaction(self._connection):
            self._write_all(seen)
            self._connection.execute("delete from pending")
            self._connection.executemany("insert or ignore into pending values (?, ?)", left)
            guarded = () if left else self._judge(tuple(self._roots), since=begun)
        return self._result(complete=not left, guarded=guarded)

    def whole(self, libraries: tuple[str, ...] | None = None) -> Look:
        """Read all folders of these libraries, or of all, and judge what is gone; however long it takes."""
        chosen = tuple(self._roots) if libraries is None else libraries
        begun = self._next_pass()
        seen, _ = self._read([(library, b"") for library in chosen], seconds=float("inf"))
        with transaction(self._connection):
            self._write_all(seen)
            guarded = self._judge(chosen, since=begun)
        return self._result(complete=True, guarded=guarded)

    def part(self, root: Root, folder: bytes) -> Look:
        """Read one folder and all below it; mark nothing gone."""
        seen, _ = self._read([(root.library, folder)], seconds=float("inf"))
        with transaction(self._connection):
            self._write_all(seen)
        return self._result(complete=True, guarded=())

    def _write_all(self, seen: list[Seen]) -> None:
        number = self._number("pass")
        for look in seen:
            self._write(look, number=number)

    def _pending(self) -> tuple[int, list[tuple[str, bytes]]]:
        """Return where the pass under way began and what it has left, beginning one where there is none."""
        rows = self._connection.execute("select library, path from pending").fetchall()
        left = [(row["library"], row["path"]) for row in rows if row["library"] in self._roots]
        if left:
            return self._number("pass_begun"), left
        begun = self._next_pass()
        self._connection.execute("insert or replace into meta values ('pass_begun', ?)", (str(begun),))
        return begun, [(library, b"") for library in self._roots]

    def _next_pass(self) -> int:
        with transaction(self._connection):
            number = self._number("pass") + 1
            self._connection.execute("insert or replace into meta values ('pass', ?)", (str(number),))
        return number

    def _number(self, name: str) -> int:
        row = self._connection.execute("select value from meta where name = ?", (name,)).fetchone()
        return int(row["value"]) if row else 0

    def _read(self, pending: list[tuple[str, bytes]], *, seconds: float) -> tuple[list[Seen], list[tuple[str, bytes]]]:
        deadline = time.monotonic() + seconds
        stack, seen = list(pending), list[Seen]()
        while stack and (not seen or time.monotonic() < deadline):
            library, folder = stack.pop()
            root = self._roots[library]
            look = read_folder(root, folder, other_roots=self._other - {os.fsencode(root.path)})
            seen.append(look)
            stack.extend((library, child) for child in look.folders)
        return seen, stack

    def _write(self, seen: Seen, *, number: int) -> None:
        execute = self._connection.execute
        where = (seen.library, seen.folder)
        known = execute("select sidecars from folder where library = ? and path = ?", where).fetchone()
        self._write_refused(seen)
        if not seen.readable:
            self._keep_below(seen, number=number)
            return
        self._write_files(seen)
        if known is not None and known["sidecars"] != seen.sidecars:
            execute(
                "update file set todo = 1, reason = 'changed', attempts = 0, together = null "
                "where library = ? and folder = ? and gone = 0",
                where,
            )
        execute("insert or replace into folder values (?, ?, ?, ?)", (*where, seen.sidecars, number))

    def _keep_below(self, seen: Seen, *, number: int) -> None:
        """What lies in a folder that cannot be read is not missing; a root that cannot be read is judged by the guard."""
        if seen.folder:
            self._connection.execute(
                "update folder set pass = ? where library = ? and (path = ? or (path > ? and path < ?))",
                (number, seen.library, seen.folder, *_below(seen.folder)),
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
                self._note(seen, name, size=size, modified=modified, reason="changed" if row else "new")
            elif not row["settled"] or row["missing"]:
                self._note_again(seen, name)
        self._connection.executemany(
            "update file set missing = 1 where library = ? and folder = ? and name = ?",
            [(*where, name) for name in known],
        )

    def _note(self, seen: Seen, name: bytes, *, size: int, modified: int, reason: str) -> None:
        path = join(seen.folder, name)
        settled = modified / 1e9 <= self._now - SETTLE_SECONDS
        try:
            self._connection.execute(
                "insert into file (library, folder, name, file_key, size_bytes, modified_ns, looked_at, settled, reason) "
                "values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (library, folder, name) do update set "
                "size_bytes = excluded.size_bytes, modified_ns = excluded.modified_ns, looked_at = excluded.looked_at, "
                "settled = excluded.settled, reason = excluded.reason, todo = 1, attempts = 0, together = null, "
                "missing = 0, gone = 0, retired = 0",
                (
                    seen.library,
                    seen.folder,
                    name,
                    file_key(seen.library, path),
                    size,
                    modified,
                    self._now,
                    settled,
                    reason,
                ),
            )
        except sqlite3.IntegrityError:
            self._refuse(seen.library, path, ErrorCode.KEY_TAKEN, "rename the file")

    def _note_again(self, seen: Seen, name: bytes) -> None:
        self._connection.execute(
            "update file set missing = 0, settled = settled or looked_at <= ? "
            "where library = ? and folder = ? and name = ?",
            (self._now - SETTLE_SECONDS, seen.library, seen.folder, name),
        )

    def _write_refused(self, seen: Seen) -> None:
        """Replace what was refused in this folder; what did not change keeps the time it was first seen."""
        known = {
            row["path"]: (row["error_code"], row["message"])
            for row in self._connection.execute(
                "select path, error_code, message from refused where library = ?1 "
                "and (path = ?2 or ?2 = x'' or (path > ?3 and path < ?4))",
                (seen.library, seen.folder, *_below(seen.folder)),
            )
            if seen.folder in (row["path"], os.path.dirname(row["path"]))
        }
        for path, code, message in seen.refused:
            if known.pop(path, None) != (str(code), message):
                self._refuse(seen.library, path, code, message)
        for path in known:
            self._connection.execute("delete from refused where library = ? and path = ?", (seen.library, path))

    def _refuse(self, library: str, path: bytes, code: ErrorCode, message: str) -> None:
        self._connection.execute(
            "insert or replace into refused values (?, ?, ?, ?, ?)",
            (library, path, str(code), message, self._now),
        )

    def _judge(self, libraries: tuple[str, ...], *, since: int) -> tuple[str, ...]:
        """At the end of a pass: what no look has seen is gone, unless it looks like an unmounted disk."""
        guarded = list[str]()
        for library in libraries:
            self._connection.execute(
                "update file set missing = 1 where library = ?1 and gone = 0 and folder not in "
                "(select path from folder where library = ?1 and pass >= ?2)",
                (library, since),
            )
            self._forget_refused(library, since=since)
        for library in libraries:
            if self._looks_unmounted(library, self._roots[library]):
                guarded.append(library)
            else:
                self._mark_gone(library)
        return tuple(guarded)

    def _forget_refused(self, library: str, *, since: int) -> None:
        """Forget what was refused in folders that are no longer there."""
        rows = self._connection.execute("select path from refused where library = ?", (library,)).fetchall()
        for row in rows:
            place = (library, os.path.dirname(row["path"]), since)
            if not self._connection.execute(
                "select 1 from folder where library = ? and path = ? and pass >= ?", place
            ).fetchone():
                self._connection.execute("delete from refused where library = ? and path = ?", (library, row["path"]))

    def _looks_unmounted(self, library: str, root: Root) -> bool:
        if self._connection.execute("select 1 from meta where name = 'accept_missing'").fetchone():
            return False
        count = self._connection.execute(
            "select count(*) as files, coalesce(sum(missing), 0) as missing from file where library = ? and gone = 0",
            (library,),
        ).fetchone()
        if count["missing"] and not os.access(root.path, os.R_OK | os.X_OK):
            return True
        if count["files"] < GUARDED_FROM_FILES or count["missing"] * 2 <= count["files"]:
            return False
        elsewhere = self._connection.execute(
            "select count(*) from file as lost where library = ? and missing = 1 and gone = 0 and exists "
            "(select 1 from file as found where found.size_bytes = lost.size_bytes "
            "and found.modified_ns = lost.modified_ns and found.missing = 0 and found.gone = 0)",
            (library,),
        ).fetchone()[0]
        return (count["missing"] - elsewhere) * 2 > count["files"]

    def _mark_gone(self, library: str) -> None:
        self._connection.execute(
            "update file set gone = 1, missing = 0, todo = 0, batch = null where library = ? and missing = 1 and gone = 0",
            (library,),
        )

    def _result(self, *, complete: bool, guarded: tuple[str, ...]) -> Look:
        row = self._connection.execute(
            "select count(*) as files, coalesce(sum(not settled), 0) as waiting from file where gone = 0"
        ).fetchone()
        return Look(complete, row["files"], row["waiting"], guarded)


def known_roots(connection: sqlite3.Connection) -> tuple[Root, ...]:
    """Return the roots that the state knows."""
    rows = connection.execute("select library, path from root order by library").fetchall()
    return tuple(Root(row["library"], Path(os.fsdecode(row["path"]))) for row in rows)


def add_roots(connection: sqlite3.Connection, roots: tuple[Root, ...]) -> None:
    """Remember roots; one that moved keeps its name and its files."""
    connection.executemany(
        "insert into root values (?, ?) on conflict (library) do update set path = excluded.path "
        "on conflict (path) do nothing",
        [(root.library, os.fsencode(root.path)) for root in roots],
    )


def root_above(roots: tuple[Root, ...], path: Path) -> tuple[Root, bytes] | None:
    """Return the innermost root that holds a path, and the path relative to it."""
    inside = [root for root in roots if path == root.path or path.is_relative_to(root.path)]
    if not inside:
        return None
    root = max(inside, key=lambda candidate: len(candidate.path.parts))
    relative = path.relative_to(root.path)
    return root, b"" if relative == Path() else os.fsencode(relative)
