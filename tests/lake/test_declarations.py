import re

import pytest

from lake.catalog import VIEWS
from lake.declarations import FILE_KEY, TIME, Column, Table
from lake.rows import KINDS
from lake.tables import TABLES

QUANTITIES = ("DOUBLE", "BIGINT", TIME)
COLUMNS = [(table, column) for table in TABLES.values() for column in table.columns]


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES.keys())
def test_every_table_says_who_wrote_a_row_and_when(table: Table) -> None:
    names = [column.name for column in table.columns]

    assert names.count("run_id") == names.count("written_at") == 1
    assert names[-1] == "written_at"
    assert table.grain.startswith("One row")


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES.keys())
def test_the_key_of_a_table_is_made_of_its_columns(table: Table) -> None:
    assert table.key
    assert all(table.column(name) for name in table.key)


@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=[f"{table.name}.{column.name}" for table, column in COLUMNS])
def test_every_column_has_a_known_type_and_one_sentence_of_meaning(table: Table, column: Column) -> None:
    assert column.type in KINDS
    assert re.fullmatch(r"[A-Z0-9].*[.…]", column.meaning), f"{table.name}.{column.name}: {column.meaning}"


@pytest.mark.parametrize(
    "column",
    [pytest.param(column, id=f"{table.name}.{column.name}") for table, column in COLUMNS if column.type in QUANTITIES],
)
def test_a_quantity_says_its_unit(column: Column) -> None:
    said = {
        "_ticks": "ticks of 1/28,224,000 s",
        "_bytes": "bytes",
        "_ns": "nanoseconds",
        "_seconds": "seconds",
        "_dbfs": "dB below full scale",
        "_dbtp": "dBTP",
        "_lufs": "LUFS",
        "_lu": "LU",
        "_at": "UTC",
    }

    for ending, words in said.items():
        if column.name.endswith(ending):
            assert words in column.meaning


def test_a_column_has_the_same_type_in_every_table() -> None:
    types: dict[str, set[str]] = {}
    for _, column in COLUMNS:
        types.setdefault(column.name, set()).add(column.type)

    for name in ("value", "fingerprint", "status"):
        del types[name]  # a figure or a decision; the text or how well it agrees; what came of a file or of a request
    assert {name: kinds for name, kinds in types.items() if len(kinds) > 1} == {}


def test_tables_about_files_are_those_with_a_file_key() -> None:
    by_file = {table.name for table in TABLES.values() if table.by_file}

    assert {"discovered_files", "segments", "outcomes", "planned_files"} <= by_file
    assert by_file.isdisjoint({"refused_paths", "runs", "asset_versions", "lake_identity"})


def test_a_table_that_names_its_run_itself_gets_no_second_column_for_it() -> None:
    table = Table.of("t", "One row.", key=("run_id",), columns=(Column("run_id", "VARCHAR", "Which."), FILE_KEY))

    assert [column.name for column in table.columns] == ["run_id", "file_key", "written_at"]
    assert table.column("nothing") is None


@pytest.mark.parametrize("view", VIEWS, ids=[view.name for view in VIEWS])
def test_every_view_says_what_a_row_is(view) -> None:
    assert view.meaning.startswith(("One row", "One wide row", "How much"))
    assert view.name not in TABLES
