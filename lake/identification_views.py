"""Views about who the pieces are: what was accepted, what waits for a person, and why it was decided so.

An identification speaks of audio and a span. Of a file whose audio or pieces are others by now it says nothing until it
is identified again. Only what was accepted gives names; what is merely likely stands in `review_queue`.
"""

from typing import Final

from lake.declarations import EVIDENCE_PARTS, View
from lake.identification_due import folder_sql

LEAST_TENTHS: Final = 9
"""Of the longer of two spans: a boundary may move by a little when newer code finds it."""


def overlap_sql(one: str, other: str) -> str:
    """Return a condition: two spans, of tables with start_time_ticks and end_time_ticks, are one and the same."""
    start, end = "start_time_ticks", "end_time_ticks"
    shared = f"least({one}.{end}, {other}.{end}) - greatest({one}.{start}, {other}.{start})"
    return f"10 * ({shared}) >= {LEAST_TENTHS} * greatest({one}.{end} - {one}.{start}, {other}.{end} - {other}.{start})"


FITS: Final = (
    "coalesce(identifications.audio_sha256 = discovered_files.audio_sha256, true) and "
    f"coalesce({overlap_sql('identifications', 'segments')}, true)"
)
"""Whether an identification speaks of a piece as it is today."""
ACCEPTED: Final = f"(identifications.decision = 'ACCEPT' and {FITS})"
"""Whether its names hold."""
_OF_TODAY: Final = f"""
from identifications
join segments using (file_key, segment_index)
join discovered_files on discovered_files.file_key = identifications.file_key and gone_at is null
where {FITS}"""

IDENTIFICATION_DECISIONS = View(
    "identification_decisions",
    "One row per piece of music that a person decided on: the newest decision that stands and shares nine tenths of "
    "the longer span with it, whichever file its audio is in.",
    f"""
with spoken as (
    select decision_id, made_at, version, value,
        json_extract_string(subject, '$.audio_sha256') as audio_sha256,
        json_extract(subject, '$.start_ticks')::bigint as start_time_ticks,
        json_extract(subject, '$.end_ticks')::bigint as end_time_ticks
    from valid_decisions where kind = 'identification'
)
select
    segments.file_key, segments.segment_index, library, path, decision_id, made_at, version,
    json_extract_string(value, '$.decision') as decision,
    json_extract_string(value, '$.recording_mbid') as recording_mbid,
    json_extract_string(value, '$.release_mbid') as release_mbid,
    json_extract_string(value, '$.release_group_mbid') as release_group_mbid,
    json_extract_string(value, '$.title') as title,
    json_extract_string(value, '$.artist') as artist,
    json_extract_string(value, '$.album') as album,
    json_extract(value, '$.track_position')::integer as track_position,
    json_extract(value, '$.disc_position')::integer as disc_position,
    value
from spoken
join discovered_files on discovered_files.audio_sha256 = spoken.audio_sha256 and gone_at is null
join segments on segments.file_key = discovered_files.file_key and {overlap_sql("spoken", "segments")}
qualify row_number() over (
    partition by segments.file_key, segments.segment_index order by made_at desc, decision_id desc
) = 1
""",
)

ACCEPTED_PASSAGES = View(
    "accepted_passages",
    "One row per piece of music that is known for sure: what it is a recording of, and on which album.",
    f"""
select identifications.* exclude (written_at, run_id, evidence, requested_mbids), library, path {_OF_TODAY}
    and decision = 'ACCEPT'
""",
)

PASSAGE_SONGS = View(
    "passage_songs",
    "One row per piece of music and song (S3-99); a piece that nobody knows has none.",
    """
select file_key, segment_index, recording_mbid, title, artist, confidence, decided_by
from accepted_passages where recording_mbid is not null
""",
)

PASSAGE_ALBUMS = View(
    "passage_albums",
    "One row per piece of music and the album it is on; release_mbid is null where nothing tells which edition it is.",
    """
select file_key, segment_index, release_group_mbid, release_mbid, album, disc_position, track_position
from accepted_passages where release_group_mbid is not null
""",
)

SONGS = View(
    "songs",
    "One row per recording of MusicBrainz that is here, with the number of pieces, files and albums it is in.",
    """
with song as (
    select recording_mbid,
        arg_min(
            struct_pack(title, artist, artist_mbids, work_mbids, recording_length_seconds, tags), file_key
        ) as known,
        count(*) as passages, count(distinct file_key) as files, count(distinct release_group_mbid) as albums
    from accepted_passages where recording_mbid is not null group by recording_mbid
)
select recording_mbid, unnest(known), passages, files, albums from song
""",
)

ARTISTS = View(
    "artists",
    "One row per artist of MusicBrainz: the name as credits print it (of one who never stands alone, a whole credit), "
    "with the number of songs, albums and pieces.",
    """
with credited as (
    select unnest(artist_mbids) as artist_mbid, len(artist_mbids) as artists, artist, file_key, recording_mbid,
        release_group_mbid
    from accepted_passages
)
select
    artist_mbid,
    coalesce(arg_min(artist, file_key) filter (artists = 1), arg_min(artist, file_key)) as name,
    count(distinct recording_mbid) as songs, count(distinct release_group_mbid) as albums, count(*) as passages
from credited group by artist_mbid
""",
)

WORKS = View(
    "works",
    "One row per work of MusicBrainz, under the title of one of its recordings, with the number of songs and pieces.",
    """
with performed as (
    select unnest(work_mbids) as work_mbid, title, file_key, recording_mbid from accepted_passages
)
select
    work_mbid, arg_min(title, file_key) as title, count(distinct recording_mbid) as songs, count(*) as passages
from performed group by work_mbid
""",
)

