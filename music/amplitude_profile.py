"""How loud a recording seems, window after window (S3-45).

The profile is small enough to be stored (600 bytes a minute), so that fades and leads of any span are found again
without the audio when boundaries change. It is measured on the mono mix, as whoever judges a fade-in hears it; what
cancels out between the channels is not in it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from music.a_weighting import AWeighting
from music.cells import CELLS_PER_SECOND, CellBlock, cell_length
from music.ticks import Ticks, samples_to_ticks

LOWEST_DBFS = -120
"""Written for all levels under it, digital silence too."""
_HIGHEST_DBFS = 127


@dataclass(frozen=True, slots=True)
class AmplitudeProfile:
    """The level of each window of a recording."""

    levels_dbfs: NDArray[np.int8]
    """RMS in whole dBFS, shape (n,); a full-scale sine of 1 kHz has -3. LOWEST_DBFS at least."""
    step_ticks: Ticks
    """How long a window is; they do not overlap, and the last one may be shorter."""

    def steps_of(self, start_ticks: Ticks, *, end_ticks: Ticks) -> slice:
        """Return the windows of a half-open span; a boundary belongs to the nearest edge of a window."""
        return slice(self._edge(start_ticks), self._edge(end_ticks))

    def _edge(self, ticks: Ticks) -> int:
        return min((2 * ticks + self.step_ticks) // (2 * self.step_ticks), self.levels_dbfs.size)


class AmplitudeMeter:
    """Measures the profile of one recording, block after block.

    Args:
        sample_rate_hz: Its sample rate.
        window_ms: How long a window is, rounded to whole cells.
        a_weighted: Whether each frequency counts for what is heard of it.
    """

    def __init__(self, sample_rate_hz: int, *, window_ms: float, a_weighted: bool) -> None:
        self._sample_rate_hz = sample_rate_hz
        self._cell_samples = cell_length(sample_rate_hz)
        self._window_cells = max(1, round(window_ms * CELLS_PER_SECOND / 1000))
        self._weighted = AWeighting(sample_rate_hz, channels=1) if a_weighted else None
        self._total_samples = 0
        self._energies: list[NDArray[np.float32]] = []

    def add(self, block: CellBlock) -> None:
        """Measure the next block; all but the last are whole cells."""
        heard = block.mono if self._weighted is None else self._weighted(block.mono[None])
        cells = heard.reshape(-1, self._cell_samples)
        self._energies.append(np.vecdot(cells, cells))
        self._total_samples += block.count

    def finish(self) -> AmplitudeProfile:
        """Return the profile of all blocks, of which there was at least one."""
        energies = np.concatenate(self._energies).astype(np.float64)
        window_samples = self._window_cells * self._cell_samples
        starts = np.arange(0, energies.size, self._window_cells)
        sizes = np.minimum(self._total_samples - starts * self._cell_samples, window_samples)
        mean_squares = np.add.reduceat(energies, starts) / sizes
        levels_dbfs = 10.0 * np.log10(np.maximum(mean_squares, 10.0 ** (LOWEST_DBFS / 10.0)))
        return AmplitudeProfile(
            levels_dbfs=np.rint(np.minimum(levels_dbfs, _HIGHEST_DBFS)).astype(np.int8),
            step_ticks=samples_to_ticks(window_samples, rate_hz=self._sample_rate_hz),
        )
