import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from music.asf_header import read_asf_header
from music.ticks import TICKS_PER_SECOND
from tests import signals

PROPERTIES = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
HEADER = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
ENCRYPTIONS = {
    "content_encryption": "fbb3112223bdd211b4b700a0c955fc6e",
    "extended_content_encryption": "14e68a292226174cb935dae07ee9289c",
    "advanced_content_encryption": "338505438169e6499b74ad12cb86d58c",
}


def header(*objects):
    body = b"".join(guid + (24 + len(data)).to_bytes(8, "little") + data for guid, data in objects)
    return HEADER + (30 + len(body)).to_bytes(8, "little") + len(objects).to_bytes(4, "little") + b"\1\2" + body


def properties(*, seconds, preroll_ms=0, flags=2):
    times = (seconds * 10_000_000).to_bytes(8, "little") * 2 + preroll_ms.to_bytes(8, "little")
    return bytes(40) + times + flags.to_bytes(4, "little") + bytes(12)


def test_the_length_is_the_play_time_less_what_is_buffered():
    data = header((PROPERTIES, properties(seconds=63, preroll_ms=3000)))

    assert read_asf_header(io.BytesIO(data)).duration_ticks == 60 * TICKS_PER_SECOND


@pytest.mark.parametrize(
    "values",
    [{"seconds": 0}, {"seconds": 2, "preroll_ms": 3000}, {"seconds": 9, "flags": 1}],
    ids=["zero", "shorter_than_the_buffer", "broadcast"],
)
def test_a_length_that_is_left_open_is_none(values):
    assert read_asf_header(io.BytesIO(header((PROPERTIES, properties(**values))))).duration_ticks is None


@pytest.mark.parametrize("guid", ENCRYPTIONS.values(), ids=ENCRYPTIONS)
def test_encryption_is_seen(guid):
    data = header((PROPERTIES, properties(seconds=5)), (bytes.fromhex(guid), b"license"))

    assert read_asf_header(io.BytesIO(data)).is_encrypted


def test_a_header_of_very_many_objects_ends():
    data = header(*[(bytes(16), b"")] * 300, (PROPERTIES, properties(seconds=5)))

    assert read_asf_header(io.BytesIO(data)).duration_ticks is None


def test_a_length_beyond_all_files_ends_the_header():
    data = bytearray(header((bytes(16), b""), (PROPERTIES, properties(seconds=5))))
    data[16:24] = data[46:54] = b"\xff" * 8

    assert read_asf_header(io.BytesIO(bytes(data))).duration_ticks is None


def test_words_behind_the_header_do_not_count():
    data = (
        header((PROPERTIES, properties(seconds=5)))
        + header((bytes.fromhex(ENCRYPTIONS["content_encryption"]), b""))[30:]
    )

    assert not read_asf_header(io.BytesIO(data)).is_encrypted


def test_a_file_of_ffmpeg_is_read():
    found = read_asf_header(io.BytesIO(signals.sample("wma")))

    assert not found.is_encrypted
    assert found.duration_ticks == pytest.approx(1.2 * TICKS_PER_SECOND, abs=0.1 * TICKS_PER_SECOND)


@given(st.binary())
def test_any_bytes_are_a_header(data):
    assert not read_asf_header(io.BytesIO(HEADER + data)).is_encrypted
