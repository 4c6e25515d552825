import numpy as np
import pytest

from music.synthesis import PEAK, RATE_HZ, Score, perform, record_surface

NAMES = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"]
MAJOR, MINOR = (0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10)


def score(**changes):
    values = {"bpm": 120, "tonic": "A", "mode": "minor", "degrees": (1, 6, 3, 7), "seconds": 8}
    return Score(**(values | changes))


@pytest.mark.parametrize("seconds", [0, 0.3, 4, 8.25])
def test_a_piece_is_as_long_as_its_score_says(seconds):
    assert perform(score(seconds=seconds)).shape == (2, round(seconds * RATE_HZ))


def test_a_piece_reaches_its_level_and_ends_in_silence():
    piece = perform(score())

    assert np.abs(piece).max() == pytest.approx(PEAK)
    assert np.abs(piece[:, -1]).max() == 0
    assert piece.dtype == np.float32


def test_the_same_score_gives_the_same_samples_and_another_seed_another_tune():
    assert np.array_equal(perform(score()), perform(score()))
    assert not np.array_equal(perform(score()), perform(score(seed=2)))


@pytest.mark.parametrize(
    ("tonic", "mode", "steps"), [("C", "major", MAJOR), ("F#", "minor", MINOR), ("B", "minor", MINOR)]
)
def test_every_loud_note_belongs_to_the_key(tonic, mode, steps):
    piece = perform(score(tonic=tonic, mode=mode, drums="none", seconds=16)).mean(axis=0)
    spectrum = np.abs(np.fft.rfft(piece))
    hertz = np.fft.rfftfreq(piece.size, 1 / RATE_HZ)
    loud = hertz[(spectrum > 0.2 * spectrum.max()) & (hertz > 100) & (hertz < 900)]

    classes = set(np.round(69 + 12 * np.log2(loud / 440)).astype(int) % 12)

    assert classes <= {(NAMES.index(tonic) + step) % 12 for step in steps}
    assert NAMES.index(tonic) in classes


@pytest.mark.parametrize("bpm", [84, 120, 132])
@pytest.mark.parametrize("drums", ["rock", "four", "ballad"])
def test_something_is_struck_on_every_beat(bpm, drums):
    piece = perform(score(bpm=bpm, drums=drums, seconds=12)).mean(axis=0)
    energy = np.add.reduceat(piece**2, np.arange(0, piece.size, 441))
    rises = np.maximum(0, np.diff(np.log(energy + 1e-6)))

    struck = [rises[round(beat * 60 / bpm * 100) - 2 :][:4].max() for beat in range(1, int(10 * bpm / 60))]

    assert np.median(struck) > 4 * np.mean(rises)


def test_an_empty_groove_has_its_level_and_small_crackles():
    surface = record_surface(RATE_HZ, level_dbfs=-60)

    assert surface.shape == (2, RATE_HZ)
    assert 10 * np.log10(np.mean(surface**2)) == pytest.approx(-60, abs=0.1)
    assert np.array_equal(surface, record_surface(RATE_HZ, level_dbfs=-60))
