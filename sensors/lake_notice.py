"""What planners tell the lake: what is planned, what was refused, what a result would be made by today. No Dagster."""

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from ingest_assets.discovered_files import show_path
from ingest_assets.file_parameters import asset_versions
from ingest_assets.versions import digest
from lake.store import Lake
from resources import leases
from resources.leases import Lease
from resources.state import belong_to

PLANNER = "planner"
"""Stands for the run in rows that planners write."""


def bind_state(connection: sqlite3.Connection, lake: Lake) -> bool:
    """Make sure that the state speaks of this lake, making one where there is none; return whether it began anew."""
    with lake.read() as snapshot:
        lake_id = snapshot.tuples("select lake_id from lake_identity")[0][0]
    return belong_to(connection, lake_id)


def tell_lake(connection: sqlite3.Connection, lake: Lake, home: Path, new: Sequence[Lease] = ()) -> None:
    """Write new leases, refused paths and expected versions; nothing where nothing changed.

    Args:
        connection: The state.
        lake: Where to.
        home: Where the parameters lie.
        new: Leases that the lake does not know yet.
    """
    refused = _refused(connection)
    versions = asset_versions(home)
    told = digest([refused, versions])
    row = connection.execute("select value from meta where name = 'told'").fetchone()
    if not new and row is not None and row["value"] == told:
        return
    with lake.write(run_id=PLANNER) as tx:
        tx.replace_all("asset_versions", versions)
        tx.replace_all("refused_paths", refused)
        tx.upsert("planned_files", [row for lease in new for row in _planned(connection, lease)])
    connection.execute("insert or replace into meta values ('told', ?)", (told,))


def _planned(connection: sqlite3.Connection, lease: Lease) -> list[dict[str, object]]:
    now = datetime.now(UTC)
    return [
        {
            "file_key": file.file_key,
            "library": file.library,
            "path": show_path(file.path),
            "path_bytes": file.path,
            "size_bytes": file.size_bytes,
            "reason": file.reason,
            "batch_id": lease.id,
            "planned_at": now,
        }
        for file in leases.files_of(connection, lease.keys).values()
    ]


def _refused(connection: sqlite3.Connection) -> list[dict[str, object]]:
    return [
        {
            "library": row["library"],
            "path": show_path(row["path"]),
            "path_bytes": row["path"],
            "error_code": row["error_code"],
            "message": row["message"],
            "seen_at": datetime.fromtimestamp(row["seen_at"], tz=UTC),
        }
        for row in connection.execute("select * from refused order by library, path")
    ]
