"""Tables about the work: what came of each file, which runs there were, what the lake itself has been through."""

from lake.declarations import (
    BIGINT,
    DATE,
    DOUBLE,
    FILE_KEY,
    INTEGER,
    TEXT,
    TEXT_MAP,
    TIME,
    Column,
    Table,
)

OUTCOMES = Table.of(
    "outcomes",
    "One row per file and asset: what came of it, and of what it was made.",
    key=("asset", "file_key"),
    columns=(
        Column("asset", TEXT, "Which asset."),
        FILE_KEY,
        Column("status", TEXT, "What came of it: done, not_found, deferred, skipped or error."),
        Column("error_code", TEXT, "Why, as a code; also a warning beside a result that stands."),
        Column("severity", TEXT, "How far the code reaches: warning, skip_file or critical."),
        Column("message", TEXT, "Why, in words."),
        Column("attempts", INTEGER, "How often it was tried."),
        Column("retry_at", TIME, "When a deferred one is due again, UTC."),
        Column("code_version", TEXT, "Version of the asset's code that made it."),
        Column("data_version", TEXT, "Hash of the rows it has; equal means the same result."),
        Column("input_versions", TEXT_MAP, "By asset.name, the hash of what it read of other assets."),
        Column("output_versions", TEXT_MAP, "By name, the hash of those of its columns that other assets read."),
        Column("parameters_hash", TEXT, "Hash of the parameters it was made with."),
        Column("how", TEXT, "How it came about: computed, taken_over, kept or recut."),
        Column("seconds", DOUBLE, "Processor time it took, seconds."),
    ),
)

RUNS = Table.of(
    "runs",
    "One row per run: one batch of files.",
    key=("run_id",),
    columns=(
        Column("run_id", TEXT, "Dagster's id of the run."),
        Column("session_id", TEXT, "The call that it belongs to: all runs of one command share it."),
        Column("lane", TEXT, "The job it is a run of."),
        Column("batch_id", TEXT, "The batch it works on."),
        Column("launched_by", TEXT, "Who asked for it: cli, sensor, ui."),
        Column("status", TEXT, "Dagster's status: STARTED, SUCCESS, FAILURE or CANCELED."),
        Column("files_total", BIGINT, "Number of files in the batch."),
        Column("files_done", BIGINT, "Number of files that have an outcome by now, whatever it is."),
        Column("files_failed", BIGINT, "How many of those ended in an error."),
        Column("files_decoded", BIGINT, "How many of those had their audio decoded."),
        Column("files_taken_over", BIGINT, "How many of those took results over from a file with the same audio."),
        Column("current_operation", TEXT, "What it was doing when this row was written."),
        Column("started_at", TIME, "When it began, UTC."),
        Column("updated_at", TIME, "When it last told how far it is, UTC."),
        Column("finished_at", TIME, "When it ended, UTC; null while it goes on."),
        Column("message", TEXT, "Why it failed, in words."),
        Column("cpu_seconds", DOUBLE, "Processor time of the run and its workers, seconds."),
    ),
)

ASSET_VERSIONS = Table.of(
    "asset_versions",
    "One row per asset and rule: what its results would be made of today.",
    key=("asset", "priority"),
    columns=(
        Column("asset", TEXT, "Which asset."),
        Column(
            "priority",
            INTEGER,
            "0 for all files, 1 and up for folders with parameters of their own; the highest counts.",
        ),
        Column("path_pattern", TEXT, "The files it holds for: GLOB over library/path, * for all."),
        Column("code_version", TEXT, "Version of the asset's code."),
        Column("parameters_hash", TEXT, "Hash of the parameters that hold for those files."),
    ),
)

KPI_HISTORY = Table.of(
    "kpi_history",
    "One row per day and figure.",
    key=("day", "kpi"),
    columns=(
        Column("day", DATE, "The day, UTC."),
        Column("kpi", TEXT, "Which figure."),
        Column("value", DOUBLE, "Its value, in the unit beside it."),
        Column("unit", TEXT, "Unit of value and goal."),
        Column("goal", DOUBLE, "What is aimed at; null where nothing is."),
    ),
)

SCHEMA_CHANGES = Table.of(
    "schema_changes",
    "One row per change of the lake's own tables, refused ones too (S3-28).",
    key=("changed_at", "table_name", "column_name"),
    columns=(
        Column("changed_at", TIME, "When, UTC."),
        Column("table_name", TEXT, "Which table or view; * for the lake as a whole."),
        Column("column_name", TEXT, "Which column; * for the table as a whole."),
        Column("change", TEXT, "What happened: table made, column added, view made, migrated or type refused."),
        Column("stored_type", TEXT, "Type of the column before."),
        Column("declared_type", TEXT, "Type of the column as the code declares it."),
        Column("message", TEXT, "Why, in words."),
    ),
)

LAKE_IDENTITY = Table.of(
    "lake_identity",
    "One row: which lake this is.",
    key=("lake_id",),
    columns=(
        Column("lake_id", TEXT, "Random id, made with the lake; a lake made anew has another."),
        Column("made_at", TIME, "When the lake was made, UTC."),
        Column("schema_version", INTEGER, "Number of migrations it has been through (S3-29)."),
        Column("schema_fingerprint", TEXT, "Hash of the declared tables and views that it was last brought to."),
    ),
)
