"""Who the pieces are, in a few lines: accepted, in question, without a match, and what was put off and why."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final, NamedTuple

from ingest_assets.identification_due import WANTS_KEY, WANTS_NET
from lake.snapshot import Snapshot
from music.error_codes import ErrorCode
from resources.services import acoustid
from resources.settings import Settings

SERVICE_CODES: Final = tuple(str(code) for code in (*WANTS_NET, *WANTS_KEY, ErrorCode.NO_CONTACT))
"""Codes that say something of a service, and so the same of every file: they are counted, not listed."""
_OF_ONE_SERVICE: Final = frozenset(map(str, (*WANTS_NET[1:], ErrorCode.INVALID_API_KEY)))
"""Those of which only the message says which service it is."""
_WHO_SQL: Final = """
select coalesce(decision, outcomes.status) as said, count(*)
from passages left join outcomes on outcomes.file_key = passages.file_key and asset = 'identifications'
where decision is not null or outcomes.status = 'not_found' group by said
"""
_WAITING_SQL: Final = """
with answered as (select distinct file_key from passages where decision is not null)
select coalesce(error_code, '') as code, arg_min(outcomes.message, length(outcomes.message)) as message,
    max(retry_at) filter (status = 'deferred') as retry_at,
    count(*) filter (status = 'deferred' and answered.file_key is null) as unanswered,
    count(*) filter (status = 'deferred' and answered.file_key is not null) as answered,
    count(*) filter (status <> 'deferred') as decided
from outcomes join discovered_files using (file_key) left join answered using (file_key)
where asset = 'identifications' and gone_at is null
    and (status = 'deferred' or list_contains(?, error_code))
group by code order by count(*) desc, code
"""
_NEW_SQL: Final = """
select count(distinct file_key) from passages
anti join (from outcomes where asset = 'identifications') known using (file_key)
"""


class Waiting(NamedTuple):
    """What could not be asked for one and the same reason."""

    code: str
    message: str | None
    retry_at: datetime | None
    unanswered: int
    """Files that were put off and of which nothing is known yet."""
    answered: int
    """Files that were put off and have an answer for the time being."""
    decided: int
    """Files that were decided all the same."""


def counted(count: int, what: str) -> str:
    """Return a number of things in words."""
    return f"{count} {what}{'' if count == 1 else 's'}"


def identified_lines(snapshot: Snapshot, settings: Settings) -> Iterator[str]:
    """Yield who the pieces are, in numbers; nothing where nobody was ever to be asked."""
    if not snapshot.tuples("select 1 from outcomes where asset = 'identifications' limit 1"):
        return
    yield "Who it is:"
    yield from (f"  {line}" for line in answer_lines(snapshot))
    yield from (f"  {line}" for line in waiting_lines(snapshot, settings))


def answer_lines(snapshot: Snapshot) -> Iterator[str]:
    """Yield how many pieces are accepted, in question and without a match."""
    found = dict(snapshot.tuples(_WHO_SQL))
    if found:
        yield f"{counted(found.get('ACCEPT', 0), 'piece')} accepted"
    questions = snapshot.tuples("select count(*) from review_queue")[0][0]
    if questions:
        pieces = counted(found.get("REVIEW", 0), "piece")
        yield f"{pieces} for review, in {counted(questions, 'question')}: linernotes review"
    unknown = found.get("REJECT", 0) + found.get("not_found", 0)
    if unknown:
        yield f"{counted(unknown, 'piece')} without a match: under their own tags"


def waiting_lines(snapshot: Snapshot, settings: Settings) -> Iterator[str]:
    """Yield how many files could not be asked for, why, and what helps."""
    due = snapshot.tuples(_NEW_SQL)[0][0]
    for each in (Waiting(*row) for row in snapshot.tuples(_WAITING_SQL, [list(SERVICE_CODES)])):
        if each.unanswered + each.answered and _is_over(each.code, settings):
            due += each.unanswered + each.answered
        else:
            yield from _lines_of(each)
    if due:
        yield f"{counted(due, 'file')} still to be looked up: linernotes ingest"


def _is_over(code: str, settings: Settings) -> bool:
    """Tell whether what was missing is there: no sentence about it would be true today."""
    if code == ErrorCode.NO_CONTACT:
        return bool(settings.contact)
    if code == ErrorCode.OFFLINE:
        return bool(settings.contact) and not settings.offline
    return code == ErrorCode.NO_API_KEY and bool(acoustid(settings).key)


def _lines_of(each: Waiting) -> Iterator[str]:
    sentence = ErrorCode(each.code).sentence if each.code in ErrorCode.__members__ else each.message or ""
    again = f" Again from {each.retry_at.astimezone(UTC):%H:%M} UTC." if each.retry_at else ""
    why = f", {each.code}: {sentence}{again}"
    if each.unanswered:
        yield f"{counted(each.unanswered, 'file')} put off{why}"
    if each.answered:
        more = "more " if each.unanswered else ""
        yield f"{counted(each.answered, 'file')} {more}with an answer for now{', the same' if more else why}"
    if each.decided:
        known = each.unanswered or each.answered
        yield f"{counted(each.decided, 'file')} decided without it{'' if known else why}"
    if each.code in _OF_ONE_SERVICE and each.message:
        yield f"    {each.message}"
