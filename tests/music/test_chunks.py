import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from music.chunks import MOST_CHUNKS, Chunk, read_chunks, split_chunks


def riff(*chunks):
    return b"RIFF\0\0\0\0WAVE" + b"".join(
        name + len(data).to_bytes(4, "little") + data + b"\0" * (len(data) % 2) for name, data in chunks
    )


def test_chunks_are_found_behind_odd_ones():
    file = io.BytesIO(riff((b"fmt ", b"123"), (b"data", b"12")))

    assert list(read_chunks(file)) == [Chunk(b"fmt ", 20, 3), Chunk(b"data", 32, 2)]


def test_iff_lengths_are_big_endian():
    file = io.BytesIO(b"FORM\0\0\0\x10AIFFNAME\0\0\0\x04Noon")

    assert list(read_chunks(file)) == [Chunk(b"NAME", 20, 4)]


def test_rf64_keeps_the_length_of_its_data_elsewhere():
    sizes = (0).to_bytes(8, "little") + (5_000_000_000).to_bytes(8, "little") + bytes(12)
    file = io.BytesIO(b"RF64" + riff((b"ds64", sizes))[4:] + b"data\xff\xff\xff\xff")

    assert list(read_chunks(file))[1].length == 5_000_000_000


@pytest.mark.parametrize("cut", range(28))
def test_a_file_cut_anywhere_has_the_chunks_before(cut):
    data = riff((b"fmt ", b"1234"), (b"data", b"1234"))[:cut]

    assert len(list(read_chunks(io.BytesIO(data)))) == (cut >= 20)


def test_a_length_beyond_all_files_ends_the_list():
    sizes = bytes(8) + b"\xff" * 8 + bytes(12)
    file = io.BytesIO(b"RF64" + riff((b"ds64", sizes))[4:] + b"data\xff\xff\xff\xff" + bytes(100))

    assert [chunk.name for chunk in read_chunks(file)] == [b"ds64", b"data"]


def test_a_file_of_nothing_but_chunks_ends():
    file = io.BytesIO(riff(*[(b"junk", b"")] * (2 * MOST_CHUNKS)))

    assert len(list(read_chunks(file))) == MOST_CHUNKS


def test_chunks_inside_a_chunk_are_split_and_the_first_counts():
    data = riff((b"INAM", b"Noon\0"), (b"INAM", b"Late"), (b"IART", b"Band"))[12:]

    assert split_chunks(data) == {b"INAM": b"Noon\0", b"IART": b"Band"}


@given(st.binary())
def test_any_bytes_have_chunks_or_none(data):
    assert len(list(read_chunks(io.BytesIO(data)))) <= MOST_CHUNKS
    assert len(split_chunks(data)) <= MOST_CHUNKS
