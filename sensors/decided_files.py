"""Which files a person's decision makes due: their pieces are not yet, or no longer, as the person said. No Dagster."""

import sqlite3

from lake.decisions import KINDS_OF_PIECES
from lake.snapshot import Snapshot
from lake.store import Lake
from resources import leases

_UNDONE = """
with spoken_of as (
    select distinct json_extract_string(subject, '$.audio_sha256') as audio_sha256 from decisions where kind in (?, ?)
),
made as (
    select file_key, audio_sha256, input_versions
    from spoken_of join discovered_files using (audio_sha256) join outcomes using (file_key)
    where asset = 'segments' and gone_at is null
),
wanted as (
    select kind, version, json_extract_string(subject, '$.audio_sha256') as audio_sha256 from valid_decisions
)
select distinct file_key
from made cross join (select unnest([?, ?]) as kind) left join wanted using (audio_sha256, kind)
where version is distinct from map_extract(input_versions, 'decisions.' || kind)[1]
order by file_key
"""
"""Joins little: most of a library is never corrected, and what was taken back stays in `decisions`."""


def undone(snapshot: Snapshot) -> list[str]:
    """Return the keys of the files that are there and not as people decided."""
    if not snapshot.tuples("select 1 from decisions limit 1"):
        return []  # nobody ever decided anything: the question below takes 0.2 s for 100,000 files
    return [key for (key,) in snapshot.tuples(_UNDONE, [*KINDS_OF_PIECES, *KINDS_OF_PIECES])]


def plan_decided(connection: sqlite3.Connection, lake: Lake) -> list[str]:
    """Plan the files that are not as a person decided; return their keys.

    A file that waits or is being visited already is left alone: should the visit have begun before the decision, the
    next call finds it again.
    """
    with lake.read() as snapshot:
        keys = undone(snapshot)
    if keys:
        waiting = {row["file_key"] for row in connection.execute("select file_key from file where todo = 1")}
        leases.ask_again(connection, [key for key in keys if key not in waiting], reason="asked", stale=False)
    return keys
