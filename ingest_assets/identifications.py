"""identifications: who each piece of music is, how sure that is, and why."""

from ingest_assets.file_asset import FileAsset

ASSET = FileAsset(
    name="identifications",
    code_version="1",
    reads=("discovered_files.audio", "discovered_files.identity", "segments.spans"),
    tables=("identifications", "match_candidates"),
    description="Which recording of MusicBrainz each piece is, or why that cannot be said: ACCEPT is sure, REVIEW asks "
    "a person, REJECT fits nothing. Confidence and evidence from 0 to 1. One row per piece.",
    follows=("fingerprints",),
)
GROUP = "identify"
"""Assets that ask services: a run of its own, beside the one that opens files."""
