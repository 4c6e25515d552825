"""fingerprints: the Chromaprint of each piece of music, as AcoustID takes it."""

from collections.abc import Sequence

from ingest_assets.file_asset import FileAsset
from music.fingerprint import ALGORITHM, SpanFingerprint

ASSET = FileAsset(
    name="fingerprints",
    code_version="1",
    reads=("discovered_files.audio", "segments.spans"),
    tables=("fingerprints",),
    description="The acoustic fingerprint (Chromaprint, algorithm 1) of at most the first 120 s of each piece, in the "
    "compressed text that AcoustID takes. One row per piece; null where there is too little audio.",
)


def rows_of(file_key: str, fingerprints: Sequence[SpanFingerprint | None]) -> list[dict[str, object]]:
    """Return the rows of one file."""
    return [
        {
            "file_key": file_key,
            "segment_index": index,
            "algorithm": ALGORITHM,
            "fingerprint": found.fingerprint if found else None,
            "duration_seconds": found.duration_seconds if found else None,
        }
        for index, found in enumerate(fingerprints)
    ]
