import pytest

from lake.catalog import VIEWS, connect
from lake.declarations import DOUBLE, TEXT, Column, Migration, View
from lake.errors import SchemaDrift
from lake.schema import DECLARED, Schema, differences, stored_types
from lake.store import Lake
from lake.tables import TABLES
from tests.lake.making import found

LOUDER = Column("loudness_guess", DOUBLE, "A guess, LUFS.")


def with_columns(table: str, *columns: Column) -> Schema:
    """Return the declared schema with other columns at the end of one table."""
    old = TABLES[table]
    names = {column.name for column in columns}
    kept = tuple(column for column in old.columns if column.name not in names)
    changed = type(old)(old.name, old.grain, kept + columns, old.key)
    return Schema({**TABLES, table: changed}, VIEWS)


def changes(lake: Lake) -> list[tuple[object, ...]]:
    with lake.read() as snapshot:
        return snapshot.tuples(
            "select table_name, column_name, change, stored_type, declared_type from schema_changes "
            "where change <> 'table made' and change <> 'view made' order by changed_at"
        )


def test_a_lake_is_made_with_every_table_and_view(lake: Lake) -> None:
    """S3-24, S3-25, S0-59."""
    with lake.read() as snapshot:
        tables = snapshot.tuples("select table_name from duckdb_tables() where database_name = 'lake'")
        views = snapshot.tuples("select view_name from duckdb_views() where database_name = 'lake'")
        made = snapshot.tuples("select table_name, change from schema_changes")

    assert {name for (name,) in tables} == set(TABLES)
    assert {name for (name,) in views} == {view.name for view in VIEWS}
    assert dict(made) == dict.fromkeys(TABLES, "table made") | dict.fromkeys([v.name for v in VIEWS], "view made")


def test_every_table_column_and_view_carries_its_meaning(lake: Lake) -> None:
    with connect(lake.places.home) as connection:
        tables = dict(connection.execute("select table_name, comment from duckdb_tables()").fetchall())
        views = dict(connection.execute("select view_name, comment from duckdb_views()").fetchall())
        columns = {
            (table, column): comment
            for table, column, comment in connection.execute(
                "select table_name, column_name, comment from duckdb_columns()"
            ).fetchall()
        }

    for table in TABLES.values():
        assert tables[table.name] == table.grain
        for column in table.columns:
            assert columns[table.name, column.name] == column.meaning
    for view in VIEWS:
        assert views[view.name] == view.meaning


def test_every_view_can_be_read_from_the_published_copy(lake: Lake) -> None:
    with lake.read() as snapshot:
        for view in VIEWS:
            assert snapshot.tuples(f"select count(*) from {view.name}")


def test_a_column_that_is_declared_later_is_added_and_old_rows_are_null_in_it(lake: Lake) -> None:
    """S3-26, S3-27, S3-28, S3-30."""
    with lake.write(run_id="old") as tx:
        tx.replace("discovered_files", ["a"], [found("a")])
    newer = Lake(lake.places.home, schema=with_columns("discovered_files", LOUDER))

    with newer.write(run_id="new") as tx:
        tx.replace("discovered_files", ["b"], [found("b", loudness_guess=-14.0)])

    with newer.read() as snapshot:
        rows = snapshot.tuples("select file_key, loudness_guess from discovered_files order by file_key")
        comments = snapshot.tuples("select comment from duckdb_columns() where column_name = 'loudness_guess'")
    assert rows == [("a", None), ("b", -14.0)]
    assert comments == [("A guess, LUFS.",)]
    assert changes(newer) == [("discovered_files", "loudness_guess", "column added", None, "DOUBLE")]


def test_a_reader_that_is_newer_than_the_lake_finds_its_columns_there(lake: Lake) -> None:
    """S3-30: nobody has to migrate anything before the first question."""
    newer = Lake(lake.places.home, schema=with_columns("segments", LOUDER))

    with newer.read() as snapshot:
        assert snapshot.tuples("select loudness_guess from segments") == []


def test_an_older_writer_leaves_a_newer_lakes_columns_alone(lake: Lake) -> None:
    newer = Lake(lake.places.home, schema=with_columns("segments", LOUDER))
    with newer.read():
        pass

    with lake.write(run_id="old") as tx:
        tx.upsert("runs", [{"run_id": "old"}])

    with newer.read() as snapshot:
        assert snapshot.tuples("select loudness_guess from segments") == []
    assert len(changes(newer)) == 1


