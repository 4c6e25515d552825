"""Writing: everything that one write changes, in one transaction.

What a method is given is checked first; only then is anything written. Only a writer imports this module, because
pyarrow comes with it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

import duckdb
import pyarrow as pa

from lake.declarations import FILE_KEY, TEXT, Column, Table
from lake.errors import RowError
from lake.rows import Row, keys_to_arrow, rows_to_arrow
from lake.snapshot import Snapshot

Key = str | tuple[object, ...]
_PAIRS = Table(
    "take_over",
    "One file that takes over from another.",
    (Column("source", TEXT, "From which file."), Column("target", TEXT, "To which file.")),
    key=("target",),
)


class Transaction(Snapshot):
    """A write that has begun. Its own statements see what it has written.

    Args:
        connection: Has the writer's catalog attached and a transaction begun.
        tables: The declared tables, by name.
        run_id: Stands in every row that does not name another.
        now: Stands in every row as the time it was written.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Table], *, run_id: str, now: datetime
    ) -> None:
        super().__init__(connection)
        self._tables = tables
        self._given = {"run_id": run_id, "written_at": now}

    def replace(self, table: str, keys: Sequence[str], rows: Sequence[Row]) -> None:
        """Replace all rows of some files by others; a file without a row has none after.

        Raises:
            RowError: A row does not fit, or belongs to a file that is not among the keys.
        """
        strangers = {str(row.get(FILE_KEY.name)) for row in rows} - set(keys)
        if strangers:
            raise RowError(f"rows of {table} belong to files that are not replaced: {sorted(strangers)}")
        arrow = self._checked(table, rows)
        self.delete(table, keys)
        self._insert(table, arrow)

    def replace_all(self, table: str, rows: Sequence[Row]) -> None:
        """Replace all rows of a small table; where it holds just these already, nothing is written.

        Raises:
            RowError: A row does not fit.
        """
        arrow = self._checked(table, rows)
        own = ", ".join(column.name for column in self._table(table).columns if column.name not in self._given)
        with self._registered(arrow):
            differing = self.tuples(
                f"(select {own} from {table} except all select {own} from _given) union all "
                f"(select {own} from _given except all select {own} from {table}) limit 1"
            )
        if differing:
            self._connection.execute(f"delete from {table}")
            self._insert(table, arrow)

    def upsert(self, table: str, rows: Sequence[Row]) -> None:
        """Write rows; one that has the table's key already is replaced whole.

        Raises:
            RowError: A row does not fit.
        """
        arrow = self._checked(table, rows)
        with self._registered(arrow):
            self._delete_given(table, self._table(table).key)
        self._insert(table, arrow)

    def record_outcomes(self, rows: Sequence[Row]) -> None:
        """Write what came of files, one row per file and asset."""
        self.upsert("outcomes", rows)

    def delete(self, table: str, keys: Iterable[Key]) -> None:
        """Delete all rows of some files; in a table that is not about files, the rows with these keys.

        Args:
            table: The table.
            keys: File keys; elsewhere the values of the table's key, as a tuple where it has several columns.
        """
        declared = self._table(table)
        names = (FILE_KEY.name,) if declared.by_file else declared.key
        values = [(key,) if isinstance(key, str) else key for key in keys]
        if values:
            with self._registered(keys_to_arrow(declared, values, names=names)):
                self._delete_given(table, names)

    def take_over(self, table: str, pairs: Sequence[tuple[str, str]]) -> None:
        """Give files the rows that other files have, in place of their own.

        Args:
            table: A table with rows by file.
            pairs: From which file, to which; all are read before any is written.

        Raises:
            RowError: A file is to take over from two.
        """
        arrow = rows_to_arrow(_PAIRS, [{"source": source, "target": target} for source, target in pairs], given={})
        with self._registered(arrow):
            self._connection.execute(
                f"create temp table _taken as select {table}.* replace (target as file_key, $run_id as run_id, "
                f"$written_at as written_at) from {table} join _given on {table}.file_key = _given.source",
                self._given,
            )
        self.delete(table, [target for _, target in pairs])
        self._connection.execute(f"insert into {table} by name select * from _taken")
        self._connection.execute("drop table temp._taken")

    def mark_gone(self, keys: Iterable[str], at: datetime) -> None:
        """Say since when files are gone; views leave them out, and nobody waits for them any more."""
        gone = list(keys)
        with self.keys("_gone", gone):
            self._connection.execute(
                "update discovered_files set gone_at = $at, run_id = $run_id, written_at = $written_at "
                "where gone_at is null and file_key in (select file_key from _gone)",
                {"at": at, **self._given},
            )
        self.finish_planned(gone)

    def finish_planned(self, keys: Iterable[str]) -> None:
        """Say that nothing is left to do for files."""
        self.delete("planned_files", keys)

    def _table(self, name: str) -> Table:
        if name not in self._tables:
            raise RowError(f"there is no table {name!r}: declare it in lake.tables")
        return self._tables[name]

    def _checked(self, table: str, rows: Sequence[Row]) -> pa.Table:
        return rows_to_arrow(self._table(table), rows, given=self._given)

    def _insert(self, table: str, arrow: pa.Table) -> None:
        if arrow.num_rows:
            with self._registered(arrow):
                self._connection.execute(f"insert into {table} by name select * from _given")

    def _delete_given(self, table: str, names: Sequence[str]) -> None:
        key = ", ".join(names)
        self._connection.execute(f"delete from {table} where ({key}) in (select ({key}) from _given)")

    @contextmanager
    def _registered(self, arrow: pa.Table) -> Iterator[None]:
        """Let statements read an Arrow table as `_given`, for a block."""
        self._connection.register("_given", arrow)
        try:
            yield
        finally:
            self._connection.unregister("_given")
