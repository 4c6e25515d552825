"""A folder of files with the names of music, a state beside it, and a clock that only tests turn."""

import os
import shutil
from pathlib import Path

from resources.folders import FolderLook, Look, add_roots, known_roots
from resources.settings import Root
from resources.state import connect

NOON = 1_700_000_000.0


class MusicFolder:
    """One root `music` and the planner's look at it.

    Args:
        place: An empty folder.
    """

    def __init__(self, place: Path) -> None:
        self.place = place
        self.path = place / "music"
        self.path.mkdir()
        self.home = place / "home"
        self.state = connect(self.home)
        self.now = NOON
        self.add_root("music", self.path)

    def add_root(self, library: str, path: Path) -> Root:
        add_roots(self.state, (Root(library, path),))
        return Root(library, path)

    def put(self, name: str | bytes, *, data: bytes = b"sound", age: float = 1_000.0) -> bytes:
        """Make a file, `age` seconds old; return its path relative to the root."""
        relative = os.fsencode(name)
        path = os.path.join(os.fsencode(self.path), relative)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(data)
        os.utime(path, (self.now - age, self.now - age))
        return relative

    def album(self, folder: str, count: int) -> list[bytes]:
        return [self.put(f"{folder}/{number:03}.flac", age=1_000.0 + number) for number in range(count)]

    def remove(self, name: str) -> None:
        path = self.path / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()

    def looker(self) -> FolderLook:
        """Begin a look, ten seconds after the last one."""
        self.now += 10
        return FolderLook(self.state, known_roots(self.state), now=self.now)

    def look(self) -> Look:
        return self.looker().whole()

    def accept(self) -> Look:
        return self.looker().whole(accept_missing=True)

    def due(self) -> int:
        """Return how many files are to be visited, leased or not."""
        return self.state.execute("select count(*) from file where todo = 1 and gone = 0").fetchone()[0]

    def paths(self, where: str = "gone = 0 and missing = 0") -> set[bytes]:
        """Return the paths of files, relative to their root."""
        rows = self.state.execute(f"select folder, name from file where {where}")
        return {os.path.join(row["folder"], row["name"]) for row in rows}

    def visited(self) -> None:
        """Say that every file was visited."""
        self.state.execute("update file set todo = 0")

    def refused(self) -> dict[bytes, str]:
        return {row["path"]: row["error_code"] for row in self.state.execute("select path, error_code from refused")}

    def file(self, name: str | bytes) -> dict:
        folder, _, base = os.fsencode(name).rpartition(b"/")
        return dict(self.state.execute("select * from file where folder = ? and name = ?", (folder, base)).fetchone())
