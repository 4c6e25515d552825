"""The tables of the lake, each declared once; assets, checks, README and the lake itself read them from here."""

from lake.audio_tables import AUDIO_FEATURES, FINGERPRINTS, SEGMENTS, SOURCE_MEDIA
from lake.decision_tables import DECISIONS
from lake.declarations import Table
from lake.duplicate_tables import COMPARED_FINGERPRINTS, DUPLICATE_SEARCHES, DUPLICATES, FINGERPRINT_PAIRS
from lake.file_tables import DISCOVERED_FILES, PLANNED_FILES, REFUSED_PATHS
from lake.identification_tables import API_CALLS, IDENTIFICATIONS, IDENTIFIED_FOLDERS, MATCH_CANDIDATES
from lake.run_tables import ASSET_VERSIONS, KPI_HISTORY, LAKE_IDENTITY, OUTCOMES, RUNS, SCHEMA_CHANGES

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        DISCOVERED_FILES,
        REFUSED_PATHS,
        SEGMENTS,
        SOURCE_MEDIA,
        FINGERPRINTS,
        AUDIO_FEATURES,
        IDENTIFICATIONS,
        MATCH_CANDIDATES,
        IDENTIFIED_FOLDERS,
        API_CALLS,
        DUPLICATES,
        FINGERPRINT_PAIRS,
        COMPARED_FINGERPRINTS,
        DUPLICATE_SEARCHES,
        OUTCOMES,
        DECISIONS,
        PLANNED_FILES,
        RUNS,
        ASSET_VERSIONS,
        KPI_HISTORY,
        SCHEMA_CHANGES,
        LAKE_IDENTITY,
    )
}
"""By name."""
