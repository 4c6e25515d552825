"""Where people clap between two pieces of a concert.

Many hands make a noise that is bright, keeps its colour for seconds and has nothing below: the RMS frequency
(`Levels.brightness_hz`) of applause is some kilohertz, that of music seldom above two, since it has a bass and its
colour changes with every note. The noise of a record or a tape is as steady, but far softer than the music.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from music.levels import Levels, mean_of_each
from music.silences import Applause, cell_ticks

PART_SECONDS = 0.25
"""In so long a time enough hands meet that colour depends little on chance."""
SHORTEST_SECONDS = 2.5
"""A cymbal rings and a wind machine sweeps for shorter than this; people clap for longer."""
DARKEST_HZ = 3_000.0
"""A hand clap has its energy at 1 to 3 kHz and above (Repp 1987)."""
BRIGHTER_THAN_MUSIC = 1.5
"""Times the usual RMS frequency of the recording."""
LEAST_TREBLE = 0.8
"""The share of the treble, as `Levels` means it; a bass or a voice takes it under this."""
STEADY_OCTAVES = 0.25
"""The RMS frequency of applause stays within this."""
MOSTLY = 0.5
"""A stretch of which a larger share is silent is no applause."""
SOFTER_THAN_MUSIC_DB = 20.0
"""Under the recording's usual level by more is noise, not applause; it may be softer while it dies away."""


def find_applause(levels: Levels, *, silent: NDArray[np.bool_]) -> tuple[Applause, ...]:
    """Return the stretches of applause, in order.

    Args:
        levels: Of the whole recording.
        silent: Which cells are, shape (n,): what is so for the most part is noise.

    References:
        B. H. Repp, "The sound of two hands clapping", JASA 81, 1987.
    """
    cells = max(1, round(PART_SECONDS * levels.cells_per_second))
    power = mean_of_each(levels.mean_square, cells)
    treble = mean_of_each(levels.treble_mean_square, cells)
    brightness_hz = np.where(treble >= LEAST_TREBLE * power, levels.brightness_hz(cells), 0.0)
    least_power = float(np.median(power)) * 10.0 ** (-SOFTER_THAN_MUSIC_DB / 10.0) if power.size else 0.0
    return tuple(
        Applause(
            cell_ticks(levels, start * cells),
            cell_ticks(levels, end * cells),
            10.0 * float(np.log10(power[start:end].mean())),
        )
        for start, end in _steady_and_bright(brightness_hz, width=round(SHORTEST_SECONDS / PART_SECONDS)).tolist()
        if power[start:end].mean() > least_power and silent[start * cells : end * cells].mean() < MOSTLY
    )


def _steady_and_bright(brightness_hz: NDArray[np.float64], *, width: int) -> NDArray[np.intp]:
    """Return the first part of each stretch that is and the one behind its last, shape (m, 2)."""
    if brightness_hz.size < width:
        return np.empty((0, 2), np.intp)
    windows = sliding_window_view(brightness_hz, width)
    lowest_hz, highest_hz = windows.min(axis=1), windows.max(axis=1)
    bright = lowest_hz > max(DARKEST_HZ, BRIGHTER_THAN_MUSIC * float(np.median(brightness_hz)))
    begins = bright & (highest_hz <= lowest_hz * 2.0**STEADY_OCTAVES)
    chosen = np.convolve(begins, np.ones(width, np.int64)) > 0
    padded = np.concatenate(([False], chosen, [False]))
    return np.flatnonzero(padded[1:] != padded[:-1]).reshape(-1, 2)
