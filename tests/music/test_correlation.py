import numpy as np

from music.correlation import at_lags


def test_a_correlation_is_read_between_its_lags():
    rows = np.array([[1.0, 0.5, 0.0], [1.0, -1.0, 3.0]])

    np.testing.assert_allclose(at_lags(rows, np.array([0.0, 0.5, 1.75, 2.0])), [[1, 0.75, 0.125, 0], [1, 0, 2, 3]])


def test_beyond_its_end_a_correlation_is_nothing():
    assert at_lags(np.ones((1, 4)), np.array([[3.0, 3.1, 100.0]])).tolist() == [[[1.0, 0.0, 0.0]]]
