"""Views about the work: what is to be done, what is under way, what came of it, what would come out otherwise today."""

from lake.declarations import View
from lake.view_sql import uuid_bytes_sql, uuid_sql

LOCAL_LANE = "ingest_files"
"""The lane that works through `planned_files`."""

_ONLINE = "asset = 'identifications'"
"""What is made in a lane of its own, whenever its files have been visited; no visit makes it."""
_ALBUM = "lower(concat_ws(chr(31), coalesce(album_artist, artist, path_artist, ''), coalesce(album, path_album)))"

ENRICHMENT_TASKS = View(
    "enrichment_tasks",
    "One row per file and asset (S0-07): id and track_id are UUIDs that stay the same, status is queued, running, done "
    "or error; outcome says it exactly. album_id is null where no album is known.",
    f"""
with task as (
    select asset, file_key, status, error_code, severity, message, attempts, retry_at, written_at from outcomes
    union all by name
    select asset, file_key from planned_files cross join (select asset from asset_versions where priority = 0)
    anti join outcomes using (asset, file_key)
    union all by name
    select asset, file_key from discovered_files
    cross join (select asset from asset_versions where priority = 0 and {_ONLINE})
    anti join (from outcomes where {_ONLINE}) identified using (file_key)
    anti join planned_files using (file_key) where gone_at is null
),
known as (
    select file_key, status as file_status, coalesce(first_seen_at, planned_at) as created_at, planned_at, track_id,
        {uuid_bytes_sql("track_id")} as track_id_bytes,
        case when coalesce(album, path_album) is not null then {_ALBUM} end as album_name
    from files
),
known_album as (
    select album_name, {uuid_sql("album_name")} as album_id
    from (select distinct {_ALBUM} as album_name from discovered_files where coalesce(album, path_album) is not null)
)
select
    {uuid_sql("asset", namespace="track_id_bytes")} as id,
    track_id,
    album_id,
    file_key,
    asset as stage,
    case when file_status in ('queued', 'running') then file_status
        when status in ('done', 'not_found') then 'done'
        when status is null or status = 'deferred' then 'queued'
        when status = 'skipped' and error_code is null then 'done'
        else 'error' end as status,
    status as outcome,
    created_at,
    coalesce(greatest(written_at, planned_at), created_at) as updated_at,
    error_code,
    severity,
    message as error_message,
    attempts,
    retry_at
from task join known using (file_key) left join known_album using (album_name)
""",
)

IMPORT_JOBS = View(
    "import_jobs",
    "One row per run (S1-17, S3-112). queued + processing + completed + duplicates + failed = total; duplicates took "
    "over the results of a file with the same audio.",
    """
with counted as (
    select *, greatest(coalesce(files_total, 0), coalesce(files_done, 0)) as total,
        coalesce(files_failed, 0) as failed, coalesce(files_taken_over, 0) as duplicates,
        total - coalesce(files_done, 0) as unfinished
    from runs
),
made as (select run_id, count(*) as passages from segments group by run_id)
select
    run_id as job_id, session_id, lane, batch_id, launched_by,
    case status when 'STARTED' then 'PROCESSING' when 'SUCCESS' then 'COMPLETED' when 'CANCELED' then 'CANCELLED'
        when 'FAILURE' then 'FAILED' else status end as status,
    total,
    case when status = 'STARTED' then 0 else unfinished end as queued,
    case when status = 'STARTED' then unfinished else 0 end as processing,
    total - unfinished - duplicates - failed as completed,
    duplicates,
    failed,
    total - unfinished as files_processed,
    failed as files_failed,
    coalesce(files_decoded, 0) as files_decoded,
    coalesce(passages, 0) as passages_created,
    current_operation, message, started_at, updated_at, finished_at,
    epoch(coalesce(finished_at, updated_at) - started_at) as duration_seconds,
    cpu_seconds
from counted left join made using (run_id)
""",
)

IMPORT_ERRORS = View(
    "import_errors",
    "One row per file and asset with an error or a warning, and per refused path (S1-19, S3-111); job_id joins "
    "import_jobs. What was skipped because of an error elsewhere is not listed again; what is put off is no error: see "
    "queue_depth.",
    """
select
    outcomes.run_id as job_id, session_id, outcomes.file_key, library, path as file_path, asset,
    outcomes.status, severity, error_code, outcomes.message as error_message, outcomes.written_at as occurred_at
from outcomes
join discovered_files on discovered_files.file_key = outcomes.file_key and gone_at is null
left join runs on runs.run_id = outcomes.run_id
where outcomes.status = 'error' or (error_code is not null and outcomes.status not in ('skipped', 'deferred'))
union all
select
    refused_paths.run_id, session_id, null, library, path, null,
    'error', 'skip_file', error_code, refused_paths.message, seen_at
from refused_paths left join runs on runs.run_id = refused_paths.run_id
""",
)

