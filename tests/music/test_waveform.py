import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from music.waveform import SLICES, outline, quantised


def test_full_scale_is_127_on_both_sides():
    values = quantised(np.float32([-2.0, -1.0, -0.5, 0.0, 0.003, 0.5, 1.0, 3.0]))

    assert values.tolist() == [-127, -127, -64, 0, 0, 64, 127, 127]


@given(arrays(np.int8, st.integers(1, 3_000), elements=st.integers(-127, 127)))
def test_an_outline_has_400_pairs_that_lie_within_the_recording_and_reach_its_extremes(cells):
    pairs = np.array(outline(cells, cells)).reshape(-1, 2)

    assert len(pairs) == SLICES
    assert (pairs[:, 0] <= pairs[:, 1]).all()
    assert (pairs[:, 0].min(), pairs[:, 1].max()) == (cells.min(), cells.max())


def test_slices_are_in_order_and_equal():
    cells = np.repeat(np.arange(0, 100, dtype=np.int8), 8)

    pairs = np.array(outline(-cells, cells)).reshape(-1, 2)

    np.testing.assert_array_equal(pairs[:, 1], np.repeat(np.arange(100), 4))
    np.testing.assert_array_equal(pairs[:, 0], -pairs[:, 1])


@pytest.mark.parametrize("cells", [1, 3])
def test_slices_share_the_cells_of_a_short_piece(cells):
    values = np.arange(cells, dtype=np.int8)

    pairs = np.array(outline(values, values)).reshape(-1, 2)

    np.testing.assert_array_equal(pairs[:, 0], np.arange(SLICES) * cells // SLICES)


def test_nothing_has_no_outline():
    assert outline(np.zeros(0, np.int8), np.zeros(0, np.int8)) == ()
