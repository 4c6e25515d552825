"""Asks for a search for duplicates when the library changed since the last one and nothing is being read."""

import time

import dagster as dg

from ingest_assets.batch import PRIORITY_TAG
from ingest_assets.duplicates_due import due_version
from ingest_assets.jobs import find_duplicates
from ingest_assets.versions import digest
from lake.store import Lake
from resources import leases
from resources.leases import LANE
from resources.settings import load_settings
from resources.state import opened

RETRY_SECONDS = 3600
"""A search that failed is asked for again after so long."""


@dg.sensor(
    job=find_duplicates,
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Asks for a search for duplicates when files or decisions changed since the last and no batch is open.",
)
def duplicates_due() -> dg.RunRequest | dg.SkipReason:
    """Ask for a search where one is due."""
    home = load_settings().home
    lake = Lake(home)
    if not lake.exists:
        return dg.SkipReason("nothing was ingested yet")
    with opened(home) as connection:
        waiting = len(leases.open_leases(connection, lane=LANE))
    if waiting:
        return dg.SkipReason(f"{waiting} batches are open: duplicates are looked for when they are through")
    due = due_version(lake)
    if due is None:
        return dg.SkipReason("nothing changed since the last search")
    key = digest([due.code, due.library, due.decisions, int(time.time() // RETRY_SECONDS)])
    return dg.RunRequest(run_key=key, tags={PRIORITY_TAG: "0"})
