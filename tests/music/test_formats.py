import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from music.formats import (
    FORMATS,
    HEAD_BYTES,
    SIDECAR_SUFFIXES,
    SUFFIXES,
    adts_frame,
    audio_start,
    find_format,
    id3v2_bytes,
    mpeg_frame,
    recognise,
)
from tests import signals

CONTAINERS = {
    "flac": "flac", "flac24": "flac", "mp3": "mp3", "mp3-bare": "mp3", "aac": "mp4", "alac": "mp4",
    "adts": "aac", "vorbis": "ogg", "opus": "ogg", "oggflac": "ogg", "wav": "wav", "wav24": "wav",
    "wav-float": "wav", "wav8": "wav", "rf64": "wav", "aiff": "aiff", "aifc": "aiff", "wma": "asf",
    "wavpack": "wavpack",
}  # fmt: skip


def id3v2(content: bytes, *, flags: int = 0) -> bytes:
    size = bytes(len(content) >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x04\x00" + bytes([flags]) + size + content


@pytest.mark.parametrize(("codec", "container"), CONTAINERS.items())
def test_every_encoded_file_is_recognised_by_its_first_bytes(codec, container):  # S1-26, S3-147
    head = signals.sample(codec)[:HEAD_BYTES]

    found = recognise(head)

    assert found is not None
    assert found.name == container


def test_the_table_of_codecs_is_complete():
    assert set(CONTAINERS) == set(signals.CODECS)
    assert {found.name for found in FORMATS} == {*CONTAINERS.values(), "ape"}


@pytest.mark.parametrize(
    ("head", "container"),
    [
        pytest.param(b"MAC \x96\x0f" + bytes(50), "ape", id="monkeys_audio"),
        pytest.param(b"BW64\xff\xff\xff\xffWAVEds64", "wav", id="bw64"),
        pytest.param(b"FORM\x00\x00\x00\x20AIFCFVER", "aiff", id="aifc"),
        pytest.param(b"\x00\x00\x00\x08wide\x00\x00\x10\x00mdat", "mp4", id="quicktime_without_ftyp"),
        pytest.param(b"\x00\x00\x00\x18ftypM4B ", "mp4", id="audiobook"),
    ],
)
def test_magic_bytes_name_the_container(head, container):
    found = recognise(head)

    assert found is not None
    assert found.name == container


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"f", id="one_byte"),
        pytest.param(b"Dear diary, today I renamed myself.\n" * 50, id="text"),
        pytest.param("ÿþ Ich bin ein Text".encode("utf-16") * 50, id="utf16_text"),
        pytest.param(b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile:///etc/passwd\n", id="hls_playlist"),
        pytest.param(b"ffconcat version 1.0\nfile /etc/passwd\n", id="concat_script"),
        pytest.param(b"RIFF\x24\x00\x00\x00AVI LIST", id="avi"),
        pytest.param(b"RIFF\x24\x00\x00\x00WEBPVP8 ", id="webp"),
        pytest.param(b"FORM\x00\x00\x00\x24ILBMBMHD", id="amiga_picture"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + bytes(500), id="png"),
        pytest.param(b"\xff\xd8\xff\xe0\x00\x10JFIF" + b"\xff" * 500, id="jpeg"),
        pytest.param(b"PK\x03\x04" + bytes(500), id="zip"),
        pytest.param(bytes(HEAD_BYTES), id="zeros"),
        pytest.param(b"\xff" * HEAD_BYTES, id="ones"),
        pytest.param(b"\xff\xfb\x90\x64" + bytes(2_000), id="one_mp3_header"),
        pytest.param(b"ID3\x04\x00\x00\x00\x00\x00\x0a" + bytes(10), id="a_tag_and_no_audio"),
        pytest.param(b"ID3\x04\x00\x00\x00\x00\x00\x0a" + bytes(10) + b"OggS", id="ogg_behind_a_tag"),
    ],
)
def test_what_is_no_audio_is_not_recognised(head):
    assert recognise(head) is None


@pytest.mark.parametrize("seed", range(20))
def test_random_bytes_are_no_mp3(seed):
    head = signals.np.random.default_rng(seed).bytes(HEAD_BYTES)

    assert recognise(head) is None


@pytest.mark.parametrize("codec", ["flac", "mp3-bare", "adts"])
@pytest.mark.parametrize("flags", [0, 0x10], ids=["plain", "with_footer"])
def test_audio_behind_id3_tags_is_recognised(codec, flags):  # S3-147
    footer = bytes(10) if flags else b""
    data = id3v2(bytes(300), flags=flags) + footer + id3v2(bytes(20)) + signals.sample(codec)

    found = recognise(data[:HEAD_BYTES])

    assert found is not None
    assert found.name == CONTAINERS[codec]