ALBUMS = View(
    "albums",
    "One row per album, as MusicBrainz's release group: names, the editions that are known to be here, number of "
    "songs, pieces, files and discs.",
    """
select
    release_group_mbid,
    arg_min(album, file_key) as title,
    arg_min(coalesce(album_artist, artist), file_key) as artist,
    min(release_date) as release_date,
    list_sort(list(distinct release_mbid) filter (release_mbid is not null)) as release_mbids,
    count(distinct recording_mbid) as songs, count(*) as passages, count(distinct file_key) as files,
    count(distinct disc_position) as discs
from accepted_passages where release_group_mbid is not null group by release_group_mbid
""",
)

REVIEW_QUEUE = View(
    "review_queue",
    "One row per group of pieces of which a person has to decide some, those first where one decision settles most: "
    "what the files say of themselves, and the candidate that most of the pieces share.",
    f"""
with piece as (
    select coalesce(group_id, identifications.file_key || '#' || segment_index) as group_id,
        identifications.file_key, segment_index, decision, confidence, release_group_mbid, identifications.reason,
        library, path, {folder_sql("path")} as folder,
        struct_pack(
            title := coalesce(discovered_files.title, title_hint, path_title),
            artist := coalesce(discovered_files.artist, performer_hint, path_artist),
            album := coalesce(discovered_files.album, path_album)
        ) as said,
        struct_pack(
            candidate_title := identifications.title, candidate_artist := identifications.artist,
            candidate_album := identifications.album, candidate_album_artist := identifications.album_artist
        ) as candidate
    {_OF_TODAY}
),
queued as (
    select group_id, arg_min(struct_pack(library, folder, path), (path, segment_index)) as place,
        arg_min(said, (path, segment_index)) filter (decision = 'REVIEW') as said,
        arg_min(reason, (path, segment_index)) filter (decision = 'REVIEW') as reason,
        count(*) as pieces, count(distinct file_key) as files,
        count(*) filter (decision = 'REVIEW') as to_review,
        count(*) filter (decision = 'ACCEPT') as accepted,
        count(*) filter (decision = 'REJECT') as rejected
    from piece group by group_id having to_review > 0
),
likeliest as (
    select group_id, release_group_mbid as candidate_release_group_mbid, count(*) as settles,
        avg(confidence) as confidence, arg_min(candidate, (path, segment_index)) as candidate
    from piece where decision = 'REVIEW' group by group_id, release_group_mbid
    qualify row_number() over (
        partition by group_id order by release_group_mbid is null, count(*) desc, avg(confidence) desc,
            release_group_mbid
    ) = 1
)
select
    group_id, place.library as library, place.folder as folder, place.path as path,
    case when candidate_release_group_mbid is null then 1 else settles end as settles,
    to_review, accepted, rejected, pieces, files,
    said.title as title, said.artist as artist, said.album as album,
    candidate_release_group_mbid,
    case when settles = 1 then candidate.candidate_title end as candidate_title,
    case when settles = 1 then candidate.candidate_artist
        else coalesce(candidate.candidate_album_artist, candidate.candidate_artist) end as candidate_artist,
    candidate.candidate_album as candidate_album,
    confidence, reason
from queued join likeliest using (group_id)
order by settles desc, confidence desc, library, folder, group_id
""",
)

_PARTS: Final = ", ".join(f"known.evidence.{part} as {part}" for part in EVIDENCE_PARTS)
IDENTIFICATION_EVIDENCE = View(
    "identification_evidence",
    "One row per piece of music (S3-70): what was decided and why, in words and in numbers, and what came next to it.",
    f"""
with known as (select identifications.* {_OF_TODAY}),
outcome as (select file_key, status, error_code, message from outcomes where asset = 'identifications')
select
    segments.file_key, segments.segment_index, library, path,
    known.decision as decision, known.confidence as confidence, known.decided_by as decided_by,
    known.group_id as group_id,
    case known.decision
        when 'ACCEPT' then 'It is ' when 'REVIEW' then 'Perhaps it is ' when 'REJECT' then 'Nobody knows it.'
        else case outcome.status when 'deferred' then 'Put off: ' || coalesce(outcome.message, outcome.error_code, '')
            when 'error' then 'It could not be identified: ' || coalesce(outcome.message, outcome.error_code, '')
            when 'skipped' then 'There is nothing to identify it by.' else 'It was not looked for yet.' end
    end || case when known.decision in ('ACCEPT', 'REVIEW') then coalesce(known.title, known.recording_mbid, '?')
        || coalesce(' by ' || known.artist, '') || coalesce(', on ' || known.album, '') || '.' else '' end
        || coalesce(' ' || known.reason, '') as words,
    {_PARTS},
    len(known.editions) as editions,
    next.title as next_title, next.artist as next_artist, next.album as next_album, next.score as next_score,
    next.rejected_because as next_rejected_because
from segments
join discovered_files on discovered_files.file_key = segments.file_key and gone_at is null
left join known on known.file_key = segments.file_key and known.segment_index = segments.segment_index
left join outcome on outcome.file_key = segments.file_key
left join (from match_candidates where rank = 2) next
    on next.file_key = segments.file_key and next.segment_index = segments.segment_index
""",
)

VIEWS = (
    IDENTIFICATION_DECISIONS,
    ACCEPTED_PASSAGES,
    PASSAGE_SONGS,
    PASSAGE_ALBUMS,
    SONGS,
    ARTISTS,
    WORKS,
    ALBUMS,
    REVIEW_QUEUE,
    IDENTIFICATION_EVIDENCE,
)
