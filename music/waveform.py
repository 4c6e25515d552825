"""The outline of a piece, as an editor draws it: the lowest and highest sample of 400 equal slices.

Values are whole numbers from -127 to 127, where 127 is full scale. Channels are drawn over one another, not mixed:
what is out of phase would be drawn as silence.
"""

import numpy as np
from numpy.typing import NDArray

SLICES = 400
FULL_SCALE = 127


def quantised(extremes: NDArray[np.float32]) -> NDArray[np.int8]:
    """Return samples in steps of 1/127, cut at full scale."""
    return np.rint(np.clip(extremes, -1.0, 1.0) * FULL_SCALE).astype(np.int8)


def outline(lowest: NDArray[np.int8], highest: NDArray[np.int8]) -> tuple[int, ...]:
    """Return the lowest and highest value of each slice in turn, 800 numbers; none for no cells.

    Args:
        lowest: Of each cell, shape (n,).
        highest: Of each cell, shape (n,). With fewer cells than slices, slices share them.
    """
    if lowest.size == 0:
        return ()
    starts = np.arange(SLICES) * lowest.size // SLICES
    edges = np.minimum.reduceat(lowest, starts), np.maximum.reduceat(highest, starts)
    return tuple(np.stack(edges, axis=1).ravel().tolist())
