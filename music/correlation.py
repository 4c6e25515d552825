"""Reading a correlation between its lags."""

import numpy as np
from numpy.typing import NDArray


def at_lags(rows: NDArray[np.float64], lags: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the value of each row at lags that need not be whole, 0 beyond its end; shape (rows, *lags).

    Args:
        rows: Shape (rows, n), one value for each whole lag from 0.
        lags: Never negative.
    """
    before = np.minimum(lags.astype(np.intp), rows.shape[1] - 2)
    share = lags - before
    values = rows[:, before] * (1 - share) + rows[:, before + 1] * share
    return np.where(lags <= rows.shape[1] - 1, values, 0.0)
