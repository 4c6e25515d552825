"""Where a recording is silent, by the level of each hundredth of a second.

A level is the mean square of a cell in dBFS, after a median over seven cells: a click of a record, a crackle or
a dropped bit ends no silence, and the edge of a piece stays where it is. Spans are half-open; their edges are those
of cells, so a silence is found to a hundredth of a second, in exact ticks.
"""

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
BUMP_SECONDS = 0.1
"""Two silences with no more between them are one: a thump or a cough is no music."""
_CLICK_CELLS = 7
_PART_CELLS = 16_384
"""Medians are taken of so many cells at once, so that a day of audio needs no more memory than ten minutes."""

LevelsDb = NDArray[np.float64]
"""Levels of cells in dBFS, shape (n,)."""


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
    def boundary_ticks(self) -> Ticks:
        """Where two pieces are parted: in the middle (S3-R1)."""
        return Ticks((self.start_ticks + self.end_ticks) // 2)


@dataclass(frozen=True, slots=True)
class Applause:
    """A stretch in which people clap."""

    start_ticks: Ticks
    end_ticks: Ticks
    level_dbfs: float
    """Of all of it together."""

    @property
    def length_ticks(self) -> Ticks:
        """How long it is."""
        return Ticks(self.end_ticks - self.start_ticks)

    @property
    def boundary_ticks(self) -> Ticks:
        """Where two pieces are parted: applause belongs to the piece that it is for."""
        return self.end_ticks


Gap = Silence | Applause
"""What can lie between two pieces."""


@dataclass(frozen=True, slots=True)
class Silences:
    """All silences of a file, and how they were told from sound."""

    threshold_dbfs: float
    """What is at or under it is silent."""
    noise_floor_dbfs: float | None
    """The quietest half second between the ends; None in a file too short to say."""
    silences: tuple[Silence, ...]
    """In order."""
    applause: tuple[Applause, ...] = ()
    """In order."""


def level_of_cells(mean_square: NDArray[np.float32]) -> LevelsDb:
    """Return the level of each cell in dBFS, clicks left out, DIGITAL_SILENCE_DBFS at least."""
    lowest = 10.0 ** (DIGITAL_SILENCE_DBFS / 10.0)
    calm = _median_of_neighbours(mean_square)
    return 10.0 * np.log10(np.maximum(calm, lowest, dtype=np.float64))


def _median_of_neighbours(values: NDArray[np.float32]) -> NDArray[np.float32]:
    half = _CLICK_CELLS // 2
    windows = sliding_window_view(np.pad(values, half, mode="edge"), _CLICK_CELLS)
    parts = [windows[start : start + _PART_CELLS] for start in range(0, len(windows), _PART_CELLS)]
    return np.concatenate([np.partition(part, half, axis=1)[:, half] for part in parts])


@dataclass(frozen=True, slots=True)
class QuietestMoment:
    """The stretch of a recording that is never loud."""

    level_dbfs: float
    """The level that is not passed in it."""
    cells: slice
    """Which cells it has."""


def quietest_moment(cells_dbfs: LevelsDb, *, cells_per_second: float, seconds: float) -> QuietestMoment | None:
    """Return the stretch of this length with the lowest level that is not passed, the file's ends left out."""
    edge, width = round(EDGE_SECONDS * cells_per_second), max(1, round(seconds * cells_per_second))
    inner = cells_dbfs[edge : cells_dbfs.size - edge]
    if inner.size < width:
        return None
    loudest = loudest_of_windows(inner, width)
    start = int(loudest.argmin())
    return QuietestMoment(float(loudest[start]), slice(edge + start, edge + start + width))


def loudest_of_windows(cells_dbfs: LevelsDb, width: int) -> LevelsDb:
    """Return the maximum of each `width` neighbours, shape (n - width + 1,), by doubling."""
    loudest, reach = cells_dbfs, 1
    while reach < width:
        step = min(reach, width - reach)
        loudest = np.maximum(loudest[step:], loudest[:-step])
        reach += step
    return loudest


def silences_of(
    silent: NDArray[np.bool_], cells_dbfs: LevelsDb, *, levels: Levels, seconds: float
) -> tuple[Silence, ...]:
    """Return all silent stretches that last so long, in order.

    Args:
        silent: Which cells are, shape (n,).
        cells_dbfs: Of `level_of_cells`, shape (n,).
        levels: Where the cells lie.
        seconds: What is shorter is no silence, to the precision of one cell.
    """
    return tuple(
        Silence(
            cell_ticks(levels, int(start)),
            cell_ticks(levels, int(end)),
            float(np.median(cells_dbfs[start:end])),
        )
        for start, end in runs_of(silent, levels=levels, seconds=seconds)
    )


def runs_of(chosen: NDArray[np.bool_], *, levels: Levels, seconds: float) -> NDArray[np.intp]:
    """Return the first cell of each chosen stretch that lasts so long and the first behind it, shape (m, 2)."""
    padded = np.concatenate(([False], chosen, [False]))
    edges = np.flatnonzero(padded[1:] != padded[:-1]).reshape(-1, 2)
    lasting = edges[edges[:, 1] - edges[:, 0] >= max(1, int(seconds * levels.cells_per_second) - 1)]
    return _joined(lasting, nearer_than=BUMP_SECONDS * levels.cells_per_second)


def _joined(spans: NDArray[np.intp], *, nearer_than: float) -> NDArray[np.intp]:
    if len(spans) == 0:
        return spans
    apart = spans[1:, 0] - spans[:-1, 1] > nearer_than
    return np.column_stack((spans[np.append(True, apart), 0], spans[np.append(apart, True), 1]))


def cell_ticks(levels: Levels, cell: int) -> Ticks:
    """Return where a cell begins; the one behind the last begins at the end."""
    sample = min(cell * levels.cell_samples, levels.total_samples)
    return samples_to_ticks(sample, rate_hz=levels.sample_rate_hz)
