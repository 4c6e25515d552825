"""Brings a stored lake to what the code declares: tables and columns that are missing are added, views made anew.

Nothing is ever dropped. A column whose stored type is not the declared one stops the write before it begins: the old
rows stay, the refusal is written down, and the message names the cure (S3-26…30). The lake keeps a hash of the
declarations it was last brought to, so that a write usually compares one text and looks at nothing else.
"""

import hashlib
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import NoReturn

import duckdb

from lake.catalog import VIEWS
from lake.connection import NAME, quoted
from lake.declarations import Column, Migration, Table, View
from lake.errors import SchemaDrift
from lake.snapshot import Snapshot
from lake.tables import TABLES

MIGRATIONS: tuple[Migration, ...] = ()
"""Changes that adding columns cannot make, oldest first; a lake remembers how many it has been through."""


@dataclass(frozen=True, slots=True)
class Schema:
    """Everything that is declared."""

    tables: Mapping[str, Table]
    views: Sequence[View]
    migrations: Sequence[Migration] = ()

    @property
    def fingerprint(self) -> str:
        """A hash that changes with every name, type, meaning and text of a view."""
        declared = repr((list(self.tables.values()), list(self.views), list(self.migrations)))
        return hashlib.blake2b(declared.encode(), digest_size=16).hexdigest()


DECLARED = Schema(TABLES, VIEWS, MIGRATIONS)
MADE, ADDED, REFUSED = "table made", "column added", "type refused"


@dataclass(frozen=True, slots=True)
class Identity:
    """Which lake it is and what it was brought to."""

    lake_id: str
    schema_version: int
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Change:
    """A line of `schema_changes`."""

    table: str
    column: str
    change: str
    stored_type: str | None = None
    declared_type: str | None = None
    message: str | None = None


def identity(connection: duckdb.DuckDBPyConnection) -> Identity | None:
    """Return which lake is attached; None where it was never brought to anything."""
    try:
        row = connection.execute("select lake_id, schema_version, schema_fingerprint from lake_identity").fetchone()
    except duckdb.CatalogException:
        return None
    return Identity(*row) if row else None


