"""Rows as the lake takes them: checked against their declaration before anything is written, then Arrow.

Only a writer imports this module, and pyarrow with it. Arrow by itself would cut 1.5 to 1 in a column of integers
and take a time without a zone for one in UTC; what a column holds is therefore checked value by value. A number
that is no number (NaN, infinite) becomes null: it would spoil every average over the column.
"""

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from numbers import Integral, Real
from types import NoneType
from typing import Any

import pyarrow as pa

from lake import declarations as declared
from lake.declarations import Column, Table
from lake.errors import RowError

Row = Mapping[str, object]
NOT_ARROW = (pa.ArrowInvalid, OverflowError, UnicodeEncodeError)
"""What pyarrow raises for a value that is of the right kind and still does not fit."""


def _is_integer(value: object) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool)


def _is_number(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)


def _is_time(value: object) -> bool:
    return isinstance(value, datetime) and value.tzinfo is not None


def _is_text_map(value: object) -> bool:
    return isinstance(value, Mapping) and all(isinstance(each, str) for pair in value.items() for each in pair)


def _is_text_list(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes) and set(map(type, value)) <= {str}


def _is_evidence(value: object) -> bool:
    if not isinstance(value, Mapping) or not value.keys() <= set(declared.EVIDENCE_PARTS):
        return False
    return all(part is None or _is_number(part) for part in value.values())


def _is_waveform(value: object) -> bool:
    kind = getattr(value, "dtype", None)  # an array of numpy says once what it holds
    if kind is not None:
        return kind.kind in "iu"
    if not isinstance(value, Sequence) or isinstance(value, str | bytes):
        return False
    return set(map(type, value)) <= {int} or all(map(_is_integer, value))


def _is_silences(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes) and all(map(_is_silence, value))


def _is_silence(value: object) -> bool:
    if not isinstance(value, Mapping) or set(value) != {"start_ticks", "end_ticks", "level_dbfs"}:
        return False
    return _is_integer(value["start_ticks"]) and _is_integer(value["end_ticks"]) and _is_number(value["level_dbfs"])


_TIME = pa.timestamp("us", tz="UTC")
_EVIDENCE = pa.struct([(part, pa.float64()) for part in declared.EVIDENCE_PARTS])
_SILENCES = pa.list_(pa.struct([("start_ticks", pa.int64()), ("end_ticks", pa.int64()), ("level_dbfs", pa.float64())]))


@dataclass(frozen=True, slots=True)
class Kind:
    """What a column of one type holds."""

    arrow: pa.DataType
    plain: frozenset[type]
    """Python's own types that fit: a column with nothing else need not be looked at value by value."""
    fits: Callable[[object], bool]
    """Tells whether any other value fits."""
    words: str
    """What fits, for the message."""


def _kind(arrow: pa.DataType, words: str, *, fits: Callable[[object], bool], plain: Collection[type] = ()) -> Kind:
    return Kind(arrow, frozenset(plain), fits, words)


KINDS: dict[str, Kind] = {
    declared.TEXT: _kind(pa.string(), "text", plain=[str], fits=lambda value: isinstance(value, str)),
    declared.BYTES: _kind(pa.binary(), "bytes", plain=[bytes], fits=lambda value: isinstance(value, bytes)),
    declared.BOOLEAN: _kind(pa.bool_(), "true or false", plain=[bool], fits=lambda _: False),
    declared.INTEGER: _kind(pa.int32(), "a whole number of 32 bits", plain=[int], fits=_is_integer),
    declared.BIGINT: _kind(pa.int64(), "a whole number of 64 bits", plain=[int], fits=_is_integer),
    declared.DOUBLE: _kind(pa.float64(), "a number", plain=[float, int], fits=_is_number),
    declared.DATE: _kind(pa.date32(), "a date", plain=[date], fits=lambda _: False),
    declared.TIME: _kind(_TIME, "a time with its zone; did you mean datetime.now(UTC)?", fits=_is_time),
    declared.TEXT_MAP: _kind(pa.map_(pa.string(), pa.string()), "a mapping of text to text", fits=_is_text_map),
    declared.TEXT_LIST: _kind(pa.list_(pa.string()), "a list of texts", fits=_is_text_list),
    declared.EVIDENCE: _kind(_EVIDENCE, f"numbers by name: {', '.join(declared.EVIDENCE_PARTS)}", fits=_is_evidence),
    declared.WAVEFORM: _kind(pa.list_(pa.int8()), "a list of whole numbers from -128 to 127", fits=_is_waveform),
    declared.SILENCES: _kind(_SILENCES, "a list of start_ticks, end_ticks and level_dbfs", fits=_is_silences),
}
"""By declared type."""


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
    kind = KINDS[column.type]
    types = {type(value) for value in values}
    if NoneType in types and column.name in table.key:
        raise RowError(f"{table.name}.{column.name} is part of the key and was not given")
    if not types <= kind.plain | {NoneType}:
        wrong = [value for value in values if not (value is None or type(value) in kind.plain or kind.fits(value))]
        if wrong:
            raise RowError(f"{table.name}.{column.name} takes {kind.words}, got {wrong[0]!r}")
    if column.type == declared.DOUBLE:
        values = [value if value is None or -math.inf < value < math.inf else None for value in values]
    try:
        return pa.array(values, kind.arrow)
    except NOT_ARROW as error:
        culprit = next(value for value in values if not _is_arrow(value, kind))
        raise RowError(f"{table.name}.{column.name} takes {kind.words}, got {culprit!r}: {error}") from error


def _is_arrow(value: object, kind: Kind) -> bool:
    try:
        pa.array([value], kind.arrow)
    except NOT_ARROW:
        return False
    return True


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
