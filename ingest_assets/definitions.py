"""Assembles what Dagster shows and decides nothing."""

import dagster as dg

from ingest_assets.checks import checks
from ingest_assets.duplicates import duplicates
from ingest_assets.identification_checks import identification_checks
from ingest_assets.identify import identify
from ingest_assets.jobs import JOBS
from ingest_assets.visit import visit
from resources.lake import LakeResource
from sensors.duplicates_due import duplicates_due
from sensors.housekeeping import maintenance, orphaned_runs
from sensors.identification_due import identification_due
from sensors.library_folder import library_folder


def build_definitions(lake: LakeResource | None = None) -> dg.Definitions:
    """Return the definitions; a test may replace the lake."""
    return dg.Definitions(
        assets=[visit, identify, duplicates],
        asset_checks=[checks, identification_checks],
        jobs=JOBS,
        sensors=[library_folder, identification_due, duplicates_due, orphaned_runs],
        schedules=[maintenance],
        resources={"lake": lake or LakeResource()},
        executor=dg.in_process_executor,
    )


defs = build_definitions()
