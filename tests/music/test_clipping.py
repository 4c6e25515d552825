import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from music.cells import cut_cells
from music.clipping import ClippingMeter
from tests import signals


def clipped(samples, *, cell_samples=10, blocks=1, run_samples=3):
    samples = np.atleast_2d(np.asarray(samples, np.float32))
    meter = ClippingMeter(0.99, run_samples=run_samples, channels=len(samples), cell_samples=cell_samples)
    parts = np.split(samples, blocks, axis=1)
    return np.concatenate([meter(cut_cells(np.ascontiguousarray(part), cell_samples=cell_samples)) for part in parts])


@pytest.mark.parametrize(
    ("samples", "count"),
    [
        ([0, 1, 0, 1, 0], 0),
        ([0, 1, 1, 0], 0),
        ([0, 1, 1, 1, 0], 3),
        ([0.99, 0.99, 0.99, 0.99], 4),
        ([0.98, 0.98, 0.98], 0),
        ([0, -1, -1, -1, -1, -1, 0], 5),
        ([1, 1, -1, -1, 1, 1], 0),
        ([1, 1, 1, -1, -1, -1], 6),
        ([1, 1, 1, 0, 1, 1, 1, 0, 1, 1], 6),
    ],
    ids=[
        "single peaks",
        "two",
        "a plateau",
        "just at the level",
        "just under it",
        "below",
        "a quarter of the rate",
        "both sides",
        "two plateaus and a peak",
    ],
)
def test_all_samples_of_a_plateau_count_and_peaks_do_not(samples, count):  # S3-R5
    assert clipped(samples).sum() == count


def test_channels_count_by_themselves():
    assert clipped([[1, 1, 0, 0, 0], [0, 0, 1, 1, 1]]).sum() == 3


def test_a_plateau_is_counted_where_it_is():
    samples = np.zeros(40)
    samples[23:28] = 1

    np.testing.assert_array_equal(clipped(samples), [0, 0, 5, 0])


@given(
    st.lists(st.tuples(st.sampled_from([0.0, 1.0, -1.0]), st.integers(1, 12)), min_size=1),
    st.integers(1, 5),
)
def test_the_blocks_do_not_matter(runs, run_samples):
    samples = np.concatenate([np.full(length, value) for value, length in runs])
    samples = np.concatenate([samples, np.zeros(-samples.size % 40)])
    merged = [[0.0, 0]]
    for value, length in runs:
        if value == merged[-1][0]:
            merged[-1][1] += length
        else:
            merged.append([value, length])
    expected = sum(length for value, length in merged if value and length >= run_samples)

    assert clipped(samples, run_samples=run_samples).sum() == expected
    assert clipped(samples, blocks=4, run_samples=run_samples).sum() == expected


def test_a_tone_that_was_cut_off_is_clipped_and_one_that_was_not_is_not():
    tone = signals.sine(997, 1.0, peak_dbfs=0.0)
    distorted = np.clip(tone * 2, -1, 1)

    assert clipped(tone[:44_100], cell_samples=441).sum() == 0
    assert clipped(distorted[:44_100], cell_samples=441).sum() / 44_100 == pytest.approx(2 / 3, abs=0.02)
