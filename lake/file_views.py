"""Views about files and the pieces of music in them."""

from lake.audio_tables import AUDIO_FEATURES, SEGMENTS, SOURCE_MEDIA
from lake.declarations import View
from lake.file_tables import DISCOVERED_FILES, PLANNED_FILES
from lake.identification_views import ACCEPTED, FITS
from lake.view_sql import columns_sql, seconds_sql, uuid_sql

_SHARED = {column.name for column in DISCOVERED_FILES.columns} & {column.name for column in PLANNED_FILES.columns}
_OF_EITHER = {name: f"coalesce(discovered_files.{name}, planned_files.{name})" for name in _SHARED}

FILES = View(
    "files",
    "One row per file that is there or planned: what it is, its status (queued, running, or the worst of its assets: "
    "error, deferred, not_found, skipped, done) and the code and message of the worst.",
    f"""
with remarkable as (
    select file_key, arg_max(
        struct_pack(status := status, error_code := error_code, severity := severity, message := message),
        case status when 'error' then 8 when 'deferred' then 6 when 'not_found' then 4 when 'skipped' then 2 else 0 end
            + (error_code is not null)::integer
    ) as outcome
    from outcomes where status <> 'done' or error_code is not null group by file_key
),
visited as (select file_key from outcomes where asset = 'discovered_files'),
running as (select distinct batch_id from runs where status = 'STARTED' and batch_id is not null)
select
    {columns_sql(DISCOVERED_FILES, without=("gone_at",), instead=_OF_EITHER)},
    {uuid_sql("coalesce(discovered_files.file_key, planned_files.file_key)")} as track_id,
    case when running.batch_id is not null then 'running' when planned_files.file_key is not null then 'queued'
        when outcome is not null then outcome.status when visited.file_key is not null then 'done' end as status,
    outcome.error_code as error_code, outcome.severity as severity, outcome.message as message,
    planned_files.reason as planned_reason, planned_files.planned_at as planned_at
from (from discovered_files where gone_at is null) discovered_files
full join planned_files on planned_files.file_key = discovered_files.file_key
left join remarkable on remarkable.file_key = coalesce(discovered_files.file_key, planned_files.file_key)
left join visited on visited.file_key = coalesce(discovered_files.file_key, planned_files.file_key)
left join running on running.batch_id = planned_files.batch_id
""",
)

_SEVERAL = "several.file_key is not null"
"""Whether the file holds several pieces."""
_NAMES = f"""
    coalesce(case when {ACCEPTED} then identifications.title end, case when {_SEVERAL}
        then coalesce(title_hint, discovered_files.title, path_title)
        else coalesce(discovered_files.title, title_hint, path_title) end) as title,
    coalesce(case when {ACCEPTED} then identifications.artist end, case when {_SEVERAL}
        then coalesce(performer_hint, discovered_files.artist, path_artist)
        else coalesce(discovered_files.artist, performer_hint, path_artist) end) as artist,
    coalesce(case when {ACCEPTED} then identifications.album end, discovered_files.album, path_album) as album,
    coalesce(case when {ACCEPTED} then identifications.track_position end, case when {_SEVERAL}
        then segments.segment_index + 1 else coalesce(discovered_files.track_number, path_track_number) end
    ) as track_number,
    case when {ACCEPTED} and identifications.title is not null then 'identification'
        when title_hint is not null and ({_SEVERAL} or discovered_files.title is null) then 'cue'
        when discovered_files.title is not null then 'tags'
        when path_title is not null then 'path' end as title_from,
    case when {FITS} then identifications.decision end as decision,
    case when {FITS} then identifications.confidence end as identification_confidence,
    case when {ACCEPTED} then identifications.recording_mbid end as recording_mbid,
    case when {ACCEPTED} then identifications.release_mbid end as release_mbid,
    case when {ACCEPTED} then identifications.release_group_mbid end as release_group_mbid"""
