import io
import subprocess
import sys
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

from music.cells import block_length
from music.decimation import DECIMATED_HZ
from music.decoding import decode
from music.error_codes import AudioFileError, ErrorCode
from music.features import FeatureParameters
from music.formats import find_format
from music.hints import Hints
from music.marks import Mark
from music.measurement import MeasureRequest, measure
from music.segmentation import SegmentParameters, Span
from music.ticks import TICKS_PER_SECOND, Ticks, seconds_to_ticks
from tests import signals
from tests.music.measuring import Sound, features
from tests.music.programs import fpcalc, fpcalc_words, needs_fpcalc
from tests.music.test_fingerprint import decompressed

CD = SegmentParameters(medium="CD", minimum_piece_seconds=5.0)
SIDE = signals.side(
    [signals.piece(8.0), signals.piece(9.0, bpm=90, peak_dbfs=-9), signals.piece(8.0, bpm=100)],
    gaps_seconds=[2.0, 2.0],
)
MARKS = Hints("cue", (Mark(Ticks(0), "One"), Mark(seconds_to_ticks(4.5), "Two")))


def nothing():
    pass


def request(spool, **changes):
    wanted = {"want_segments": True, "want_fingerprints": True, "want_features": True, "spool_directory": str(spool)}
    return MeasureRequest(**(wanted | changes))


def measured(samples, spool, *, rate_hz=signals.RATE_HZ, **changes):
    return measure(Sound(samples, rate_hz=rate_hz), request=request(spool, **changes), tick=nothing)


def measured_file(data, spool, **changes):
    file = io.BytesIO(data)
    with decode(file, find_format(file)) as decoder:
        return measure(decoder, request=request(spool, **changes), tick=nothing)


def codes(measurement):
    return [code for code, _ in measurement.warnings]


def whole(seconds):
    return (Span(Ticks(0), seconds_to_ticks(seconds), "whole_file"),)


def test_a_song_is_one_piece_with_everything_known_about_it(tmp_path):
    found = measured(signals.stereo(signals.piece(10.0)), tmp_path)

    assert found.duration_ticks == 10 * TICKS_PER_SECOND
    assert [span.found_by for span in found.segmentation.spans] == ["whole_file"]
    assert [piece.levels for piece in found.features] == [features(signals.stereo(signals.piece(10.0)))]
    assert found.fingerprints[0].duration_seconds == 10.0
    assert found.warnings == ()


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 22_050, 44_100, 48_000, 88_200, 96_000, 192_000])
def test_the_duration_is_exact_in_ticks(rate_hz, tmp_path):  # S3-127
    samples = signals.noise(0.5, rate_hz=rate_hz)[:-1]

    found = measured(samples, tmp_path, rate_hz=rate_hz)

    assert found.duration_ticks * rate_hz == samples.size * TICKS_PER_SECOND
    assert found.segmentation.spans[-1].end_ticks == found.duration_ticks


def test_each_piece_of_a_side_is_fingerprinted_and_measured_by_itself(tmp_path):  # S3-94
    found = measured(SIDE.samples, tmp_path, segment_parameters=CD, hints=Hints(expected_tracks=3))

    assert len(found.segmentation.spans) == len(found.features) == len(found.fingerprints) == 3
    for (start, end), measured_piece in zip(SIDE.pieces, found.features, strict=True):
        alone = features(SIDE.samples[start:end])
        assert measured_piece.levels.sample_peak_dbfs == pytest.approx(alone.sample_peak_dbfs, abs=1e-6)
        assert measured_piece.levels.integrated_lufs == pytest.approx(alone.integrated_lufs, abs=0.2)
    assert len({each.fingerprint for each in found.fingerprints}) == 3
    assert sum(each.duration_seconds for each in found.fingerprints) == pytest.approx(29.0)


def test_marks_divide_to_the_tick(tmp_path):
    found = measured(signals.piece(10.0), tmp_path, hints=MARKS)

    assert [span.end_ticks for span in found.segmentation.spans] == [seconds_to_ticks(4.5), seconds_to_ticks(10)]
    assert [each.duration_seconds for each in found.fingerprints] == [4.5, 5.5]


def test_given_spans_are_measured_where_segments_are_not_wanted(tmp_path):
    spans = (
        Span(Ticks(0), seconds_to_ticks(4), "manual"),
        Span(seconds_to_ticks(4), seconds_to_ticks(10), "manual"),
    )

    found = measured(signals.piece(10.0), tmp_path, want_segments=False, spans=spans)

    assert found.contour is None
    assert found.segmentation is None
    assert found.features[1].levels.rms_dbfs == pytest.approx(signals.rms_dbfs(signals.piece(10.0)[176_400:]), abs=1e-3)
    assert [each.duration_seconds for each in found.fingerprints] == [4.0, 6.0]


@pytest.mark.parametrize(
    ("unwanted", "left"),
    [("want_fingerprints", (0, 1)), ("want_features", (1, 0))],
)
def test_what_is_not_wanted_is_not_made(unwanted, left, tmp_path):
    found = measured(signals.piece(4.0), tmp_path, **{unwanted: False})

    assert (len(found.fingerprints), len(found.features)) == left


