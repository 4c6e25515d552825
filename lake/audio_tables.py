"""Tables about the music in the files: where its pieces lie, what they sound like, what they measure."""

from lake.declarations import (
    BIGINT,
    BOOLEAN,
    DOUBLE,
    FILE_KEY,
    INTEGER,
    LEVELS,
    SEGMENT_INDEX,
    SILENCES,
    TEXT,
    WAVEFORM,
    Column,
    Table,
)

SEGMENTS = Table.of(
    "segments",
    "One row per piece of music in a file; the time from start to end is half-open.",
    key=("file_key", "segment_index"),
    columns=(
        FILE_KEY,
        SEGMENT_INDEX,
        Column("start_time_ticks", BIGINT, "Where it begins, ticks of 1/28,224,000 s from the file's beginning."),
        Column("fade_in_start_ticks", BIGINT, "Where it begins to sound, ticks of 1/28,224,000 s."),
        Column("lead_in_start_ticks", BIGINT, "Until here the piece before may sound, ticks of 1/28,224,000 s."),
        Column("fade_in_end_ticks", BIGINT, "Where it has its own level, ticks of 1/28,224,000 s."),
        Column("lead_out_start_ticks", BIGINT, "From here on the next piece may sound, ticks of 1/28,224,000 s."),
        Column("fade_out_start_ticks", BIGINT, "Where it leaves its own level, ticks of 1/28,224,000 s."),
        Column("end_time_ticks", BIGINT, "Where it ends, ticks of 1/28,224,000 s; itself not included."),
        Column("fade_in_curve", TEXT, "How it rises: exponential, cosine, linear; null without a fade."),
        Column("fade_out_curve", TEXT, "How it falls: logarithmic, cosine, linear; null without a fade."),
        Column("found_by", TEXT, "What divided the file: whole_file, silence, cue, chapters or manual."),
        Column("title_hint", TEXT, "Title that a CUE sheet or chapter gives the piece."),
        Column("performer_hint", TEXT, "Performer that a CUE sheet gives the piece."),
    ),
)

SOURCE_MEDIA = Table.of(
    "source_media",
    "One row per file: what its pauses tell of the medium it came from.",
    key=("file_key",),
    columns=(
        FILE_KEY,
        Column("segment_count", INTEGER, "Number of pieces in the file."),
        Column("gap_pattern", TEXT, "What the gaps between pieces are like: Consistent, Variable or None."),
        Column("mean_gap_ticks", BIGINT, "Mean length of the gaps, ticks of 1/28,224,000 s."),
        Column("gap_spread_ticks", BIGINT, "Standard deviation of the gaps, ticks of 1/28,224,000 s."),
        Column("noise_floor_dbfs", DOUBLE, "Level of the quietest parts, dB below full scale."),
        Column("medium", TEXT, "What it was taken from: CD, Vinyl, Cassette or Unknown."),
        Column("confidence", DOUBLE, "How sure the medium is, from 0 to 1."),
        Column("threshold_dbfs", DOUBLE, "Level below which audio counted as silence, dB below full scale."),
        Column("duration_ticks", BIGINT, "Length of the decoded audio, ticks of 1/28,224,000 s."),
        Column(
            "amplitude_profile_dbfs", LEVELS, "A-weighted RMS of the mono mix, one a step, whole dBFS; -120: silent."
        ),
        Column("amplitude_step_ticks", BIGINT, "Length of a step of the profile, ticks of 1/28,224,000 s."),
        Column("applause", SILENCES, "Every applause: start and end in ticks, level in dB below full scale."),
        Column("silences", SILENCES, "Every silence: start and end in ticks, mean level in dB below full scale."),
    ),
)

FINGERPRINTS = Table.of(
    "fingerprints",
    "One row per piece of music; null where there is too little audio.",
    key=("file_key", "segment_index"),
    columns=(
        FILE_KEY,
        SEGMENT_INDEX,
        Column("algorithm", INTEGER, "Number of the Chromaprint algorithm."),
        Column("fingerprint", TEXT, "The fingerprint as the compressed text that AcoustID takes."),
        Column("duration_seconds", DOUBLE, "Length of the piece in seconds, as AcoustID wants it beside."),
    ),
)

AUDIO_FEATURES = Table.of(
    "audio_features",
    "One row per piece of music; null where the audio gives no number.",
    key=("file_key", "segment_index"),
    columns=(
        FILE_KEY,
        SEGMENT_INDEX,
        Column("bpm", DOUBLE, "Tempo in beats a minute; null where there is no pulse."),
        Column("bpm_alternative", DOUBLE, "Second metrical level that a listener might count, beats a minute."),
        Column("bpm_confidence", DOUBLE, "How likely bpm is right, from 0 to 1."),
        Column("tempo_stability", DOUBLE, "How evenly the tempo is kept, from 0 to 1; near 1 for a machine."),
        Column("key_tonic", TEXT, "Tonic of the key: C, C#, D, Eb, E, F, F#, G, Ab, A, Bb or B."),
        Column("key_mode", TEXT, "Mode of the key, major or minor; null where nothing tells."),
        Column("camelot", TEXT, "The key on the Camelot wheel, 1A to 12B."),
        Column("key_confidence", DOUBLE, "How likely tonic and mode are right, from 0 to 1."),
        Column("tuning_cents", DOUBLE, "How far it is tuned above A = 440 Hz, -50 to 50 cents."),
        Column("energy", DOUBLE, "How forceful it seems, from 0 to 1; 0.5 at -16 LUFS."),
        Column("danceability", DOUBLE, "How well it invites to dance, from 0 to 1; null without a tempo."),
        Column("brightness_hz", DOUBLE, "Centroid of the spectrum, Hz."),
        Column("dynamic_range_db", DOUBLE, "DR value (loudest fifth against peaks), dB, not rounded."),
        Column("cutoff_hz", DOUBLE, "Above it the treble was cut off, Hz; null where nothing was or none can tell."),
        Column("probably_lossy_source", BOOLEAN, "Whether this lossless file was probably made from a lossy one."),
        Column("integrated_lufs", DOUBLE, "Loudness of the whole piece by EBU R 128, LUFS."),
        Column("loudness_range_lu", DOUBLE, "Loudness range by EBU Tech 3342, LU."),
        Column("max_momentary_lufs", DOUBLE, "Loudest 0.4 s, LUFS."),
        Column("max_short_term_lufs", DOUBLE, "Loudest 3 s, LUFS."),
        Column("true_peak_dbtp", DOUBLE, "Highest peak between the samples by ITU-R BS.1770-4, dBTP."),
        Column("sample_peak_dbfs", DOUBLE, "Highest sample, dB below full scale."),
        Column("rms_dbfs", DOUBLE, "Root mean square of all samples, dB below full scale."),
        Column("clipped_samples", BIGINT, "Number of samples that are cut off at full scale."),
        Column("waveform", WAVEFORM, "Least and greatest sample in turn of 400 equal slices; 127 is full scale."),
    ),
)
