import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from music.decimation import DECIMATED_HZ, Decimator
from music.decoding import decode
from music.formats import find_format
from music.onsets import OnsetMeter, Onsets
from music.synthesis import RATE_HZ, Score, perform
from music.tempo import Tempo, TempoParameters, find_tempo
from tests import signals

TRUTH = Path(__file__).parents[2].parent / "shared" / "audio"
FULL_SCALE = 32_767


def onsets_of(samples: np.ndarray) -> Onsets:
    meter = OnsetMeter()
    meter.add(np.rint(samples * FULL_SCALE).astype(np.int16))
    return meter.finish()


def tempo_of(samples: np.ndarray, parameters: TempoParameters | None = None) -> Tempo:
    return find_tempo(onsets_of(samples), parameters)


def reduced(blocks: Iterator[np.ndarray], *, rate_hz: int) -> np.ndarray:
    decimator = Decimator(rate_hz)
    return np.concatenate([*(decimator(block.mean(axis=0)) for block in blocks), decimator.finish()]).clip(-1, 1)


def performed(score: Score) -> np.ndarray:
    played = perform(score)
    size = 4 * RATE_HZ
    blocks = (np.ascontiguousarray(played[:, start : start + size]) for start in range(0, played.shape[1], size))
    return reduced(blocks, rate_hz=RATE_HZ)


def clicks(bpm: float, seconds: float = 20.0) -> np.ndarray:
    return signals.clicks(bpm, seconds, rate_hz=DECIMATED_HZ, first_seconds=0.2)


@pytest.mark.parametrize("bpm", [70.0, 90.0, 107.3, 120.0, 128.0, 150.0])
def test_clicks_have_their_tempo(bpm):  # S1-51
    found = tempo_of(clicks(bpm))

    assert found.bpm == pytest.approx(bpm, rel=0.002)
    assert found.tempo_stability is not None
    assert found.tempo_stability > 0.9


@pytest.mark.parametrize(
    ("bpm", "drums"), [(90.0, "rock"), (120.0, "rock"), (126.0, "four"), (135.0, "four"), (72.0, "ballad")]
)
def test_a_band_has_the_tempo_it_plays(bpm, drums):  # S1-06
    score = Score(bpm=bpm, tonic="A", mode="minor", degrees=(1, 6, 3, 7), seconds=20.0, drums=drums)

    found = tempo_of(performed(score))

    assert found.bpm == pytest.approx(bpm, abs=0.3)
    assert found.bpm_confidence > 0.5


def test_the_tempo_does_not_depend_on_the_level():
    loud = signals.piece(20.0, bpm=100.0, rate_hz=DECIMATED_HZ)

    assert tempo_of(loud * 0.1).bpm == pytest.approx(tempo_of(loud).bpm, rel=0.005)


@pytest.mark.parametrize(
    "samples",
    [
        signals.silence(20.0, rate_hz=DECIMATED_HZ),
        signals.noise(20.0, rate_hz=DECIMATED_HZ),
        signals.pink_noise(20.0, rate_hz=DECIMATED_HZ),
        signals.sine(110.0, 20.0, rate_hz=DECIMATED_HZ) + signals.sine(165.3, 20.0, rate_hz=DECIMATED_HZ) * 0.5,
        clicks(120.0, 2.0),
        signals.silence(0.0, rate_hz=DECIMATED_HZ),
    ],
    ids=["silence", "white noise", "pink noise", "drone", "two seconds", "nothing"],
)
def test_what_has_no_pulse_has_no_tempo(samples):
    assert tempo_of(samples) == Tempo(bpm=None, bpm_alternative=None, bpm_confidence=0.0, tempo_stability=None)


def test_single_strokes_at_random_are_not_believed():
    random = np.random.default_rng(4)
    samples = signals.silence(30.0, rate_hz=DECIMATED_HZ)
    for start in random.integers(0, samples.size - 2000, 70):
        samples[start : start + 2000] += (np.exp(-np.arange(2000) / 300) * random.normal(0, 0.1, 2000)).astype("f4")

    assert tempo_of(samples).bpm_confidence < 0.5


