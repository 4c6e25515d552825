import errno
import io

import av
import numpy as np
import pytest

from music.cells import block_length
from music.decoding import SUBSTITUTE_RATE_HZ, decode
from music.error_codes import AudioFileError, ErrorCode
from music.formats import FLAC, MP3, WAV, find_format
from music.frames import FrameReader
from tests import signals

MUSIC = signals.stereo(signals.piece(1.2), signals.piece(1.2, bpm=90))
EXACT = {
    "flac": 2**-15, "flac24": 2**-22, "alac": 2**-15, "oggflac": 2**-15, "wav": 2**-15, "wav24": 2**-22,
    "wav-float": 0, "wav8": 2**-6, "rf64": 2**-15, "aiff": 2**-15, "aifc": 2**-15, "wavpack": 2**-15,
}  # fmt: skip
"""Codecs that keep the samples, and to what precision."""


def sound_of(data, audio_format=None):
    """Decode all of a file and return decoder and samples."""
    file = io.BytesIO(data)
    with decode(file, audio_format or find_format(file)) as decoder:
        samples = np.hstack([block.copy() for block in decoder])
    assert samples.dtype == np.float32
    assert decoder.decoded_samples == samples.shape[1]
    return decoder, samples


def encoded_by_av(samples, *, container, encoder, sample_format, layout, rate_hz=48_000):
    """Encode what `signals.encode` does not: more channels, rarer sample formats."""
    file = io.BytesIO()
    with av.open(file, "w", format=container) as output:
        stream = output.add_stream(encoder, rate=rate_hz, layout=layout)
        stream.format = sample_format
        stream.codec_context.open()
        packed = np.ascontiguousarray(samples.T).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(packed, format="flt", layout=layout)
        frame.sample_rate = rate_hz
        size = stream.codec_context.frame_size or None
        resampler = av.AudioResampler(stream.codec_context.format, layout, rate_hz, size)
        for part in [*resampler.resample(frame), *resampler.resample(None)]:
            output.mux(stream.encode(part))
        output.mux(stream.encode(None))
    return file.getvalue()


def code_of(caught):
    return caught.value.code


@pytest.mark.parametrize("codec", EXACT)
def test_what_keeps_the_samples_gives_them_back(codec):
    decoder, samples = sound_of(signals.encoded(MUSIC, codec=codec))

    assert decoder.sample_rate_hz == signals.RATE_HZ
    assert decoder.channel_names == ("FL", "FR")
    assert not decoder.resampled
    assert decoder.damaged_packets == 0
    np.testing.assert_allclose(samples, MUSIC, atol=EXACT[codec])


@pytest.mark.parametrize("codec", ["mp3", "mp3-bare", "aac", "adts", "vorbis", "opus", "wma"])
def test_what_loses_some_sounds_alike_and_is_as_long(codec):
    decoder, samples = sound_of(signals.encoded(MUSIC, codec=codec))

    power = np.mean(samples**2, axis=1)
    np.testing.assert_allclose(10 * np.log10(power / np.mean(MUSIC**2, axis=1)), 0, atol=0.6)
    assert samples.shape[1] / decoder.sample_rate_hz == pytest.approx(1.2, abs=0.06)


def test_blocks_have_their_length_and_the_last_is_what_is_left():
    file = io.BytesIO(signals.encoded(signals.piece(25.0), codec="flac"))

    with decode(file, FLAC) as decoder:
        sizes = [(block.shape, block.flags.c_contiguous) for block in decoder]

    whole = block_length(44_100, channels=1)
    assert sizes == [((1, whole), True), ((1, whole), True), ((1, 25 * 44_100 - 2 * whole), True)]


def test_nothing_follows_the_last_whole_block():
    whole = block_length(44_100, channels=1)
    file = io.BytesIO(signals.encoded(signals.piece(whole / 44_100), codec="flac"))

    with decode(file, FLAC) as decoder:
        assert [block.shape[1] for block in decoder] == [whole]


def test_an_index_at_the_end_of_the_file_is_found():
    data = signals.sample("aac")
    assert data.index(b"mdat") < data.index(b"moov")

    _, samples = sound_of(data)

    assert samples.shape[1] >= 1.2 * signals.RATE_HZ


