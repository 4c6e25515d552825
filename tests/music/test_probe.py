import hashlib
import io
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mutagen import id3

from music.audio_file import open_regular
from music.error_codes import AudioFileError, ErrorCode
from music.probe import probe
from music.ticks import TICKS_PER_SECOND, seconds_to_ticks, ticks_to_seconds
from tests import signals, tagging


def probed(data):
    return probe(io.BytesIO(data), tick=lambda: None)


def fault(data):
    with pytest.raises(AudioFileError) as caught:
        probed(data)
    return caught.value


EXPECTED = {
    # codec of the test: container, codec, rate, channels, bits, seconds more than were encoded
    "flac": ("flac", "flac", 44_100, 2, 16, 0.0),
    "flac24": ("flac", "flac", 44_100, 2, 24, 0.0),
    "mp3": ("mp3", "mp3", 44_100, 2, None, 0.0),
    "mp3-bare": ("mp3", "mp3", 44_100, 2, None, 0.04),
    "aac": ("mp4", "aac", 44_100, 2, None, 0.0),
    "alac": ("mp4", "alac", 44_100, 2, 16, 0.0),
    "adts": ("aac", "aac", 44_100, 2, None, 0.06),
    "vorbis": ("ogg", "vorbis", 44_100, 2, None, 0.02),
    "opus": ("ogg", "opus", 48_000, 2, None, 0.0065),
    "oggflac": ("ogg", "flac", 44_100, 2, 16, 0.0),
    "wav": ("wav", "pcm_s16le", 44_100, 2, 16, 0.0),
    "wav24": ("wav", "pcm_s24le", 44_100, 2, 24, 0.0),
    "wav-float": ("wav", "pcm_f32le", 44_100, 2, 32, 0.0),
    "wav8": ("wav", "pcm_u8", 44_100, 2, 8, 0.0),
    "rf64": ("wav", "pcm_s16le", 44_100, 2, 16, 0.0),
    "aiff": ("aiff", "pcm_s16be", 44_100, 2, 16, 0.0),
    "aifc": ("aiff", "pcm_s16le", 44_100, 2, 16, 0.0),
    "wma": ("asf", "wmav2", 44_100, 2, None, 0.05),
    "wavpack": ("wavpack", "wavpack", 44_100, 2, 16, 0.0),
}


@pytest.mark.parametrize("codec", signals.CODECS)
def test_every_format_is_probed(codec):  # S3-32, S3-89
    container, name, rate_hz, channels, bits, more_seconds = EXPECTED[codec]
    data = signals.sample(codec)

    found = probed(data)

    assert (found.container, found.codec, found.sample_rate_hz) == (container, name, rate_hz)
    assert (found.channels, found.bits_per_sample) == (channels, bits)
    assert found.duration_ticks is not None
    assert 1.2 <= ticks_to_seconds(found.duration_ticks) <= 1.2 + more_seconds + 1e-6
    assert found.duration_is_estimate == (codec in {"mp3-bare", "adts"})
    assert found.bitrate_bps is not None
    assert found.bitrate_bps < 8 * len(data) / 1.2 * 1.01
    assert found.content_sha256 == hashlib.sha256(data).hexdigest()  # S3-91
    assert (found.warnings, found.chapters) == ((), ())


@pytest.mark.parametrize("codec", tagging.TAGGED_CODECS)
def test_retagging_leaves_the_audio_hash(codec):
    before = probed(signals.sample(codec))

    after = probed(tagging.tagged(signals.sample(codec), codec))

    assert after.audio_sha256 == before.audio_sha256
    assert after.content_sha256 != before.content_sha256
    assert (after.duration_ticks, after.bitrate_bps) == (before.duration_ticks, before.bitrate_bps)
    assert (after.sample_rate_hz, after.channels, after.bits_per_sample) == (
        before.sample_rate_hz, before.channels, before.bits_per_sample,
    )  # fmt: skip
    assert after.warnings == ()


ID3V1 = b"TAG" + b"Noon".ljust(125, b"\0")


def with_apev2(data):
    file = io.BytesIO(data)
    tagging.write_apev2(file)
    return file.getvalue()


@pytest.mark.parametrize("codec", ["mp3", "mp3-bare", "adts", "flac", "wavpack"])
@pytest.mark.parametrize(
    "retag",
    [
        pytest.param(lambda data: data + ID3V1, id="id3v1"),
        pytest.param(with_apev2, id="apev2"),
        pytest.param(lambda data: with_apev2(data) + ID3V1, id="apev2_and_id3v1"),
        pytest.param(lambda data: data + b"LYRICSBEGIN" + b"la " * 90 + b"LYRICSEND" + ID3V1, id="lyrics3"),
    ],
)
def test_tags_at_the_end_leave_the_audio_hash(codec, retag):
    before = probed(signals.sample(codec))

    after = probed(retag(signals.sample(codec)))

    assert (after.audio_sha256, after.duration_ticks) == (before.audio_sha256, before.duration_ticks)
    assert after.warnings == ()