IMPORT_PROGRESS = View(
    "import_progress",
    "One row per session and lane (S3-114, S3-116): files done of all, rate and estimated time left, newest last. "
    "Times are as of the last write.",
    f"""
with session as (
    select session_id, lane,
        bool_or(status = 'STARTED') as is_running,
        arg_max(status, started_at) as last_status,
        arg_max(greatest(files_total - files_done, 0), started_at) as last_unfinished,
        arg_max(current_operation, updated_at) as current_operation,
        min(started_at) as started_at,
        max(coalesce(finished_at, updated_at)) as updated_at,
        coalesce(sum(files_done), 0)::bigint as files_done,
        coalesce(sum(greatest(files_total - files_done, 0)) filter (status = 'STARTED'), 0)::bigint as files_at_work,
        coalesce(sum(files_failed), 0)::bigint as files_failed,
        coalesce(sum(files_decoded), 0)::bigint as files_decoded,
        coalesce(sum(files_taken_over), 0)::bigint as files_taken_over
    from runs group by session_id, lane
),
waiting as (
    select count(*) as files from planned_files
    anti join (from runs where status = 'STARTED') running using (batch_id)
),
known as (
    select session.*, files_done + files_at_work + case
        when lane = '{LOCAL_LANE}' and row_number() over (partition by lane order by started_at desc) = 1
        then waiting.files when last_status in ('FAILURE', 'CANCELED') then last_unfinished else 0 end as files_total,
        epoch(updated_at - started_at) as elapsed_seconds
    from session cross join waiting
)
select
    session_id, lane,
    case when is_running or (last_status = 'SUCCESS' and files_total > files_done) then 'PROCESSING'
        when last_status = 'SUCCESS' then 'COMPLETED' when last_status = 'CANCELED' then 'CANCELLED'
        else 'FAILED' end as state,
    files_done, files_total,
    case when files_total > 0 then 100.0 * files_done / files_total end as percentage,
    files_done - files_failed as files_succeeded, files_failed, files_decoded, files_taken_over,
    case when elapsed_seconds > 0 then files_done / elapsed_seconds end as rate_files_per_second,
    case when files_done > 0 then (files_total - files_done) * elapsed_seconds / files_done end as eta_seconds,
    current_operation, started_at, updated_at, elapsed_seconds
from known order by started_at
""",
)

STALE_FILES = View(
    "stale_files",
    "One row per result that would be made otherwise today, of files that are there: its asset's code or parameters "
    "changed, or what it read of another asset did, or a person corrected it; or it was never made, and the file waits "
    "for no visit. `linernotes ingest --stale` makes them anew; after a correction any ingest does. Identifications "
    "stand here only for their code and parameters: what else changes, any ingest identifies again.",
    f"""
with present as (
    select file_key, library, path, library || '/' || path as place from discovered_files where gone_at is null
),
special as (
    select asset, file_key, arg_max(struct_pack(code_version, parameters_hash), priority) as expected
    from present join asset_versions on priority > 0 and place glob path_pattern
    group by asset, file_key
),
corrected as (
    select file_key, 'decisions.' || kind as name, version
    from valid_decisions join discovered_files on audio_sha256 = json_extract_string(subject, '$.audio_sha256')
    where kind in ('segments', 'medium')
),
given as (
    select file_key, asset || '.' || unnest(map_keys(output_versions)) as name,
        unnest(map_values(output_versions)) as version
    from outcomes
    union all
    from corrected
),
taken as (
    select file_key, asset, unnest(map_keys(input_versions)) as name, unnest(map_values(input_versions)) as version
    from outcomes where not {_ONLINE}
),
outdated as (
    select file_key, asset, min(name) as name
    from (
        select file_key, asset, name from taken anti join given using (file_key, name, version)
        union all
        select file_key, 'segments', name from corrected anti join taken using (file_key, name)
    )
    group by file_key, asset
),
judged as (
    select outcomes.asset, outcomes.file_key, case
        when outcomes.code_version is distinct from coalesce(special.expected.code_version, general.code_version)
            then 'code_version ' || coalesce(outcomes.code_version, 'unknown') || ' is now '
                || coalesce(special.expected.code_version, general.code_version)
        when coalesce(outcomes.parameters_hash, '')
            <> coalesce(special.expected.parameters_hash, general.parameters_hash, '') then 'parameters changed'
        when outdated.name is not null then 'input ' || outdated.name || ' changed'
        end as reason
    from outcomes
    left join asset_versions general on general.asset = outcomes.asset and general.priority = 0
    left join special on special.asset = outcomes.asset and special.file_key = outcomes.file_key
    left join outdated on outdated.asset = outcomes.asset and outdated.file_key = outcomes.file_key
    union all
    select asset, file_key, 'never made'
    from present cross join (select asset from asset_versions where priority = 0 and not {_ONLINE})
    anti join outcomes using (asset, file_key)
    anti join planned_files using (file_key)
    anti join (from outcomes where error_code = 'RUN_FAILED') given_up using (file_key)
)
select asset, file_key, library, path, reason
from judged join present using (file_key) where reason is not null
""",
)

QUEUE_DEPTH = View(
    "queue_depth",
    "How much waits (S4-36): files queued and running, files that were visited and never identified, results deferred "
    "that are due now or later.",
    f"""
with running as (from runs where status = 'STARTED'),
put_off as (
    select retry_at, outcomes.written_at from outcomes join discovered_files using (file_key)
    where outcomes.status = 'deferred' and gone_at is null
)
select 'queued' as queue, count(*) as depth, min(planned_at) as waiting_since, sum(size_bytes)::bigint as size_bytes
from planned_files anti join running using (batch_id)
union all
select 'running', count(*), min(planned_at), sum(size_bytes)::bigint
from planned_files semi join running using (batch_id)
union all
select 'unidentified', count(*), min(outcomes.written_at), sum(size_bytes)::bigint
from outcomes join discovered_files using (file_key)
anti join (from outcomes where {_ONLINE}) identified using (file_key)
anti join planned_files using (file_key)
where asset = 'discovered_files' and gone_at is null and exists (from asset_versions where {_ONLINE})
union all
select 'deferred_due', count(*), min(written_at), null from put_off where retry_at is null or retry_at <= now()
union all
select 'deferred_later', count(*), min(written_at), null from put_off where retry_at > now()
""",
)

VIEWS = (ENRICHMENT_TASKS, IMPORT_JOBS, IMPORT_ERRORS, IMPORT_PROGRESS, STALE_FILES, QUEUE_DEPTH)
