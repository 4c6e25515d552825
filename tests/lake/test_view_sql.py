import uuid

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lake.declarations import BIGINT, FILE_KEY, Column, Table
from lake.view_sql import NAMESPACE, columns_sql, uuid_bytes_sql, uuid_sql

TABLE = Table.of("t", "One row.", key=("file_key",), columns=(FILE_KEY, Column("gap_ticks", BIGINT, "A gap.")))


@given(names=st.lists(st.text(max_size=40), max_size=200))
@settings(max_examples=10, deadline=None)
def test_ids_are_uuids_of_version_5(names: list[str]) -> None:
    """S0-08; the reference is Python's own uuid5."""
    with duckdb.connect() as connection:
        sql = f"select {uuid_sql('name')} from (select unnest(?::varchar[]) as name)"
        found = connection.execute(sql, [names]).fetchall()

    assert found == [(uuid.uuid5(NAMESPACE, name),) for name in names]


def test_an_id_within_a_thing_is_made_from_the_id_of_the_thing() -> None:
    outer = uuid.uuid5(NAMESPACE, "file")
    namespace = uuid_bytes_sql(f"'{outer}'::uuid")

    with duckdb.connect() as connection:
        found = connection.execute(f"""select {uuid_sql("'stage'", namespace=namespace)}""").fetchall()

    assert found == [(uuid.uuid5(outer, "stage"),)]


def test_seconds_stand_beside_ticks_and_provenance_is_left_out() -> None:
    with duckdb.connect() as connection:
        connection.execute("create table t as select 'a' as file_key, 42336000 as gap_ticks, 'r' as run_id")
        result = connection.execute(f"select {columns_sql(TABLE)} from t")
        names, values = [column[0] for column in result.description or ()], result.fetchall()

    assert names == ["file_key", "gap_ticks", "gap_seconds"]
    assert values == [("a", 42_336_000, pytest.approx(1.5))]


def test_a_column_may_be_left_out_or_stand_for_something_else() -> None:
    assert columns_sql(TABLE, without=("gap_ticks",), instead={"file_key": "other.key"}) == "other.key as file_key"
