"""The op of the asset identifications: whole album folders at a time, whatever keys it is given."""

from collections.abc import Iterator

import dagster as dg
from dagster import AssetExecutionContext

from ingest_assets.asset_specs import POLICY, spec_of
from ingest_assets.batch import BatchRun
from ingest_assets.identification_run import IdentificationRun
from ingest_assets.identification_services import state_errors
from ingest_assets.identifications import ASSET, GROUP
from ingest_assets.visit import critical_errors
from resources.lake import LakeResource
from resources.online_leases import IDENTIFY_LANE
from resources.settings import load_settings


@dg.multi_asset(
    name="identify",
    specs=[spec_of(ASSET, group=GROUP)],
    backfill_policy=POLICY,
    pool=IDENTIFY_LANE,
)
def identify(context: AssetExecutionContext, lake: LakeResource) -> Iterator[dg.MaterializeResult]:
    """Ask who the pieces of the batch's albums are, and write what was decided."""
    settings = load_settings()
    with BatchRun(context, settings, lane=IDENTIFY_LANE) as batch, critical_errors(), state_errors():
        run = IdentificationRun(batch, lake.open(), settings, context.log)
        run.run()
        context.log.info(run.summary())
        yield from batch.results()
