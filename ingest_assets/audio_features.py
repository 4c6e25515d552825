"""audio_features: what each piece of music measures: tempo, key, timbre, loudness, peaks, waveform."""

from collections.abc import Sequence
from dataclasses import fields

from ingest_assets.file_asset import FileAsset
from music.measurement import PieceFeatures

ASSET = FileAsset(
    name="audio_features",
    code_version="2",
    reads=("discovered_files.audio", "segments.spans"),
    tables=("audio_features",),
    description="What each piece measures: tempo, key, energy, danceability, brightness, cut-off; integrated "
    "loudness (LUFS) and loudness range (LU) by EBU R 128, true and sample peak, RMS level, clipped samples, waveform. "
    "One row per piece; null where the audio gives no number.",
)


def rows_of(file_key: str, features: Sequence[PieceFeatures]) -> list[dict[str, object]]:
    """Return the rows of one file."""
    return [{"file_key": file_key, "segment_index": index, **_columns(found)} for index, found in enumerate(features)]


def _columns(found: PieceFeatures) -> dict[str, object]:
    """Return what is in the parts of a piece's features, by name."""
    parts = [getattr(found, part.name) for part in fields(found)]
    return {column.name: getattr(part, column.name) for part in parts for column in fields(part)}
