"""A recording in memory, measured as a decoded file is: block after block."""

from collections.abc import Iterator

import numpy as np

from music.cells import block_length, cell_length, cut_cells
from music.features import FeatureCells, FeatureMeter, FeatureParameters, SpanFeatures, features_of
from music.levels import LevelMeter, Levels
from music.ticks import Ticks
from tests import signals

NAMES = {1: ("FC",), 2: ("FL", "FR"), 5: ("FL", "FR", "FC", "BL", "BR"), 6: ("FL", "FR", "FC", "LFE", "BL", "BR")}


class Sound:
    """What `measure` takes for a decoder."""

    def __init__(self, samples: signals.Samples, *, rate_hz: int = signals.RATE_HZ) -> None:
        self.samples = np.atleast_2d(samples)
        self.sample_rate_hz = self.source_rate_hz = rate_hz
        self.channel_names = NAMES[len(self.samples)]
        self.damaged_packets = 0

    def __iter__(self) -> Iterator[signals.Samples]:
        size = block_length(self.sample_rate_hz, channels=len(self.samples))
        for start in range(0, self.samples.shape[1], size):
            yield np.ascontiguousarray(self.samples[:, start : start + size])


def cells_of(sound: Sound, parameters: FeatureParameters | None = None) -> tuple[Levels, FeatureCells]:
    cell_samples = cell_length(sound.sample_rate_hz)
    levels = LevelMeter(sound.sample_rate_hz, cell_samples=cell_samples)
    features = FeatureMeter(
        sound.sample_rate_hz, channel_names=sound.channel_names, parameters=parameters or FeatureParameters()
    )
    for samples in sound:
        block = cut_cells(samples, cell_samples=cell_samples)
        levels.add(block)
        features.add(block)
    return levels.finish(), features.finish()


def features(samples: signals.Samples, *, rate_hz: int = signals.RATE_HZ) -> SpanFeatures:
    """Measure all of a recording."""
    levels, cells = cells_of(Sound(samples, rate_hz=rate_hz))
    return features_of(levels, cells, start_ticks=Ticks(0), end_ticks=levels.duration_ticks)
