"""`linernotes status`: where the newest session is, with the keys of S3-114."""

import json

import click

from ingest_assets.console import clock, out, plain
from lake.store import Lake
from resources.sessions import Session, newest_session
from resources.settings import Settings
from resources.state import opened

MOST_ERRORS = 100
LANES = {"identify_files": "identified"}
"""What the lanes beside the first do, in words."""


def print_status(settings: Settings, *, as_json: bool) -> None:
    """Print where the newest session is."""
    with opened(settings.home) as connection:
        session = newest_session(connection, settings.home)
    errors = [] if session is None else _errors(settings, session.session_id)
    if as_json:
        click.echo(json.dumps(as_keys(session, errors), indent=2))
    elif session is None:
        out().print("Nothing was ingested yet: linernotes ingest ~/Music")
    else:
        _print(session, errors)


def as_keys(session: Session | None, errors: list[dict[str, str]]) -> dict[str, object]:
    """Return a session under the keys that programs rely on."""
    return {
        "session_id": session.session_id if session else None,
        "state": str(session.state) if session else None,
        "progress": {
            "current": session.current if session else 0,
            "total": session.total if session else 0,
            "percentage": session.percentage if session else 0.0,
        },
        "current_operation": session.current_operation if session else None,
        "errors": errors,
        "started_at": session.started_at.isoformat() if session else None,
        "elapsed_seconds": session.elapsed_seconds if session else 0.0,
    }


def _print(session: Session, errors: list[dict[str, str]]) -> None:
    console = out()
    console.print(f"{session.session_id}: {session.state}")
    console.print(
        f"  {session.current} of {session.total} files ({session.percentage} %), {clock(session.elapsed_seconds)}"
    )
    for lane in session.beside:
        console.print(f"  {LANES.get(lane.lane, lane.lane)}: {lane.current} of {lane.total} files")
    if session.current_operation:
        console.print(f"  at {plain(session.current_operation)}")
    for error in errors:
        console.print(plain(f"  {error['error_code']} {error['file_path']}: {error['error_message']}"))


def _errors(settings: Settings, session_id: str) -> list[dict[str, str]]:
    with Lake(settings.home).read() as snapshot:
        rows = snapshot.rows(
            "select file_path, error_code, error_message, occurred_at from import_errors "
            "where session_id = ? order by occurred_at, file_path limit ?",
            [session_id, MOST_ERRORS],
        )
    return [
        {
            "file_path": str(row["file_path"]),
            "error_code": str(row["error_code"]),
            "error_message": str(row["error_message"]),
            "timestamp": str(row["occurred_at"]),
        }
        for row in rows
    ]