@pytest.mark.parametrize(
    ("container", "encoder", "sample_format", "layout"),
    [
        ("flac", "flac", "s32", "7.1"),
        ("ipod", "alac", "s16p", "7.1(wide)"),
        ("wav", "pcm_s16le", "s16", "7.1"),
        ("wav", "pcm_f64le", "dbl", "5.1"),
        ("wav", "pcm_f64le", "dbl", "mono"),
        ("wav", "pcm_s32le", "s32", "quad"),
        ("wv", "wavpack", "fltp", "5.1"),
    ],
    ids=lambda value: value,
)
def test_every_layout_and_sample_format_is_read(container, encoder, sample_format, layout):
    channels = av.AudioLayout(layout).nb_channels
    music = np.stack([signals.sine(300 + 100 * k, 0.5, peak_dbfs=-3 - k, rate_hz=48_000) for k in range(channels)])
    data = encoded_by_av(music, container=container, encoder=encoder, sample_format=sample_format, layout=layout)

    decoder, samples = sound_of(data)

    assert decoder.channel_names == tuple(channel.name for channel in av.AudioLayout(layout).channels)
    np.testing.assert_allclose(samples, music, atol=2**-14)


@pytest.mark.parametrize(
    ("channels", "names"),
    [(1, ("FC",)), (2, ("FL", "FR")), (6, ("FL", "FR", "FC", "LFE", "BL", "BR")), (10, ("NONE",) * 10)],
)
def test_channels_without_names_get_the_usual_ones(channels, names):
    header = b"RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0\1\0" + channels.to_bytes(2, "little")
    header += (8_000).to_bytes(4, "little") + (16_000 * channels).to_bytes(4, "little")
    header += (2 * channels).to_bytes(2, "little") + b"\x10\0data" + (1_600 * channels).to_bytes(4, "little")

    decoder, samples = sound_of(header + bytes(1_600 * channels))

    assert decoder.channel_names == names
    assert samples.shape == (channels, 800)


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 12_000, 22_050, 32_000, 48_000, 96_000, 192_000])
def test_a_rate_that_can_be_counted_in_ticks_stays(rate_hz):
    decoder, samples = sound_of(signals.encoded(signals.piece(0.3, rate_hz=rate_hz), codec="wav", rate_hz=rate_hz))

    assert (decoder.sample_rate_hz, decoder.source_rate_hz, decoder.resampled) == (rate_hz, rate_hz, False)
    assert samples.shape[1] == round(0.3 * rate_hz)


@pytest.mark.parametrize("rate_hz", [6_000, 37_800, 384_000])
def test_a_rate_that_cannot_is_converted(rate_hz):
    tone = signals.sine(500, 1.0, rate_hz=rate_hz)

    decoder, samples = sound_of(signals.encoded(tone, codec="wav", rate_hz=rate_hz))

    assert (decoder.sample_rate_hz, decoder.source_rate_hz, decoder.resampled) == (SUBSTITUTE_RATE_HZ, rate_hz, True)
    assert samples.shape[1] == pytest.approx(SUBSTITUTE_RATE_HZ, abs=2)
    inner = slice(2_000, 42_000)
    np.testing.assert_allclose(samples[0, inner], signals.sine(500, 1.0)[inner], atol=5e-3)


@pytest.mark.parametrize(
    ("codec", "rates_hz"),
    [("oggflac", (44_100, 48_000)), ("opus", (48_000, 48_000)), ("oggflac", (48_000, 44_100))],
    ids=["flac to a higher rate", "opus to stereo", "flac to a lower rate"],
)
def test_a_chained_stream_that_changes_goes_on_as_it_began(codec, rates_hz):
    mono = signals.piece(1.5, rate_hz=rates_hz[0])
    other = signals.stereo(signals.piece(1.5, bpm=90, rate_hz=rates_hz[1]))
    links = [
        signals.encoded(part, codec=codec, rate_hz=rate_hz)
        for part, rate_hz in zip((mono, other), rates_hz, strict=True)
    ]

    decoder, samples = sound_of(b"".join(links))

    assert decoder.sample_rate_hz == rates_hz[0]
    assert decoder.channel_names == ("FC",)
    assert decoder.damaged_packets == 0
    assert not decoder.resampled
    assert samples.shape[1] / rates_hz[0] == pytest.approx(3.0, abs=0.01)
    assert np.sqrt(np.mean(samples[:, -rates_hz[0] :] ** 2)) > 0.05


def test_a_chain_may_have_many_links():
    mono, stereo = (signals.encoded(part, codec="opus") for part in (signals.piece(1.0), MUSIC))

    decoder, samples = sound_of(mono + stereo + mono + mono + stereo)

    assert samples.shape[1] / 48_000 == pytest.approx(3 * 1.0 + 2 * 1.2, abs=0.02)
    assert decoder.damaged_packets == 0


@pytest.mark.parametrize(
    "link",
    [
        signals.encoded(MUSIC, codec="opus")[:1_000],
        signals.encoded(MUSIC, codec="oggflac").replace(b"\x7fFLAC", b"\x7fFLOP"),
    ],
    ids=["of which only the beginning is there", "of an unknown codec"],
)
def test_a_link_that_cannot_be_decoded_is_left_out(link):
    decoder, samples = sound_of(signals.encoded(signals.piece(1.0), codec="opus") + link)

    assert samples.shape[1] / 48_000 == pytest.approx(1.0, abs=0.01)
    assert decoder.damaged_packets > 0


