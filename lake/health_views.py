"""Views that judge: is each layer whole, are the goals met."""

from lake.declarations import View
from lake.tables import TABLES

SILENT_MINUTES = 10
"""A run that has told nothing for so long is taken for dead, a queue that nobody works on for stuck."""
FILES_PER_HOUR = 10_000
"""S1-04: on four cores."""
CPU_SECONDS_PER_FILE = 1.44
"""S1-04: four cores for an hour, divided by 10,000 files."""
MUSICBRAINZ_REQUESTS_PER_FILE = 0.2
ACOUSTID_REQUESTS_PER_FILE = 0.15
"""S4-05: albums are asked for, not files."""

_ASSETS = tuple(
    name
    for name in ("discovered_files", "segments", "fingerprints", "audio_features", "identifications")
    if name in TABLES
)
_WITHOUT_ROWS = " union all ".join(
    f"(select file_key from outcomes where asset = '{asset}' and status = 'done' "
    f"and file_key not in (select file_key from {asset}))"
    for asset in _ASSETS
)

PIPELINE_HEALTH = View(
    "pipeline_health",
    "One row per layer (S0-58): state ok, warning, broken or unknown, what was seen and what to do.",
    f"""
with seen as (
    select
        (select count(*) from discovered_files where gone_at is null) as files,
        (select count(*) from refused_paths) as refused,
        (select count(*) from planned_files) as planned,
        (select min(planned_at) from planned_files) as planned_since,
        (select count(*) from runs where status = 'STARTED') as started,
        (select count(*) from runs where status = 'STARTED'
            and updated_at < now() - interval {SILENT_MINUTES} minutes) as silent,
        (select arg_max(status, finished_at) from runs where finished_at is not null) as last_status,
        (select arg_max(message, finished_at) from runs where finished_at is not null) as last_message,
        (select count(distinct file_key) from outcomes join discovered_files using (file_key)
            where gone_at is null and status = 'error') as bad,
        (select count(*) from ({_WITHOUT_ROWS})) as without_rows,
        (select count(*) from discovered_files where gone_at is null
            and file_key not in (select file_key from outcomes)) as without_outcome
)
select 'creation' as layer,
    case when refused > 0 or files + planned = 0 then 'warning' else 'ok' end as state,
    files || ' files known, ' || planned || ' planned, ' || refused || ' paths refused' as seen,
    case when files + planned = 0 then 'Name a folder of music: linernotes ingest PATH'
        when refused > 0 then 'See import_errors for the refused paths.' end as cure
from seen
union all
select 'orchestration',
    case when silent > 0 then 'broken'
        when planned > 0 and started = 0 and planned_since < now() - interval {SILENT_MINUTES} minutes then 'warning'
        else 'ok' end,
    planned || ' files wait, ' || started || ' runs under way, ' || silent || ' of them silent',
    case when silent > 0 or (planned > 0 and started = 0) then 'Start linernotes ingest: it takes up what was left.' end
from seen
union all
select 'execution',
    case when last_status = 'FAILURE' then 'broken' when bad > 0 then 'warning' else 'ok' end,
    'last run: ' || coalesce(last_status, 'none') || ', ' || bad || ' files with an error'
        || coalesce(': ' || last_message, ''),
    case when last_status = 'FAILURE' then 'See the run in the UI.' when bad > 0 then 'See import_errors.' end
from seen
union all
select 'persistence',
    case when without_rows + without_outcome > 0 then 'broken' else 'ok' end,
    without_rows || ' results without rows, ' || without_outcome || ' files without an outcome',
    case when without_rows + without_outcome > 0 then 'Please report it; linernotes refresh FILE makes a file anew.' end
from seen
union all
select 'ui', 'unknown', 'the lake does not see the UI', 'linernotes doctor looks.'
""",
)

KPIS = View(
    "kpis",
    "One row per figure of today: value, unit, goal (null where nothing is aimed at) and whether it is met.",
    f"""
with newest as (select * from import_progress where lane = 'ingest_files' order by started_at desc limit 1),
spent as (select sum(seconds) as seconds, count(distinct file_key) as files from outcomes where seconds > 0),
counted as (select count(*) as files, count(*) filter (status = 'error') as bad from files),
asked as (
    select service, count(*) as requests from api_calls where not coalesce(is_cached, false) group by service
),
identified as (
    select count(*) as files, count(*) filter (status = 'deferred') as deferred
    from outcomes join discovered_files using (file_key) where asset = 'identifications' and gone_at is null
),
judged as (
    select count(*) as passages, count(*) filter (decision = 'ACCEPT') as accepted
    from identifications join discovered_files using (file_key) where gone_at is null
),
figure as (
    select 'files_per_hour' as kpi, rate_files_per_second * 3600 as value, 'files/hour' as unit,
        {FILES_PER_HOUR}::double as goal, true as more_is_better from newest
    union all
    select 'cpu_seconds_per_file', seconds / files, 'seconds', {CPU_SECONDS_PER_FILE}, false from spent where files > 0
    union all
    select 'bad_file_share', bad / files, 'share', null, false from counted where files > 0
    union all
    select 'decoded_share', files_decoded / files_done, 'share', null, false from newest where files_done > 0
    union all
    select 'queued_files', depth, 'files', null, false from queue_depth where queue = 'queued'
    union all
    select service || '_requests_per_file', requests / files, 'requests',
        case service when 'musicbrainz' then {MUSICBRAINZ_REQUESTS_PER_FILE}
            when 'acoustid' then {ACOUSTID_REQUESTS_PER_FILE} end, false
    from asked cross join identified where files > 0
    union all
    select 'deferred_share', deferred / files, 'share', null, false from identified where files > 0
    union all
    select 'accepted_share', accepted / passages, 'share', null, true from judged where passages > 0
)
select kpi, value, unit, goal, case when more_is_better then value >= goal else value <= goal end as is_met
from figure where value is not null
""",
)

VIEWS = (PIPELINE_HEALTH, KPIS)