def test_an_id3_tag_in_front_of_a_flac_leaves_the_audio_hash():
    file = io.BytesIO(signals.sample("flac"))
    tags = id3.ID3()
    for frame in tagging.id3_frames():
        tags.add(frame)
    tags.save(file)

    assert probed(file.getvalue()).audio_sha256 == probed(signals.sample("flac")).audio_sha256


def test_flac_in_ogg_is_the_same_audio_as_flac():
    assert probed(signals.sample("oggflac")).audio_sha256 == probed(signals.sample("flac")).audio_sha256


def test_other_audio_has_another_hash():
    codecs = set(signals.CODECS) - {"oggflac", "aifc", "rf64"}

    assert len({probed(signals.sample(codec)).audio_sha256 for codec in codecs}) == len(codecs)


def test_the_same_samples_at_another_rate_are_other_audio():
    samples = signals.sine(440, 1)

    one, two = (probed(signals.encoded(samples, codec="wav", rate_hz=rate)) for rate in (44_100, 48_000))

    assert one.audio_sha256 != two.audio_sha256


def test_artwork_as_a_video_stream_is_no_audio():
    found = probed(tagging.tagged(signals.sample("mp3"), "mp3"))

    assert (found.codec, found.tags.has_embedded_art) == ("mp3", True)


def test_a_wrong_suffix_does_not_matter(tmp_path):
    path = tmp_path / "song.mp3"
    path.write_bytes(signals.sample("vorbis"))

    with open_regular(os.fsencode(path)) as file:
        assert probe(file, tick=lambda: None).container == "ogg"
        assert not file.closed


def test_signs_of_life_come_with_every_megabyte_and_every_few_hundred_packets():
    ticks = []
    data = signals.encoded(signals.silence(60), codec="mp3-bare")

    probe(io.BytesIO(data), tick=lambda: ticks.append(1))

    assert len(ticks) >= len(data) // 1_000_000 + 60 * 44_100 // 1152 // 300


@pytest.mark.parametrize("codec", ["aac", "mp3", "opus", "wma"])
def test_chapters_are_marks(codec):
    file = io.BytesIO()
    parts = [(0, 0.2, "One"), (0.2, 0.4, "Zwei\u202e"), (0.4, 1.2, "Drei")]
    signals.encode(file, signals.stereo(signals.piece(1.2)), codec=codec, tags={"title": "x"}, chapters=parts)

    found = probed(file.getvalue())

    starts = [mark.start_ticks for mark in found.chapters]
    assert starts == [seconds_to_ticks(at) for at in (0, 0.2, 0.4)]
    assert [mark.title for mark in found.chapters] == ["One", "Zwei", "Drei"]


# What is broken


@pytest.mark.parametrize(
    "data",
    [b"Dear diary", b"#EXTM3U\nhttp://example.org/a.mp3\n", b"\xff\xfb\x90\x64" + bytes(9_000), os.urandom(500)],
    ids=["text", "playlist", "one_frame_header", "random"],
)
def test_what_is_no_audio_is_unsupported(data):
    assert fault(data).code is ErrorCode.UNSUPPORTED_FORMAT


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"fLaC" + bytes(1000), id="flac"),
        pytest.param(b"OggS" + bytes(1000), id="ogg"),
        pytest.param(b"\0\0\0\x18ftypM4A " + bytes(1000), id="mp4"),
        pytest.param(b"RIFF\x24\0\0\0WAVE" + bytes(1000), id="wav"),
        pytest.param(b"FORM\0\0\0\x24AIFF" + bytes(1000), id="aiff"),
        pytest.param(bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c") + bytes(1000), id="asf"),
        pytest.param(b"MAC \x96\x0f" + bytes(1000), id="ape"),
        pytest.param(b"wvpk" + bytes(1000), id="wavpack"),
        pytest.param(signals.sample("wav")[:36] + b"data\0\0\0\0", id="wav_without_samples"),
        pytest.param(signals.sample("aac")[:-400], id="mp4_without_its_index"),
    ],
)
def test_a_true_beginning_with_nothing_behind_is_a_decode_error(data):
    assert fault(data).code is ErrorCode.DECODE_ERROR


@pytest.mark.parametrize("codec", signals.CODECS)
@pytest.mark.parametrize("part", [0.02, 0.3, 0.7, 0.97])
def test_a_file_cut_anywhere_is_probed_or_refused(codec, part):
    data = signals.sample(codec)

    try:
        found = probed(data[: int(len(data) * part)])
    except AudioFileError as refused:
        assert refused.code in {ErrorCode.DECODE_ERROR, ErrorCode.UNSUPPORTED_FORMAT}  # noqa: PT017
    else:
        assert found.sample_rate_hz == EXPECTED[codec][2]


