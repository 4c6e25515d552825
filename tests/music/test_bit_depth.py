import io
from types import SimpleNamespace

import pytest

from music.bit_depth import bits_per_sample


def depth(codec, *, header=b"", sample_format="s16p", file=b""):
    context = SimpleNamespace(
        codec=SimpleNamespace(canonical_name=codec), extradata=header, format=SimpleNamespace(name=sample_format)
    )
    return bits_per_sample(io.BytesIO(file), context)


def wavpack(flags):
    return b"wvpk" + bytes(20) + flags.to_bytes(4, "little") + bytes(4)


@pytest.mark.parametrize(
    ("codec", "bits"),
    [
        *[("pcm_s16le", 16), ("pcm_u8", 8), ("pcm_s24be", 24), ("pcm_f32le", 32), ("pcm_f64be", 64)],
        *[("pcm_alaw", None), ("pcm_mulaw", None), ("mp3", None), ("vorbis", None), ("wmav2", None)],
    ],
)
def test_pcm_is_called_after_its_depth_and_lossy_codecs_have_none(codec, bits):
    assert depth(codec) == bits


@pytest.mark.parametrize(
    ("flags", "bits"), [(0, 8), (1, 16), (2, 24), (3, 32), (2 | 4 << 13, 20)], ids=["8", "16", "24", "32", "20_in_24"]
)
def test_wavpack_keeps_its_depth_in_its_flags(flags, bits):
    assert depth("wavpack", file=wavpack(flags)) == bits


def test_wavpack_in_another_container_says_nothing():
    assert depth("wavpack", file=b"something else") is None


@pytest.mark.parametrize("codec", ["ape", "wmalossless"])
@pytest.mark.parametrize(("sample_format", "bits"), [("u8p", 8), ("s16p", 16), ("s32p", 24), ("fltp", None)])
def test_other_lossless_codecs_show_it_by_what_they_decode_to(codec, sample_format, bits):
    assert depth(codec, sample_format=sample_format) == bits


@pytest.mark.parametrize("codec", ["flac", "alac"])
def test_a_header_that_is_cut_says_nothing(codec):
    assert depth(codec, header=b"\0" * 10) is None
