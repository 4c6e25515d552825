"""Where a recording is silent, by the level of each hundredth of a second.

A level is the mean square of a cell in dBFS, after a median over seven cells: a click of a record, a crackle or
a dropped bit ends no silence, and the edge of a piece stays where it is. Silence of an analogue recording is
noise, so its threshold is set by its own noise floor, the loudest moment of the quietest half second. Spans are
half-open; their edges are those of cells, so a silence is found to a hundredth of a second, in exact ticks.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from music.levels import Levels
from music.ticks import Ticks, samples_to_ticks

DIGITAL_SILENCE_DBFS = -120.0
"""Written for all levels under it; the last bit of 16 has -98 dBFS, that of 20 has -122."""
EDGE_SECONDS = 5.0
"""Both ends of a file are left out of the search for noise: there lie fades and what an editor put in."""
LOUDEST_NOISE_DBFS = -35.0
"""A worn shellac record has about this; a louder floor is music."""
NOISE_CONTRAST_DB = 20.0
"""Noise lies at least so far under the usual level; less is the range of quiet and loud music."""
QUIET_CONTRAST_DB = 25.0
"""So far under the usual level nearly nothing is heard between notes, so it is where noise is sought."""
BUMP_SECONDS = 0.1
"""Two silences with no more between them are one: a thump or a cough is no music."""
_CLICK_CELLS = 7
_PART_CELLS = 65_536
"""Medians are taken of so many cells at once, so that a day of audio needs no more memory than ten minutes."""

_LevelsDb = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Silence:
    """A stretch that stays under the threshold."""

    start_ticks: Ticks
    end_ticks: Ticks
    level_dbfs: float
    """The median over its cells; DIGITAL_SILENCE_DBFS at least."""

    @property
    def length_ticks(self) -> Ticks:
        """How long it is."""
        return Ticks(self.end_ticks - self.start_ticks)

    @property
    def middle_ticks(self) -> Ticks:
        """Where two pieces are parted (S3-R1)."""
        return Ticks((self.start_ticks + self.end_ticks) // 2)


@dataclass(frozen=True, slots=True)
class Silences:
    """All silences of a file, and how they were told from sound."""

    threshold_dbfs: float
    """What is at or under it is silent."""
    noise_floor_dbfs: float | None
    """The quietest half second between the ends; None in a file too short to say."""
    silences: tuple[Silence, ...]
    """In order."""


def level_of_cells(levels: Levels) -> _LevelsDb:
    """Return the level of each cell in dBFS, clicks left out, DIGITAL_SILENCE_DBFS at least."""
    lowest = 10.0 ** (DIGITAL_SILENCE_DBFS / 10.0)
    calm = _median_of_neighbours(levels.mean_square)
    return 10.0 * np.log10(np.maximum(calm, lowest, dtype=np.float64))


def _median_of_neighbours(values: NDArray[np.float32]) -> NDArray[np.float32]:
    half = _CLICK_CELLS // 2
    windows = sliding_window_view(np.pad(values, half, mode="edge"), _CLICK_CELLS)
    parts = [windows[start : start + _PART_CELLS] for start in range(0, len(windows), _PART_CELLS)]
    return np.concatenate([np.partition(part, half, axis=1)[:, half] for part in parts])


def noise_floor(cells_dbfs: _LevelsDb, *, cells_per_second: float, seconds: float) -> float | None:
    """Return the lowest level that is not passed for so long, the file's ends left out."""
    edge, width = round(EDGE_SECONDS * cells_per_second), max(1, round(seconds * cells_per_second))
    inner = cells_dbfs[edge : cells_dbfs.size - edge]
    if inner.size < width:
        return None
    return float(sliding_window_view(inner, width).max(axis=1).min())


def noise_threshold(cells_dbfs: _LevelsDb, floor_dbfs: float | None, *, margin_db: float) -> float:
    """Return a threshold over the noise of this recording; -inf where what is quietest is not noise.

    One to two margins over the floor: noise wanders, the more so the lower it rumbles. Between the two it is set
    by the usual level, since quiet music is further from the floor the louder the music is.
    """
    if floor_dbfs is None or floor_dbfs > LOUDEST_NOISE_DBFS:
        return -math.inf
    usual_dbfs = float(np.median(cells_dbfs))
    if usual_dbfs - floor_dbfs < NOISE_CONTRAST_DB:
        return -math.inf
    return float(np.clip(usual_dbfs - QUIET_CONTRAST_DB, floor_dbfs + margin_db, floor_dbfs + 2 * margin_db))


def silences_under(
    threshold_dbfs: float, cells_dbfs: _LevelsDb, *, levels: Levels, seconds: float
) -> tuple[Silence, ...]:
    """Return all stretches at or under the threshold that last so long, in order.

    Args:
        threshold_dbfs: What is at or under it is silent.
        cells_dbfs: Of `level_of_cells`, shape (n,).
        levels: Where the cells lie.
        seconds: What is shorter is no silence, to the precision of one cell.
    """
    cells_per_second = levels.sample_rate_hz / levels.cell_samples
    padded = np.concatenate(([False], cells_dbfs <= threshold_dbfs, [False]))
    edges = np.flatnonzero(padded[1:] != padded[:-1]).reshape(-1, 2)
    lasting = edges[edges[:, 1] - edges[:, 0] >= max(1, int(seconds * cells_per_second) - 1)]
    return tuple(
        Silence(
            _cell_ticks(levels, int(start)),
            _cell_ticks(levels, int(end)),
            float(np.median(cells_dbfs[start:end])),
        )
        for start, end in _joined(lasting, nearer_than=BUMP_SECONDS * cells_per_second)
    )


def _joined(spans: NDArray[np.intp], *, nearer_than: float) -> NDArray[np.intp]:
    if len(spans) == 0:
        return spans
    apart = spans[1:, 0] - spans[:-1, 1] > nearer_than
    return np.column_stack((spans[np.append(True, apart), 0], spans[np.append(apart, True), 1]))


def _cell_ticks(levels: Levels, cell: int) -> Ticks:
    sample = min(cell * levels.cell_samples, levels.total_samples)
    return samples_to_ticks(sample, rate_hz=levels.sample_rate_hz)
