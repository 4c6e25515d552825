import math
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum

import numpy as np
import pytest

from lake.declarations import Column, Table
from lake.errors import RowError
from lake.rows import KINDS, keys_to_arrow, rows_to_arrow

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
SILENCE = {"start_ticks": 1, "end_ticks": 2, "level_dbfs": -80.0}


class Code(StrEnum):
    TORN = "TORN"


def table_of(kind: str, *, key: bool = False) -> Table:
    columns = (Column("id", "VARCHAR", "Which."), Column("value", kind, "What."))
    return Table("things", "One row.", columns, ("id", "value") if key else ("id",))


def stored(kind: str, value: object) -> object:
    return rows_to_arrow(table_of(kind), [{"id": "a", "value": value}], given={}).column("value").to_pylist()[0]


FITTING = [
    ("VARCHAR", "Ænima \N{MUSICAL NOTE}", "Ænima \N{MUSICAL NOTE}"),
    ("VARCHAR", Code.TORN, "TORN"),
    ("BLOB", b"\xff\x00", b"\xff\x00"),
    ("BOOLEAN", True, True),
    ("INTEGER", -(2**31), -(2**31)),
    ("INTEGER", np.int16(3), 3),
    ("BIGINT", 2**63 - 1, 2**63 - 1),
    ("DOUBLE", 3, 3.0),
    ("DOUBLE", np.float32(0.5), 0.5),
    ("DOUBLE", math.nan, None),
    ("DOUBLE", -math.inf, None),
    ("DOUBLE", np.float64("inf"), None),
    ("DATE", date(2026, 11, 21), date(2026, 11, 21)),
    ("TIMESTAMP WITH TIME ZONE", NOON.astimezone(timezone(timedelta(hours=2))), NOON),
    ("MAP(VARCHAR, VARCHAR)", {"a.b": "c"}, [("a.b", "c")]),
    ("TINYINT[]", (-128, 127), [-128, 127]),
    ("TINYINT[]", np.array([-1, 1], np.int8), [-1, 1]),
    ("TINYINT[]", [np.int8(5)], [5]),
    ("STRUCT(start_ticks BIGINT, end_ticks BIGINT, level_dbfs DOUBLE)[]", (SILENCE,), [SILENCE]),
]


@pytest.mark.parametrize(("kind", "value", "expected"), FITTING, ids=[f"{row[0]} {row[1]!r}" for row in FITTING])
def test_a_fitting_value_is_kept_and_a_number_that_is_none_is_null(kind: str, value: object, expected: object) -> None:
    assert stored(kind, value) == expected
    assert stored(kind, None) is None


REFUSED = [
    ("VARCHAR", 1),
    ("VARCHAR", b"bytes"),
    ("VARCHAR", "half of a pair \ud800"),
    ("BLOB", "text"),
    ("BOOLEAN", 1),
    ("INTEGER", True),
    ("INTEGER", 1.5),
    ("INTEGER", 2**31),
    ("BIGINT", 2**63),
    ("BIGINT", "1"),
    ("DOUBLE", "1.5"),
    ("DOUBLE", True),
    ("DATE", NOON),
    ("TIMESTAMP WITH TIME ZONE", datetime(2026, 11, 21)),  # noqa: DTZ001  a time without its zone is the point
    ("TIMESTAMP WITH TIME ZONE", 1_700_000_000),
    ("MAP(VARCHAR, VARCHAR)", {"a": 1}),
    ("MAP(VARCHAR, VARCHAR)", [("a", "b")]),
    ("TINYINT[]", (0, 128)),
    ("TINYINT[]", [1.5]),
    ("TINYINT[]", np.array([1.5])),
    ("TINYINT[]", b"bytes"),
    ("TINYINT[]", 5),
    ("STRUCT(start_ticks BIGINT, end_ticks BIGINT, level_dbfs DOUBLE)[]", [{"start_ticks": 1}]),
    ("STRUCT(start_ticks BIGINT, end_ticks BIGINT, level_dbfs DOUBLE)[]", [SILENCE | {"start_ticks": 0.5}]),
    ("STRUCT(start_ticks BIGINT, end_ticks BIGINT, level_dbfs DOUBLE)[]", ["text"]),
    ("STRUCT(start_ticks BIGINT, end_ticks BIGINT, level_dbfs DOUBLE)[]", "text"),
]


@pytest.mark.parametrize(("kind", "value"), REFUSED, ids=[f"{row[0]} {row[1]!r}" for row in REFUSED])
def test_a_value_of_another_type_is_refused_by_table_column_and_value(kind: str, value: object) -> None:
    rows = [{"id": "a", "value": None}, {"id": "b", "value": value}]

    with pytest.raises(RowError) as caught:
        rows_to_arrow(table_of(kind), rows, given={})

    assert str(caught.value).startswith("things.value takes ")
    assert repr(value) in str(caught.value)


def test_every_kind_says_in_words_what_it_takes() -> None:
    assert all(kind.words for kind in KINDS.values())


def test_an_undeclared_column_is_refused_by_its_name() -> None:
    with pytest.raises(RowError, match="things has no column volume: declare it"):
        rows_to_arrow(table_of("VARCHAR"), [{"id": "a", "volume": 11}], given={})


def test_a_row_without_its_key_is_refused() -> None:
    with pytest.raises(RowError, match=r"things\.value is part of the key and was not given"):
        rows_to_arrow(table_of("BIGINT", key=True), [{"id": "a"}], given={})


def test_two_rows_with_one_key_are_refused() -> None:
    with pytest.raises(RowError, match=r"two rows of things have the key \('a',\)"):
        rows_to_arrow(table_of("VARCHAR"), [{"id": "a"}, {"id": "a", "value": "x"}], given={})


def test_a_row_that_names_a_given_column_keeps_its_own_value() -> None:
    arrow = rows_to_arrow(table_of("VARCHAR"), [{"id": "a"}, {"id": "b", "value": "own"}], given={"value": "given"})

    assert arrow.column("value").to_pylist() == ["given", "own"]


def test_no_rows_make_an_empty_table_with_all_columns() -> None:
    arrow = rows_to_arrow(table_of("BIGINT"), [], given={})

    assert (arrow.num_rows, arrow.column_names) == (0, ["id", "value"])


def test_keys_may_be_given_in_any_order_of_columns() -> None:
    arrow = keys_to_arrow(table_of("BIGINT", key=True), [(1, "a"), (2, "b")], names=("value", "id"))

    assert arrow.to_pylist() == [{"id": "a", "value": 1}, {"id": "b", "value": 2}]
