"""What must be true of the tables after every batch. One op for all: a check a step would cost more than it checks.

Blocking checks stop what comes after when *we* are broken; warnings list what a person may want to look at.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import dagster as dg
from dagster import AssetCheckExecutionContext

from ingest_assets.decision import ASSETS
from lake.snapshot import Snapshot
from lake.tables import TABLES
from resources.lake import LakeResource

SHOWN = 100
"""Rows that a failed check lists."""


@dataclass(frozen=True, slots=True)
class Check:
    """A query that returns the rows for which something is wrong."""

    asset: str
    name: str
    description: str
    sql: str
    blocking: bool = False

    def spec(self) -> dg.AssetCheckSpec:
        """Return what Dagster knows of it."""
        return dg.AssetCheckSpec(self.name, asset=self.asset, description=self.description, blocking=self.blocking)


def _unique(asset: str) -> Check:
    key = ", ".join(TABLES[asset].key)
    return Check(
        asset,
        "keys_are_unique",
        f"One row per {TABLES[asset].grain}.",
        f"select {key}, count(*) as copies from {asset} group by {key} having copies > 1",
        blocking=True,
    )


CHECKS: tuple[Check, ...] = (
    *(_unique(asset.name) for asset in ASSETS),
    _unique("duplicates"),
    Check(
        "discovered_files",
        "counts_add_up",
        "Every file that waits for no visit has exactly one outcome for every asset of it.",
        "select d.file_key, d.path, count(o.asset) as outcomes from discovered_files d "
        "left join outcomes o on o.file_key = d.file_key and o.asset in "
        "('discovered_files', 'segments', 'fingerprints', 'audio_features') "
        "where d.gone_at is null and d.file_key not in (select file_key from planned_files) "
        "group by all having outcomes <> 4 "
        "and not coalesce(bool_or(o.error_code = 'RUN_FAILED'), false)",
        blocking=True,
    ),
    Check(
        "segments",
        "rows_match_outcomes",
        "A file whose outcome is done has rows, and no other file has.",
        "with done as (select file_key, status from outcomes where asset = 'segments' and status = 'done') "
        "select file_key, status from done anti join segments using (file_key) union all "
        "select distinct file_key, null from segments anti join done using (file_key)",
        blocking=True,
    ),
    Check(
        "discovered_files",
        "files_are_good",
        "Files that are set aside or only partly readable, with the reason.",
        "select d.path, o.asset, o.error_code, o.message from outcomes o join discovered_files d using (file_key) "
        "where d.gone_at is null and o.error_code is not null and o.status <> 'skipped' order by d.path, o.asset",
    ),
    Check(
        "audio_features",
        "loudness_is_plausible",
        "Integrated loudness lies between -70 and +5 LUFS, true peak is not below sample peak.",
        "select file_key, segment_index, integrated_lufs, true_peak_dbtp, sample_peak_dbfs from audio_features "
        "where integrated_lufs not between -70 and 5 or true_peak_dbtp < sample_peak_dbfs - 0.01",
    ),
    Check(
        "segments",
        "ticks_are_in_order",
        "A piece begins before it ends, and no two pieces overlap.",
        "select file_key, segment_index, start_time_ticks, end_time_ticks from segments "
        "qualify start_time_ticks < lag(end_time_ticks) over (partition by file_key order by segment_index) "
        "or start_time_ticks < 0 or end_time_ticks <= start_time_ticks",
    ),
    Check(
        "segments",
        "fades_are_in_order",
        "Each piece fades in before it fades out, and its lead-in lies before its lead-out, all within it.",
        "select file_key, segment_index, start_time_ticks, fade_in_start_ticks, fade_in_end_ticks, "
        "fade_out_start_ticks, lead_in_start_ticks, lead_out_start_ticks, end_time_ticks from segments "
        "where not (start_time_ticks <= fade_in_start_ticks and fade_in_start_ticks <= fade_in_end_ticks "
        "and fade_in_end_ticks <= fade_out_start_ticks and fade_out_start_ticks <= end_time_ticks "
        "and start_time_ticks <= lead_in_start_ticks and lead_in_start_ticks <= lead_out_start_ticks "
        "and lead_out_start_ticks <= end_time_ticks)",
    ),
    Check(
        "audio_features",
        "confidences_are_probabilities",
        "Each confidence lies between 0 and 1, and without a tempo or a key it is 0.",
        "select file_key, segment_index, bpm, bpm_confidence, key_tonic, key_confidence from audio_features "
        "where bpm_confidence not between 0 and 1 or key_confidence not between 0 and 1 "
        "or (bpm is null and bpm_confidence <> 0) or (key_tonic is null and key_confidence <> 0)",
    ),
    Check(
        "duplicates",
        "groups_are_whole",
        "A group has two members or more, and something of it is kept; by rule one, and what is only near.",
        "select group_id, count(*) as members, count(*) filter (keep) as kept from duplicates group by group_id "
        "having members < 2 or kept < 1 or count(*) filter (keep and decided_by = 'rule' and kind <> 'near') > 1",
    ),
    Check(
        "duplicates",
        "members_exist",
        "Every member is a piece of a file that is there.",
        "select file_key, segment_index from duplicates anti join "
        "(from segments join discovered_files using (file_key) where gone_at is null) using (file_key, segment_index)",
    ),
)


@dg.multi_asset_check(name="checks", specs=[check.spec() for check in CHECKS], can_subset=True)
def checks(context: AssetCheckExecutionContext, lake: LakeResource) -> Iterator[dg.AssetCheckResult]:
    """Look through the tables for what must not be there."""
    selected = context.selected_asset_check_keys
    with lake.open().read() as snapshot:
        for check in CHECKS:
            if dg.AssetCheckKey(dg.AssetKey(check.asset), check.name) in selected:
                yield evaluate(check, snapshot)


def evaluate(check: Check, snapshot: Snapshot) -> dg.AssetCheckResult:
    """Return what a check finds."""
    rows = snapshot.rows(f"select *, count(*) over () as found from ({check.sql}) limit {SHOWN}")
    found = int(str(rows[0]["found"])) if rows else 0
    return dg.AssetCheckResult(
        asset_key=check.asset,
        check_name=check.name,
        passed=not rows,
        severity=dg.AssetCheckSeverity.ERROR if check.blocking else dg.AssetCheckSeverity.WARN,
        metadata={"found": found, "rows": dg.MetadataValue.json([_shown(row) for row in rows])},
    )


def _shown(row: Mapping[str, object]) -> dict[str, object]:
    return {
        name: value if isinstance(value, int | float | None) else str(value)
        for name, value in row.items()
        if name != "found"
    }
