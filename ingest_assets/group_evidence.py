"""What the lake knows of the files of an album's folder, as the pieces and groups that are identified together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ingest_assets.identifications import ASSET
from ingest_assets.versions import KNOWN_COLUMNS, Known
from lake.snapshot import Snapshot
from music.album_groups import group_files
from music.piece_evidence import AlbumGroup, Piece
from music.ticks import TICKS_PER_SECOND

WANTED = "_to_identify"
"""What the keys that are looked up are called in a query."""
GOOD = ("done", "not_found")
_FILE = """file_key, library, path, audio_sha256, title, artist, album, album_artist, track_number, track_total,
    disc_number, disc_total, year, isrc, barcode, catalog_number, tag_recording_mbid, tag_release_mbid,
    tag_release_group_mbid, path_title, path_artist, path_album, path_track_number, path_disc_number"""
_PIECE = "file_key, segment_index, start_time_ticks, end_time_ticks, title_hint, performer_hint"
Row = dict[str, Any]
PieceKey = tuple[str, int]


@dataclass(slots=True)
class FileEvidence:
    """One file, as the lake has it."""

    row: Row
    """Of discovered_files."""
    segments: list[Row] = field(default_factory=list)
    """In their order."""
    medium: str | None = None
    gap_pattern: str | None = None
    outcomes: dict[str, Known] = field(default_factory=dict)
    """By asset, that of identifications too."""
    attempts: int = 0
    """How often identification was tried in a row without a result."""
    was_accepted: bool = False
    """Whether a piece of it has a name by the evidence."""

    @property
    def file_key(self) -> str:
        """Which file."""
        return self.row["file_key"]

    @property
    def has_pieces(self) -> bool:
        """Whether the local assets came to a result: something to identify."""
        segments = self.outcomes.get("segments")
        return bool(self.segments) and segments is not None and segments.status in GOOD

    def pieces(self) -> list[Piece]:
        """Return its pieces, without what their fingerprints are linked to."""
        return [_piece(self.row, segment, count=len(self.segments)) for segment in self.segments]


@dataclass(slots=True)
class Evidence:
    """The files of some folders."""

    files: dict[str, FileEvidence]
    """By key, in the order of their paths."""
    asked: dict[PieceKey, tuple[str, int]]
    """By piece: fingerprint and length in whole seconds, as AcoustID is asked; short ones have none."""


def read_evidence(snapshot: Snapshot, keys: Sequence[str]) -> Evidence:
    """Return what the lake has of files that are there.

    Args:
        snapshot: The lake.
        keys: The files.
    """
    with snapshot.keys(WANTED, keys):
        rows = snapshot.rows(
            f"select {_FILE} from discovered_files where gone_at is null and file_key in (from {WANTED}) "
            "order by library, path_bytes"
        )
        files = {row["file_key"]: FileEvidence(row) for row in rows}
        _add_segments(snapshot, files)
        _add_outcomes(snapshot, files)
        asked = _asked(snapshot)
    return Evidence(files, asked)


def _add_segments(snapshot: Snapshot, files: Mapping[str, FileEvidence]) -> None:
    for row in snapshot.rows(
        f"select {_PIECE} from segments where file_key in (from {WANTED}) order by file_key, segment_index"
    ):
        if row["file_key"] in files:
            files[row["file_key"]].segments.append(row)
    for key, medium, gap_pattern in snapshot.tuples(
        f"select file_key, medium, gap_pattern from source_media where file_key in (from {WANTED})"
    ):
        if key in files:
            files[key].medium, files[key].gap_pattern = medium, gap_pattern


def _add_outcomes(snapshot: Snapshot, files: Mapping[str, FileEvidence]) -> None:
    for row in snapshot.rows(
        f"select file_key, asset, attempts, {KNOWN_COLUMNS} from outcomes where file_key in (from {WANTED})"
    ):
        if row["file_key"] not in files:
            continue
        file = files[row["file_key"]]
        file.outcomes[row["asset"]] = Known.of(row)
        if row["asset"] == ASSET.name and row["status"] not in GOOD:
            file.attempts = row["attempts"] or 0
    for (key,) in snapshot.tuples(
        "select distinct file_key from identifications where decision = 'ACCEPT' and decided_by = 'evidence' "
        f"and file_key in (from {WANTED})"
    ):
        if key in files:
            files[key].was_accepted = True


def _asked(snapshot: Snapshot) -> dict[PieceKey, tuple[str, int]]:
    rows = snapshot.tuples(
        "select file_key, segment_index, fingerprint, duration_seconds from fingerprints "
        f"where fingerprint is not null and file_key in (from {WANTED})"
    )
    return {(key, index): (fingerprint, round(seconds)) for key, index, fingerprint, seconds in rows}


def _piece(row: Row, segment: Row, *, count: int) -> Piece:
    """Return a piece; of one of several in a file the tags of the file name the album, not the piece."""
    is_whole = count == 1
    ticks = segment["end_time_ticks"] - segment["start_time_ticks"]
    return Piece(
        file_key=row["file_key"],
        path=row["path"],
        duration_seconds=ticks / TICKS_PER_SECOND,
        segment_index=segment["segment_index"],
        segment_count=count,
        title=(row["title"] or segment["title_hint"]) if is_whole else segment["title_hint"],
        artist=row["artist"] if is_whole else segment["performer_hint"] or row["artist"],
        album=row["album"],
        album_artist=row["album_artist"],
        track_number=row["track_number"] if is_whole else None,
        track_total=row["track_total"] if is_whole else None,
        disc_number=row["disc_number"],
        disc_total=row["disc_total"],
        year=row["year"],
        isrc=row["isrc"] if is_whole else None,
        barcode=row["barcode"],
        catalog_number=row["catalog_number"],
        recording_mbid=row["tag_recording_mbid"] if is_whole else None,
        release_mbid=row["tag_release_mbid"],
        release_group_mbid=row["tag_release_group_mbid"],
        path_title=row["path_title"] if is_whole else None,
        path_artist=row["path_artist"],
        path_album=row["path_album"],
        path_track_number=row["path_track_number"] if is_whole else None,
        path_disc_number=row["path_disc_number"],
    )


def groups_of(files: Sequence[FileEvidence]) -> tuple[AlbumGroup, ...]:
    """Return the groups of the files of one folder that have pieces."""
    usable = [file for file in files if file.has_pieces]
    return group_files(
        [piece for file in usable for piece in file.pieces()],
        media={file.file_key: file.medium for file in usable if file.medium},
        gap_patterns={file.file_key: file.gap_pattern for file in usable if file.gap_pattern},
    )
