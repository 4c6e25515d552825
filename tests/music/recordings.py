"""Synthetic recordings as what segmentation reads of them: levels, at a low rate so that a side takes no time."""

import numpy as np

from music.cells import cell_length, cut_cells
from music.levels import LevelMeter, Levels
from music.ticks import Ticks, samples_to_ticks
from tests import signals

RATE_HZ = 11_025


def levels_of(samples: signals.Samples, *, rate_hz: int = RATE_HZ) -> Levels:
    cell_samples = cell_length(rate_hz)
    meter = LevelMeter(rate_hz, cell_samples=cell_samples)
    meter.add(cut_cells(np.atleast_2d(samples), cell_samples=cell_samples))
    return meter.finish()


def duration_of(samples: signals.Samples, *, rate_hz: int = RATE_HZ) -> Ticks:
    return samples_to_ticks(samples.shape[-1], rate_hz=rate_hz)


def pieces(count: int, *, seconds: float = 24.0) -> list[signals.Samples]:
    """Pieces of music in different tempi."""
    return [signals.piece(seconds, bpm=90 + 17 * index, rate_hz=RATE_HZ) for index in range(count)]


def side(*gaps_seconds: float, surface_dbfs: float | None = None) -> signals.Side:
    """Return pieces of 24 s with these gaps, a lead-in of 2 s and a run-out of 3 s."""
    return signals.side(
        pieces(len(gaps_seconds) + 1),
        gaps_seconds=gaps_seconds,
        lead_seconds=2.0,
        trail_seconds=3.0,
        surface_dbfs=surface_dbfs,
        rate_hz=RATE_HZ,
    )