def stored_types(snapshot: Snapshot) -> dict[str, dict[str, str]]:
    """Return the type of every stored column, by table and column (S3-26)."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for table, column, kind in snapshot.tuples(
        "select table_name, column_name, data_type from duckdb_columns() where database_name = ?", [NAME]
    ):
        found[table][column] = kind
    return dict(found)


def differences(stored: Mapping[str, Mapping[str, str]], schema: Schema) -> list[Change]:
    """Return what stands between the stored tables and the declared ones; the check that they match wants none."""
    found: list[Change] = []
    for table in schema.tables.values():
        if table.name not in stored:
            found.append(Change(table.name, "*", MADE))
            continue
        for column in table.columns:
            kind = stored[table.name].get(column.name)
            if kind is None:
                found.append(Change(table.name, column.name, ADDED, declared_type=column.type))
            elif kind != column.type:
                found.append(Change(table.name, column.name, REFUSED, kind, column.type, _cure(kind, column)))
    return found


def _cure(kind: str, column: Column) -> str:
    return (
        f"{column.name} is stored as {kind} and declared as {column.type}. Declare {kind} again, "
        "or add a Migration to lake.schema.MIGRATIONS that rewrites the column."
    )


class _Update:
    """One bringing up to date, in one transaction."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, schema: Schema, *, now: datetime, run_id: str) -> None:
        self.connection = connection
        self.schema = schema
        self.now = now
        self.run_id = run_id
        self.changes: list[Change] = []

    def migrate(self, done: int) -> None:
        for migration in self.schema.migrations[done:]:
            for statement in migration.statements:
                self.connection.execute(statement)
            self.changes.append(Change("*", "*", "migrated", message=migration.meaning))

    def apply(self, change: Change) -> None:
        if change.change == MADE:
            columns = ", ".join(f'"{column.name}" {column.type}' for column in self.schema.tables[change.table].columns)
            self.connection.execute(f"create table {change.table} ({columns})")
        else:
            self.connection.execute(f'alter table {change.table} add column "{change.column}" {change.declared_type}')
        self.changes.append(change)

    def make_views(self) -> None:
        before = self._stored_views()
        for view in self.schema.views:
            self.connection.execute(f"create or replace view {view.name} as {view.sql}")
        after = self._stored_views()
        self.changes += [Change(name, "*", "view made") for name in after if after[name] != before.get(name)]

    def _stored_views(self) -> dict[str, str]:
        sql = "select view_name, sql from duckdb_views() where database_name = ?"
        return dict(self.connection.execute(sql, [NAME]).fetchall())

    def comment(self) -> None:
        """Give tables, columns and views their meaning, where it is not there yet."""
        for kind, name, meaning in self._meanings() - self._stored_comments():
            self.connection.execute(f"comment on {kind} {name} is {quoted(meaning)}")

    def _meanings(self) -> set[tuple[str, str, str | None]]:
        wanted: set[tuple[str, str, str | None]] = {("view", view.name, view.meaning) for view in self.schema.views}
        for table in self.schema.tables.values():
            wanted.add(("table", table.name, table.grain))
            wanted |= {("column", f'{table.name}."{column.name}"', column.meaning) for column in table.columns}
        return wanted

    def _stored_comments(self) -> set[tuple[str, str, str | None]]:
        rows = self.connection.execute(
            """
            select 'table', table_name, comment from duckdb_tables() where database_name = $name
            union all
            select 'view', view_name, comment from duckdb_views() where database_name = $name
            union all
            select 'column', table_name || '."' || column_name || '"', comment
            from duckdb_columns() where database_name = $name
            """,
            {"name": NAME},
        )
        return set(rows.fetchall())

    def log(self, changes: Sequence[Change]) -> None:
        if not changes:
            return
        marks = ", ".join(["(?, ?, ?, ?, ?, ?, ?, ?, ?)"] * len(changes))
        self.connection.execute(
            "insert into schema_changes (changed_at, table_name, column_name, change, stored_type, declared_type, "
            f"message, run_id, written_at) values {marks}",
            [value for change in changes for value in (self.now, *astuple(change), self.run_id, self.now)],
        )

    def remember(self, known: Identity | None) -> None:
        """Write down what the lake has been brought to."""
        brought = (len(self.schema.migrations), self.schema.fingerprint, self.run_id, self.now)
        if known:
            self.connection.execute(
                "update lake_identity set schema_version = ?, schema_fingerprint = ?, run_id = ?, written_at = ?",
                brought,
            )
        else:
            self.connection.execute(
                "insert into lake_identity (lake_id, made_at, schema_version, schema_fingerprint, run_id, written_at) "
                "values (?, ?, ?, ?, ?, ?)",
                (str(uuid.uuid4()), self.now, *brought),
            )

    def refuse(self, refused: Sequence[Change]) -> NoReturn:
        """Write a refusal down, once, and raise it."""
        logged = self.connection.execute(
            "select table_name, column_name, stored_type, declared_type from schema_changes where change = ?", [REFUSED]
        ).fetchall()
        self.log(
            [
                change
                for change in refused
                if (change.table, change.column, change.stored_type, change.declared_type) not in logged
            ]
        )
        self.connection.execute("commit")
        raise SchemaDrift("; ".join(f"{change.table}: {change.message}" for change in refused))


def bring_up_to_date(connection: duckdb.DuckDBPyConnection, schema: Schema, *, now: datetime, run_id: str) -> None:
    """Make the attached lake what the code declares, in one transaction.

    Raises:
        SchemaDrift: A stored type differs; nothing but the refusal itself is written.
    """
    update = _Update(connection, schema, now=now, run_id=run_id)
    known = identity(connection)
    connection.execute("begin")
    if known:
        update.migrate(done=known.schema_version)
    wanted = differences(stored_types(Snapshot(connection)), schema)
    refused = [change for change in wanted if change.change == REFUSED]
    if refused:
        connection.execute("rollback")
        connection.execute("begin")
        update.refuse(refused)
    for change in wanted:
        update.apply(change)
    update.make_views()
    update.comment()
    update.log(update.changes)
    update.remember(known)
    connection.execute("commit")
