"""audio_features: what each piece of music measures: loudness, peaks, levels, the picture of its waveform."""

from collections.abc import Sequence
from dataclasses import fields

from ingest_assets.file_asset import FileAsset
from music.features import SpanFeatures

ASSET = FileAsset(
    name="audio_features",
    code_version="1",
    reads=("discovered_files.audio", "segments.spans"),
    tables=("audio_features",),
    description="What each piece measures: integrated loudness (LUFS) and loudness range (LU) by EBU R 128, true and "
    "sample peak, RMS level, clipped samples, waveform. One row per piece; null where the audio gives no number.",
)


def rows_of(file_key: str, features: Sequence[SpanFeatures]) -> list[dict[str, object]]:
    """Return the rows of one file."""
    names = [field.name for field in fields(SpanFeatures)]  # `asdict` would copy each number of the waveform by itself
    return [
        {"file_key": file_key, "segment_index": index, **{name: getattr(found, name) for name in names}}
        for index, found in enumerate(features)
    ]
