from functools import cache

import numpy as np
import pytest

from music.encoding import Codec
from music.treble_cutoff import TrebleCutoff, find_cutoff, probably_lossy_source
from tests import signals
from tests.music.timbres import cymbals, frames_of, lossy, sixteen_bits, without_treble

ENCODERS = {
    "mp3 128": (Codec("mp3", "libmp3lame", ".mp3", bit_rate=128_000), 44_100, 16_800),
    "mp3 160": (Codec("mp3", "libmp3lame", ".mp3", bit_rate=160_000), 44_100, 17_500),
    "mp3 192": (Codec("mp3", "libmp3lame", ".mp3", bit_rate=192_000), 44_100, 18_800),
    "mp3 256": (Codec("mp3", "libmp3lame", ".mp3", bit_rate=256_000), 44_100, 19_500),
    "mp3 320": (Codec("mp3", "libmp3lame", ".mp3", bit_rate=320_000), 44_100, 20_200),
    "mp3 of 16 kHz": (
        Codec("mp3", "libmp3lame", ".mp3", bit_rate=128_000, encoder_options={"cutoff": "16000"}),
        44_100,
        16_100,
    ),
    "aac 128": (Codec("ipod", "aac", ".m4a", bit_rate=128_000), 44_100, 17_300),
    "opus 128": (Codec("ogg", "libopus", ".opus", bit_rate=128_000, rate_hz=48_000), 48_000, 20_200),
}


@cache
def original(kind: str) -> signals.Samples:
    """Return 8 seconds on two channels with treble up to the top."""
    if kind == "cymbals":
        return signals.stereo(cymbals(8.0), cymbals(8.0, seed=4))
    if kind == "pink noise":
        return signals.stereo(signals.pink_noise(8.0), signals.pink_noise(8.0, seed=4))
    return signals.stereo(signals.piece(8.0) + 0.2 * cymbals(8.0))


def cutoff_of(samples: signals.Samples, *, rate_hz: int = signals.RATE_HZ) -> TrebleCutoff:
    return find_cutoff(frames_of(samples, rate_hz=rate_hz))


@pytest.mark.parametrize(
    ("encoder", "kind"),
    [*((encoder, "piece") for encoder in ENCODERS), ("mp3 128", "cymbals"), ("aac 128", "pink noise")],
)
def test_an_encoder_is_found_out_by_its_cliff(encoder, kind):
    codec, rate_hz, expected_hz = ENCODERS[encoder]

    cutoff = cutoff_of(sixteen_bits(lossy(original(kind), codec)), rate_hz=rate_hz)

    assert cutoff.cutoff_hz == pytest.approx(expected_hz, abs=350)
    assert probably_lossy_source(cutoff, is_lossless=True) is True
    assert probably_lossy_source(cutoff, is_lossless=False) is None


def test_more_bits_than_the_encoder_had_do_not_hide_it():
    cutoff = cutoff_of(lossy(original("piece"), ENCODERS["mp3 192"][0]))

    assert probably_lossy_source(cutoff, is_lossless=True) is True


@pytest.mark.parametrize("kind", ["cymbals", "pink noise", "piece"])
def test_an_original_with_treble_is_none(kind):
    cutoff = cutoff_of(sixteen_bits(original(kind)))

    assert cutoff.cutoff_hz is None
    assert probably_lossy_source(cutoff, is_lossless=True) is False
    assert probably_lossy_source(cutoff, is_lossless=False) is None


@pytest.mark.parametrize("kind", ["cymbals", "pink noise", "piece"])
@pytest.mark.parametrize(
    ("from_hz", "to_hz"),
    [(10_500, 11_025), (15_200, 16_000), (14_800, 15_300), (20_000, 22_050)],
    ids=["sampled at 22 kHz", "sampled at 32 kHz", "a broadcast", "an old converter"],
)
def test_a_resampler_or_a_broadcast_is_cut_off_and_not_accused(kind, from_hz, to_hz):
    samples = without_treble(original(kind), from_hz=from_hz, to_hz=to_hz, rate_hz=signals.RATE_HZ)

    cutoff = cutoff_of(sixteen_bits(samples))

    assert cutoff.cutoff_hz is not None
    assert from_hz - 100 <= cutoff.cutoff_hz <= to_hz + 100
    assert probably_lossy_source(cutoff, is_lossless=True) is not True


def test_what_was_resampled_from_a_compact_disc_ends_at_its_limit():
    samples = cymbals(6.0, rate_hz=96_000)
    resampled = without_treble(samples, from_hz=20_900, to_hz=22_050, rate_hz=96_000)

    cutoff = cutoff_of(sixteen_bits(resampled), rate_hz=96_000)

    assert cutoff.cutoff_hz == pytest.approx(21_700, abs=400)
    assert probably_lossy_source(cutoff, is_lossless=True) is not True


@pytest.mark.parametrize("octave_db", [6, 12, 24])
def test_a_gentle_fall_is_no_cutoff(octave_db):
    count = original("cymbals").shape[1]
    frequencies = np.fft.rfftfreq(count, 1 / signals.RATE_HZ)
    gain = np.maximum(1.0, frequencies / 8_000) ** (-octave_db / 6.0206)
    samples = np.fft.irfft(np.fft.rfft(original("cymbals")) * gain, count).astype(np.float32)

    cutoff = cutoff_of(sixteen_bits(samples))

    assert cutoff.cutoff_hz is None
    assert probably_lossy_source(cutoff, is_lossless=True) is not True


@pytest.mark.parametrize(
    "samples",
    [
        signals.silence(8.0),
        np.full(350_000, 0.5, np.float32),
        signals.stereo(signals.chords(signals.A_MINOR)),
        signals.sine(16_500, 8.0),
        signals.sine(19_000, 8.0, peak_dbfs=-1.0),
        cymbals(0.05),
        cymbals(2.0),
        np.full(1, 0.5, np.float32),
        signals.noise(8.0, rms_level_dbfs=-100.0),
    ],
    ids=["silence", "zero line", "dull", "a tone", "a high tone", "50 ms", "2 s", "one sample", "hiss"],
)
def test_of_what_has_no_treble_nothing_is_said(samples):
    cutoff = cutoff_of(sixteen_bits(samples))

    assert cutoff.cutoff_hz is None
    assert probably_lossy_source(cutoff, is_lossless=True) is None


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 16_000, 22_050, 32_000])
def test_at_low_rates_nobody_is_accused(rate_hz):
    cutoff = cutoff_of(sixteen_bits(cymbals(6.0, rate_hz=rate_hz)), rate_hz=rate_hz)

    assert cutoff.cutoff_hz is None
    assert probably_lossy_source(cutoff, is_lossless=True) is None


@pytest.mark.parametrize("rate_hz", [48_000, 88_200, 96_000, 192_000])
def test_an_original_at_a_high_rate_is_full(rate_hz):
    cutoff = cutoff_of(sixteen_bits(cymbals(5.0, rate_hz=rate_hz)), rate_hz=rate_hz)

    assert cutoff == TrebleCutoff(cutoff_hz=None, is_cliff=False, is_full=True)


def test_the_surface_of_a_record_is_treble():
    cutoff = cutoff_of(sixteen_bits(signals.vinyl_noise(8.0, rms_level_dbfs=-45.0)))

    assert probably_lossy_source(cutoff, is_lossless=True) is False


def test_a_long_span_is_looked_at_in_parts():
    frames = frames_of(original("cymbals")[:1])
    long = type(frames)(frames.band_hz, np.tile(frames.depths, (120, 1)), frames.amplitudes, frames.moments)

    assert find_cutoff(long) == find_cutoff(frames)