_JOINED = """
left join (select file_key from segments where segment_index = 1) several on several.file_key = segments.file_key
""".strip()
_IDENTIFIED = """
left join identifications on identifications.file_key = segments.file_key
    and identifications.segment_index = segments.segment_index
""".strip()
"""The last join: what is wide goes by it once; DuckDB 1.5 would else gather all of it."""
_LENGTH = "segments.end_time_ticks - segments.start_time_ticks"

PASSAGES = View(
    "passages",
    "One row per piece of music in a file that is there: where it begins and ends, what divided the file, and who it "
    "is: accepted names, else the file's own, as `library` has them. One that nobody knows is here too, without ids.",
    f"""
select
    {columns_sql(SEGMENTS)},
    {_LENGTH} as duration_ticks,
    {seconds_sql(_LENGTH, "duration")},
    {_NAMES.strip()},
    discovered_files.library, discovered_files.path
from segments
join discovered_files on discovered_files.file_key = segments.file_key and discovered_files.gone_at is null
{_JOINED}
{_IDENTIFIED}
""",
)

ALBUM_PASSAGES = View(
    "album_passages",
    "One row per file that holds several pieces (S3-R2): the passage that spans all of it, under the names of the "
    "album. Apart from `passages`, so that nothing there counts twice.",
    f"""
select
    file_key, 0::bigint as start_time_ticks, {seconds_sql("0", "start_time")},
    source_media.duration_ticks as end_time_ticks, {seconds_sql("source_media.duration_ticks", "end_time")},
    source_media.duration_ticks as duration_ticks, {seconds_sql("source_media.duration_ticks", "duration")},
    source_media.segment_count as segment_count,
    coalesce(album, path_album) as title, coalesce(album_artist, artist, path_artist) as artist,
    discovered_files.library, discovered_files.path
from source_media join discovered_files using (file_key)
where source_media.segment_count > 1 and discovered_files.gone_at is null
""",
)

_WHOLE_FILE = ("title", "artist", "duration_ticks", "track_number", "gone_at")
_BULKY = ("silences", "applause", "amplitude_profile_dbfs", "amplitude_step_ticks", "waveform")
"""What would double the time of every `select *`."""

LIBRARY = View(
    "library",
    "One wide row per piece of music: names (title_from says whether from its accepted identification, tags, a CUE "
    "sheet or chapter, or the path; where a file holds several pieces, a piece's own name goes before the file's "
    "tags), place, format, measurements. Ids stand only where decision is ACCEPT. What is bulky stands in the tables: "
    "waveform, fingerprint, silences, profile.",
    f"""
select
    discovered_files.file_key, {uuid_sql("discovered_files.file_key")} as track_id, segments.segment_index,
    {_NAMES.strip()},
    {columns_sql(SEGMENTS, without=("file_key", "segment_index"))},
    {_LENGTH} as duration_ticks,
    {seconds_sql(_LENGTH, "duration")},
    {columns_sql(DISCOVERED_FILES, without=("file_key", "album", *_WHOLE_FILE))},
    discovered_files.duration_ticks as file_duration_ticks,
    {seconds_sql("discovered_files.duration_ticks", "file_duration")},
    {columns_sql(SOURCE_MEDIA, without=("file_key", "duration_ticks", "confidence", *_BULKY))},
    source_media.confidence as medium_confidence,
    {columns_sql(AUDIO_FEATURES, without=("file_key", "segment_index", *_BULKY))}
from segments
join discovered_files on discovered_files.file_key = segments.file_key and discovered_files.gone_at is null
{_JOINED}
left join source_media on source_media.file_key = segments.file_key
left join audio_features on audio_features.file_key = segments.file_key
    and audio_features.segment_index = segments.segment_index
{_IDENTIFIED}
""",
)

VIEWS = (FILES, PASSAGES, ALBUM_PASSAGES, LIBRARY)
