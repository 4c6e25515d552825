"""What `linernotes ingest` says at its end: how many files there are, what was done, what was set aside and why."""

from rich.text import Text

from ingest_assets.console import out, plain, say
from ingest_assets.counted import Counted
from ingest_assets.identified_lines import SERVICE_CODES, identified_lines
from ingest_assets.identified_lines import counted as in_words
from lake.snapshot import Snapshot
from lake.store import Lake
from music.error_codes import ErrorCode
from resources.folders import Look
from resources.leases import LANE
from resources.settings import PROJECT_ROOT, Settings

LISTED = 10
"""Files named for each reason."""
INTERRUPTED = 130


def summarise(settings: Settings, lake: Lake, look: Look, counted: Counted | None) -> int:
    """Print the summary; return the exit code."""
    with lake.read() as snapshot:
        _say_files(snapshot, look, counted)
        _say_duplicates(snapshot, counted)
        for line in identified_lines(snapshot, settings):
            _print(line)
        _say_set_aside(snapshot)
        _say_stale(snapshot)
    command = "" if settings.home == PROJECT_ROOT / "data" else f"LINERNOTES_HOME={settings.home} "
    if counted is not None and counted.canceled:
        say(f"Stopped. To go on where it stopped: {command}linernotes ingest")
        return INTERRUPTED
    if counted is not None and counted.broken:
        say(f"Linernotes itself failed: {counted.broken}. What was written stays; the same command goes on.")
        return 1
    question = "select artist, title, bpm, camelot from library"
    _print(f'Ask it:     {command}linernotes sql "{question}"')
    _print(f"Look at it: {command}make ui")
    return 0


def _print(text: str) -> None:
    out().print(Text(plain(text)))


def _say_files(snapshot: Snapshot, look: Look, counted: Counted | None) -> None:
    if counted is None or not counted.total:
        due = f" {in_words(counted.identified, 'file')} had to be looked up." if counted and counted.identified else ""
        _print(f"{in_words(look.files, 'file')}, nothing changed.{due}")
        return
    row = snapshot.rows(
        "select coalesce(sum(files_done), 0)::bigint as done, coalesce(sum(files_decoded), 0)::bigint as decoded, "
        "coalesce(sum(files_taken_over), 0)::bigint as taken_over, coalesce(sum(files_failed), 0)::bigint as failed "
        "from runs where lane = ? and (session_id = ? or updated_at >= ?)",
        [LANE, counted.session, counted.started_at],
    )[0]
    pieces = snapshot.tuples("select count(*) from passages")[0][0]
    _print(f"{look.files} files found, {counted.total} due, {row['done']} visited:")
    _print(f"  {row['decoded']} decoded and measured, {row['taken_over']} taken over from equal audio")
    _print(f"  {row['failed']} set aside")
    _print(f"  {pieces} pieces of music in the lake")


def _say_duplicates(snapshot: Snapshot, counted: Counted | None) -> None:
    """Say what a search of this call found."""
    if counted is None:
        return
    rows = snapshot.tuples(
        "select groups, new_groups from duplicate_searches where searched_at >= ? order by searched_at desc limit 1",
        [counted.started_at],
    )
    for groups, new in rows:
        if groups:
            _print(f"{in_words(groups, 'group')} of duplicates ({new} new): linernotes duplicates")


def _say_set_aside(snapshot: Snapshot) -> None:
    rows = snapshot.rows(
        "select error_code, file_path, error_message, severity from import_errors "
        "where asset is distinct from 'identifications' or not list_contains(?, error_code) "
        "order by severity = 'warning', error_code, file_path",
        [list(SERVICE_CODES)],
    )
    by_code: dict[str, list[dict[str, object]]] = {}
    for row in rows:
        by_code.setdefault(str(row["error_code"]), []).append(row)
    for code, found in by_code.items():
        kind = "with a warning" if found[0]["severity"] == "warning" else "set aside"
        _print(f"{len(found)} {kind}, {code}: {ErrorCode(code).sentence}")
        for row in found[:LISTED]:
            _print(f"    {row['file_path']}: {row['error_message']}")
        if len(found) > LISTED:
            _print(f'    … and {len(found) - LISTED} more: linernotes sql "from import_errors"')


def _say_stale(snapshot: Snapshot) -> None:
    for asset, reason, files in snapshot.tuples(
        "select asset, reason, count(*) from stale_files group by all order by all"
    ):
        _print(f"{files} results of {asset} are stale because {reason}. To make them anew: linernotes ingest --stale")
