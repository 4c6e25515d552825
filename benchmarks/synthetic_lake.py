"""A lake as 100,000 files would leave it, made by SQL in seconds; every value is made up, and of its true size."""

from datetime import UTC, datetime
from typing import Final

from ingest_assets.file_parameters import asset_versions
from lake.identification_due import DueFolder, due_folders
from lake.store import Lake
from lake.transaction import Transaction

RUN_FILES: Final = 200
CANDIDATES: Final = 3
"""Of each piece."""
CALL_FILES: Final = 4
"""One request to a service for so many files."""
ALBUM_FILES: Final = 12
KEY: Final = "printf('song-%d~%s', i, left(md5(i::varchar), 12))"
_PATH: Final = f"printf('Artist %d/Album %d (1999)/%02d - Song %d.flac', i // 120, i // {ALBUM_FILES}, i % 12 + 1, i)"
_TICKS: Final = "((180 + i % 120) * 28224000)::bigint"
_NOISE: Final = "(hash(i) % 1000 / 1000.0)"
_BAD: Final = "(i % 100 = 0)"
"""One file in a hundred cannot be decoded."""
_NOW: Final = "timestamptz '2026-01-01 00:00:00+00'"
_RUN: Final = f"'run-' || i // {RUN_FILES}"

_FILES: Final = {
    "library": "'music'",
    "path": _PATH,
    "path_bytes": f"encode({_PATH})",
    "size_bytes": "20000000 + i",
    "modified_at": _NOW,
    "modified_at_ns": "1500000000000000000 + i",
    "stamp": "printf('%d:%d:', 20000000 + i, 1500000000000000000 + i)",
    "content_sha256": "sha256('content' || i)",
    "audio_sha256": "sha256('audio' || i)",
    "hints_sha256": "sha256('hints' || i)",
    "container": "'flac'",
    "codec": "'flac'",
    "sample_rate_hz": "44100",
    "channels": "2",
    "bits_per_sample": "16",
    "bitrate_bps": "900000 + i",
    "duration_ticks": _TICKS,
    "title": "'Song ' || i",
    "artist": "'Artist ' || i // 120",
    "album": "'Album ' || i // 12",
    "track_number": "i % 12 + 1",
    "year": "1960 + i % 60",
    "genre": "'Genre ' || i % 40",
    "path_artist": "'Artist ' || i // 120",
    "path_album": "'Album ' || i // 12",
    "path_title": "'Song ' || i",
    "path_track_number": "i % 12 + 1",
    "has_embedded_art": "i % 3 = 0",
    "source": "'import'",
    "first_seen_at": _NOW,
}
_SEGMENTS: Final = {
    "segment_index": "0",
    "start_time_ticks": "0",
    "fade_in_start_ticks": "2822400 + i",
    "lead_in_start_ticks": "2822400 + i",
    "fade_in_end_ticks": "2822400 + 10 * i",
    "lead_out_start_ticks": f"{_TICKS} - 28224000",
    "fade_out_start_ticks": f"{_TICKS} - 56448000",
    "end_time_ticks": _TICKS,
    "fade_out_curve": "case when i % 3 = 0 then 'cosine' end",
    "found_by": "'whole_file'",
}
_MEDIA: Final = {
    "segment_count": "1",
    "gap_pattern": "'None'",
    "noise_floor_dbfs": f"-70 - {_NOISE}",
    "medium": "'CD'",
    "confidence": _NOISE,
    "threshold_dbfs": "-80.0",
    "duration_ticks": _TICKS,
    "amplitude_profile_dbfs": "list_transform(range(2400), lambda x: (-20 - hash(2400 * i + x) % 9)::tinyint)",
    "amplitude_step_ticks": "2822400",
    "applause": "[]",
    "silences": f"[{{'start_ticks': 0, 'end_ticks': 28224000 + i, 'level_dbfs': -90 - {_NOISE}}}]",
}
_FINGERPRINTS: Final = {
    "segment_index": "0",
    "algorithm": "1",
    "fingerprint": "array_to_string(list_transform(range(75), lambda x: md5((100 * i + x)::varchar)), '')",
    "duration_seconds": "180.0 + i % 120",
}
_FEATURES: Final = {
    "segment_index": "0",
    "bpm": f"80 + 80 * {_NOISE}",
    "bpm_confidence": _NOISE,
    "tempo_stability": _NOISE,
    "key_tonic": "(['C', 'D', 'E', 'F', 'G', 'A'])[1 + i % 6]",
    "key_mode": "case when i % 3 = 0 then 'minor' else 'major' end",
    "camelot": "(1 + i % 12) || 'A'",
    "key_confidence": _NOISE,
    "tuning_cents": f"10 * {_NOISE} - 5",
    "energy": _NOISE,
    "danceability": _NOISE,
    "brightness_hz": f"1000 + 2000 * {_NOISE}",
    "dynamic_range_db": f"6 + 8 * {_NOISE}",
    "integrated_lufs": f"-14 - 6 * {_NOISE}",
    "loudness_range_lu": f"6 + 4 * {_NOISE}",
    "max_momentary_lufs": f"-8 - 4 * {_NOISE}",
    "max_short_term_lufs": f"-10 - 4 * {_NOISE}",
    "true_peak_dbtp": f"0.1 - {_NOISE}",
    "sample_peak_dbfs": f"-{_NOISE}",
    "rms_dbfs": f"-16 - 6 * {_NOISE}",
    "clipped_samples": "i % 7",
    "waveform": "list_transform(range(800), lambda x: ((hash(800 * i + x) % 255)::integer - 127)::tinyint)",
}
_DECISION: Final = "case when i % 20 = 3 then 'REJECT' when i % 6 = 1 then 'REVIEW' else 'ACCEPT' end"
_IDENTIFICATIONS: Final = {
    "segment_index": "0",
    "decision": _DECISION,
    "confidence": f"0.6 + 0.4 * {_NOISE}",
    "recording_mbid": "md5('recording' || i // 2)::uuid::varchar",
    "release_mbid": f"case when i // {ALBUM_FILES} % 3 > 0 "
    f"then md5('release' || i // {ALBUM_FILES})::uuid::varchar end",
    "release_group_mbid": f"md5('group' || i // {ALBUM_FILES})::uuid::varchar",
    "title": "'Song ' || i // 2",
    "artist": "'Artist ' || i // 120",
    "album": f"'Album ' || i // {ALBUM_FILES}",
    "album_artist": "'Artist ' || i // 120",
    "artist_mbids": "[md5('artist' || i // 120)::uuid::varchar]",
    "work_mbids": "[md5('work' || i // 4)::uuid::varchar]",
    "track_position": f"i % {ALBUM_FILES} + 1",
    "disc_position": "1",
    "recording_length_seconds": "180.0 + i % 120",
    "release_date": "(1960 + i % 60)::varchar",
    "tags": "['rock', 'tag ' || i % 40]",
    "editions": "[]::varchar[]",
    "requested_mbids": "[]::varchar[]",
    "evidence": f"{{'metadata': {_NOISE}, 'contextual': 0.9, 'pattern': 0.8, 'fingerprint': {_NOISE}, "
    f"'fingerprint_mean': 0.9, 'fingerprint_min': 0.7, 'duration': {_NOISE}, 'release_share': 1.0, 'margin': 0.1}}",
    "reason": "'All ' || i % 20 || ' tracks agree with Album; fingerprints agree on ' || i % 20",
    "decided_by": "'evidence'",
    "group_id": f"left(md5('pieces' || i // {ALBUM_FILES}), 16)",
    "audio_sha256": _FILES["audio_sha256"],
    "start_time_ticks": "0",
    "end_time_ticks": _TICKS,
}
_CANDIDATES: Final = {
    **{name: _IDENTIFICATIONS[name] for name in ("segment_index", "title", "artist", "album")},
    "rank": "1 + rank",
    "recording_mbid": "md5('recording' || i // 2 || rank)::uuid::varchar",
    "release_mbid": f"md5('release' || i // {ALBUM_FILES} || rank)::uuid::varchar",
    "release_group_mbid": f"md5('group' || i // {ALBUM_FILES} || rank)::uuid::varchar",
    "score": f"{_NOISE} / (1 + rank)",
    "metadata": _NOISE,
    "contextual": _NOISE,
    "pattern": _NOISE,
    "fingerprint": _NOISE,
    "duration": _NOISE,
    "source": "'acoustid'",
    "rejected_because": "case when rank > 0 then 'another release fits better' end",
}
_CALLS: Final = {
    "call_id": "uuid()::varchar",
    "service": "case when i % 2 = 0 then 'musicbrainz' else 'acoustid' end",
    "endpoint": "case when i % 2 = 0 then '/ws/2/release' else '/v2/lookup' end",
    "method": "case when i % 2 = 0 then 'GET' else 'POST' end",
    "status": "200",
    "milliseconds": "150.0 + i % 100",
    "waited_milliseconds": "i % 1000",
    "is_cached": "i % 3 = 0",
    "requested_at": f"{_NOW} + i * interval 1 second",
}
_OUTCOMES: Final = {
    "asset": "version.asset",
    "status": f"case when not {_BAD} or version.asset = 'discovered_files' then 'done' "
    "when version.asset = 'segments' then 'error' else 'skipped' end",
    "error_code": f"case when {_BAD} and version.asset = 'segments' then 'DECODE_ERROR' end",
    "message": f"case when {_BAD} and version.asset = 'segments' then 'none of its packets could be decoded' end",
    "attempts": "1",
    "code_version": "version.code_version",
    "data_version": "left(md5(version.asset || i), 16)",
    "input_versions": "case version.asset when 'discovered_files' then map {} else "
    "map {'discovered_files.audio': left(md5('audio' || i), 16)} end",
    "output_versions": "case version.asset when 'discovered_files' then map {'audio': left(md5('audio' || i), 16), "
    "'hints': left(md5('hints' || i), 16), 'identity': left(md5('identity' || i), 16)} else map {} end",
    "parameters_hash": "version.parameters_hash",
    "how": "'computed'",
    "seconds": f"{_NOISE}",
}
_IDENTIFIED_TODAY: Final = {
    "asset": "identifications",
    "priority": 0,
    "path_pattern": "*",
    "code_version": "1",
    "parameters_hash": "",
}
_BY_FILE: Final = {
    "discovered_files": _FILES,
    "segments": _SEGMENTS,
    "source_media": _MEDIA,
    "fingerprints": _FINGERPRINTS,
    "audio_features": _FEATURES,
    "identifications": _IDENTIFICATIONS,
    "match_candidates": _CANDIDATES,
    "outcomes": _OUTCOMES,
}
"""By table and column, the expression for file number i; what is not named is null."""
_RUNS: Final = {
    "session_id": "'session-' || i // 10000",
    "lane": "'ingest_files'",
    "batch_id": f"'batch-' || i // {RUN_FILES}",
    "launched_by": "'cli'",
    "status": "'SUCCESS'",
    "files_total": f"{RUN_FILES}",
    "files_done": f"{RUN_FILES}",
    "files_failed": "2",
    "files_decoded": f"{RUN_FILES}",
    "files_taken_over": "0",
    "started_at": f"{_NOW} + i * interval 1 second",
    "updated_at": f"{_NOW} + (i + 200) * interval 1 second",
    "finished_at": f"{_NOW} + (i + 200) * interval 1 second",
    "cpu_seconds": "250.0",
}