@pytest.mark.parametrize(("codec", "seconds_left"), [("mp3", 3.5), ("flac", 3.5), ("oggflac", 2.5), ("opus", 2.0)])
def test_what_lies_behind_damage_is_still_decoded(codec, seconds_left):
    data = bytearray(signals.encoded(signals.stereo(signals.piece(6.0)), codec=codec))
    middle = len(data) // 2
    data[middle : middle + len(data) // 20] = np.random.default_rng(1).bytes(len(data) // 20)

    decoder, samples = sound_of(bytes(data))

    assert decoder.damaged_packets > 0 or samples.shape[1] < 5.9 * decoder.sample_rate_hz
    assert samples.shape[1] > seconds_left * decoder.sample_rate_hz


@pytest.mark.parametrize("codec", ["flac", "aac"])
def test_damage_is_counted(codec):
    data = bytearray(signals.encoded(signals.stereo(signals.piece(6.0)), codec=codec))
    for place in np.random.default_rng(2).integers(len(data) // 10, len(data) * 9 // 10, 40):
        data[place] ^= 0xFF

    decoder, _ = sound_of(bytes(data))

    assert decoder.damaged_packets > 0


def test_a_reader_that_fails_again_and_again_is_given_up():
    class Failing:
        def demux(self, _):
            raise av.error.InvalidDataError(1, "nonsense")

    reader = FrameReader(io.BytesIO(), MP3)

    assert list(reader._packets(Failing(), None)) == []
    assert 10 < reader.damaged_packets < 1_000


@pytest.mark.parametrize(
    ("data", "audio_format"),
    [
        (b"fLaC", FLAC),
        (b"", MP3),
        (signals.sample("flac")[:60], FLAC),
        (signals.sample("wav")[:44], WAV),
    ],
    ids=["only magic", "empty", "header only", "header of a wav"],
)
def test_a_file_without_sound_is_a_decode_error(data, audio_format):
    with pytest.raises(AudioFileError) as caught:
        sound_of(data, audio_format)

    assert code_of(caught) is ErrorCode.DECODE_ERROR


@pytest.mark.parametrize(("rate_hz", "channels"), [(1, 2), (900, 1), (1_000_000_000, 2), (44_100, 33)], ids=str)
def test_a_header_that_speaks_of_no_sound_is_a_decode_error(rate_hz, channels):
    data = bytearray(signals.sample("wav"))
    data[22:24] = channels.to_bytes(2, "little")
    data[24:28] = rate_hz.to_bytes(4, "little")
    data[32:34] = (2 * channels).to_bytes(2, "little")

    with pytest.raises(AudioFileError, match=f"{channels} channels at {rate_hz:,} Hz") as caught:
        sound_of(bytes(data))

    assert code_of(caught) is ErrorCode.DECODE_ERROR


class FailingFile(io.BytesIO):
    """A disk that breaks."""

    def __init__(self, data, *, good_bytes):
        super().__init__(data)
        self.good_bytes = good_bytes

    def read(self, size=-1):
        if self.tell() >= self.good_bytes:
            raise OSError(errno.EIO, "Input/output error")
        return super().read(size)


def test_a_disk_that_breaks_in_the_middle_is_told_from_damage():
    data = signals.encoded(signals.stereo(signals.noise(8.0)), codec="wav")
    file = FailingFile(data, good_bytes=len(data) // 2)

    with decode(file, WAV) as decoder, pytest.raises(AudioFileError, match="Input/output error") as caught:
        list(decoder)

    assert code_of(caught) is ErrorCode.UNREADABLE_FILE


def test_a_disk_that_breaks_at_once_is_told_too():
    with pytest.raises(AudioFileError) as caught:
        decode(FailingFile(signals.sample("wav"), good_bytes=0), WAV)

    assert code_of(caught) is ErrorCode.UNREADABLE_FILE


def test_frames_that_cannot_be_converted_are_a_decode_error(monkeypatch):
    class Refusing:
        def __init__(self, *_):
            pass

        def resample(self, _):
            raise av.error.InvalidDataError(1, "no way")

    monkeypatch.setattr("music.decoding.AudioResampler", Refusing)
    data = signals.encoded(signals.piece(0.3, rate_hz=37_800), codec="wav", rate_hz=37_800)

    with pytest.raises(AudioFileError, match="cannot be converted") as caught:
        sound_of(data)

    assert code_of(caught) is ErrorCode.DECODE_ERROR


def test_the_file_stays_open_and_a_decoder_can_be_left_early():
    file = io.BytesIO(signals.encoded(signals.piece(8.0), codec="flac"))

    with decode(file, FLAC) as decoder:
        next(iter(decoder))

    assert list(decoder) == []
    assert not file.closed
