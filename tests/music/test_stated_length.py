import io
from fractions import Fraction

import pytest

from music.demuxing import audio_stream, open_demuxer
from music.encoding import Codec
from music.formats import find_format
from music.stated_length import stated_seconds
from tests import signals


def stated(data):
    file = io.BytesIO(data)
    audio_format = find_format(file)
    assert audio_format is not None
    with open_demuxer(file, audio_format) as container:
        return stated_seconds(file, audio_format, stream=audio_stream(container))


def first_frame_with(content, *, place=36):
    frame = bytearray(417)
    frame[:4] = b"\xff\xfb\x90\x64"
    frame[place : place + len(content)] = content
    return bytes(frame) + signals.sample("mp3-bare")


def test_a_vbri_header_counts_frames():
    content = b"VBRI\0\1\0\0\0\0" + (12_345).to_bytes(4, "big") + (1_000).to_bytes(4, "big")

    assert stated(first_frame_with(content)) == Fraction(1_000 * 1152, 44_100)


@pytest.mark.parametrize("name", [b"Xing", b"Info"])
def test_a_xing_header_counts_frames_if_it_says_so(name):
    count = (1_000).to_bytes(4, "big")

    assert stated(first_frame_with(name + b"\0\0\0\1" + count)) == Fraction(1_000 * 1152, 44_100)
    assert stated(first_frame_with(name + b"\0\0\0\0" + count)) is None


def test_the_padding_of_the_encoder_is_left_out_where_ffmpeg_knows_it():
    assert stated(signals.sample("mp3")) == Fraction(12, 10)


@pytest.mark.parametrize("codec", ["mp3-bare", "adts"])
def test_a_stream_without_header_states_nothing(codec):
    assert stated(signals.sample(codec)) is None


def test_a_wav_that_lacks_its_end_still_states_its_length():
    assert stated(signals.sample("wav24")[:50_000]) == Fraction(12, 10)


def test_a_compressed_wav_is_as_long_as_ffmpeg_says():
    file = io.BytesIO()
    signals.CODECS["adpcm"] = Codec("wav", "adpcm_ms", ".wav")
    try:
        signals.encode(file, signals.stereo(signals.piece(1.2)), codec="adpcm")
    finally:
        del signals.CODECS["adpcm"]

    assert stated(file.getvalue()) == pytest.approx(1.2, abs=0.1)