@pytest.mark.parametrize("codec", ["flac", "mp3", "wav", "wav24", "rf64", "aiff", "wma", "wavpack"])
def test_a_header_that_promises_more_is_believed(codec):
    data = signals.sample(codec)

    found = probed(data[: len(data) * 7 // 10])

    assert found.duration_ticks == probed(data).duration_ticks
    assert not found.duration_is_estimate


@pytest.mark.parametrize("placeholder", [0, 0x7FFF_FFFF, 0x7FFF_F000, 0xFFFF_FFFF])
def test_a_wav_from_a_pipe_is_as_long_as_its_samples(placeholder):
    data = signals.sample("wav").replace(
        b"data" + (211_680).to_bytes(4, "little"), b"data" + placeholder.to_bytes(4, "little")
    )

    assert data != signals.sample("wav")
    assert probed(data).duration_ticks == seconds_to_ticks(1.2)


def test_a_flac_from_a_pipe_is_as_long_as_its_packets():
    data = bytearray(signals.sample("flac"))
    data[21] &= 0xF0
    data[22:26] = bytes(4)

    found = probed(bytes(data))

    assert found.duration_ticks == seconds_to_ticks(1.2)
    assert found.duration_is_estimate


@pytest.mark.parametrize("codec", ["mp3", "vorbis", "opus"])
def test_joined_files_are_as_long_as_all_their_packets(codec):
    found = probed(signals.sample(codec) * 3)

    assert found.duration_ticks == pytest.approx(3.6 * TICKS_PER_SECOND, rel=0.08)
    assert found.duration_is_estimate


def test_a_wavpack_that_breaks_off_carries_a_warning():
    data = signals.encoded(signals.stereo(signals.piece(2)), codec="wavpack")

    found = probed(data[: len(data) * 8 // 10])

    assert [code for code, _ in found.warnings] == [ErrorCode.DAMAGED_AUDIO]


@pytest.mark.parametrize("entry", [b"drms", b"enca", b"aavd"])
def test_an_encrypted_mp4_is_protected(entry):
    assert fault(signals.sample("aac").replace(b"mp4a", entry)).code is ErrorCode.DRM_PROTECTED


def test_an_encrypted_wma_is_protected():
    data = bytearray(signals.sample("wma"))
    license_object = bytes.fromhex("fbb3112223bdd211b4b700a0c955fc6e") + (24).to_bytes(8, "little")
    data[30:30] = license_object
    data[16:24] = (int.from_bytes(data[16:24], "little") + 24).to_bytes(8, "little")

    assert fault(bytes(data)).code is ErrorCode.DRM_PROTECTED


def test_a_codec_that_ffmpeg_lacks_is_unsupported():
    data = bytearray(signals.sample("wav"))
    data[20:22] = b"\x34\x12"

    assert fault(bytes(data)).code is ErrorCode.UNSUPPORTED_FORMAT


@pytest.mark.parametrize("good_reads", [0, 1, 4])
def test_a_disk_that_fails_makes_the_file_unreadable(good_reads):
    class FailingDisk(io.BytesIO):
        reads = 0

        def read(self, size=-1):
            self.reads += 1
            if self.reads > good_reads:
                raise OSError(5, "Input/output error")
            return super().read(size)

    with pytest.raises(AudioFileError) as caught:
        probe(FailingDisk(signals.sample("wav")), tick=lambda: None)

    assert caught.value.code is ErrorCode.UNREADABLE_FILE


def test_a_disk_that_fails_while_packets_are_read_makes_the_file_unreadable():
    class FailingDisk(io.BytesIO):
        def read(self, size=-1):
            if size == 32_768 and self.tell() > 200_000:  # FFmpeg's reads
                raise OSError(5, "Input/output error")
            return super().read(size)

    with pytest.raises(AudioFileError) as caught:
        probe(FailingDisk(signals.encoded(signals.silence(5), codec="wav")), tick=lambda: None)

    assert caught.value.code is ErrorCode.UNREADABLE_FILE


@settings(max_examples=100)
@given(st.sampled_from(sorted(set(signals.CODECS))), st.integers(0, 3_000), st.binary(min_size=1, max_size=12))
def test_any_damage_gives_a_probe_or_an_audio_file_error(codec, place, noise):
    data = bytearray(signals.sample(codec))
    data[place : place + len(noise)] = noise

    try:
        found = probed(bytes(data))
    except AudioFileError as refused:
        assert refused.message  # noqa: PT017
    else:
        assert found.content_sha256 == hashlib.sha256(data).hexdigest()
