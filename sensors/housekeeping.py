"""What must be looked after now and then: runs whose process is gone, and the lake's own files."""

import dagster as dg

from ingest_assets.jobs import maintain_lake
from resources.settings import load_settings
from sensors.orphans import fail_orphans


@dg.sensor(
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Fails runs whose process is gone and frees what they held; their files are planned again.",
)
def orphaned_runs(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """Fail runs whose process is gone."""
    failed = fail_orphans(context.instance, load_settings().home)
    return dg.SkipReason(f"failed {len(failed)} runs without a process" if failed else "every run has its process")


maintenance = dg.ScheduleDefinition(
    name="maintenance",
    job=maintain_lake,
    cron_schedule="30 4 * * *",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Once a night: small files are merged, snapshots older than 30 days and forgotten files go.",
)
