import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from music.audio_file import open_regular
from music.cells import cell_length, cut_cells
from music.decimation import DECIMATED_HZ
from music.decoding import decode
from music.formats import find_format
from music.key import MODES, NO_KEY, TONICS, camelot, find_key
from music.pitch_spectra import PitchMeter
from music.reduced_signal import ReducedSignal
from music.ticks import Ticks, seconds_to_ticks
from tests import signals

TRUTH = Path(__file__).parents[3] / "shared" / "audio"
SECONDS = 16.0


def key_of(samples):
    meter = PitchMeter(want_fingerprint=False, want_key=True)
    meter.add(np.rint(np.clip(samples, -1, 1) * 32_767).astype(np.int16))
    return find_key(meter.finish().peaks)


def piece(progression, *, up=0, a4_hz=440.0):
    chords = [[note + up for note in chord] for chord in progression]
    basses = [[chord[0] - 12] for chord in chords]
    harmony, bass = (
        signals.chords(part, rate_hz=DECIMATED_HZ, a4_hz=a4_hz, peak_dbfs=-9.0) for part in (chords, basses)
    )
    return np.tile(harmony + bass, 2)


@pytest.mark.parametrize("up", range(-6, 6))
@pytest.mark.parametrize(
    ("progression", "tonic", "mode"),
    [(signals.C_MAJOR, 0, "major"), (signals.A_MINOR, 9, "minor")],
    ids=["major", "minor"],
)
def test_the_key_of_a_cadence_is_its_tonic_and_mode(progression, tonic, mode, up):
    key = key_of(piece(progression, up=up))

    assert (key.key_tonic, key.key_mode) == (TONICS[(tonic + up) % 12], mode)
    assert key.key_confidence > 0.8


@pytest.mark.parametrize("a4_hz", [432.0, 436.0, 440.0, 446.0])
def test_the_tuning_is_measured_and_does_not_change_the_key(a4_hz):
    key = key_of(piece(signals.C_MAJOR, a4_hz=a4_hz))

    assert (key.key_tonic, key.camelot) == ("C", "8B")
    assert key.tuning_cents == pytest.approx(1200 * np.log2(a4_hz / 440), abs=5)


def test_relatives_differ_by_what_the_chords_do():
    """Of the same four chords: what comes first, and what the dominant leads to."""
    c, g, a_minor, f, e = (60, 64, 67), (55, 59, 62), (57, 60, 64), (53, 57, 60), (52, 56, 59)

    major, minor = key_of(piece([c, g, a_minor, f])), key_of(piece([a_minor, f, c, e]))

    assert (major.camelot, minor.camelot) == ("8B", "8A")


@pytest.mark.parametrize(
    "samples",
    [
        signals.silence(SECONDS, rate_hz=DECIMATED_HZ),
        signals.noise(SECONDS, rate_hz=DECIMATED_HZ),
        signals.pink_noise(SECONDS, rate_hz=DECIMATED_HZ),
        signals.clicks(120.0, SECONDS, rate_hz=DECIMATED_HZ),
        np.sin(2 * np.pi * np.cumsum(200 * 2 ** np.linspace(0, 2, 100_000)) / DECIMATED_HZ) * 0.5,
        np.zeros(0),
    ],
    ids=["silence", "noise", "pink noise", "clicks", "siren", "nothing"],
)
def test_what_has_no_key_gets_none(samples):
    assert key_of(samples) == NO_KEY


def test_a_drone_is_in_tune_and_in_no_key():
    times = np.arange(SECONDS * DECIMATED_HZ) / DECIMATED_HZ
    drone = sum(0.2 * np.sin(2 * np.pi * signals.note_hz(note) * times) for note in (50, 57, 62))

    key = key_of(drone)

    assert (key.key_tonic, key.key_mode, key.camelot, key.key_confidence) == (None, None, None, 0.0)
    assert key.tuning_cents == pytest.approx(0.0, abs=2.0)


def test_notes_at_random_have_low_confidence():
    rng = np.random.default_rng(3)
    notes = [tuple(rng.integers(48, 84, 3)) for _ in range(16)]

    assert key_of(signals.chords(notes, rate_hz=DECIMATED_HZ, beats_each=1)).key_confidence < 0.5


def test_two_seconds_of_music_have_no_key():
    whole = piece(signals.C_MAJOR)

    assert key_of(whole[: 2 * DECIMATED_HZ]) == NO_KEY
    assert key_of(whole).key_confidence > 0.5


@given(st.integers(0, 11), st.sampled_from(MODES))
def test_a_fifth_up_is_one_hour_later(tonic, mode):
    hour, letter = int(camelot(tonic, mode)[:-1]), camelot(tonic, mode)[-1]

    assert camelot((tonic + 7) % 12, mode) == f"{hour % 12 + 1}{letter}"
    assert 1 <= hour <= 12


@pytest.mark.parametrize(
    ("tonic", "mode", "place"), [(0, "major", "8B"), (9, "minor", "8A"), (6, "major", "2B"), (8, "minor", "1A")]
)
def test_keys_have_their_place_on_the_camelot_wheel(tonic, mode, place):
    assert camelot(tonic, mode) == place


def reduced(path, spool_directory):
    with open_regular(bytes(path)) as file:
        found = find_format(file)
        assert found is not None
        with decode(file, found) as sound:
            rate_hz = sound.sample_rate_hz
            with ReducedSignal(rate_hz, spool_directory=spool_directory) as signal:
                for block in sound:
                    signal.add(cut_cells(block, cell_samples=cell_length(rate_hz)))
                signal.finish()
                return np.concatenate(list(signal.chunks(Ticks(0), end_ticks=seconds_to_ticks(120))))


@pytest.mark.skipif(not TRUTH.exists(), reason="the pieces of known key are not here")
def test_most_pieces_of_known_key_have_it(tmp_path):
    with (TRUTH / "music.csv").open() as file:
        rows = list(csv.DictReader(file))[::3]

    keys = [key_of(reduced(TRUTH / row["file"], str(tmp_path)) / 32_767) for row in rows]

    right = [(key.key_tonic, key.key_mode) == (row["tonic"], row["mode"]) for key, row in zip(keys, rows, strict=True)]
    assert np.mean(right) >= 0.75
