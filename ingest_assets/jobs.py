"""The jobs, one a lane: processor and network overlap, and a slow service never holds the analysis."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import dagster as dg

from ingest_assets.asset_specs import GROUP
from ingest_assets.batch import LANE_TAG
from ingest_assets.duplicates_due import ASSET, JOB
from ingest_assets.identifications import ASSET as IDENTIFICATIONS
from ingest_assets.old_events import prune
from lake.maintenance import KEEP_DAYS
from lake.store import Lake
from resources import locks
from resources.lake import LakeResource
from resources.leases import LANE
from resources.online_leases import IDENTIFY_LANE
from resources.settings import load_settings

ingest_files = dg.define_asset_job(
    LANE,
    selection=dg.AssetSelection.groups(GROUP),
    executor_def=dg.in_process_executor,
    tags={LANE_TAG: LANE},
    description="Opens each file of a batch once: what it is, where its pieces lie, what they measure.",
)

identify_files = dg.define_asset_job(
    IDENTIFY_LANE,
    selection=dg.AssetSelection.assets(IDENTIFICATIONS.name),
    executor_def=dg.in_process_executor,
    tags={LANE_TAG: IDENTIFY_LANE},
    description="Asks AcoustID and MusicBrainz who the pieces of whole albums are, and decides.",
)

find_duplicates = dg.define_asset_job(
    JOB,
    selection=dg.AssetSelection.assets(ASSET),
    executor_def=dg.in_process_executor,
    tags={LANE_TAG: JOB},
    description="Compares what is new with the whole library: which pieces there are several times.",
)


@dg.op(
    description="Merges small files; lets snapshots and superseded events of Dagster older than 30 days go, and files "
    "that have been gone for 30 days."
)
def maintain(context: dg.OpExecutionContext, lake: LakeResource) -> None:
    """Look after the lake's own files, inside the lock of its writers, and after Dagster's."""
    swept = locks.sweep(load_settings().home)
    remember_kpis(lake.open(), run_id=context.run_id)
    tidied = lake.open().maintain()
    pruned = prune(context.instance, before=datetime.now(UTC) - timedelta(days=KEEP_DAYS))
    context.add_output_metadata({**asdict(tidied), **asdict(pruned), "removed_locks": swept})


def remember_kpis(lake: Lake, *, run_id: str) -> None:
    """Write the figures of the day, one row each (S4-37)."""
    with lake.write(run_id=run_id) as tx:
        figures = tx.rows("select current_date as day, kpi, value, unit, goal from kpis")
        tx.upsert("kpi_history", figures)


@dg.job(executor_def=dg.in_process_executor, tags={LANE_TAG: "maintain_lake"})
def maintain_lake() -> None:
    """Look after the lake's own files."""
    maintain()


JOBS = [ingest_files, identify_files, find_duplicates, maintain_lake]
