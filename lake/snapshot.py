"""Reading: statements over one state of the lake."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import duckdb

if TYPE_CHECKING:
    import pyarrow as pa

Parameters = Sequence[object] | Mapping[str, object]


class Snapshot:
    """One state of the lake: all statements see the same rows, whatever is written meanwhile.

    Args:
        connection: Has the lake attached and in use.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def tuples(self, sql: str, parameters: Parameters = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a statement as tuples."""
        return self._connection.execute(sql, parameters).fetchall()

    def rows(self, sql: str, parameters: Parameters = ()) -> list[dict[str, Any]]:
        """Return the rows of a statement as dictionaries by column."""
        result = self._connection.execute(sql, parameters)
        names = [column[0] for column in result.description or ()]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def arrow(self, sql: str, parameters: Parameters = ()) -> "pa.Table":
        """Return the rows of a statement as an Arrow table."""
        return self._connection.execute(sql, parameters).to_arrow_table()

    @contextmanager
    def keys(self, name: str, values: Sequence[str]) -> Iterator[None]:
        """Provide a table of one column `file_key` under a name of your own, to join with, for a block.

        The keys travel as JSON: as a list they would cost 0.07 ms each.
        """
        self._connection.execute(
            f"""create temp table "{name}" as select unnest(from_json(?, '["VARCHAR"]')) as file_key""",
            [json.dumps(list(values))],
        )
        try:
            yield
        finally:
            with suppress(duckdb.TransactionException):  # after a statement that failed, nothing more can be done
                self._connection.execute(f'drop table temp."{name}"')
