import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from music.silences import (
    DIGITAL_SILENCE_DBFS,
    Applause,
    QuietestMoment,
    Silence,
    level_of_cells,
    loudest_of_windows,
    quietest_moment,
    silences_of,
)
from music.ticks import TICKS_PER_SECOND, Ticks, samples_to_ticks
from tests import signals
from tests.music.recordings import RATE_HZ, levels_of, side


def silences_in(samples, *, threshold_dbfs=-60.0, seconds=0.5, rate_hz=RATE_HZ):
    levels = levels_of(samples, rate_hz=rate_hz)
    cells_dbfs = level_of_cells(levels.mean_square)
    return silences_of(cells_dbfs <= threshold_dbfs, cells_dbfs, levels=levels, seconds=seconds)


def quietest_half_second(samples_or_cells):
    return quietest_moment(samples_or_cells, cells_per_second=100, seconds=0.5)


def with_gap(start, length, *, total):
    samples = np.full(total, 0.25, np.float32)
    samples[start : start + length] = 0
    return samples


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 44_100, 48_000, 96_000])
def test_a_silence_is_found_at_its_exact_ticks_when_it_fills_cells(rate_hz):
    """S3-33, S3-127."""
    cell = round(rate_hz / 100)
    samples = with_gap(100 * cell, 80 * cell, total=300 * cell)

    (silence,) = silences_in(samples, rate_hz=rate_hz)

    assert silence.start_ticks == samples_to_ticks(100 * cell, rate_hz=rate_hz)
    assert silence.end_ticks == samples_to_ticks(180 * cell, rate_hz=rate_hz)
    assert silence.level_dbfs == DIGITAL_SILENCE_DBFS


@given(start=st.integers(2_000, 6_000), length=st.integers(4_000, 8_000))
def test_a_silence_anywhere_is_found_to_a_hundredth_of_a_second(start, length):
    rate_hz = 8_000
    samples = with_gap(start, length, total=16_000)

    (silence,) = silences_in(samples, rate_hz=rate_hz)

    cell_ticks = TICKS_PER_SECOND // 100
    assert 0 <= silence.start_ticks - samples_to_ticks(start, rate_hz=rate_hz) < cell_ticks
    assert 0 <= samples_to_ticks(start + length, rate_hz=rate_hz) - silence.end_ticks < cell_ticks
    assert silence.start_ticks % (TICKS_PER_SECOND // rate_hz) == 0


@pytest.mark.parametrize(
    ("seconds", "found"), [(0.45, 0), (0.5, 1), (0.55, 1)], ids=["too short", "just long enough", "longer"]
)
def test_a_silence_lasts_half_a_second(seconds, found):
    """S3-R1."""
    samples = with_gap(5_003, round(seconds * RATE_HZ), total=3 * RATE_HZ)

    assert len(silences_in(samples)) == found


@pytest.mark.parametrize(
    ("level_dbfs", "found"), [(-64.0, 1), (-56.0, 0)], ids=["under the threshold", "over the threshold"]
)
def test_silence_is_what_stays_under_the_threshold(level_dbfs, found):
    samples = with_gap(RATE_HZ, RATE_HZ, total=3 * RATE_HZ)
    samples += signals.noise(3, rms_level_dbfs=level_dbfs, rate_hz=RATE_HZ)

    assert len(silences_in(samples)) == found


def test_a_silence_parts_two_pieces_in_its_middle_and_applause_at_its_end():
    silence, applause = Silence(Ticks(100), Ticks(301), -70.0), Applause(Ticks(100), Ticks(301), -20.0)

    assert (silence.boundary_ticks, silence.length_ticks) == (200, 201)
    assert (applause.boundary_ticks, applause.length_ticks) == (301, 201)


@pytest.mark.parametrize(
    ("bump_seconds", "found"),
    [(0.003, 1), (0.02, 1), (0.09, 1), (0.3, 2)],
    ids=["a click", "a pop", "a thump", "a note"],
)
def test_a_click_ends_no_silence(bump_seconds, found):
    samples = with_gap(RATE_HZ, 2 * RATE_HZ, total=4 * RATE_HZ)
    samples[2 * RATE_HZ :][: round(bump_seconds * RATE_HZ)] = 0.5

    silences = silences_in(samples)

    assert len(silences) == found
    assert silences[0].start_ticks == pytest.approx(TICKS_PER_SECOND, abs=TICKS_PER_SECOND // 99)


def test_a_wholly_silent_file_is_one_silence():
    (silence,) = silences_in(signals.silence(3.003, rate_hz=RATE_HZ))

    assert silence.start_ticks == 0
    assert silence.end_ticks == samples_to_ticks(round(3.003 * RATE_HZ), rate_hz=RATE_HZ)


def test_a_tone_has_its_own_level():
    cells = level_of_cells(levels_of(signals.sine(1_000, 1, peak_dbfs=-20, rate_hz=RATE_HZ)).mean_square)

    assert cells[3:-3] == pytest.approx(-23.01, abs=0.1)


def test_levels_are_the_same_however_many_are_taken_at_once(monkeypatch):
    levels = levels_of(signals.noise(3, rate_hz=RATE_HZ))
    at_once = level_of_cells(levels.mean_square)

    monkeypatch.setattr("music.silences._PART_CELLS", 7)

    assert np.array_equal(level_of_cells(levels.mean_square), at_once)


@pytest.mark.parametrize(("surface_dbfs", "expected"), [(-60.0, -60.0), (-45.0, -45.0), (None, DIGITAL_SILENCE_DBFS)])
def test_the_noise_floor_is_the_quietest_half_second_between_the_ends(surface_dbfs, expected):
    samples = side(2.0, surface_dbfs=surface_dbfs).samples

    floor = quietest_half_second(level_of_cells(levels_of(samples).mean_square))

    assert floor.level_dbfs == pytest.approx(expected, abs=2.5)


def test_a_short_file_has_no_known_noise():
    assert quietest_half_second(np.zeros(1_040)) is None
    assert quietest_half_second(np.zeros(1_050)) == QuietestMoment(0.0, slice(500, 550))


@given(values=st.lists(st.floats(-120, 0), min_size=1, max_size=40), width=st.integers(1, 40))
def test_the_loudest_of_each_window_is_its_maximum(values, width):
    width = min(width, len(values))

    loudest = loudest_of_windows(np.array(values), width)

    assert loudest.tolist() == [max(values[at : at + width]) for at in range(len(values) - width + 1)]


def test_an_edited_fade_at_the_end_does_not_hide_the_noise():
    recording = side(2.0, surface_dbfs=-50.0).samples
    samples = signals.fade(recording, in_seconds=1.5, out_seconds=2.0, rate_hz=RATE_HZ)

    floor = quietest_half_second(level_of_cells(levels_of(samples).mean_square))

    assert floor.level_dbfs == pytest.approx(-50, abs=2.5)