def test_noise_that_swells_at_random_has_no_tempo():
    random = np.random.default_rng(2)
    lengths = random.integers(DECIMATED_HZ // 20, DECIMATED_HZ // 4, 500)
    swells = np.exp(random.normal(0, 1.0, lengths.size)).repeat(lengths)[: 60 * DECIMATED_HZ]
    samples = swells / swells.max() * random.uniform(-1, 1, swells.size)

    assert tempo_of(samples).bpm is None


def test_strokes_in_every_frame_have_no_tempo():
    strengths = np.random.default_rng(3).exponential(0.5, (4000, 6)).astype(np.float32)

    assert find_tempo(Onsets(strengths=strengths)).bpm is None


def test_a_change_of_tempo_is_not_stable():
    steady = tempo_of(clicks(112.0, 40.0))
    changed = tempo_of(np.concatenate([clicks(112.0, 20.0), clicks(127.0, 20.0)]))

    assert steady.tempo_stability is not None
    assert changed.tempo_stability is not None
    assert changed.tempo_stability < 0.7 < steady.tempo_stability


def test_a_short_piece_has_a_tempo_but_no_stability():
    found = tempo_of(clicks(120.0, 8.0))

    assert found.bpm == pytest.approx(120.0, rel=0.01)
    assert found.tempo_stability is None


def test_the_limits_decide_between_levels():
    onsets = onsets_of(clicks(140.0))

    found = find_tempo(onsets, TempoParameters(lowest_bpm=50.0, highest_bpm=101.0))

    assert found.bpm == pytest.approx(70.0, rel=0.005)


def test_no_tempo_is_beyond_the_limits():
    found = tempo_of(clicks(101.0), TempoParameters(lowest_bpm=50.0, highest_bpm=100.5))

    assert found.bpm is not None
    assert 50.0 <= found.bpm <= 100.5


def test_a_second_level_is_a_simple_multiple_of_the_first():
    drum = performed(Score(bpm=84.0, tonic="C", mode="major", degrees=(1, 5, 6, 4), seconds=20.0, drums="ballad"))

    found = tempo_of(drum)

    assert found.bpm is not None
    if found.bpm_alternative is not None:
        assert any(
            found.bpm_alternative / found.bpm == pytest.approx(ratio, rel=0.05) for ratio in (2, 3, 1 / 2, 1 / 3)
        )


def test_an_hour_takes_no_more_than_its_onsets():
    minute = onsets_of(clicks(125.0, 60.0)).strengths

    found = find_tempo(Onsets(strengths=np.tile(minute, (60, 1))))

    assert found.bpm == pytest.approx(125.0, rel=0.005)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"lowest_bpm": 0.5}, "lowest_bpm is from 30 to 150, got 0.5; did you pass seconds or hertz"),
        ({"lowest_bpm": 160.0}, "lowest_bpm is from 30 to 150, got 160"),
        ({"lowest_bpm": 100.0, "highest_bpm": 150.0}, "highest_bpm is from 200 .* got 150"),
        ({"highest_bpm": 400.0}, "highest_bpm .* to 300, got 400"),
    ],
    ids=["hertz", "too high", "less than an octave", "too fast"],
)
def test_limits_out_of_range_are_refused(values, message):
    with pytest.raises(ValueError, match=message):
        TempoParameters(**values)


@pytest.mark.skipif(not TRUTH.is_dir(), reason="the music with known truth is not here")
def test_music_with_known_tempo_is_found_within_a_simple_multiple():
    with (TRUTH / "music.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["tempo_scored"] == "1" and row["tempo_var"] == "0"][::3]
    hits = 0
    for row in rows:
        with (TRUTH / row["file"]).open("rb") as file:
            audio_format = find_format(file)
            assert audio_format is not None
            with decode(file, audio_format) as decoder:
                bpm = tempo_of(reduced(iter(decoder), rate_hz=decoder.sample_rate_hz)).bpm
        hits += bpm is not None and any(abs(bpm / float(row["bpm"]) - ratio) < 0.04 * ratio for ratio in (1, 2, 3, 0.5))

    assert hits >= 0.8 * len(rows)
