"""The reduced signal of one recording (11,025 Hz, mono, 16 bits), kept until its boundaries are known.

What needs the signal of a piece again reads it from here: its fingerprint, tempo and key. Short recordings stay in
memory, long ones go to a temporary file without a name, so that memory does not grow with length: three hours are
238 MB.
"""

import tempfile
from collections.abc import Iterator
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from music.cells import CellBlock
from music.decimation import DECIMATED_HZ, Decimator
from music.ticks import Ticks, ticks_to_samples

_IN_MEMORY_BYTES = 8 << 20
"""Six minutes."""
_FULL_SCALE = 32_768
_SAMPLE = np.dtype(np.int16)
_CHUNK_SAMPLES = 1 << 18
"""24 s: what is made of a chunk stays small."""


class ReducedSignal:
    """Takes a recording block after block, then gives back any stretch of it.

    Args:
        sample_rate_hz: Of the recording.
        spool_directory: Where a long recording is kept. It exists; nothing is left in it.
    """

    def __init__(self, sample_rate_hz: int, *, spool_directory: str) -> None:
        self._decimator = Decimator(sample_rate_hz)
        self._spool = tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES, dir=spool_directory)  # noqa: SIM115  (closed at exit)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._spool.close()

    def add(self, block: CellBlock) -> None:
        """Reduce the next block.

        Raises:
            OSError: The disk is full, or the folder is gone.
        """
        self._write(self._decimator(block.mono[: block.count]))

    def finish(self) -> None:
        """Reduce what the last block left over."""
        self._write(self._decimator.finish())

    def chunks(self, start_ticks: Ticks, *, end_ticks: Ticks) -> Iterator[NDArray[np.int16]]:
        """Yield the signal of a half-open span, each of shape (n,), together all of it."""
        start, end = (ticks_to_samples(ticks, rate_hz=DECIMATED_HZ) for ticks in (start_ticks, end_ticks))
        for at in range(start, end, _CHUNK_SAMPLES):
            self._spool.seek(at * _SAMPLE.itemsize)
            yield np.frombuffer(self._spool.read((min(at + _CHUNK_SAMPLES, end) - at) * _SAMPLE.itemsize), _SAMPLE)

    def _write(self, samples: NDArray[np.float32]) -> None:
        steps = np.rint(samples * np.float32(_FULL_SCALE))
        self._spool.write(np.clip(steps, -_FULL_SCALE, _FULL_SCALE - 1).astype(_SAMPLE).tobytes())
