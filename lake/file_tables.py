"""Tables about files as files: what lies in the folders, what could not be read, what waits to be read."""

from lake.declarations import (
    BIGINT,
    BOOLEAN,
    BYTES,
    FILE_KEY,
    INTEGER,
    TEXT,
    TIME,
    Column,
    Table,
)

_PLACE = (
    Column("library", TEXT, "Name of the root folder it lies in."),
    Column("path", TEXT, r"Path below the root as text; bytes that are not UTF-8 are shown as \xNN."),
    Column("path_bytes", BYTES, "Path below the root, the exact bytes."),
)

_CONTENT = (
    Column("size_bytes", BIGINT, "Size in bytes."),
    Column("modified_at", TIME, "When the file was last changed, UTC, to the second."),
    Column("modified_at_ns", BIGINT, "When the file was last changed, nanoseconds since 1970 UTC."),
    Column("stamp", TEXT, "The planner's word for this look at the file: size, time and what lies beside it."),
    Column("content_sha256", TEXT, "SHA-256 of the whole file; equal means the same bytes."),
    Column("audio_sha256", TEXT, "SHA-256 of the encoded audio without the tags; unchanged by retagging."),
    Column("hints_sha256", TEXT, "SHA-256 of what tags, CUE sheet and chapters tell the segmentation."),
    Column("container", TEXT, "Container, told from the first bytes: flac, mp3, ogg, mp4, wav, aiff …"),
    Column("codec", TEXT, "Codec of the audio stream."),
    Column("sample_rate_hz", INTEGER, "Sample rate in hertz."),
    Column("channels", INTEGER, "Number of channels."),
    Column("bits_per_sample", INTEGER, "Bits of one sample; null for lossy codecs."),
    Column("bitrate_bps", BIGINT, "Bits a second, on average."),
    Column("duration_ticks", BIGINT, "Length as the container says, ticks of 1/28,224,000 s."),
)

_TAGS = (
    Column("title", TEXT, "Title in the file's tags."),
    Column("artist", TEXT, "Artist in the file's tags."),
    Column("album", TEXT, "Album in the file's tags."),
    Column("album_artist", TEXT, "Album artist in the file's tags."),
    Column("track_number", INTEGER, "Track number in the file's tags."),
    Column("track_total", INTEGER, "Number of tracks in the file's tags."),
    Column("disc_number", INTEGER, "Disc number in the file's tags."),
    Column("disc_total", INTEGER, "Number of discs in the file's tags."),
    Column("year", INTEGER, "Year in the file's tags."),
    Column("genre", TEXT, "Genre in the file's tags."),
    Column("isrc", TEXT, "ISRC in the file's tags."),
    Column("barcode", TEXT, "Barcode of the release in the file's tags, digits only."),
    Column("catalog_number", TEXT, "Catalogue number of the release in the file's tags."),
    Column("tag_recording_mbid", TEXT, "MusicBrainz recording id in the file's tags."),
    Column("tag_release_mbid", TEXT, "MusicBrainz release id in the file's tags."),
    Column("tag_release_group_mbid", TEXT, "MusicBrainz release group id in the file's tags."),
)

_CLUES = (
    Column("path_artist", TEXT, "Artist as the folders and the file's name suggest."),
    Column("path_album", TEXT, "Album as the folders suggest."),
    Column("path_title", TEXT, "Title as the file's name suggests."),
    Column("path_track_number", INTEGER, "Track number as the file's name suggests."),
    Column("path_disc_number", INTEGER, "Disc number as the folders or the file's name suggest."),
    Column("has_embedded_art", BOOLEAN, "Whether the file carries a picture."),
    Column("cue_path", TEXT, "The CUE sheet beside it that speaks of it, path below the root."),
    Column("source", TEXT, "How it came into the library: import, playlist or manual."),
    Column("first_seen_at", TIME, "When it was first seen, UTC."),
    Column("gone_at", TIME, "When it was found to be gone, UTC; null while it is there."),
)

DISCOVERED_FILES = Table.of(
    "discovered_files",
    "One row per file of music, readable or not.",
    key=("file_key",),
    columns=(FILE_KEY, *_PLACE, *_CONTENT, *_TAGS, *_CLUES),
)

REFUSED_PATHS = Table.of(
    "refused_paths",
    "One row per path that was seen and has no key: links that lead away, devices, loops.",
    key=("library", "path_bytes"),
    columns=(
        *_PLACE,
        Column("error_code", TEXT, "Why, as a code."),
        Column("message", TEXT, "Why, in words."),
        Column("seen_at", TIME, "When it was last seen, UTC."),
    ),
)

PLANNED_FILES = Table.of(
    "planned_files",
    "One row per file that is to be read; it goes when the file's last outcome is written.",
    key=("file_key",),
    columns=(
        FILE_KEY,
        *_PLACE,
        Column("size_bytes", BIGINT, "Size in bytes as the planner saw it."),
        Column("reason", TEXT, "Why it is to be read: new, changed, moved, stale, due or asked."),
        Column("batch_id", TEXT, "The batch it is in; null while it waits for one."),
        Column("planned_at", TIME, "When it was planned, UTC."),
    ),
)
