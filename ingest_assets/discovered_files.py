"""discovered_files: one row per file of music: where it lies, what it is, what its tags and its name say."""

from collections.abc import Mapping
from datetime import UTC, datetime

from ingest_assets.file_asset import FileAsset
from ingest_assets.versions import digest
from music.hints import Hints
from music.path_clues import read_path_clues
from music.probe import Probe
from resources.leases import Planned

ASSET = FileAsset(
    name="discovered_files",
    code_version="2",
    reads=(),
    tables=("discovered_files",),
    description="Every file of music that was found: its path, hashes, container and codec, its tags, and what "
    "its name and folder suggest. One row per file; a file that cannot be read has its row too.",
)
VOLATILE = frozenset({"modified_at", "modified_at_ns", "stamp", "first_seen_at", "gone_at"})
"""Columns that may change without anything about the music being different."""
IDENTIFYING = (
    *("title", "artist", "album", "album_artist", "track_number", "track_total", "disc_number", "disc_total", "year"),
    *("isrc", "barcode", "catalog_number", "tag_recording_mbid", "tag_release_mbid", "tag_release_group_mbid"),
    *("path_title", "path_artist", "path_album", "path_track_number", "path_disc_number"),
)
"""Columns from which it is told who a piece is."""


def row_of(planned: Planned, *, first_seen_at: datetime | None) -> dict[str, object]:
    """Return what is known of a file before it is opened.

    Args:
        planned: The planner's look at the file.
        first_seen_at: When the lake first had it; None for the first time.
    """
    path = show_path(planned.path)
    clues = read_path_clues(path)
    modified = datetime.fromtimestamp(planned.modified_ns // 1_000_000_000, tz=UTC)
    return {
        "file_key": planned.file_key,
        "library": planned.library,
        "path": path,
        "path_bytes": planned.path,
        "size_bytes": planned.size_bytes,
        "modified_at": modified,
        "modified_at_ns": planned.modified_ns,
        "stamp": planned.stamp,
        "path_artist": clues.artist,
        "path_album": clues.album,
        "path_title": clues.title,
        "path_track_number": clues.track_number,
        "path_disc_number": clues.disc_number,
        "source": "import",
        "first_seen_at": first_seen_at or datetime.now(UTC),
    }


def probed(row: dict[str, object], probe: Probe, hints: Hints, *, cue_path: str | None) -> dict[str, object]:
    """Return the row with what opening the file told."""
    tags = probe.tags
    return row | {
        "content_sha256": probe.content_sha256,
        "audio_sha256": probe.audio_sha256,
        "hints_sha256": hints.sha256(),
        "container": probe.container,
        "codec": probe.codec,
        "sample_rate_hz": probe.sample_rate_hz,
        "channels": probe.channels,
        "bits_per_sample": probe.bits_per_sample,
        "bitrate_bps": probe.bitrate_bps,
        "duration_ticks": probe.duration_ticks,
        "title": tags.title,
        "artist": tags.artist,
        "album": tags.album,
        "album_artist": tags.album_artist,
        "track_number": tags.track_number,
        "track_total": tags.track_total,
        "disc_number": tags.disc_number,
        "disc_total": tags.disc_total,
        "year": tags.year,
        "genre": tags.genre,
        "isrc": tags.isrc,
        "barcode": tags.barcode,
        "catalog_number": tags.catalog_number,
        "tag_recording_mbid": tags.recording_mbid,
        "tag_release_mbid": tags.release_mbid,
        "tag_release_group_mbid": tags.release_group_mbid,
        "has_embedded_art": tags.has_embedded_art,
        "cue_path": cue_path,
    }


def show_path(path: bytes) -> str:
    r"""Return a path as text; bytes that are not UTF-8 become `\xNN`. The exact bytes stand in `path_bytes`."""
    return path.decode("utf-8", "backslashreplace")


def data_version(row: Mapping[str, object]) -> str:
    """Return the version of a row: the same for the same file, however often it was touched."""
    return digest({name: value for name, value in row.items() if name not in VOLATILE})


def output_versions(row: dict[str, object]) -> dict[str, str]:
    """Return the hashes of what other assets read."""
    if row.get("audio_sha256") is None:
        return {}
    return {
        "audio": str(row["audio_sha256"])[:16],
        "hints": str(row["hints_sha256"])[:16],
        "identity": digest({name: row.get(name) for name in IDENTIFYING}),
    }
