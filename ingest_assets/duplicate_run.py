"""One search for duplicates over the whole library. No Dagster.

Comparing holds no lock of the lake; what came of it is written in one transaction, and the groups are made in it. Two
searches at once would do the same work twice and no harm; the asset lets one wait for the other.
"""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ingest_assets.duplicate_rows import make_rows
from ingest_assets.duplicate_search import Told, compare, remember
from ingest_assets.duplicates_due import ASSET, Versions, versions
from lake.store import Lake
from lake.transaction import Transaction
from resources.fingerprint_words import FingerprintWords


@dataclass(frozen=True, slots=True)
class Searched:
    """What came of a search."""

    rows: tuple[dict[str, object], ...]
    """Of the table `duplicates`."""
    groups: int
    new_groups: int
    """How many groups have a member that was in none before."""
    fingerprints: int
    compared: int
    """How many fingerprints were compared for the first time."""
    measured: int
    """How many pairs were laid over one another."""
    seconds: float


def regroup(transaction: Transaction) -> tuple[dict[str, object], ...]:
    """Make the groups anew from what was compared and decided; return their rows."""
    rows = make_rows(transaction)
    transaction.replace_all(ASSET, rows)
    return tuple(rows)


def search(home: Path, lake: Lake, *, run_id: str, told: Told) -> Searched:
    """Compare what is new, make the groups, and write all that in one transaction.

    Args:
        home: LINERNOTES_HOME.
        lake: Where facts are.
        run_id: Stands in every row.
        told: Is called with how many pairs were measured, and of how many; what it raises ends the search.
    """
    begun = time.monotonic()
    with lake.read() as snapshot:
        read = versions(snapshot)
        comparison = compare(snapshot, FingerprintWords(home), told)
    with lake.write(run_id=run_id) as transaction:
        remember(transaction, comparison)
        before = {group_id for (group_id,) in transaction.tuples("select distinct group_id from duplicates")}
        rows = regroup(transaction)
        groups = {row["group_id"] for row in rows}
        new = groups - before
        searched = Searched(
            rows,
            len(groups),
            len(new),
            comparison.fingerprints,
            len(comparison.compared),
            comparison.measured,
            time.monotonic() - begun,
        )
        transaction.upsert("duplicate_searches", [_as_row(searched, read, run_id)])
    return searched


def _as_row(searched: Searched, read: Versions, run_id: str) -> dict[str, object]:
    return {
        "run_id": run_id,
        "searched_at": datetime.now(UTC),
        "code_version": read.code,
        "library_version": read.library,
        "decisions_version": read.decisions,
        "fingerprints": searched.fingerprints,
        "compared_fingerprints": searched.compared,
        "compared_pairs": searched.measured,
        "groups": searched.groups,
        "new_groups": searched.new_groups,
        "seconds": searched.seconds,
    }
