"""The view of the groups of duplicates."""

from lake.declarations import View

DUPLICATE_GROUPS = View(
    "duplicate_groups",
    "One row per group of pieces that are one and the same: how sure that is, which to keep, the bytes of the files "
    "that would be free without the others (only files of which no piece is to be kept), whether a person decided all "
    "of it. Files that are gone do not count.",
    """
with member as (
    select duplicates.*, library, path, size_bytes
    from duplicates join discovered_files using (file_key) where gone_at is null
),
wanted as (
    select segments.file_key from segments left join duplicates using (file_key, segment_index)
    where coalesce(keep, true) group by segments.file_key
),
freed as (
    select file_key, arg_min(group_id, segment_index) as group_id, any_value(size_bytes) as size_bytes
    from member anti join wanted using (file_key) group by file_key
),
freed_by_group as (select group_id, sum(size_bytes)::bigint as freed_bytes from freed group by group_id)
select
    group_id,
    count(*) as members,
    arg_max(kind, case kind when 'near' then 3 when 'recording' then 2 when 'audio' then 1 else 0 end) as kind,
    min(similarity) as least_similarity,
    arg_min(library, rank) filter (keep) as keep_library,
    arg_min(path, rank) filter (keep) as keep_path,
    count(*) filter (keep) as kept,
    coalesce(any_value(freed_bytes), 0) as freed_bytes,
    bool_and(decided_by = 'person') as is_decided,
    max(member.written_at) as written_at
from member left join freed_by_group using (group_id)
group by group_id having count(*) > 1
""",
)

VIEWS = (DUPLICATE_GROUPS,)
