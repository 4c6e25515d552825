"""How a table, a column and a view are declared: once, with type, unit and meaning.

Whatever speaks of columns (the lake itself, the comments in DuckDB, Dagster's pages, README) reads the declaration.
Types are written as DuckDB prints them, so that what is stored can be compared with what is declared.
"""

from dataclasses import dataclass
from typing import Self

TEXT = "VARCHAR"
BYTES = "BLOB"
BOOLEAN = "BOOLEAN"
INTEGER = "INTEGER"
BIGINT = "BIGINT"
DOUBLE = "DOUBLE"
DATE = "DATE"
TIME = "TIMESTAMP WITH TIME ZONE"
"""An instant, written and shown in UTC."""
TEXT_MAP = "MAP(VARCHAR, VARCHAR)"
SILENCES = "STRUCT(start_ticks BIGINT, end_ticks BIGINT, level_dbfs DOUBLE)[]"
WAVEFORM = LEVELS = "TINYINT[]"
TEXT_LIST = "VARCHAR[]"
EVIDENCE_PARTS = (
    "metadata",
    "contextual",
    "pattern",
    "fingerprint",
    "fingerprint_mean",
    "fingerprint_min",
    "duration",
    "release_share",
    "margin",
)
"""What speaks for an identification, each from 0 to 1; null where it tells nothing."""
EVIDENCE = f"STRUCT({', '.join(f'{part} DOUBLE' for part in EVIDENCE_PARTS)})"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    name: str
    """Ends in the unit where there is one."""
    type: str
    """As DuckDB prints it."""
    meaning: str
    """One sentence, with the unit."""


FILE_KEY = Column(
    "file_key", TEXT, "Which file: its partition key, made of its name and the hash of its library and path."
)
SEGMENT_INDEX = Column("segment_index", INTEGER, "Which piece of music of the file, counted from 0.")
PROVENANCE = (
    Column("run_id", TEXT, "The run that wrote this row."),
    Column("written_at", TIME, "When this row was written, UTC."),
)


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the lake."""

    name: str
    grain: str
    """What one row is, as in "one row per file"."""
    columns: tuple[Column, ...]
    """In order; the last ones say who wrote the row and when."""
    key: tuple[str, ...]
    """The columns that no two rows share."""

    @classmethod
    def of(cls, name: str, grain: str, *, key: tuple[str, ...], columns: tuple[Column, ...]) -> Self:
        """Return a table with the columns that every table ends with."""
        own = {column.name for column in columns}
        return cls(name, grain, columns + tuple(last for last in PROVENANCE if last.name not in own), key)

    @property
    def by_file(self) -> bool:
        """Whether its rows belong to files."""
        return FILE_KEY in self.columns

    def column(self, name: str) -> Column | None:
        """Return a column by its name."""
        return next((column for column in self.columns if column.name == name), None)


@dataclass(frozen=True, slots=True)
class View:
    """A view of the lake."""

    name: str
    meaning: str
    """What one row is and what it tells; DuckLake keeps comments of views, not of their columns."""
    sql: str
    """A select over tables and the views declared before it."""


@dataclass(frozen=True, slots=True)
class Migration:
    """A change of the stored tables that adding columns cannot make (S3-29)."""

    meaning: str
    """What it changes and why, for `schema_changes`."""
    statements: tuple[str, ...]
    """SQL, run once, in the order of declaration."""
