import csv
from functools import cache
from pathlib import Path

import av
import numpy as np
import pytest

from music.decimation import DECIMATED_HZ
from music.fingerprint import fingerprint
from music.fingerprint_similarity import LEAST_WORDS, similarity

TRUTH = Path(__file__).parents[3] / "shared" / "audio" / "duplicates.csv"


def words(count, *, seed=1):
    """Words that stay alike for a while, as music's do."""
    random = np.random.default_rng(seed)
    few = random.integers(0, 2**32, -(-count // 4), dtype=np.uint32)
    return np.repeat(few, 4)[:count] ^ flips(count, share=0.05, seed=seed)


def flips(count, *, share, seed=7):
    bits = np.random.default_rng(seed).random((count, 32)) < share
    return np.packbits(bits, axis=1).view(np.uint32).ravel()


def replayed(song, *, faster):
    """The same words, of which one is left out now and then."""
    return song[(np.arange(int(song.size / faster)) * faster).astype(int)]


def test_a_fingerprint_is_like_itself():
    song = words(300)

    match = similarity(song, song)

    assert (match.similarity, match.offset_words, match.coverage) == (1.0, 0, 1.0)
    assert (match.cuts, match.drift_words) == (0, 0)


def test_unrelated_ones_are_not_alike():
    assert similarity(words(300), words(300, seed=2)).similarity < 0.65


@pytest.mark.parametrize("share", [0.02, 0.1, 0.2])
def test_bits_that_differ_count_by_their_share(share):
    song = words(480)

    assert similarity(song, song ^ flips(480, share=share)).similarity == pytest.approx(1 - share, abs=0.02)


@pytest.mark.parametrize(
    ("first", "second", "offset"),
    [
        (slice(0, 900), slice(470, 900), 470),
        (slice(0, 900), slice(470, 1370), 470),
        (slice(40, 300), slice(0, 300), -40),
        (slice(0, 600), slice(100, 180), 100),
    ],
    ids=["starts a minute later", "as long but a minute later", "starts before", "ten seconds of it"],
)
def test_what_begins_elsewhere_is_found(first, second, offset):
    song = words(1400)

    match = similarity(song[first], song[second])

    assert match.offset_words == offset
    assert match.similarity > 0.97
    assert similarity(song[second], song[first]).offset_words == -offset


def test_a_cut_is_followed():
    song = words(400)

    match = similarity(song, np.concatenate([song[:160], song[260:]]))

    assert match.cuts == 1
    assert match.similarity > 0.9


@pytest.mark.parametrize(("faster", "least", "most"), [(1.005, 0.9, 1.0), (1.03, 0.0, 0.8)], ids=["tape", "band"])
def test_a_machine_may_drift_but_a_band_may_not(faster, least, most):
    song = words(900)

    match = similarity(song, replayed(song, faster=faster))

    assert least <= match.similarity <= most


def test_what_turns_some_kinds_of_bits_only_is_forgiven():
    song = words(480)
    turned = flips(480, share=0.5) & np.uint32(0xFF000000)

    assert similarity(song, song ^ turned).similarity > 0.98


def test_a_short_overlap_says_little():
    song = words(600)

    assert similarity(song[:320], song[260:580]).similarity < 0.8


def test_a_jingle_has_no_similarity():
    assert similarity(words(LEAST_WORDS - 1), words(300)) is None


@cache
def sounds_like(path):
    resampler = av.AudioResampler("s16", "mono", DECIMATED_HZ)
    with av.open(path) as container:
        frames = [made for frame in container.decode(audio=0) for made in resampler.resample(frame)]
    return fingerprint(np.concatenate([frame.to_ndarray()[0] for frame in frames]))


@pytest.mark.skipif(not TRUTH.exists(), reason="the truth set is not here")
def test_known_pairs_are_told_apart():
    some = {"dups/d027.opus", "dups/d031.mp3"}
    wrong, right = [], []
    with TRUTH.open(newline="") as rows:
        for row in (row for row in csv.DictReader(rows) if row["a"] in some):
            found = similarity(*(sounds_like(TRUTH.parent / row[which]) for which in "ab"))
            (right if row["dup"] == "1" and row["kind"] != "speed_3" else wrong).append(found.similarity)

    assert min(right) > max(wrong)
