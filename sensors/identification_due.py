"""Asks for runs that identify: folders whose files were read, changed, decided upon, or put off until now."""

import dagster as dg

from ingest_assets.batch import PRIORITY_TAG, run_tags
from ingest_assets.identification_due import Wish, fails_for_want_of_key
from ingest_assets.jobs import identify_files
from lake.store import Lake
from resources import leases
from resources.online_leases import IDENTIFY_LANE
from resources.settings import load_settings
from resources.state import opened
from sensors.identification_planning import IdentificationPlanner
from sensors.library_folder import RUNS_PER_TICK, owner_of
from sensors.orphans import reap_leases


@dg.sensor(
    job=identify_files,
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Asks for runs that identify whole album folders, once all files of a folder were read.",
)
def identification_due(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """Ask for a run of each batch that is due."""
    settings = load_settings()
    lake, owner = Lake(settings.home), owner_of(settings)
    if not lake.exists:
        return dg.SkipReason("nothing was ingested yet")
    with opened(settings.home) as connection:
        if fails_for_want_of_key(connection, settings):
            return dg.SkipReason("AcoustID does not know the key in ACOUSTID_API_KEY, and that fails a run")
        reap_leases(context.instance, connection, settings.home)
        IdentificationPlanner(connection, lake, settings, owner=owner).plan(Wish())
        waiting = [
            lease
            for lease in leases.open_leases(connection, lane=IDENTIFY_LANE)
            if lease.run_id is None and lease.owner == owner
        ][:RUNS_PER_TICK]
    if not waiting:
        reason = (
            "nothing is to be identified" if settings.contact else "nothing is asked before LINERNOTES_CONTACT is set"
        )
        return dg.SkipReason(reason)
    return dg.SensorResult(
        run_requests=[
            dg.RunRequest(run_key=lease.id, tags={**run_tags(lease, session=owner), PRIORITY_TAG: "0"})
            for lease in waiting
        ]
    )
