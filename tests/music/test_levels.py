from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from music.cells import cut_cells
from music.levels import LevelMeter
from music.ticks import TICKS_PER_SECOND, Ticks, samples_to_ticks
from tests import signals
from tests.music.measuring import Sound, cells_of


def levels_of(*blocks, rate_hz=1_000, cell_samples=10):
    meter = LevelMeter(rate_hz, cell_samples=cell_samples)
    for block in blocks:
        meter.add(cut_cells(np.atleast_2d(np.asarray(block, np.float32)), cell_samples=cell_samples))
    return meter.finish()


def test_peak_is_the_highest_and_mean_square_the_mean_of_the_channels():
    levels = levels_of([[0.5] * 10 + [0.1] * 10, [-0.7] * 10 + [0.3] * 10])

    np.testing.assert_allclose(levels.peak, [0.7, 0.3], rtol=1e-6)
    np.testing.assert_allclose(levels.mean_square, [(0.25 + 0.49) / 2, (0.01 + 0.09) / 2], rtol=1e-6)


def test_the_last_cell_is_measured_over_what_it_has():
    levels = levels_of([0.5] * 13)

    np.testing.assert_allclose(levels.mean_square, [0.25, 0.25])
    assert levels.total_samples == 13
    np.testing.assert_array_equal(levels.cell_sizes(slice(0, 2)), [10, 3])


def test_one_sample_is_a_recording():
    levels = levels_of([0.5])

    assert levels.total_samples == 1
    np.testing.assert_array_equal(levels.peak, [0.5])
    np.testing.assert_array_equal(levels.mean_square, [0.25])


def test_a_sine_has_an_rms_of_three_decibels_under_its_peak():
    levels, _ = cells_of(Sound(signals.stereo(signals.sine(1_000, 5.0, peak_dbfs=-20.0))))

    assert 10 * np.log10(levels.mean_square.mean()) == pytest.approx(-23.01, abs=0.01)


def dbfs(mean_square):
    return 10 * np.log10(mean_square)


@pytest.mark.parametrize(
    ("samples", "difference_db"),
    [
        pytest.param(signals.sine(50, 4), -22, id="hum"),
        pytest.param(signals.sine(25, 4), -28, id="rumble"),
        pytest.param(signals.noise(4), 0, id="hiss"),
        pytest.param(signals.sine(1_400, 4), 3, id="a high tone"),
    ],
)
def test_the_treble_is_heard_without_hum_and_rumble(samples, difference_db):
    levels, _ = cells_of(Sound(samples))

    cells = slice(10, -10)
    found_db = dbfs(levels.treble_mean_square[cells].mean()) - dbfs(levels.mean_square[cells].mean())
    assert found_db == pytest.approx(difference_db, abs=1)


@pytest.mark.parametrize("rate_hz", [22_050, 44_100, 48_000, 96_000])
@pytest.mark.parametrize("frequency_hz", [200, 1_000, 5_000])
def test_the_brightness_of_a_tone_is_its_frequency(rate_hz, frequency_hz):
    levels, _ = cells_of(Sound(signals.sine(frequency_hz, 4, rate_hz=rate_hz), rate_hz=rate_hz))

    assert levels.brightness_hz(25)[1:-1] == pytest.approx(frequency_hz, rel=0.01)


def test_silence_has_no_brightness():
    assert levels_of([0.0] * 100).brightness_hz(5).tolist() == [0.0, 0.0]


def test_differences_cross_the_borders_of_blocks():
    sound = signals.noise(2, rate_hz=1_000)

    whole, parts = levels_of(sound), levels_of(sound[:1_000], sound[1_000:1_500], sound[1_500:])

    np.testing.assert_array_equal(whole.step_mean_square, parts.step_mean_square)
    np.testing.assert_array_equal(whole.treble_mean_square, parts.treble_mean_square)


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 22_050, 44_100, 48_000, 88_200, 96_000, 192_000])
@given(samples=st.integers(1, 10**10))
def test_the_duration_is_exact_to_the_sample(rate_hz, samples):  # S3-127
    levels = levels_of([0.0], rate_hz=rate_hz)
    object.__setattr__(levels, "total_samples", samples)

    assert levels.duration_ticks * rate_hz == samples * TICKS_PER_SECOND


@given(
    total=st.integers(1, 500),
    boundaries=st.lists(st.integers(0, 600), max_size=5),
)
def test_adjacent_spans_share_no_cell_and_leave_none_out(total, boundaries):
    levels = levels_of([0.0] * total, rate_hz=8_000, cell_samples=80)
    edges = [0, *sorted(boundaries), total]
    ticks = [samples_to_ticks(edge, rate_hz=8_000) for edge in sorted(edges)]

    cells = [levels.cells_of(start, end_ticks=end) for start, end in pairwise(ticks)]

    covered = [cell for span in cells for cell in range(*span.indices(levels.peak.size))]
    assert covered == list(range(levels.peak.size))


def test_a_boundary_belongs_to_the_nearest_edge_of_a_cell():
    levels = levels_of([0.0] * 100, rate_hz=8_000, cell_samples=10)

    cells = levels.cells_of(samples_to_ticks(14, rate_hz=8_000), end_ticks=samples_to_ticks(25, rate_hz=8_000))

    assert cells == slice(1, 3)


def test_a_span_behind_the_end_has_no_cells():
    levels = levels_of([0.0] * 100, rate_hz=8_000, cell_samples=10)

    cells = levels.cells_of(Ticks(TICKS_PER_SECOND), end_ticks=Ticks(2 * TICKS_PER_SECOND))

    assert levels.peak[cells].size == 0
    assert levels.cell_sizes(cells).size == 0