def make_lake(lake: Lake, *, files: int, at_once: int = 10_000) -> None:
    """Write all tables in large batches."""
    for start in range(0, files, at_once):
        with lake.write(run_id="benchmark") as tx:
            if start == 0:
                tx.replace_all("asset_versions", asset_versions(lake.places.home))
                tx.upsert("asset_versions", [_IDENTIFIED_TODAY])
                tx.upsert("planned_files", _planned(files))
            _insert(tx, start, end=min(start + at_once, files))
    with lake.write(run_id="benchmark") as tx:
        tx.upsert("identified_folders", _identified(due_folders(tx, now=datetime.now(UTC), standing=())))


def _insert(tx: Transaction, start: int, *, end: int) -> None:
    for table, columns in _BY_FILE.items():
        more = {
            "discovered_files": "",
            "outcomes": " cross join asset_versions version",
            "match_candidates": f" cross join range({CANDIDATES}) candidate(rank) where not {_BAD}",
        }.get(table, f" where not {_BAD}")
        own = _listed({"file_key": KEY, **columns, "run_id": _RUN, "written_at": _NOW})
        tx.tuples(f"insert into {table} by name select {own} from range({start}, {end}) file(i){more}")
    runs = _listed({**_RUNS, "run_id": _RUN, "written_at": _NOW})
    calls = _listed({**_CALLS, "run_id": _RUN, "written_at": _NOW})
    tx.tuples(f"insert into api_calls by name select {calls} from range({start}, {end}, {CALL_FILES}) file(i)")
    tx.tuples(f"insert into runs by name select {runs} from range({start}, {end}, {RUN_FILES}) file(i)")


def _listed(columns: dict[str, str]) -> str:
    return ", ".join(f"{expression} as {name}" for name, expression in columns.items())


def _identified(folders: list[DueFolder]) -> list[dict[str, object]]:
    """Return the rows of folders that were identified as they are."""
    return [
        {"library": due.library, "folder": due.folder, "version": due.version, "code_version": "1"} for due in folders
    ]


def _planned(files: int) -> list[dict[str, object]]:
    """Return the rows of a batch that waits."""
    return [
        {
            "file_key": f"new-{number}",
            "library": "music",
            "path": f"New/{number}.flac",
            "path_bytes": f"New/{number}.flac".encode(),
            "size_bytes": 20_000_000,
            "reason": "new",
            "batch_id": "waiting",
            "planned_at": datetime(2026, 1, 1, tzinfo=UTC),
        }
        for number in range(files, files + RUN_FILES)
    ]
