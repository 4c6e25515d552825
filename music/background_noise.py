"""Where nothing is heard but the noise of the recording: the surface of a record, the hiss of a tape.

Quiet music can be as soft as noise, and music can be steady; what is soft, steady and of one colour is noise. Hum and
rumble wander while the noise stays, so all is judged by the treble (`music.levels`). Noise may change from one
recording on a tape to the next, so each stretch is compared with its own quietest moment, and only its colour with
that of the whole file's quietest one.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from music.levels import Levels
from music.silences import LevelsDb, level_of_cells, loudest_of_windows, quietest_moment, runs_of

NOISE_SECONDS = 0.5
"""What is quiet for so long tells the noise of a recording."""
LOUDEST_NOISE_DBFS = -35.0
"""A worn shellac record has about this; a louder floor is music."""
NOISE_CONTRAST_DB = 12.0
"""Noise lies at least so far under the usual level; a worn record under quiet music comes near to it."""
QUIET_CONTRAST_DB = 25.0
"""So far under the usual level nearly nothing is heard between notes, so it is where noise is sought."""
STEADY_DB = 3.0
"""What is louder than the quietest moment of its stretch by more is heard for itself."""
WANDERING_DB = 3.0
"""The level of noise stays within this, but for a tenth at either side: that of a turning record rises and falls."""
RECOLOURED_DB = 1.0
"""The colour of noise stays within this, whatever its level does; that of music changes with each note."""
DARKER_DB = 4.0
"""Another tape's noise is hardly darker than this: darker still is music, which has less treble than noise."""
PART_CELLS = 10
"""Level and colour are compared over tenths of a second: shorter parts of noise differ by chance."""


@dataclass(frozen=True, slots=True)
class BackgroundNoise:
    """Where a recording holds nothing but its noise."""

    cells: NDArray[np.bool_]
    """Which cells do, shape (n,)."""
    over_floor_db: float
    """How far over the floor noise was sought; -inf where what is quietest in the recording is not noise."""


def find_noise(levels: Levels, *, floor_dbfs: float | None, margin_db: float, seconds: float) -> BackgroundNoise:
    """Return where nothing but noise is heard.

    Args:
        levels: Of the whole recording.
        floor_dbfs: The level of its quietest moment, bass and all; None if it is too short to say.
        margin_db: How far over its floor noise is sought at least, in dB.
        seconds: What is shorter is not looked at.
    """
    treble_dbfs = level_of_cells(levels.treble_mean_square)
    cells = np.zeros(treble_dbfs.size, np.bool_)
    floor = quietest_moment(treble_dbfs, cells_per_second=levels.cells_per_second, seconds=NOISE_SECONDS)
    if floor is None or floor_dbfs is None:
        return BackgroundNoise(cells, -math.inf)
    threshold_dbfs = noise_threshold(treble_dbfs, floor.level_dbfs, margin_db=margin_db)
    if math.isinf(threshold_dbfs):
        return BackgroundNoise(cells, -math.inf)
    quiet = _hardly_louder_than_its_quietest(treble_dbfs, treble_dbfs <= threshold_dbfs, levels=levels, seconds=seconds)
    colour_db = level_of_cells(levels.step_mean_square) - treble_dbfs
    darkest_db = float(np.median(colour_db[floor.cells])) - DARKER_DB
    loudest = 10.0 ** (min(floor_dbfs + 2 * margin_db, LOUDEST_NOISE_DBFS) / 10.0)
    for start, end in runs_of(quiet, levels=levels, seconds=seconds):
        stretch = slice(start, end)
        cells[stretch] = (
            np.median(levels.mean_square[stretch]) <= loudest
            and np.median(colour_db[stretch]) >= darkest_db
            and _spread(treble_dbfs[stretch]) <= WANDERING_DB
            and _spread(colour_db[stretch]) <= RECOLOURED_DB
        )
    return BackgroundNoise(cells, threshold_dbfs - floor.level_dbfs)


def noise_threshold(cells_dbfs: LevelsDb, floor_dbfs: float, *, margin_db: float) -> float:
    """Return up to which level the noise of this recording is sought; -inf where what is quietest is not noise.

    One to two margins over the floor: noise wanders, the more so the lower it rumbles. Between the two it is set
    by the usual level, since quiet music is further from the floor the louder the music is.
    """
    usual_dbfs = float(np.median(cells_dbfs))
    if floor_dbfs > LOUDEST_NOISE_DBFS or usual_dbfs - floor_dbfs < NOISE_CONTRAST_DB:
        return -math.inf
    return float(np.clip(usual_dbfs - QUIET_CONTRAST_DB, floor_dbfs + margin_db, floor_dbfs + 2 * margin_db))


def _hardly_louder_than_its_quietest(
    treble_dbfs: LevelsDb, quiet: NDArray[np.bool_], *, levels: Levels, seconds: float
) -> NDArray[np.bool_]:
    """Return which quiet cells are left if each stretch is compared with its own quietest moment."""
    left = np.zeros_like(quiet)
    width = round(NOISE_SECONDS * levels.cells_per_second)
    for start, end in runs_of(quiet, levels=levels, seconds=seconds):
        stretch = treble_dbfs[start:end]
        quietest_dbfs = loudest_of_windows(stretch, min(width, stretch.size)).min()
        left[start:end] = stretch <= quietest_dbfs + STEADY_DB
    return left


def _spread(values_db: LevelsDb) -> float:
    """Return in which range eight tenths of the medians of ten cells lie; 0.0 for less than ten."""
    parts = np.median(values_db[: values_db.size // PART_CELLS * PART_CELLS].reshape(-1, PART_CELLS), axis=1)
    low, high = np.percentile(parts, (10, 90)) if parts.size else (0.0, 0.0)
    return float(high - low)
