"""`linernotes duplicates list`: the groups, what is in them, what to keep and why."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import click
from rich.text import Text

from ingest_assets.console import out, plain, say
from ingest_assets.duplicates_due import newest_versions, versions
from lake.snapshot import Snapshot
from lake.store import Lake
from music.ticks import TICKS_PER_SECOND
from resources.settings import Settings

SHORT: Final = 8
"""Digits of a group's id that are shown; the command takes any beginning that only one group has."""
KILO: Final = 1000
UNTOUCHED: Final = "Nothing is ever deleted or moved: what is not to be kept is yours to remove."
_MEMBERS_SQL: Final = f"""
select
    duplicates.group_id, rank, duplicates.kind, similarity, offset_ticks,
    offset_ticks / {TICKS_PER_SECOND} as offset_seconds, keep, decided_by, reason,
    library, path, library || '/' || path as place, duplicates.file_key, duplicates.segment_index, audio_sha256,
    start_time_ticks, end_time_ticks, size_bytes, source_media.segment_count,
    duplicate_groups.kind as group_kind, freed_bytes, is_decided
from duplicates
join duplicate_groups using (group_id)
join discovered_files on discovered_files.file_key = duplicates.file_key and gone_at is null
join segments on segments.file_key = duplicates.file_key and segments.segment_index = duplicates.segment_index
left join source_media on source_media.file_key = duplicates.file_key
order by is_decided, freed_bytes desc, group_id, rank
"""
_OF_A_GROUP: Final = ("group_id", "group_kind", "freed_bytes", "is_decided")
_OF_A_MEMBER: Final = (
    *("rank", "kind", "similarity", "offset_seconds", "keep", "decided_by", "reason"),
    *("library", "path", "file_key", "segment_index", "size_bytes"),
)
Member = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Filter:
    """Which groups a person wants to see."""

    kind: str | None = None
    path: str | None = None
    """Part of library/path of a member."""


def read_groups(snapshot: Snapshot) -> dict[str, list[Member]]:
    """Return the members of each group by rank; what frees most comes first, what is decided last."""
    groups: dict[str, list[Member]] = defaultdict(list)
    for row in snapshot.rows(_MEMBERS_SQL):
        groups[row["group_id"]].append(row)
    return dict(groups)


def list_groups(settings: Settings, wanted: Filter, *, as_json: bool) -> int:
    """Print the groups; return the exit code."""
    with Lake(settings.home).read() as snapshot:
        groups = [group for group in read_groups(snapshot).values() if _fits(group, wanted)]
        say_outdated(snapshot)
    if as_json:
        click.echo(json.dumps({"groups": [_as_json(group) for group in groups]}, indent=2))
        return 0
    show_groups(groups)
    if not groups:
        out().print("No duplicates." if wanted == Filter() else "No such duplicates.")
        return 0
    freed = sum(group[0]["freed_bytes"] for group in groups)
    count = f"{len(groups)} group{'' if len(groups) == 1 else 's'}"
    out().print(f"{count}; {size(freed)} would be free without what need not be kept. {UNTOUCHED}")
    return 0


def say_outdated(snapshot: Snapshot) -> None:
    """Say where the result is not that of today."""
    before = newest_versions(snapshot)
    if before is None:
        say("Nobody has looked for duplicates yet. To do so: linernotes ingest")
        return
    today = versions(snapshot)
    if (before.code, before.library) != (today.code, today.library):
        say("Files changed since duplicates were last looked for. To look again: linernotes ingest")


def show_groups(groups: Sequence[Sequence[Member]]) -> None:
    """Print groups for a person."""
    for group in groups:
        first = group[0]
        decided = ", decided" if first["is_decided"] else ""
        out().print(
            f"{first['group_id'][:SHORT]}  {first['group_kind']}, {len(group)} pieces, "
            f"{size(first['freed_bytes'])} to free{decided}"
        )
        for member in group:
            out().print(Text(plain(_line(member))))
        out().print()


def _line(member: Member) -> str:
    verdict = "keep" if member["keep"] else "-"
    by = " (you)" if member["decided_by"] == "person" else ""
    likeness = member["kind"] if member["rank"] else "best"
    share = "" if member["similarity"] is None or not member["rank"] else f" {member['similarity']:.2f}"
    offset = f" {member['offset_seconds']:+.1f} s" if member["offset_ticks"] else ""
    piece = f" piece {member['segment_index'] + 1}" if (member["segment_count"] or 1) > 1 else ""
    said = f"  {verdict + by:<10} {likeness + share + offset:<24} {member['place']}{piece}"
    return f"{said}  [{size(member['size_bytes'] or 0)}, {member['reason']}]"


def _fits(group: Sequence[Member], wanted: Filter) -> bool:
    if wanted.kind is not None and group[0]["group_kind"] != wanted.kind:
        return False
    return wanted.path is None or any(wanted.path in member["place"] for member in group)


def _as_json(group: Sequence[Member]) -> dict[str, object]:
    return {
        **{("kind" if name == "group_kind" else name): group[0][name] for name in _OF_A_GROUP},
        "members": [{name: member[name] for name in _OF_A_MEMBER} for member in group],
    }


def size(count: int) -> str:
    """Return a number of bytes for people."""
    value, unit = float(count), "bytes"
    for unit in ("bytes", "kB", "MB", "GB"):
        if value < KILO or unit == "GB":
            break
        value /= KILO
    return f"{value:.{0 if unit == 'bytes' else 1}f} {unit}"
