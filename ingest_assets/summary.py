"""What `linernotes ingest` says at its end: how many files there are, what was done, what was set aside and why."""

from datetime import UTC

from rich.text import Text

from ingest_assets.console import out, plain, say
from ingest_assets.counted import Counted
from lake.snapshot import Snapshot
from lake.store import Lake
from music.error_codes import ErrorCode
from resources.folders import Look
from resources.settings import PROJECT_ROOT, Settings

LISTED = 10
"""Files named for each reason."""
INTERRUPTED = 130
_WHO_SQL = """
select coalesce(decision, outcomes.status) as said, count(*)
from passages left join outcomes on outcomes.file_key = passages.file_key and asset = 'identifications'
where decision is not null or outcomes.status = 'not_found' group by said
"""
_DEFERRED_SQL = """
select coalesce(error_code, '') as error_code, count(*) as files, max(retry_at), any_value(outcomes.message)
from outcomes join discovered_files using (file_key)
where asset = 'identifications' and status = 'deferred' and gone_at is null group by error_code order by files desc
"""


def summarise(settings: Settings, lake: Lake, look: Look, counted: Counted | None) -> int:
    """Print the summary; return the exit code."""
    with lake.read() as snapshot:
        _say_files(snapshot, look, counted)
        _say_duplicates(snapshot, counted)
        _say_identified(snapshot)
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
    _print(f'Ask it: {command}linernotes sql "{question}"    Look at it: {command}make ui')
    return 0


def _print(text: str) -> None:
    out().print(Text(plain(text)))


def _say_files(snapshot: Snapshot, look: Look, counted: Counted | None) -> None:
    if counted is None or not counted.total:
        _print(f"{look.files} files, nothing changed.")
        return
    row = snapshot.rows(
        "select coalesce(sum(files_done), 0)::bigint as done, coalesce(sum(files_decoded), 0)::bigint as decoded, "
        "coalesce(sum(files_taken_over), 0)::bigint as taken_over, coalesce(sum(files_failed), 0)::bigint as failed "
        "from runs where session_id = ? or updated_at >= ?",
        [counted.session, counted.started_at],
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
            _print(f"{_counted(groups, 'group')} of duplicates ({new} new): linernotes duplicates")


def _say_identified(snapshot: Snapshot) -> None:
    """Say who the pieces are, as far as that was asked for at all: accepted, in question, not found, put off."""
    if not snapshot.tuples("select 1 from outcomes where asset = 'identifications' limit 1"):
        return
    found = dict(snapshot.tuples(_WHO_SQL))
    questions = snapshot.tuples("select count(*) from review_queue")[0][0]
    _print("Who it is:")
    _print(f"  {_counted(found.get('ACCEPT', 0), 'piece')} accepted")
    if questions:
        pieces = _counted(found.get("REVIEW", 0), "piece")
        _print(f"  {pieces} for review, in {_counted(questions, 'question')}: linernotes review")
    unknown = found.get("REJECT", 0) + found.get("not_found", 0)
    if unknown:
        _print(f"  {_counted(unknown, 'piece')} without a match: under their own tags")
    for code, files, retry_at, message in snapshot.tuples(_DEFERRED_SQL):
        again = f" Again from {retry_at.astimezone(UTC):%H:%M} UTC." if retry_at else ""
        cure = ErrorCode(code).sentence if code in ErrorCode.__members__ else message or ""
        _print(f"  {_counted(files, 'file')} put off, {code}: {cure}{again}")


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _say_set_aside(snapshot: Snapshot) -> None:
    rows = snapshot.rows(
        "select error_code, file_path, error_message, severity from import_errors "
        "where asset is distinct from 'identifications' or status <> 'deferred' "
        "order by severity = 'warning', error_code, file_path"
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
