import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from music.biquads import GROUP, STEP
from music.cells import IMPLAUSIBLE, block_length, cell_length, cut_cells
from tests import signals


@pytest.mark.parametrize(
    ("rate_hz", "samples"), [(8_000, 80), (11_025, 110), (44_100, 441), (96_000, 960), (192_000, 1_920)]
)
def test_a_cell_is_a_hundredth_of_a_second(rate_hz, samples):
    assert cell_length(rate_hz) == samples


@pytest.mark.parametrize(
    ("rate_hz", "channels", "seconds"), [(44_100, 1, 9.6), (48_000, 2, 9.6), (96_000, 2, 3.2), (192_000, 8, 3.2)]
)
def test_blocks_of_usual_music_are_long_and_of_large_ones_short(rate_hz, channels, seconds):
    assert block_length(rate_hz, channels=channels) == round(seconds * rate_hz)


@given(rate_hz=st.integers(8_000, 192_000), channels=st.integers(1, 32))
def test_a_block_has_whole_groups_of_steps(rate_hz, channels):
    assert block_length(rate_hz, channels=channels) % (GROUP * STEP) == 0


def test_extremes_are_of_each_channel_and_cell():
    samples = np.array([[0.1, -0.2, 0.3, 0.4], [0.0, 0.5, -0.6, 0.2]], np.float32)

    block = cut_cells(samples, cell_samples=2)

    np.testing.assert_array_equal(block.lowest, np.float32([[-0.2, 0.3], [0.0, -0.6]]))
    np.testing.assert_array_equal(block.highest, np.float32([[0.1, 0.4], [0.5, 0.2]]))
    np.testing.assert_array_equal(block.peaks, np.float32([[0.2, 0.4], [0.5, 0.6]]))


def test_squares_are_summed_up_in_each_channel_and_cell():
    samples = np.array([[0.5, -0.5, 0.0, 1.0], [0.0, 0.25, 2.0, 0.0]], np.float32)

    block = cut_cells(samples, cell_samples=2)

    np.testing.assert_array_equal(block.squares, np.float32([[0.5, 1.0], [0.0625, 4.0]]))


@pytest.mark.parametrize(("mono_weights", "mixed"), [(None, [0.5, 0.0, 0.0]), ([0.25, 0.75], [0.25, 0.5, 0.0])])
def test_channels_are_mixed_by_their_weights_or_all_the_same(mono_weights, mixed):
    samples = np.array([[1.0, -1.0], [0.0, 1.0]], np.float32)

    block = cut_cells(samples, cell_samples=3, mono_weights=mono_weights and np.float32(mono_weights))

    np.testing.assert_array_equal(block.mono, np.float32(mixed))


@given(count=st.integers(1, 50), cell_samples=st.integers(1, 20))
def test_the_last_cell_is_filled_up_with_silence(count, cell_samples):
    block = cut_cells(np.ones((1, count), np.float32), cell_samples=cell_samples)

    assert block.count == count
    assert block.samples.shape[1] == cell_samples * -(-count // cell_samples)
    assert block.samples.sum() == count
    assert block.refused_cells == 0


@pytest.mark.parametrize("nonsense", [np.nan, np.inf, -np.inf, 1e9, -17.0], ids=str)
def test_a_cell_that_cannot_be_sound_becomes_silence_in_all_channels(nonsense):
    samples = np.stack([np.full(30, 0.5, np.float32), np.full(30, 0.25, np.float32)])
    samples[1, 14] = nonsense
    before = samples.copy()

    block = cut_cells(samples, cell_samples=10)

    assert block.refused_cells == 1
    np.testing.assert_array_equal(block.peaks, np.float32([[0.5, 0, 0.5], [0.25, 0, 0.25]]))
    np.testing.assert_array_equal(block.samples[:, 10:20], 0)
    np.testing.assert_array_equal(block.mono[10:20], 0)
    np.testing.assert_array_equal(block.squares[:, 1], 0)
    np.testing.assert_array_equal(samples, before)


def test_a_float_recording_may_go_beyond_full_scale():
    samples = signals.sine(997, 0.1, peak_dbfs=24.0)

    block = cut_cells(samples[None], cell_samples=441)

    assert block.refused_cells == 0
    assert block.peaks.max() == pytest.approx(10 ** (24 / 20), rel=1e-3)
    assert block.peaks.max() < IMPLAUSIBLE
