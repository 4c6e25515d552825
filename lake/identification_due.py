"""Which folders are to be identified: SQL over what the lake has, cheap where nothing changed.

A folder is an album's, its discs with it. What identification reads of it is one short text, its version: the tags,
path clues, pieces and fingerprints of the files that are there, and what people decided on their audio. A folder is due
when its version is not the one that its outcomes were made of, or when something of it was put off and its time has
come. It has to wait while one of its files waits for its visit.
"""

import json
from collections.abc import Collection, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from lake.snapshot import Snapshot
from music.album_folder import DISC_FOLDER, album_folder

ASSET: Final = "identifications"
READS: Final = ("discovered_files", "segments", "fingerprints")
"""The assets whose results it reads."""
Reason = Literal["new", "changed", "decided", "deferred", "stale"]
Within = tuple[str, bytes] | frozenset[str]
"""A library and a folder in it, or file keys."""
_READS: Final = ", ".join(f"'{asset}'" for asset in READS)


def folder_sql(path: str) -> str:
    """Return an expression for the album's folder of a path, as `music.album_folder` has it."""
    return f"regexp_replace(parse_dirpath({path}, 'forward_slash'), '{DISC_FOLDER}', '')"


def _digits_sql(text: str) -> str:
    """Return an expression for 64 bits that stand for a text, the same in every version of DuckDB."""
    return f"(md5_number({text}) >> 64)::ubigint"


_MADE: Final = """coalesce(
    case when asset = 'discovered_files' then output_versions['identity'] end, data_version, status
)"""
"""What stands for a result; files that were read by older code have no version of what identifies them."""
_PRESENT: Final = f"""
with present as materialized (
    select file_key, library, folder, audio_sha256
    from (select *, {folder_sql("path")} as folder from discovered_files where gone_at is null)
"""
_ASKED: Final = "_due_of"
_OF_ASKED: Final = f"""
    semi join (
        select library, {folder_sql("path")} as folder from discovered_files semi join {_ASKED} using (file_key)
    ) using (library, folder)
"""
"""Only the folders of some files: a run wants to know of its own, not of the whole library."""
_SEEN: Final = f"""
),
told as (
    select library, folder,
        count(*) filter (asset = 'discovered_files') as files,
        count(*) filter (asset = '{ASSET}') as identified,
        bit_xor({_digits_sql(f"file_key || asset || {_MADE}")}) filter (asset <> '{ASSET}') as version
    from outcomes join present using (file_key) where asset in ({_READS}, '{ASSET}')
    group by library, folder
),
decided as (
    select library, folder, bit_xor({_digits_sql("file_key || subject || version")}) as version
    from (select subject, version, json_extract_string(subject, '$.audio_sha256') as audio_sha256
        from valid_decisions where kind = 'identification')
    join present using (audio_sha256) group by library, folder
),
retried as (
    select distinct library, folder from outcomes join present using (file_key)
    where asset = '{ASSET}' and status = 'deferred' and not list_contains($standing, coalesce(error_code, ''))
        and (coalesce(retry_at <= $now, true) or list_contains($ignore_retry, coalesce(error_code, '')))
),
seen as (
    select library, folder, files, identified, retried.folder is not null as is_retried,
        format('{{:016x}}', told.version) || coalesce(format('-{{:016x}}', decided.version), '') as version
    from told left join decided using (library, folder) left join retried using (library, folder)
)
"""
_DUE: Final = """
select library, folder, seen.version, case
    when known.version is null or identified < files then 'new'
    when split_part(known.version, '-', 1) <> split_part(seen.version, '-', 1) then 'changed'
    when known.version <> seen.version then 'decided'
    when is_retried then 'deferred'
    when outdated.folder is not null then 'stale' end as reason
from seen left join identified_folders known using (library, folder)
left join outdated using (library, folder)
where reason is not null
"""
_STALE: Final = (
    f", outdated as (select distinct library, {folder_sql('path')} as folder from stale_files where asset = '{ASSET}')"
)
_NOT_STALE: Final = ", outdated as (select '' as library, '' as folder where false)"
_FILES: Final = f"""
with asked as (select unnest(from_json(?, '[["VARCHAR"]]')) as place),
present as (
    select file_key, library, {folder_sql("path")} as folder, path from discovered_files
    where gone_at is null and [library, folder] in (from asked)
),
lacking as (
    select library, folder from present cross join (select unnest([{_READS}]) as asset)
    anti join outcomes using (asset, file_key)
    anti join (from outcomes where error_code = 'RUN_FAILED') given_up using (file_key)
    union all
    select library, {folder_sql("path")} as folder from planned_files
)
select library, folder, list(file_key order by path, file_key) from present anti join lacking using (library, folder)
group by library, folder order by library, folder
"""


@dataclass(frozen=True, slots=True)
class DueFolder:
    """An album's folder that is to be identified."""

    library: str
    folder: str
    """Below the root, as text; empty for the root itself."""
    version: str
    """Of what it would be made of, for `identified_folders`."""
    file_keys: tuple[str, ...]
    """All its files that are there, by path."""
    reason: Reason


def due_folders(
    snapshot: Snapshot,
    *,
    now: datetime,
    standing: Collection[str],
    within: Within | None = None,
    stale: bool = False,
    ignore_retry: Collection[str] = (),
) -> list[DueFolder]:
    """Return the folders that are to be identified, by library and folder.

    Args:
        snapshot: The lake.
        now: The time of now.
        standing: Error codes of what was put off and cannot be done yet, whatever its time: NO_CONTACT …
        within: Only folders that have a file below this one, or one of these.
        stale: Also what older code or other parameters made.
        ignore_retry: Error codes of what is tried again before its time.
    """
    keys = within if isinstance(within, frozenset) else None
    sql = _PRESENT + (_OF_ASKED if keys else "") + _SEEN + (_STALE if stale else _NOT_STALE) + _DUE
    given = {"now": now, "standing": list(standing), "ignore_retry": list(ignore_retry)}
    with snapshot.keys(_ASKED, sorted(keys)) if keys else nullcontext():
        found = snapshot.tuples(sql, given)
    if not found:
        return []
    seen = {(library, folder): (version, reason) for library, folder, version, reason in found}
    due = [
        DueFolder(library, folder, seen[library, folder][0], tuple(keys), seen[library, folder][1])
        for library, folder, keys in _ready(snapshot, list(seen))
    ]
    return [folder for folder in due if within is None or _is_within(folder, within)]


def _ready(snapshot: Snapshot, places: Sequence[tuple[str, str]]) -> list[tuple[str, str, list[str]]]:
    """Return those folders of which no file waits for its visit, with their files."""
    return snapshot.tuples(_FILES, [json.dumps(places)])


def _is_within(due: DueFolder, within: Within) -> bool:
    if isinstance(within, frozenset):
        return not within.isdisjoint(due.file_keys)
    library, inside = within[0], within[1].decode("utf-8", "backslashreplace")
    is_below = not inside or due.folder == inside or due.folder.startswith(f"{inside}/")
    return due.library == library and (is_below or due.folder == album_folder(f"{inside}/"))
