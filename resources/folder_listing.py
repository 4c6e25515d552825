"""What lies in one folder: its music, the files beside it, its folders, and what must not be followed.

Names, sizes and times are read; no file is opened, no link is followed.
"""

import errno
import hashlib
import os
import stat
from dataclasses import dataclass, field

from music.error_codes import ErrorCode
from music.formats import SIDECAR_SUFFIXES, SUFFIXES
from resources.file_stamp import size_and_time
from resources.settings import Root

SYSTEM_FOLDERS = frozenset(
    {
        b"system volume information",
        b"$recycle.bin",
        b"recycler",
        b"lost+found",
        b"@eadir",
        b"#recycle",
        b"#snapshot",
        b"__macosx",
    }
)
"""In lower case; what begins with a dot is left out as well."""
_MUSIC = frozenset(suffix.encode() for suffix in SUFFIXES)
_BESIDE = frozenset(suffix.encode() for suffix in SIDECAR_SUFFIXES)


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
    beside: list[tuple[bytes, int, int]] = field(default_factory=list)
    """The sidecars: name, size in bytes, modification time in nanoseconds."""
    refused: list[tuple[bytes, ErrorCode, str]] = field(default_factory=list)
    """Path relative to the root, code, what was seen."""
    unknown: list[bytes] = field(default_factory=list)
    """Names that are there and cannot be looked at."""
    readable: bool = True

    @property
    def sidecars(self) -> str:
        """What lies beside the music, as a digest; empty where nothing does."""
        if not self.beside:
            return ""
        return hashlib.blake2b(repr(sorted(self.beside)).encode(), digest_size=8).hexdigest()


def read_folder(root: Root, folder: bytes, *, other_roots: frozenset[bytes]) -> Seen:
    """Read one folder. What cannot be read keeps its files: nothing in it is called missing.

    Args:
        root: The root it lies in; its path holds no link.
        folder: Relative to the root.
        other_roots: Where other roots lie, without links: each is left to itself.
    """
    seen = Seen(root.library, folder)
    absolute = os.path.join(os.fsencode(root.path), folder)
    try:
        _check_no_link(absolute)
        with os.scandir(absolute) as entries:
            for entry in entries:
                if not is_skipped(entry.name):
                    _see(entry, seen, root=root, other_roots=other_roots)
    except OSError as error:
        seen.readable = False
        if folder == b"" or error.errno not in (errno.ENOENT, errno.ENOTDIR):
            seen.refused.append((folder, ErrorCode.UNREADABLE_FILE, f"the folder cannot be read: {error.strerror}"))
        # else it vanished after its name was read: the next look at the folder above knows more
    return seen


def is_skipped(name: bytes) -> bool:
    """Tell whether a name is hidden or one of the system's."""
    return name.startswith(b".") or name.lower() in SYSTEM_FOLDERS


def _check_no_link(folder: bytes) -> None:
    """Refuse a folder in whose place a link was put after its name was read."""
    if stat.S_ISLNK(os.lstat(folder).st_mode):
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))


def _see(entry: os.DirEntry[bytes], seen: Seen, *, root: Root, other_roots: frozenset[bytes]) -> None:
    name = entry.name
    suffix = name[name.rfind(b".") :].lower() if b"." in name else b""
    try:
        if entry.is_symlink():
            if suffix in _MUSIC or _may_be_folder(entry, suffix):
                seen.refused.append((os.path.join(seen.folder, name), *_judge_link(entry.path, root)))
        elif entry.is_dir(follow_symlinks=False):
            if entry.path not in other_roots:
                seen.folders.append(os.path.join(seen.folder, name))
        elif suffix in _MUSIC:
            _see_file(entry, seen, found=seen.files)
        elif suffix in _BESIDE:
            _see_file(entry, seen, found=seen.beside)
    except FileNotFoundError:
        return  # it vanished after its name was read
    except OSError as error:
        seen.unknown.append(name)
        reason = f"cannot be looked at: {error.strerror}"
        seen.refused.append((os.path.join(seen.folder, name), ErrorCode.UNREADABLE_FILE, reason))


def _see_file(entry: os.DirEntry[bytes], seen: Seen, *, found: list[tuple[bytes, int, int]]) -> None:
    status = entry.stat(follow_symlinks=False)
    if stat.S_ISREG(status.st_mode):
        found.append((entry.name, *size_and_time(status)))
    else:
        seen.refused.append((os.path.join(seen.folder, entry.name), ErrorCode.NOT_A_FILE, "not a regular file"))


def _may_be_folder(link: os.DirEntry[bytes], suffix: bytes) -> bool:
    """Tell whether a link leads to a folder, or to nothing under a folder's name."""
    try:
        return link.is_dir() or (suffix == b"" and not link.is_file())
    except OSError:  # a loop
        return True


def _judge_link(path: bytes, root: Root) -> tuple[ErrorCode, str]:
    try:
        target = os.path.realpath(path, strict=True)
    except PermissionError as error:
        return ErrorCode.UNREADABLE_FILE, f"the link cannot be followed: {error.strerror}"
    except OSError as error:
        return ErrorCode.SYMLINK_LOOP, f"the link leads to nothing: {error.strerror}"
    shown = target.decode("utf-8", "backslashreplace")
    inside = os.fsencode(root.path)
    if _holds(target, os.path.realpath(os.path.dirname(path))):
        return ErrorCode.SYMLINK_LOOP, f"the link leads back to {shown}, above itself"
    if not _holds(inside, target):
        return ErrorCode.OUTSIDE_ROOT, f"the link leads to {shown}"
    if any(is_skipped(name) for name in os.path.relpath(target, inside).split(b"/")):
        return ErrorCode.OUTSIDE_ROOT, f"the link leads to {shown}, in a hidden folder that is not looked at"
    return ErrorCode.LINKED_INSIDE, f"the link leads to {shown}"


def _holds(folder: bytes, path: bytes) -> bool:
    return path == folder or path.startswith(folder.rstrip(b"/") + b"/")
