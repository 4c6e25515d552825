"""Tables about duplicates: which pieces are one and the same, and what has been compared to find that out."""

from lake.declarations import (
    BIGINT,
    BOOLEAN,
    DOUBLE,
    FILE_KEY,
    INTEGER,
    SEGMENT_INDEX,
    TEXT,
    TIME,
    Column,
    Table,
)

DUPLICATES = Table.of(
    "duplicates",
    "One row per member of a group of duplicates: pieces of music of which there are several.",
    key=("file_key", "segment_index"),
    columns=(
        FILE_KEY,
        SEGMENT_INDEX,
        Column("group_id", TEXT, "Which group; the same as long as its members are."),
        Column("rank", INTEGER, "Place in its group, from 0: the best copy, then as sure and as alike as they are."),
        Column("kind", TEXT, "How it is like the best copy: bytes, audio, recording or near, the surest first."),
        Column("similarity", DOUBLE, "How alike it sounds to the best copy, 0 to 1; null where only a person said so."),
        Column("offset_ticks", BIGINT, "Where it begins in the best copy, ticks of 1/28,224,000 s; may be negative."),
        Column("keep", BOOLEAN, "Whether to keep it; nothing is ever removed by Linernotes."),
        Column("decided_by", TEXT, "Who says so: rule, or person."),
        Column("reason", TEXT, "What speaks for it, or against it, in words."),
    ),
)

FINGERPRINT_PAIRS = Table.of(
    "fingerprint_pairs",
    "One row per pair of different fingerprints that are alike, whichever files have them.",
    key=("first_id", "second_id"),
    columns=(
        Column("first_id", TEXT, "First 32 hex digits of the SHA-256 of the fingerprint's text; the lower one."),
        Column("second_id", TEXT, "The same of the other."),
        Column("similarity", DOUBLE, "How alike they are, 0 to 1; 0.5 is chance."),
        Column("offset_ticks", BIGINT, "Where the second begins in the first, ticks of 1/28,224,000 s."),
        Column("coverage", DOUBLE, "How much of the shorter one lies over the other, 0 to 1."),
        Column("cuts", INTEGER, "How often one has what the other has not."),
    ),
)

COMPARED_FINGERPRINTS = Table.of(
    "compared_fingerprints",
    "One row per fingerprint that was compared with all others of this table.",
    key=("fingerprint_id",),
    columns=(
        Column("fingerprint_id", TEXT, "First 32 hex digits of the SHA-256 of the fingerprint's text."),
        Column("is_telling", BOOLEAN, "Whether it can be compared: not too short, and not one sound all through."),
        Column("search", TEXT, "How it was looked for; what was looked for otherwise is looked for again."),
    ),
)

DUPLICATE_SEARCHES = Table.of(
    "duplicate_searches",
    "One row per search for duplicates.",
    key=("run_id",),
    columns=(
        Column("run_id", TEXT, "The run that searched."),
        Column("searched_at", TIME, "When it was done, UTC."),
        Column("code_version", TEXT, "Version of the code that searched."),
        Column("library_version", TEXT, "Hash of what it read of the files and their pieces."),
        Column("decisions_version", TEXT, "Hash of the decisions that counted."),
        Column("fingerprints", BIGINT, "How many different fingerprints there were."),
        Column("compared_fingerprints", BIGINT, "How many of them were compared for the first time."),
        Column("compared_pairs", BIGINT, "How many pairs were laid over one another."),
        Column("groups", BIGINT, "How many groups there are."),
        Column("new_groups", BIGINT, "How many of them have a member that was in none before."),
        Column("seconds", DOUBLE, "How long it took, seconds."),
    ),
)
