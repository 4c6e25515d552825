"""segments: one row per piece of music in a file; with it source_media, what the gaps say of where it came from."""

from collections.abc import Sequence
from typing import Any

from ingest_assets.file_asset import FileAsset
from ingest_assets.versions import digest
from music.segmentation import Segmentation, SegmentParameters, Span
from music.silences import Silence, Silences
from music.ticks import Ticks

ASSET = FileAsset(
    name="segments",
    code_version="1",
    reads=("discovered_files.audio", "discovered_files.hints", "decisions.segments", "decisions.medium"),
    tables=("segments", "source_media"),
    description="The pieces of music in each file: the whole file, or what a person, a CUE sheet, chapters or silences "
    "divide it into. One row per piece; times are ticks of 1/28,224,000 s, half-open. The table source_media says "
    "what the gaps are like.",
)
PARAMETERS = SegmentParameters


def rows_of(file_key: str, segmentation: Segmentation) -> list[dict[str, object]]:
    """Return the rows of `segments` of one file."""
    return [
        {
            "file_key": file_key,
            "segment_index": index,
            "start_time_ticks": span.start_ticks,
            "end_time_ticks": span.end_ticks,
            "found_by": span.found_by,
            "title_hint": span.title_hint,
            "performer_hint": span.performer_hint,
        }
        for index, span in enumerate(segmentation.spans)
    ]


def medium_row(
    file_key: str, segmentation: Segmentation, silences: Silences, *, duration_ticks: Ticks
) -> dict[str, object]:
    """Return the row of `source_media` of one file; its silences let boundaries be cut again without the audio."""
    medium = segmentation.source_medium
    return {
        "file_key": file_key,
        "segment_count": medium.segment_count,
        "gap_pattern": str(medium.gap_pattern),
        "mean_gap_ticks": medium.mean_gap_ticks,
        "gap_spread_ticks": medium.gap_spread_ticks,
        "noise_floor_dbfs": medium.noise_floor_dbfs,
        "medium": str(medium.medium),
        "confidence": medium.confidence,
        "threshold_dbfs": silences.threshold_dbfs,
        "duration_ticks": duration_ticks,
        "silences": [
            {
                "start_ticks": silence.start_ticks,
                "end_ticks": silence.end_ticks,
                "level_dbfs": silence.level_dbfs,
            }
            for silence in silences.silences
        ],
    }


def stored_silences(row: dict[str, Any]) -> Silences:
    """Return the silences that a row of `source_media` holds."""
    return Silences(
        threshold_dbfs=row["threshold_dbfs"],
        noise_floor_dbfs=row["noise_floor_dbfs"],
        silences=tuple(
            Silence(Ticks(each["start_ticks"]), Ticks(each["end_ticks"]), each["level_dbfs"])
            for each in row["silences"]
        ),
    )


def spans_version(spans: Sequence[Span]) -> str:
    """Return the hash of where the pieces begin and end: what fingerprints and audio_features read."""
    return digest([(span.start_ticks, span.end_ticks) for span in spans])
