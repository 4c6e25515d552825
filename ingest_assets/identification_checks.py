"""What must be true of identifications after every batch: no claim without what carries it, no piece counted twice."""

from collections.abc import Iterator

import dagster as dg
from dagster import AssetCheckExecutionContext

from ingest_assets.checks import Check, evaluate
from lake.health_views import ACOUSTID_REQUESTS_PER_FILE, MUSICBRAINZ_REQUESTS_PER_FILE
from resources.lake import LakeResource

LEAST_MARGIN = 0.02
"""Between what was accepted and what came next."""
MOST_SECONDS_APART = 7
"""Between the piece and its recording; beyond, it is another one."""
MOST_DEFERRED = 0.05
"""Share of the files that were put off."""
LEAST_FILES = 50
"""Below, requests a file say nothing."""

CHECKS: tuple[Check, ...] = (
    Check(
        "identifications",
        "one_recording_per_piece",
        "A piece of music has one identification, and each identification a piece to speak of.",
        "select file_key, segment_index, count(*) as copies from identifications group by all having copies > 1",
        blocking=True,
    ),
    Check(
        "identifications",
        "rows_match_outcomes",
        "A file whose outcome is done has a row for each of its pieces, as they were when it was identified, and no "
        "file has rows without an outcome, but for what a person said.",
        "with piece as ("
        "select file_key, count(*) as pieces, max(written_at) as cut_at from segments group by file_key), "
        "named as (select file_key, count(*) as rows from identifications group by file_key) "
        "select file_key, pieces, rows from (from outcomes where asset = 'identifications' and status = 'done') told "
        "join discovered_files using (file_key) left join piece using (file_key) left join named using (file_key) "
        "where gone_at is null and coalesce(rows, 0) <> coalesce(pieces, 0) "
        "and coalesce(told.written_at >= cut_at, true) "
        "union all select distinct file_key, null, null from (from identifications where decided_by = 'evidence') own "
        "anti join (from outcomes where asset = 'identifications') told using (file_key)",
        blocking=True,
    ),
    Check(
        "identifications",
        "accepted_has_an_id",
        "What is accepted says which recording it is, and why; a person may know the album alone.",
        "select file_key, segment_index, title, reason from identifications where decision = 'ACCEPT' "
        "and (coalesce(recording_mbid, case when decided_by = 'person' then coalesce(release_mbid, release_group_mbid) "
        "end) is null or (decided_by = 'evidence' and coalesce(reason, '') = ''))",
        blocking=True,
    ),
    Check(
        "identifications",
        "accepted_has_a_margin",
        "Nothing else comes close to what the evidence accepted.",
        "select file_key, segment_index, title, evidence.margin as margin from identifications "
        "left join (select file_key, segment_index, true as has_next from match_candidates where rank = 2) "
        "using (file_key, segment_index) where decision = 'ACCEPT' and decided_by = 'evidence' "
        f"and (evidence.margin < {LEAST_MARGIN} or (evidence.margin is null and has_next))",
    ),
    Check(
        "identifications",
        "accepted_lengths_agree",
        f"What the evidence accepted is at most {MOST_SECONDS_APART} s longer or shorter than its recording.",
        "select file_key, segment_index, title, duration_seconds, recording_length_seconds "
        "from accepted_passages join fingerprints using (file_key, segment_index) where decided_by = 'evidence' "
        f"and abs(duration_seconds - recording_length_seconds) > {MOST_SECONDS_APART}",
    ),
    Check(
        "identifications",
        "scores_are_shares",
        "Confidence and each part of the evidence lie between 0 and 1.",
        "select file_key, segment_index, confidence, evidence from identifications "
        "where confidence not between 0 and 1 or len(list_filter(map_values(evidence::json::map(varchar, double)), "
        "lambda part: part not between 0 and 1)) > 0",
    ),
    Check(
        "identifications",
        "requests_per_file",
        "Services are asked for albums, not for files.",
        "with asked as (select service, count(*) as requests from api_calls "
        "where not coalesce(is_cached, false) group by service), "
        "identified as (select count(*) as files from outcomes where asset = 'identifications') "
        "select service, requests, files, requests / files as per_file from asked cross join identified "
        f"where files >= {LEAST_FILES} and per_file > case service when 'musicbrainz' then "
        f"{MUSICBRAINZ_REQUESTS_PER_FILE} when 'acoustid' then {ACOUSTID_REQUESTS_PER_FILE} else 1 end",
    ),
    Check(
        "identifications",
        "few_are_deferred",
        f"At most {MOST_DEFERRED:.0%} of the files are put off; with the causes.",
        "select error_code, count(*) as files, any_value(message) as message, "
        "count(*) / (select count(*) from outcomes where asset = 'identifications') as share from outcomes "
        "join discovered_files using (file_key) where asset = 'identifications' and status = 'deferred' "
        f"and gone_at is null group by error_code having share > {MOST_DEFERRED}",
    ),
)


@dg.multi_asset_check(name="identification_checks", specs=[check.spec() for check in CHECKS], can_subset=True)
def identification_checks(context: AssetCheckExecutionContext, lake: LakeResource) -> Iterator[dg.AssetCheckResult]:
    """Look through the identifications for what must not be there."""
    selected = context.selected_asset_check_keys
    with lake.open().read() as snapshot:
        for check in CHECKS:
            if dg.AssetCheckKey(dg.AssetKey(check.asset), check.name) in selected:
                yield evaluate(check, snapshot)
