"""Where the parts of a lake lie below its home folder."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Places:
    """The files and folders of one lake."""

    home: Path
    """Absolute."""

    @property
    def folder(self) -> Path:
        """What only the lake's writer touches."""
        return self.home / "lake"

    @property
    def catalog(self) -> Path:
        """The writer's catalog: which Parquet files hold what."""
        return self.folder / "catalog.ducklake"

    @property
    def catalog_log(self) -> Path:
        """What was committed and is not in the catalog's file yet; only a killed writer leaves one."""
        return self.folder / "catalog.ducklake.wal"

    @property
    def data(self) -> Path:
        """The Parquet files."""
        return self.folder / "data"

    @property
    def lock(self) -> Path:
        """Held by the one writer."""
        return self.folder / "catalog.ducklake.lock"

    @property
    def spill(self) -> Path:
        """Where DuckDB puts what does not fit into memory."""
        return self.folder / "spill"

    @property
    def published(self) -> Path:
        """The readers' copy of the catalog, replaced whole after each write."""
        return self.home / "analyst.ducklake"


def places(home: Path) -> Places:
    """Return where a lake lies whose home folder may be given relative to the current one."""
    return Places(home.expanduser().absolute())
