"""segments: one row per piece of music in a file; with it source_media, what the gaps say of where it came from."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from ingest_assets.file_asset import FileAsset
from ingest_assets.versions import digest
from music.amplitude import find_leads
from music.amplitude_profile import AmplitudeProfile
from music.contour import Contour
from music.segmentation import Segmentation, SegmentParameters, Span
from music.silences import Applause, Silence, Silences
from music.ticks import Ticks

ASSET = FileAsset(
    name="segments",
    code_version="2",
    reads=("discovered_files.audio", "discovered_files.hints", "decisions.segments", "decisions.medium"),
    tables=("segments", "source_media"),
    description="The pieces of music in each file: the whole file, or what a person, a CUE sheet, chapters or silences "
    "divide it into, with fades and leads. One row per piece; times are ticks of 1/28,224,000 s, half-open. The table "
    "source_media says what the gaps are like.",
)
LEADS = (
    "fade_in_start_ticks",
    "lead_in_start_ticks",
    "fade_in_end_ticks",
    "lead_out_start_ticks",
    "fade_out_start_ticks",
    "fade_in_curve",
    "fade_out_curve",
)
"""What rows hold of `music.amplitude.Leads`."""


CONTOUR_COLUMNS = (
    "silences, applause, threshold_dbfs, noise_floor_dbfs, duration_ticks, amplitude_profile_dbfs, amplitude_step_ticks"
)
"""The columns of `source_media` that `stored_contour` reads."""


def rows_of(
    file_key: str, segmentation: Segmentation, contour: Contour, parameters: SegmentParameters
) -> list[dict[str, object]]:
    """Return the rows of `segments` of one file."""
    return [
        {
            "file_key": file_key,
            "segment_index": index,
            "start_time_ticks": span.start_ticks,
            "end_time_ticks": span.end_ticks,
            **_leads(span, contour, parameters),
            "found_by": span.found_by,
            "title_hint": span.title_hint,
            "performer_hint": span.performer_hint,
        }
        for index, span in enumerate(segmentation.spans)
    ]


def _leads(span: Span, contour: Contour, parameters: SegmentParameters) -> dict[str, object]:
    leads = find_leads(contour.profile, parameters.leads, start_ticks=span.start_ticks, end_ticks=span.end_ticks)
    return {name: getattr(leads, name) for name in LEADS}


def medium_row(file_key: str, segmentation: Segmentation, contour: Contour) -> dict[str, object]:
    """Return the row of `source_media` of one file; its contour lets pieces be found again without the audio."""
    medium, silences, profile = segmentation.source_medium, contour.silences, contour.profile
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
        "duration_ticks": contour.duration_ticks,
        "silences": [asdict(silence) for silence in silences.silences],
        "applause": [asdict(applause) for applause in silences.applause],
        "amplitude_profile_dbfs": profile.levels_dbfs.tolist(),
        "amplitude_step_ticks": profile.step_ticks,
    }


def stored_contour(row: dict[str, Any]) -> Contour | None:
    """Return the contour that a row of `source_media` holds; None where it was written before there were any."""
    if any(row[name] is None for name in ("silences", "applause", "amplitude_profile_dbfs", "duration_ticks")):
        return None
    silences = tuple(Silence(**each) for each in row["silences"])
    applause = tuple(Applause(**each) for each in row["applause"])
    levels_dbfs = np.array(row["amplitude_profile_dbfs"], np.int8)
    return Contour(
        Silences(row["threshold_dbfs"], row["noise_floor_dbfs"], silences, applause),
        AmplitudeProfile(levels_dbfs, Ticks(row["amplitude_step_ticks"])),
        Ticks(row["duration_ticks"]),
    )


def spans_version(spans: Sequence[Span]) -> str:
    """Return the hash of where the pieces begin and end: what fingerprints and audio_features read."""
    return digest([(span.start_ticks, span.end_ticks) for span in spans])
