import io

import av
import numpy as np
import pytest

from music.encoding import Chapter, encode
from tests import signals


def decoded(data):
    with av.open(io.BytesIO(data)) as container:
        frames = [frame.to_ndarray() for frame in container.decode(audio=0)]
    return np.concatenate(frames, axis=1)


@pytest.mark.parametrize("codec", signals.CODECS)
def test_what_is_encoded_is_decoded_at_its_length(codec):
    samples = signals.stereo(signals.sine(440, 1.0))
    how = signals.CODECS[codec]

    data = encode(samples, how, rate_hz=signals.RATE_HZ)

    with av.open(io.BytesIO(data)) as container:
        stream = container.streams.audio[0]
        seconds = sum(frame.samples for frame in container.decode(stream)) / stream.codec_context.sample_rate
    assert seconds == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize("codec", signals.CODECS)
def test_the_same_samples_give_the_same_bytes(codec):
    samples = signals.stereo(signals.piece(0.5))

    assert signals.encoded(samples, codec=codec) == signals.encoded(samples, codec=codec)


def test_lossless_samples_come_back_as_they_were():
    samples = np.round(signals.sine(440, 0.5) * 32_767) / 32_768

    back = decoded(encode(samples.astype(np.float32), signals.CODECS["flac"], rate_hz=44_100))

    assert np.array_equal(back[0], np.round(samples * 32_768).astype(np.int16))


@pytest.mark.parametrize(("channels", "layout"), [(1, "mono"), (2, "stereo"), (6, "5.1(side)")])
def test_one_two_and_six_channels_are_encoded(channels, layout):
    samples = np.zeros((channels, 4_410), np.float32)

    with av.open(io.BytesIO(encode(samples, signals.CODECS["flac"], rate_hz=44_100))) as container:
        assert container.streams.audio[0].codec_context.layout.name in {layout, "5.1"}


def test_samples_are_resampled_where_the_encoder_asks():
    data = encode(signals.sine(440, 1.0), signals.CODECS["opus"], rate_hz=44_100)

    with av.open(io.BytesIO(data)) as container:
        assert container.streams.audio[0].codec_context.sample_rate == 48_000


def test_tags_and_chapters_go_into_the_file():
    parts = [Chapter(0, 0.5, "One"), Chapter(0.5, 1, "Two")]
    data = encode(signals.sine(440, 1), signals.CODECS["aac"], rate_hz=44_100, tags={"title": "Noon"}, chapters=parts)

    with av.open(io.BytesIO(data)) as container:
        assert container.metadata["title"] == "Noon"
        assert [chapter["metadata"]["title"] for chapter in container.chapters()] == ["One", "Two"]
