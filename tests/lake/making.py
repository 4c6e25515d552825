"""Rows for tests: whole where a table needs them whole, with only what a test speaks of said."""

from datetime import UTC, datetime, timedelta

from lake.transaction import Transaction

NOW = datetime.now(UTC)
SECOND_TICKS = 28_224_000


def ago(**parts: float) -> datetime:
    return NOW - timedelta(**parts)


def found(key: str, **more: object) -> dict[str, object]:
    """Return a row of discovered_files."""
    path = f"{key}.flac"
    return {"file_key": key, "library": "shelf", "path": path, "path_bytes": path.encode(), "size_bytes": 1000, **more}


def piece(key: str, index: int = 0, **more: object) -> dict[str, object]:
    """Return a row of segments: ten seconds each."""
    start = index * 10 * SECOND_TICKS
    return {
        "file_key": key,
        "segment_index": index,
        "start_time_ticks": start,
        "end_time_ticks": start + 10 * SECOND_TICKS,
        **more,
    }


def outcome(asset: str, key: str, status: str = "done", **more: object) -> dict[str, object]:
    """Return a row of outcomes."""
    return {"asset": asset, "file_key": key, "status": status, "code_version": "1", "parameters_hash": "p", **more}


def planned(key: str, **more: object) -> dict[str, object]:
    """Return a row of planned_files."""
    return {"planned_at": ago(minutes=1), "reason": "new", **found(key), **more}


def run(run_id: str, status: str = "STARTED", **more: object) -> dict[str, object]:
    """Return a row of runs."""
    return {
        "run_id": run_id,
        "session_id": "session-1",
        "lane": "ingest_files",
        "status": status,
        "started_at": ago(minutes=2),
        "updated_at": ago(minutes=1),
        **more,
    }


def versions(*assets: str) -> list[dict[str, object]]:
    """Return rows of asset_versions that hold for all files, and that `outcome` agrees with."""
    return [
        {"asset": asset, "priority": 0, "path_pattern": "*", "code_version": "1", "parameters_hash": "p"}
        for asset in assets
    ]


def add(desk: Transaction, table: str, *rows: dict[str, object]) -> None:
    desk.upsert(table, rows)
