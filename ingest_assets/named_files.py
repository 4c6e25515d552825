"""Which file a person means: by its key, its path, or the end of its path."""

from pathlib import Path

from lake.snapshot import Snapshot
from resources.folders import file_key, known_roots, root_above
from resources.settings import Settings, absolute
from resources.state import copy_in_memory


def find_key(settings: Settings, snapshot: Snapshot, name: str) -> str | None:
    """Return the key of a file: itself, that of a path, or as it is printed, or the only file whose path ends so."""
    if snapshot.tuples("select 1 from discovered_files where file_key = ?", [name]):
        return name
    connection = copy_in_memory(settings.home)
    try:
        inside = root_above(known_roots(connection), Path(absolute_here(name)))
    finally:
        connection.close()
    if inside is not None:
        key = file_key(inside[0].library, inside[1])
        if snapshot.tuples("select 1 from discovered_files where file_key = ?", [key]):
            return key
    found = snapshot.tuples(
        "select file_key from discovered_files "
        "where path = ? or ends_with(path, ?) or (library || '/' || path = ? and gone_at is null)",
        [name, f"/{name}", name],
    )
    return found[0][0] if len(found) == 1 else None


def absolute_here(name: str) -> Path:
    """Return a path as the person means it: from the folder they stand in."""
    return absolute(Path.cwd() / Path(name).expanduser())
