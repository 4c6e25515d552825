"""Keeping the lake small and fast. Everything here runs inside the writer's lock.

Each write adds a Parquet file to each table it touches, and every file costs a reader 0.2 ms. Deletions are kept
beside the files until they are rewritten; what is superseded stays for those who look back in time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import duckdb

from lake.connection import NAME
from lake.declarations import Table

KEEP_DAYS = 30
"""How long snapshots are kept, and rows of files that are gone."""
GRACE_DAYS = 2
"""How long superseded Parquet files stay for readers that opened an older copy."""
MERGE_FILES = 64
"""So many small files in one table are merged by the next write."""
SMALL_BYTES = 8_000_000
MOST_DELETED = 0.05
"""A file is rewritten when more of its rows than this are deleted."""


@dataclass(frozen=True, slots=True)
class Tidied:
    """What maintenance did."""

    forgotten_files: int
    """Files gone for so long that their rows were deleted."""
    rewritten_files: int
    """Parquet files whose deleted rows were taken out."""
    merged_files: int
    """Parquet files that went into larger ones."""
    expired_snapshots: int
    removed_files: int
    """Parquet files that no kept snapshot needs, removed from the disk."""
    orphaned_files: int
    """Parquet files of killed writers, removed from the disk."""


def merge_small_files(connection: duckdb.DuckDBPyConnection) -> int:
    """Merge the small files of tables that have many; return how many files went into others."""
    crowded = connection.execute(
        f"""
        select table_name
        from __ducklake_metadata_{NAME}.ducklake_data_file data_file
        join __ducklake_metadata_{NAME}.ducklake_table stored using (table_id)
        where data_file.end_snapshot is null and stored.end_snapshot is null and file_size_bytes < {SMALL_BYTES}
            and data_file_id not in (
                select data_file_id from __ducklake_metadata_{NAME}.ducklake_delete_file where end_snapshot is null
            )
        group by table_name having count(*) > {MERGE_FILES}
        """
    ).fetchall()
    return sum(_merged(connection, f", '{table}', max_file_size => {SMALL_BYTES}") for (table,) in crowded)


def tidy(
    connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Table], *, now: datetime, keep_days: int
) -> Tidied:
    """Do all that is due; done again at once, it finds nothing to do."""
    keep = now - timedelta(days=keep_days)
    grace = now - timedelta(days=min(GRACE_DAYS, keep_days))
    return Tidied(
        forgotten_files=_forget(connection, tables, gone_before=keep),
        rewritten_files=_rewritten(connection),
        merged_files=_merged(connection),
        expired_snapshots=_count(connection, "expire_snapshots", keep),
        removed_files=_count(connection, "cleanup_old_files", grace),
        orphaned_files=_count(connection, "delete_orphaned_files", grace),
    )


def _forget(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Table], *, gone_before: datetime) -> int:
    """Delete all rows of files that have been gone since before a time; return how many files."""
    connection.execute("begin")
    connection.execute(
        "create temp table _forgotten as select file_key from discovered_files where gone_at < ?", [gone_before]
    )
    count = connection.execute("select count(*) from _forgotten").fetchall()[0][0]
    if count:
        for table in tables.values():
            if table.by_file:
                connection.execute(f"delete from {table.name} where file_key in (select file_key from _forgotten)")
    connection.execute("drop table temp._forgotten")
    connection.execute("commit")
    return count


def _rewritten(connection: duckdb.DuckDBPyConnection) -> int:
    rows = connection.execute(
        f"call ducklake_rewrite_data_files('{NAME}', delete_threshold => {MOST_DELETED})"
    ).fetchall()
    return sum(row[2] for row in rows)


def _merged(connection: duckdb.DuckDBPyConnection, options: str = "") -> int:
    rows = connection.execute(f"call ducklake_merge_adjacent_files('{NAME}'{options})").fetchall()
    return sum(row[2] for row in rows)


def _count(connection: duckdb.DuckDBPyConnection, function: str, older_than: datetime) -> int:
    """Call a function of DuckLake that removes what is older than a time; return how much it removed."""
    return len(
        connection.execute(f"call ducklake_{function}('{NAME}', older_than => ?::timestamptz)", [older_than]).fetchall()
    )