@pytest.mark.parametrize("codec", ["flac", "mp3-bare", "adts"])
def test_a_tag_with_megabytes_of_artwork_is_stepped_over(codec):
    data = id3v2(bytes(5_000_000)) + signals.sample(codec)

    assert recognise(data[:HEAD_BYTES]) is None
    found = find_format(io.BytesIO(data))
    assert found is not None
    assert found.name == CONTAINERS[codec]
    assert audio_start(io.BytesIO(data)) == 5_000_010


def test_only_formats_that_ffmpeg_finds_behind_a_tag_are_looked_for_there():
    data = id3v2(bytes(100)) + signals.sample("wav")

    assert find_format(io.BytesIO(data)) is None


def test_the_first_frame_may_come_after_junk():
    data = bytes(4_000) + b"\xff\xfb\x90\x64" + signals.sample("mp3-bare")

    found = recognise(data)

    assert found is not None
    assert found.name == "mp3"


def test_two_frames_alone_are_an_mp3():
    data = signals.sample("mp3-bare")
    first = mpeg_frame(data, 0)

    assert first is not None
    assert recognise(data[: first.frame_bytes + 4]) is not None
    assert recognise(data[: first.frame_bytes + 3]) is None


@pytest.mark.parametrize(
    ("header", "frame_bytes"),
    [
        pytest.param("fffb9064", 417, id="mpeg1_layer3_128k_44100"),
        pytest.param("fffb9264", 418, id="padded"),
        pytest.param("fff36064", 156, id="mpeg2_layer3_48k_22050"),
        pytest.param("ffe36064", 313, id="mpeg25_layer3_48k_11025"),
        pytest.param("fffd9064", 522, id="mpeg1_layer2_160k_44100"),
        pytest.param("ffff9264", 316, id="mpeg1_layer1_288k_44100_padded"),
        pytest.param("fffb0064", None, id="free_bit_rate"),
        pytest.param("fffbf064", None, id="forbidden_bit_rate"),
        pytest.param("fffb9c64", None, id="reserved_rate"),
        pytest.param("fff99064", None, id="layer_reserved"),
        pytest.param("ffeb9064", None, id="version_reserved"),
        pytest.param("fffb90", None, id="cut"),
    ],
)
def test_mpeg_frame_lengths_are_those_of_the_standard(header, frame_bytes):
    found = mpeg_frame(bytes.fromhex(header), 0)

    assert (found and found.frame_bytes) == frame_bytes


@pytest.mark.parametrize(
    ("header", "frame_bytes"),
    [
        pytest.param("fff15080209ffc", 260, id="lc_44100_stereo"),
        pytest.param("fff17480209ffc", None, id="rate_reserved"),
        pytest.param("fff1508000dffc", None, id="no_audio_in_it"),
        pytest.param("fff35080209ffc", None, id="layer_not_0"),
        pytest.param("fff15080209f", None, id="cut"),
    ],
)
def test_adts_frame_lengths_are_those_of_the_standard(header, frame_bytes):
    found = adts_frame(bytes.fromhex(header), 0)

    assert (found and found.frame_bytes) == frame_bytes


@pytest.mark.parametrize(
    "header",
    [
        b"ID3\x04\x00\x00\x00\x00\x00\x80",
        b"ID3\xff\x00\x00\x00\x00\x00\x10",
        b"ID3\x04\xff\x00\x00\x00\x00\x10",
        b"ID3\x04",
    ],
    ids=["size_not_syncsafe", "version", "revision", "cut"],
)
def test_a_lying_id3_header_is_no_tag(header):
    assert id3v2_bytes(header) == 0


@given(st.binary(max_size=3_000))
def test_any_bytes_are_recognised_or_not(data):
    assert recognise(data) == find_format(io.BytesIO(data))


@given(
    st.sampled_from([b"ID3\x03\x00\x00\x00\x00\x00\x04", b"\xff\xfb\x90\x64", b"\xff\xf1\x50\x80", b"RIFF"]),
    st.binary(),
)
def test_any_bytes_behind_a_true_beginning_are_recognised_or_not(beginning, data):
    assert recognise(beginning + data) in {None, *FORMATS}


def test_suffixes_are_lower_case_and_those_asked_for_are_among_them():  # S3-R8
    assert {".mp3", ".flac", ".ogg", ".oga", ".m4a", ".mp4", ".wav"} <= SUFFIXES
    assert all(suffix == suffix.lower() and suffix.startswith(".") for suffix in SUFFIXES | SIDECAR_SUFFIXES)
    assert not SUFFIXES & SIDECAR_SUFFIXES