def test_spans_are_needed_where_segments_are_not_wanted(tmp_path):
    with pytest.raises(ValueError, match="give the spans"):
        request(tmp_path, want_segments=False)


def test_parameters_reach_the_meters(tmp_path):
    samples = np.clip(signals.sine(200, 4.0, peak_dbfs=0.0), -0.8, 0.8)

    found = measured(samples, tmp_path, feature_parameters=FeatureParameters(clipping_level=0.79))

    assert found.features[0].levels.clipped_samples > 40_000


def test_every_block_and_every_piece_is_a_sign_of_life(tmp_path):
    calls = []

    measure(Sound(signals.piece(25.0)), request=request(tmp_path), tick=lambda: calls.append(1))

    assert len(calls) == 3 + 1


@pytest.mark.parametrize("samples", [np.zeros(1, np.float32), np.ones(1, np.float32)], ids=["silent", "loud"])
def test_one_sample_is_measured(samples, tmp_path):
    found = measured(samples, tmp_path)

    assert found.duration_ticks == 640
    assert found.fingerprints == (None,)
    assert found.features[0].levels.integrated_lufs is None
    assert ErrorCode.TOO_SHORT in codes(found)


def test_silence_is_told_and_has_no_numbers(tmp_path):
    found = measured(signals.stereo(signals.silence(5.0)), tmp_path)

    assert codes(found) == [ErrorCode.SILENT_AUDIO]
    assert found.fingerprints == (None,)
    assert found.features[0].levels.rms_dbfs is None


def test_a_short_piece_is_told_only_where_it_matters(tmp_path):
    assert codes(measured(signals.piece(2.0), tmp_path)) == [ErrorCode.TOO_SHORT]
    assert codes(measured(signals.piece(2.0), tmp_path, want_fingerprints=False)) == []


def test_what_is_not_a_number_is_left_out_and_told(tmp_path):
    samples = signals.piece(5.0)
    samples[44_100:44_200] = np.nan
    samples[88_200] = 1e20

    found = measured(samples, tmp_path)

    assert codes(found) == [ErrorCode.DAMAGED_AUDIO]
    assert found.features[0].levels.sample_peak_dbfs == pytest.approx(-3.0, abs=0.01)
    assert found.features[0].levels.integrated_lufs == pytest.approx(
        features(signals.piece(5.0)).integrated_lufs, abs=0.1
    )


def test_a_recording_of_nothing_but_nonsense_is_silent(tmp_path):
    found = measured(np.full(44_100 * 4, np.inf, np.float32), tmp_path)

    assert codes(found) == [ErrorCode.DAMAGED_AUDIO, ErrorCode.SILENT_AUDIO]


def test_a_recording_without_samples_is_a_decode_error(tmp_path):
    with pytest.raises(AudioFileError) as caught:
        measured(np.zeros((2, 0), np.float32), tmp_path)

    assert caught.value.code is ErrorCode.DECODE_ERROR


def test_what_never_ends_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr("music.measurement.LONGEST_SECONDS", 3_600)

    with pytest.raises(AudioFileError, match="more than 1 hours") as caught:
        measure(Endless(), request=request(tmp_path, want_features=False, want_fingerprints=False), tick=nothing)

    assert caught.value.code is ErrorCode.TOO_LONG


class Endless(Sound):
    """A header that never ends, or one that ends after some blocks."""

    def __init__(self, blocks=None):
        super().__init__(np.zeros(1, np.float32), rate_hz=8_000)
        self.blocks = blocks

    def __iter__(self):
        block = signals.noise(block_length(8_000, channels=1) / 8_000, rate_hz=8_000)[None]
        while self.blocks is None or self.blocks > 0:
            self.blocks = self.blocks and self.blocks - 1
            yield block


class Breaking(Sound):
    """A file that cannot be read to its end."""

    def __iter__(self):
        yield next(super().__iter__())
        raise AudioFileError(ErrorCode.UNREADABLE_FILE, "the disk is gone")


def test_a_decoder_that_fails_in_the_middle_leaves_nothing_behind(tmp_path, monkeypatch):
    monkeypatch.setattr("music.reduced_signal._IN_MEMORY_BYTES", 1_000)

    with pytest.raises(AudioFileError, match="the disk is gone"):
        measure(Breaking(signals.piece(8.0)), request=request(tmp_path), tick=nothing)

    assert list(tmp_path.iterdir()) == []


def test_a_spool_that_cannot_be_written_is_not_the_files_fault(tmp_path, monkeypatch):
    monkeypatch.setattr("music.reduced_signal._IN_MEMORY_BYTES", 1_000)

    with pytest.raises(OSError, match="No such file"):
        measured(signals.piece(8.0), tmp_path / "gone")


def test_memory_hardly_grows_with_length(tmp_path, monkeypatch):
    monkeypatch.setattr("music.reduced_signal._IN_MEMORY_BYTES", 100_000)

    def peak_bytes(minutes):
        tracemalloc.start()
        blocks = round(minutes * 60 * 8_000 / block_length(8_000, channels=1))
        measure(Endless(blocks), request=request(tmp_path), tick=nothing)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    peak_bytes(0.5)
    short, long = peak_bytes(5), peak_bytes(10)

    assert (long - short) / 5 < 2_000_000


