"""Whether a search for duplicates is due: what the newest one read beside what the lake has today. Imports little."""

from dataclasses import dataclass
from typing import Final

from lake.snapshot import Snapshot
from lake.store import Lake

CODE_VERSION: Final = "1"
"""Of the asset duplicates."""
ASSET: Final = "duplicates"
JOB: Final = "find_duplicates"
LANE: Final = JOB
_LIBRARY_SQL: Final = """
select count(*) || '-' || coalesce(bit_xor(hash(asset, file_key, data_version)), 0)
from outcomes join discovered_files using (file_key)
where gone_at is null and asset in ('discovered_files', 'segments', 'fingerprints', 'audio_features')
"""
_DECISIONS_SQL: Final = """
select count(*) || '-' || coalesce(bit_xor(hash(subject, decision_id)), 0) from valid_decisions
where kind = 'duplicate'
"""


@dataclass(frozen=True, slots=True)
class Versions:
    """What a search reads, as short texts: equal texts, equal result."""

    code: str
    library: str
    decisions: str


def versions(snapshot: Snapshot) -> Versions:
    """Return what a search would read today."""
    return Versions(CODE_VERSION, snapshot.tuples(_LIBRARY_SQL)[0][0], snapshot.tuples(_DECISIONS_SQL)[0][0])


def newest_versions(snapshot: Snapshot) -> Versions | None:
    """Return what the newest search read; None where nobody searched yet."""
    rows = snapshot.tuples(
        "select code_version, library_version, decisions_version from duplicate_searches "
        "order by searched_at desc limit 1"
    )
    return Versions(*rows[0]) if rows else None


def due_version(lake: Lake) -> Versions | None:
    """Return what a search would read, None where none is due: nothing changed, or there is nothing to search."""
    with lake.read() as snapshot:
        before = newest_versions(snapshot)
        if before is None and not snapshot.tuples("select 1 from segments limit 1"):
            return None
        today = versions(snapshot)
    return None if today == before else today
