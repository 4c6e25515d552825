"""The asset duplicates: one for the whole library, made by one run at a time."""

import time
from typing import Final

import dagster as dg

from ingest_assets.asset_specs import OWNER, column_schema
from ingest_assets.batch import run_lock
from ingest_assets.duplicate_run import Searched, search
from ingest_assets.duplicates_due import ASSET, CODE_VERSION, LANE
from ingest_assets.versions import digest_rows
from lake.duplicate_tables import DUPLICATES
from resources import locks, progress
from resources.lake import LakeResource
from resources.settings import load_settings
from resources.state import opened

GROUP: Final = "library"
TELL_SECONDS: Final = 1.0
"""How often a search tells how far it is, and asks whether it was ended."""
ENDED: Final = (dg.DagsterRunStatus.CANCELING, dg.DagsterRunStatus.CANCELED)


@dg.asset(
    name=ASSET,
    deps=["discovered_files", "fingerprints", "audio_features"],
    description=DUPLICATES.grain,
    group_name=GROUP,
    owners=[OWNER],
    kinds={"duckdb", "parquet"},
    code_version=CODE_VERSION,
    metadata={"dagster/table_name": f"lake.main.{ASSET}", "dagster/column_schema": column_schema(ASSET)},
)
def duplicates(context: dg.AssetExecutionContext, lake: LakeResource) -> dg.MaterializeResult:
    """Find the pieces of which there are several, and which of them to keep."""
    home = load_settings().home
    locks.hold(home, run_lock(context.run.run_id))
    lane = locks.wait_for(home, f"lane-{LANE}", waiting=lambda: _stop_if_ended(context))
    try:
        searched = search(home, lake.open(), run_id=context.run.run_id, told=_Teller(context))
    finally:
        lane.release()
    return dg.MaterializeResult(data_version=dg.DataVersion(digest_rows(searched.rows)), metadata=_metadata(searched))


class _Teller:
    """Tells how far a search is, now and then; ends it where somebody ended the run."""

    def __init__(self, context: dg.AssetExecutionContext) -> None:
        self._context = context
        self._home = load_settings().home
        self._next = 0.0

    def __call__(self, done: int, total: int) -> None:
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + TELL_SECONDS
        _stop_if_ended(self._context)
        with opened(self._home) as connection:
            progress.show(
                connection,
                progress.Progress(LANE, self._context.run.run_id, done, total, 0, 0, "comparing fingerprints"),
            )


def _stop_if_ended(context: dg.AssetExecutionContext) -> None:
    run = context.instance.get_run_by_id(context.run.run_id)
    if run is None or run.status in ENDED:
        raise dg.Failure("The run was ended. What was found before stays.", allow_retries=False)


def _metadata(searched: Searched) -> dict[str, int | float]:
    return {
        "dagster/row_count": len(searched.rows),
        "groups": searched.groups,
        "new_groups": searched.new_groups,
        "fingerprints": searched.fingerprints,
        "compared_fingerprints": searched.compared,
        "compared_pairs": searched.measured,
        "seconds": round(searched.seconds, 3),
    }
