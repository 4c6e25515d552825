import io
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mutagen import apev2

from music.formats import MP3, WAV
from music.trailing_tags import WithoutTail, audio_end, without_trailing_tags

AUDIO = b"audio" * 300
ID3V1 = b"TAG" + b"x" * 125
ENHANCED = b"TAG+" + b"y" * 223
LYRICS3V1 = b"LYRICSBEGIN" + b"la " * 300 + b"LYRICSEND"
LYRICS3V2 = b"LYRICSBEGININD0000210" + b"000021LYRICS200"
ID3V2_FOOTER = b"ID3\x04\0\x10\0\0\0\x05" + b"frame" + b"3DI\x04\0\x10\0\0\0\x05"


def apev2_tag():
    file = io.BytesIO()
    tags = apev2.APEv2()
    tags["Title"] = "Noon" * 200
    tags.save(file)
    return file.getvalue()


TAILS = {
    "nothing": b"",
    "id3v1": ID3V1,
    "enhanced_id3v1": ENHANCED + ID3V1,
    "apev2": apev2_tag(),
    "apev2_without_header": apev2_tag()[32:-12] + bytes(12),
    "lyrics3_v1": LYRICS3V1 + ID3V1,
    "lyrics3_v2": LYRICS3V2 + ID3V1,
    "id3v2_at_the_end": ID3V2_FOOTER,
    "id3v1_behind_apev2": apev2_tag() + ID3V1,
    "apev2_behind_id3v1": ID3V1 + apev2_tag(),
}


@pytest.mark.parametrize("tail", TAILS.values(), ids=TAILS)
def test_the_audio_ends_where_the_tags_begin(tail):
    data = AUDIO + tail

    assert audio_end(io.BytesIO(data), len(data)) == len(AUDIO)


@pytest.mark.parametrize(
    "tail",
    [
        pytest.param(b"x" * 120 + b"TAG", id="too_near_the_end"),
        pytest.param(apev2_tag()[:100][-3:] + b"APETAGEX" + b"x" * 123, id="part_of_another_word"),
        pytest.param(b"APETAGEX" + b"\xd0\x07\0\0" + b"\xff\xff\xff\x7f" + bytes(16), id="a_length_beyond_the_file"),
        pytest.param(b"LYRICSEND", id="lyrics_without_a_beginning"),
        pytest.param(b"xxxxxxLYRICS200", id="a_length_that_is_none"),
    ],
)
def test_what_only_looks_like_a_tag_is_audio(tail):
    data = AUDIO + tail

    assert audio_end(io.BytesIO(data), len(data)) == len(data)


def test_more_tags_than_anyone_writes_are_left():
    data = AUDIO + ID3V1 * 17

    assert audio_end(io.BytesIO(data), len(data)) == len(AUDIO) + len(ID3V1)


@given(st.binary(max_size=700), st.sampled_from(sorted(TAILS)))
def test_any_file_ends_within_itself(data, tail):
    data += TAILS[tail]

    assert 0 <= audio_end(io.BytesIO(data), len(data)) <= len(data)


def test_a_file_without_its_tail_reads_like_a_shorter_file():
    whole = io.BytesIO(b"0123456789")
    short = WithoutTail(whole, 6)

    assert short.read() == b"012345"
    assert short.read() == b""
    assert short.seek(-2, os.SEEK_END) == 4
    assert short.tell() == 4
    assert short.read(10) == b"45"
    assert short.seek(1) == 1
    assert short.seek(2, os.SEEK_CUR) == 3
    assert short.read(2) == b"34"
    assert short.seek(20) == 20
    assert short.read() == b""


def test_only_raw_streams_lose_their_tail():
    file = io.BytesIO(AUDIO + ID3V1)

    assert without_trailing_tags(file, WAV).read() == AUDIO + ID3V1
    assert without_trailing_tags(file, MP3).read() == AUDIO
    assert without_trailing_tags(io.BytesIO(AUDIO), MP3).read() == AUDIO
