"""Tables about who the pieces are: what was decided, what else was thought of, what was asked of the services."""

from lake.declarations import (
    BIGINT,
    BOOLEAN,
    DOUBLE,
    EVIDENCE,
    FILE_KEY,
    INTEGER,
    SEGMENT_INDEX,
    TEXT,
    TEXT_LIST,
    TIME,
    Column,
    Table,
)

_NAMES = (
    Column("recording_mbid", TEXT, "MusicBrainz id of the recording."),
    Column("release_mbid", TEXT, "MusicBrainz id of the release; null where nothing tells which edition it is."),
    Column("release_group_mbid", TEXT, "MusicBrainz id of the release group: the album in all its editions."),
    Column("title", TEXT, "Title of the track."),
    Column("artist", TEXT, "Whom the track is credited to, as it is printed."),
    Column("album", TEXT, "Title of the release."),
)
_PLACE = (
    Column("track_position", INTEGER, "Place on its disc, from 1."),
    Column("disc_position", INTEGER, "Which disc of the release, from 1."),
    Column("recording_length_seconds", DOUBLE, "Length as the catalogue says, seconds."),
)

IDENTIFICATIONS = Table.of(
    "identifications",
    "One row per piece of music: who it is, or why that cannot be said. The names hold where the decision is ACCEPT; "
    "in other rows they are the best candidate's.",
    key=("file_key", "segment_index"),
    columns=(
        FILE_KEY,
        SEGMENT_INDEX,
        Column("decision", TEXT, "ACCEPT: it is this; REVIEW: a person has to say; REJECT: nothing fits."),
        Column("confidence", DOUBLE, "How sure it is, from 0 to 1."),
        *_NAMES,
        Column("album_artist", TEXT, "Whom the release is credited to, as it is printed."),
        Column("artist_mbids", TEXT_LIST, "MusicBrainz ids of the artists of the track, in the order of the credit."),
        Column("work_mbids", TEXT_LIST, "MusicBrainz ids of the works that it is a recording of."),
        *_PLACE,
        Column("release_date", TEXT, "When the release came out: YYYY, YYYY-MM or YYYY-MM-DD."),
        Column("tags", TEXT_LIST, "Genres and tags of the catalogue, the most voted first, ten at most."),
        Column("editions", TEXT_LIST, "MusicBrainz ids of the releases that fit equally well."),
        Column("requested_mbids", TEXT_LIST, "Ids that were asked for and have been merged into those of this row."),
        Column("evidence", EVIDENCE, "What speaks for it, each from 0 to 1; null where it tells nothing."),
        Column("reason", TEXT, "Why it was decided so, in words."),
        Column("decided_by", TEXT, "Who says so: evidence, or person."),
        Column("by_evidence", TEXT, "Where a person said so, what the evidence alone would say: its row as JSON."),
        Column("group_id", TEXT, "The pieces that were looked at together: an album, a long file, or one alone."),
        Column("audio_sha256", TEXT, "SHA-256 of the audio that it was decided on; of other audio it says nothing."),
        Column("start_time_ticks", BIGINT, "Where the piece began then, ticks of 1/28,224,000 s."),
        Column("end_time_ticks", BIGINT, "Where the piece ended then, ticks of 1/28,224,000 s."),
    ),
)

MATCH_CANDIDATES = Table.of(
    "match_candidates",
    "One row per recording that a piece of music might be, the best first.",
    key=("file_key", "segment_index", "rank"),
    columns=(
        FILE_KEY,
        SEGMENT_INDEX,
        Column("rank", INTEGER, "Place among the candidates, from 1: the best."),
        *_NAMES,
        *_PLACE,
        Column("score", DOUBLE, "How well it fits, from 0 to 1."),
        Column("metadata", DOUBLE, "How well names agree, from 0 to 1; null where there are none."),
        Column("contextual", DOUBLE, "How well the files agree with the album, from 0 to 1."),
        Column("pattern", DOUBLE, "How well number of pieces, gaps and medium agree, from 0 to 1."),
        Column("fingerprint", DOUBLE, "How well the fingerprint agrees, from 0 to 1; null without evidence."),
        Column("duration", DOUBLE, "How well the lengths agree, from 0 to 1."),
        Column("source", TEXT, "Where it came from: tags, isrc, barcode, acoustid, release_search, recording_search."),
        Column("rejected_because", TEXT, "What speaks against it, in words; null for what was chosen."),
    ),
)

IDENTIFIED_FOLDERS = Table.of(
    "identified_folders",
    "One row per album folder whose files have outcomes of identifications, deferred ones too: what they were made of.",
    key=("library", "folder"),
    columns=(
        Column("library", TEXT, "Name of the root folder it lies in."),
        Column("folder", TEXT, "Path below the root as text, without the folder of a disc; empty for the root itself."),
        Column("version", TEXT, "Hash of what was read of the files that were there, and of the decisions on them."),
        Column("identified_at", TIME, "When its outcomes were written, UTC."),
        Column("code_version", TEXT, "Version of the code that identified it."),
        Column("parameters_hash", TEXT, "Hash of the parameters it was identified with."),
    ),
)

API_CALLS = Table.of(
    "api_calls",
    "One row per question to a service, also those that were answered from the cache; no key, id or contact is in it.",
    key=("call_id",),
    columns=(
        Column("call_id", TEXT, "Random id of the call."),
        Column("run_id", TEXT, "The run that asked."),
        Column("service", TEXT, "Which service: musicbrainz, acoustid, listenbrainz …"),
        Column("endpoint", TEXT, "What was asked for: the path without ids and secrets."),
        Column("method", TEXT, "GET or POST."),
        Column("status", INTEGER, "HTTP status of the answer; null where there was none."),
        Column("error_code", TEXT, "Why there is no result, as a code; null where there is one."),
        Column("milliseconds", DOUBLE, "How long the service took, ms; 0 from the cache."),
        Column("waited_milliseconds", DOUBLE, "How long the call waited for its turn, ms."),
        Column("is_cached", BOOLEAN, "Whether the answer was known already and nobody was asked."),
        Column("requested_at", TIME, "When it was asked, UTC."),
    ),
)
