"""`linernotes status`: where the newest session is, with the keys of S3-114."""

import json
from collections.abc import Collection

import click

from ingest_assets.console import clock, out, plain
from ingest_assets.identified_lines import SERVICE_CODES, identified_lines
from lake.store import Lake
from resources.sessions import Session, newest_session
from resources.settings import Settings
from resources.state import opened

MOST_ERRORS = 100
LISTED = 3
"""Files named for an error that they share."""
LANES = {"identify_files": "identified"}
"""What the lanes beside the first do, in words."""


def print_status(settings: Settings, *, as_json: bool) -> None:
    """Print where the newest session is."""
    with opened(settings.home) as connection:
        session = newest_session(connection, settings.home)
    if as_json:
        errors = [] if session is None else _errors(settings, session.session_id)
        click.echo(json.dumps(as_keys(session, errors), indent=2))
    elif session is None:
        out().print("Nothing was ingested yet: linernotes ingest ~/Music")
    else:
        _print(session)
        _print_errors(_errors(settings, session.session_id, without=SERVICE_CODES))
        with Lake(settings.home).read() as snapshot:
            for line in identified_lines(snapshot, settings):
                out().print(plain(line))


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


def _print(session: Session) -> None:
    console = out()
    console.print(f"{session.session_id}: {session.state}")
    console.print(
        f"  {session.current} of {session.total} files ({session.percentage} %), {clock(session.elapsed_seconds)}"
    )
    for lane in session.beside:
        console.print(f"  {LANES.get(lane.lane, lane.lane)}: {lane.current} of {lane.total} files")
    if session.current_operation:
        console.print(f"  at {plain(session.current_operation)}")


def _print_errors(errors: list[dict[str, str]]) -> None:
    """Print a line for each error; where many files have the same, one for all of them."""
    alike: dict[tuple[str, str], list[str]] = {}
    for error in errors:
        alike.setdefault((error["error_code"], error["error_message"]), []).append(error["file_path"])
    for (code, message), paths in alike.items():
        shown = paths if len(paths) <= LISTED else [f"{paths[0]} and {len(paths) - 1} other files"]
        for path in shown:
            out().print(plain(f"  {code} {path}: {message}"))


def _errors(settings: Settings, session_id: str, *, without: Collection[str] = ()) -> list[dict[str, str]]:
    with Lake(settings.home).read() as snapshot:
        rows = snapshot.rows(
            "select file_path, error_code, error_message, occurred_at from import_errors "
            "where session_id = ? and not list_contains(?, error_code) order by occurred_at, file_path limit ?",
            [session_id, list(without), MOST_ERRORS],
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