def test_a_changed_type_is_refused_old_rows_are_kept_and_the_refusal_is_logged_once(lake: Lake) -> None:
    """S3-28, S3-30."""
    with lake.write(run_id="old") as tx:
        tx.replace("discovered_files", ["a"], [found("a")])
    drifted = Lake(
        lake.places.home, schema=with_columns("discovered_files", Column("size_bytes", TEXT, "Size in bytes."))
    )

    for _ in range(2):
        with pytest.raises(SchemaDrift) as caught, drifted.write(run_id="new") as tx:
            tx.replace("discovered_files", ["a"], [])

    with lake.read() as snapshot:
        assert snapshot.tuples("select file_key, size_bytes from discovered_files") == [("a", 1000)]
    assert changes(lake) == [("discovered_files", "size_bytes", "type refused", "BIGINT", "VARCHAR")]
    message = str(caught.value)
    assert message.startswith("discovered_files: size_bytes is stored as BIGINT and declared as VARCHAR.")
    assert "Declare BIGINT again, or add a Migration" in message


def test_a_lake_that_drifted_can_still_be_read(lake: Lake) -> None:
    drifted = Lake(lake.places.home, schema=with_columns("segments", Column("segment_index", TEXT, "Which.")))

    with drifted.read() as snapshot:
        assert snapshot.tuples("select count(*) from segments") == [(0,)]


def test_a_migration_runs_once_and_is_logged(lake: Lake) -> None:
    """S3-29."""
    with lake.write(run_id="old") as tx:
        tx.replace("discovered_files", ["a"], [found("a", genre="rock")])
    migration = Migration(
        "Genres are written in capitals.", ("update discovered_files set genre = upper(genre) || '!'",)
    )
    newer = Lake(lake.places.home, schema=Schema(TABLES, VIEWS, (migration,)))

    for number in range(2):
        with newer.write(run_id=f"new-{number}"):
            pass

    with newer.read() as snapshot:
        assert snapshot.tuples("select genre from discovered_files") == [("ROCK!",)]
        assert snapshot.tuples("select message from schema_changes where change = 'migrated'") == [
            ("Genres are written in capitals.",)
        ]
        assert snapshot.tuples("select schema_version from lake_identity") == [(1,)]


def test_a_lake_that_is_made_new_needs_no_migration(new_home) -> None:
    failing = Migration("Works on old lakes only.", ("alter table gone drop column old",))
    lake = Lake(new_home, schema=Schema(TABLES, VIEWS, (failing,)))

    with lake.read() as snapshot:
        assert snapshot.tuples("select schema_version from lake_identity") == [(1,)]


def test_a_view_whose_text_changed_is_made_anew(lake: Lake) -> None:
    changed = tuple(
        View(view.name, "One row: other.", "select 1 as one") if view.name == "kpis" else view for view in VIEWS
    )

    with Lake(lake.places.home, schema=Schema(TABLES, changed)).read() as snapshot:
        assert snapshot.tuples("select one from kpis") == [(1,)]
        assert snapshot.tuples("select count(*) from schema_changes where table_name = 'kpis'") == [(2,)]
        assert snapshot.tuples("select comment from duckdb_views() where view_name = 'kpis'") == [("One row: other.",)]


def test_the_fingerprint_changes_with_every_declaration() -> None:
    others = [
        with_columns("segments", LOUDER),
        Schema(TABLES, VIEWS[1:]),
        Schema(TABLES, VIEWS, (Migration("m", ()),)),
        with_columns("discovered_files", Column("genre", TEXT, "Another meaning.")),
    ]

    assert len({schema.fingerprint for schema in [DECLARED, *others]}) == 5


def test_a_lake_that_was_brought_to_its_declaration_does_not_differ_from_it(lake: Lake) -> None:
    """S0-59, S3-26."""
    with lake.read() as snapshot:
        assert differences(stored_types(snapshot), DECLARED) == []


def test_differences_name_what_is_missing_and_what_drifted() -> None:
    """S3-26."""
    stored = {name: {column.name: column.type for column in table.columns} for name, table in TABLES.items()}
    del stored["runs"], stored["segments"]["found_by"]
    stored["outcomes"]["seconds"] = "FLOAT"

    found_changes = {(change.table, change.column): change.change for change in differences(stored, DECLARED)}

    assert found_changes == {
        ("runs", "*"): "table made",
        ("segments", "found_by"): "column added",
        ("outcomes", "seconds"): "type refused",
    }
