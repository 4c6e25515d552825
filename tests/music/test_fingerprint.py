import base64

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from music.decimation import DECIMATED_HZ, Decimator
from music.fingerprint import ALGORITHM, MIN_SECONDS, encode_fingerprint, fingerprint, fingerprint_of
from music.pitch_spectra import PitchMeter
from tests import signals
from tests.music.programs import fpcalc, fpcalc_words, needs_fpcalc

BY_FPCALC = (
    "AQAAK0qSaMmUqfAn-PiLH-YNH8fRIsOPXoevTMVh-Tik4fiR3_gp7MBRXfhxIZziD37bQbyEHx9OnPhx4KXx_Xiw"
    "PehHAK0sEIMpeB0SAoiB2NHCIEWtIYoJIByDwDlrCSLCQgI"
)
"""What fpcalc 1.5.1 says of `signals.piece(8.0)` as a WAV of 16 bits."""


def reduced(samples, *, rate_hz=signals.RATE_HZ):
    decimator = Decimator(rate_hz)
    mono = np.concatenate([decimator(samples), decimator.finish()])
    return np.clip(np.rint(mono * 32_768), -32_768, 32_767).astype(np.int16)


def decompressed(text):
    """Read the compressed text as Chromaprint's sources describe it."""
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    bits = [byte >> bit & 1 for byte in data[4:] for bit in range(8)]
    count, at, gaps = int.from_bytes(data[1:4], "big"), 0, [[]]
    while len(gaps) <= count:
        gap, at = bits[at] + 2 * bits[at + 1] + 4 * bits[at + 2], at + 3
        gaps[-1].append(gap)
        if gap == 0:
            gaps.append([])
    at += -at % 8
    words = [0]
    for word in gaps[:count]:
        place, changed = -1, 0
        for gap in word[:-1]:
            if gap == 7:
                gap, at = 7 + sum(bits[at + bit] << bit for bit in range(5)), at + 5  # noqa: PLW2901
            place += gap
            changed |= 1 << place
        words.append(words[-1] ^ changed)
    return data[0], words[1:]


@given(st.lists(st.integers(0, 2**32 - 1), max_size=40))
def test_the_compressed_text_can_be_read_back(words):
    text = encode_fingerprint(np.array(words, np.uint32))

    assert decompressed(text) == (ALGORITHM, words)
    assert not set(text) - set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


def test_the_fingerprint_is_the_one_that_fpcalc_makes():
    words = fingerprint(reduced(signals.piece(8.0)))

    assert encode_fingerprint(words) == BY_FPCALC


@pytest.mark.parametrize(("missing", "words"), [(1, 0), (0, 1)], ids=["just too short", "just long enough"])
def test_there_is_one_word_from_the_shortest_length_on(missing, words):
    samples = round(MIN_SECONDS * DECIMATED_HZ) - missing

    assert fingerprint(signals_at_11_khz(3.0)[:samples]).size == words


def signals_at_11_khz(seconds):
    return np.rint(signals.piece(seconds, rate_hz=DECIMATED_HZ) * 32_767).astype(np.int16)


def class_energies(mono):
    meter = PitchMeter(want_fingerprint=True, want_key=False)
    meter.add(mono)
    return meter.finish().class_energies


@pytest.mark.parametrize("level", [0, 1], ids=["digital silence", "dither"])
def test_silence_has_no_fingerprint(level):
    quiet = np.random.default_rng(1).integers(-level, level + 1, 5 * DECIMATED_HZ).astype(np.int16)

    assert fingerprint(quiet).size == 0
    assert fingerprint_of(class_energies(quiet), duration_seconds=5.0) is None


def test_a_piece_that_is_quieter_has_the_same_fingerprint():
    loud = signals_at_11_khz(10.0)

    words, quiet_words = fingerprint(loud), fingerprint((loud // 8).astype(np.int16))

    assert np.mean(words == quiet_words) > 0.9


def test_the_duration_is_that_of_the_whole_piece():
    found = fingerprint_of(class_energies(signals_at_11_khz(4.0)), duration_seconds=234.5)

    assert found is not None
    assert (found.algorithm, found.duration_seconds) == (1, 234.5)


@pytest.mark.reference
@needs_fpcalc
@pytest.mark.parametrize("rate_hz", [8_000, 22_050, 44_100, 48_000, 96_000, 192_000])
def test_words_are_those_of_fpcalc_at_every_rate(rate_hz, tmp_path):
    samples = signals.piece(6.0, rate_hz=rate_hz)
    signals.encode(tmp_path / "a.wav", samples, codec="wav", rate_hz=rate_hz)

    ours, theirs = fingerprint(reduced(samples, rate_hz=rate_hz)), fpcalc_words(tmp_path / "a.wav")

    assert ours.size == theirs.size
    assert np.bitwise_count(ours ^ theirs).sum() / (32 * ours.size) < 0.0005


@pytest.mark.reference
@needs_fpcalc
@pytest.mark.parametrize("rate_hz", [44_100, 48_000])
@pytest.mark.parametrize("more", [9, 10, 1_374])
def test_there_are_as_many_words_as_of_fpcalc_at_every_length(rate_hz, more, tmp_path):
    count = round((MIN_SECONDS * DECIMATED_HZ + more) * rate_hz / DECIMATED_HZ)
    samples = signals.piece(4.0, rate_hz=rate_hz)[:count]
    signals.encode(tmp_path / "a.wav", samples, codec="wav", rate_hz=rate_hz)

    assert fingerprint(reduced(samples, rate_hz=rate_hz)).size == fpcalc_words(tmp_path / "a.wav").size


@pytest.mark.reference
@needs_fpcalc
def test_the_compressed_text_is_that_of_fpcalc(tmp_path):
    signals.encode(tmp_path / "a.wav", signals.piece(6.0, bpm=97), codec="wav")

    assert encode_fingerprint(fpcalc_words(tmp_path / "a.wav")) == fpcalc(tmp_path / "a.wav")
