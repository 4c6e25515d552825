"""The table of what people decided: nothing that is computed ever changes it."""

from lake.declarations import TEXT, TIME, Column, Table

DECISIONS = Table.of(
    "decisions",
    "One row per decision of a person; rows are added and taken back, never changed or removed.",
    key=("decision_id",),
    columns=(
        Column("decision_id", TEXT, "Random id of the decision."),
        Column("kind", TEXT, "What was decided: segments, medium, identification, artwork, duplicate …"),
        Column("subject", TEXT, "What it is about, JSON: audio_sha256 (one, or a pair), perhaps a span, or names."),
        Column("value", TEXT, "What was decided, JSON by kind; times are ticks of 1/28,224,000 s."),
        Column("made_at", TIME, "When it was made, UTC; what was decided in one call bears one time."),
        Column("revoked_at", TIME, "When it was taken back, UTC; null while it stands."),
    ),
)