@pytest.mark.parametrize("codec", ["flac", "wav"])
def test_a_file_that_was_cut_off_is_told(codec, tmp_path):
    data = signals.encoded(signals.piece(6.0), codec=codec)

    found = measured_file(data[: len(data) // 2], tmp_path, expected_ticks=seconds_to_ticks(6))

    assert ErrorCode.TRUNCATED_AUDIO in codes(found)


@pytest.mark.parametrize("codec", ["flac", "mp3", "aac", "opus", "wma"])
def test_a_whole_file_is_as_long_as_its_header_says(codec, tmp_path):
    found = measured_file(
        signals.encoded(signals.stereo(signals.piece(3.0)), codec=codec), tmp_path, expected_ticks=seconds_to_ticks(3)
    )

    assert codes(found) == []


def test_a_rate_that_cannot_be_counted_is_told(tmp_path):
    data = signals.encoded(signals.piece(4.0, rate_hz=37_800), codec="wav", rate_hz=37_800)

    found = measured_file(data, tmp_path)

    assert codes(found) == [ErrorCode.RATE_ROUNDED]
    assert found.duration_ticks == pytest.approx(4 * TICKS_PER_SECOND, abs=2 * TICKS_PER_SECOND / 44_100)


def test_damage_is_told(tmp_path):
    data = bytearray(signals.encoded(signals.piece(6.0), codec="flac"))
    data[len(data) // 2] ^= 0xFF

    found = measured_file(bytes(data), tmp_path)

    assert codes(found) == [ErrorCode.DAMAGED_AUDIO]


def test_the_same_file_gives_the_same_measurement(tmp_path):  # S3-151
    data = signals.encoded(signals.stereo(signals.piece(5.0)), codec="mp3")

    first, again = measured_file(data, tmp_path), measured_file(data, tmp_path)

    assert replace(first, contour=None) == replace(again, contour=None)
    assert first.contour.silences == again.contour.silences
    np.testing.assert_array_equal(first.contour.profile.levels_dbfs, again.contour.profile.levels_dbfs)


def test_only_what_a_worker_needs_is_imported():
    program = (
        "import sys, music.measurement; print(*{'librosa', 'pandas', 'scipy.signal', 'dagster'} & set(sys.modules))"
    )

    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout

    assert said.split() == []


@pytest.mark.reference
@needs_fpcalc
@pytest.mark.parametrize("codec", ["flac", "mp3", "aac", "opus"])
def test_a_whole_file_has_the_fingerprint_of_fpcalc(codec, tmp_path):
    path = tmp_path / f"a.{codec}"
    signals.encode(path, signals.stereo(signals.piece(6.0)), codec=codec)

    found = measured_file(path.read_bytes(), tmp_path)

    ours, theirs = decompressed(found.fingerprints[0].fingerprint)[1], fpcalc_words(path)
    assert len(ours) == theirs.size
    assert np.bitwise_count(np.array(ours, np.uint32) ^ theirs).sum() / (32 * theirs.size) < 0.0005


@pytest.mark.reference
@needs_fpcalc
def test_surround_is_heard_as_fpcalc_hears_it(tmp_path):
    samples = np.stack([np.roll(signals.piece(6.0, peak_dbfs=-9), 30_000 * voice) for voice in range(6)])
    signals.encode(tmp_path / "a.flac", samples, codec="flac")

    found = measured_file((tmp_path / "a.flac").read_bytes(), tmp_path)

    ours, theirs = decompressed(found.fingerprints[0].fingerprint)[1], fpcalc_words(tmp_path / "a.flac")
    assert np.bitwise_count(np.array(ours, np.uint32) ^ theirs).sum() / (32 * theirs.size) < 0.0005


@pytest.mark.reference
@needs_fpcalc
def test_only_the_first_two_minutes_are_heard(tmp_path):
    samples = signals.piece(130.0, rate_hz=DECIMATED_HZ)
    signals.encode(tmp_path / "a.wav", samples, codec="wav", rate_hz=DECIMATED_HZ)

    found = measured(samples, tmp_path, rate_hz=DECIMATED_HZ, want_segments=False, spans=whole(130.0))

    ours, theirs = decompressed(found.fingerprints[0].fingerprint)[1], fpcalc_words(tmp_path / "a.wav")
    assert len(ours) == theirs.size == 948
    assert np.bitwise_count(np.array(ours, np.uint32) ^ theirs).sum() / (32 * theirs.size) < 0.0005


@pytest.mark.reference
@needs_fpcalc
def test_too_short_for_us_is_too_short_for_fpcalc(tmp_path):
    signals.encode(tmp_path / "a.wav", signals.piece(2.7), codec="wav")

    assert measured(signals.piece(2.7), tmp_path).fingerprints == (None,)
    assert fpcalc(tmp_path / "a.wav") is None
