"""Rows as the lake takes them: checked against their declaration before anything is written, then Arrow.

Only a writer imports this module, and pyarrow with it. Arrow by itself would cut 1.5 to 1 in a column of integers
and take a time without a zone for one in UTC; what a column holds is therefore checked value by value. A number
that is no number (NaN, infinite) becomes null: it would spoil every average over the column.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from numbers import Integral, Real
from typing import Any

import pyarrow as pa

from lake import declarations as declared
from lake.declarations import Column, Table
from lake.errors import RowError

Row = Mapping[str, object]


def _is_integer(value: object) -> bool:
    return type(value) is int or (isinstance(value, Integral) and not isinstance(value, bool))


def _is_number(value: object) -> bool:
    return type(value) is float or (isinstance(value, Real) and not isinstance(value, bool))


def _is_time(value: object) -> bool:
    return isinstance(value, datetime) and value.tzinfo is not None


def _is_date(value: object) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)


def _is_text_map(value: object) -> bool:
    return isinstance(value, Mapping) and all(isinstance(each, str) for pair in value.items() for each in pair)


def _is_waveform(value: object) -> bool:
    kind = getattr(value, "dtype", None)  # an array of numpy says once what it holds
    if kind is not None:
        return kind.kind in "iu"
    return isinstance(value, Sequence) and not isinstance(value, str | bytes) and all(map(_is_integer, value))


def _is_silences(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes) and all(map(_is_silence, value))


def _is_silence(value: object) -> bool:
    if not isinstance(value, Mapping) or set(value) != {"start_ticks", "end_ticks", "level_dbfs"}:
        return False
    return _is_integer(value["start_ticks"]) and _is_integer(value["end_ticks"]) and _is_number(value["level_dbfs"])


def _finite(value: Any) -> Any:  # noqa: ANN401  whatever the column holds
    return value if value is None or math.isfinite(value) else None


_TIME = pa.timestamp("us", tz="UTC")
_SILENCES = pa.list_(pa.struct([("start_ticks", pa.int64()), ("end_ticks", pa.int64()), ("level_dbfs", pa.float64())]))
KINDS: dict[str, tuple[pa.DataType, Callable[[object], bool], str]] = {
    declared.TEXT: (pa.string(), lambda value: isinstance(value, str), "text"),
    declared.BYTES: (pa.binary(), lambda value: isinstance(value, bytes), "bytes"),
    declared.BOOLEAN: (pa.bool_(), lambda value: isinstance(value, bool), "true or false"),
    declared.INTEGER: (pa.int32(), _is_integer, "a whole number of 32 bits"),
    declared.BIGINT: (pa.int64(), _is_integer, "a whole number of 64 bits"),
    declared.DOUBLE: (pa.float64(), _is_number, "a number"),
    declared.DATE: (pa.date32(), _is_date, "a date"),
    declared.TIME: (_TIME, _is_time, "a time with its zone; did you mean datetime.now(UTC)?"),
    declared.TEXT_MAP: (pa.map_(pa.string(), pa.string()), _is_text_map, "a mapping of text to text"),
    declared.WAVEFORM: (pa.list_(pa.int8()), _is_waveform, "a list of whole numbers from -128 to 127"),
    declared.SILENCES: (_SILENCES, _is_silences, "a list of start_ticks, end_ticks and level_dbfs"),
}
"""By declared type: Arrow's type, what a value must be, the same in words."""


def rows_to_arrow(table: Table, rows: Sequence[Row], *, given: Row) -> pa.Table:
    """Return rows as an Arrow table with all declared columns; what a row does not name is null.

    Args:
        table: Their table.
        rows: As many as there are.
        given: Values of columns that rows need not name.

    Raises:
        RowError: A row names a column that is not declared, lacks its key or holds a value of another type; or two
            rows have one key. The message names table, column and value.
    """
    names = {column.name for column in table.columns}
    for row in rows:
        if not row.keys() <= names:
            unknown = sorted(row.keys() - names)
            raise RowError(f"{table.name} has no column {', '.join(unknown)}: declare it in lake.tables, or drop it")
    arrays = [
        _array(table, column, [row.get(column.name, given.get(column.name)) for row in rows])
        for column in table.columns
    ]
    _check_keys(table, rows)
    return pa.Table.from_arrays(arrays, names=[column.name for column in table.columns])


def _array(table: Table, column: Column, values: list[Any]) -> pa.Array:
    kind, fits, words = KINDS[column.type]
    for value in values:
        if value is None:
            if column.name in table.key:
                raise RowError(f"{table.name}.{column.name} is part of the key and was not given")
        elif not fits(value):
            raise RowError(f"{table.name}.{column.name} takes {words}, got {value!r}")
    if column.type == declared.DOUBLE:
        values = [_finite(value) for value in values]
    try:
        return pa.array(values, kind)
    except (pa.ArrowInvalid, OverflowError, UnicodeEncodeError) as error:
        raise RowError(f"{table.name}.{column.name} takes {words}, got {_culprit(values, kind)}: {error}") from error


def _culprit(values: Iterable[Any], kind: pa.DataType) -> str:
    for value in values:
        try:
            pa.array([value], kind)
        except (pa.ArrowInvalid, OverflowError, UnicodeEncodeError):
            return repr(value)
    return "values that do not go together"


def _check_keys(table: Table, rows: Sequence[Row]) -> None:
    seen: set[tuple[object, ...]] = set()
    for row in rows:
        key = tuple(row.get(name) for name in table.key)
        if key in seen:
            raise RowError(f"two rows of {table.name} have the key {key!r}: {', '.join(table.key)}")
        seen.add(key)


def keys_to_arrow(table: Table, keys: Sequence[Sequence[object]], *, names: Sequence[str]) -> pa.Table:
    """Return values of some columns of a table, such as its key, as an Arrow table.

    Raises:
        RowError: A value does not fit its column.
    """
    columns = [column for column in table.columns if column.name in names]
    places = [names.index(column.name) for column in columns]
    arrays = [
        _array(table, column, [key[place] for key in keys]) for column, place in zip(columns, places, strict=True)
    ]
    return pa.Table.from_arrays(arrays, names=[column.name for column in columns])
