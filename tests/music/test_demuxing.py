import io

import av
import pytest

from music.demuxing import audio_stream, open_demuxer
from music.error_codes import AudioFileError, ErrorCode
from music.formats import MP3, MP4, OGG, WAV
from tests import signals, tagging


def test_the_file_stays_open_when_its_container_is_closed():
    file = io.BytesIO(signals.sample("mp3"))

    with open_demuxer(file, MP3):
        pass

    assert not file.closed


def test_audio_is_chosen_from_among_pictures():
    with open_demuxer(io.BytesIO(tagging.tagged(signals.sample("aac"), "aac")), MP4) as container:
        assert len(container.streams) == 2
        assert audio_stream(container).codec_context.name == "aac"


@pytest.mark.parametrize("link", [b"http://127.0.0.1:9/a.ts", b"/etc/hostname"])
def test_a_playlist_is_not_followed_even_if_it_is_called_music(link):
    playlist = b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n" + link + b"\n#EXT-X-ENDLIST\n"

    with pytest.raises(AudioFileError) as caught, open_demuxer(io.BytesIO(playlist), OGG):
        pass

    assert caught.value.code is ErrorCode.DECODE_ERROR


def test_a_container_without_audio_is_a_decode_error():
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as output:
        stream = output.add_stream("mpeg4", rate=25)
        stream.width = stream.height = 16
        output.mux(stream.encode(av.VideoFrame(16, 16, "yuv420p")))
        output.mux(stream.encode(None))
    file.seek(0)

    with open_demuxer(file, MP4) as container, pytest.raises(AudioFileError) as caught:
        audio_stream(container)

    assert caught.value.code is ErrorCode.DECODE_ERROR


def test_a_codec_whose_number_is_no_letter_is_no_reason_to_stop():
    data = bytearray(signals.sample("wav"))
    data[20:22] = b"\xff\x00"

    with open_demuxer(io.BytesIO(bytes(data)), WAV) as container:
        assert audio_stream(container).codec_context.name == "aac"


def test_metadata_that_is_no_utf8_is_no_reason_to_stop():
    data = signals.sample("mp3").replace(b"Lavf", b"\xff\xfe\xed\xa0")

    with open_demuxer(io.BytesIO(data), MP3) as container:
        assert audio_stream(container).codec_context.sample_rate == 44_100
