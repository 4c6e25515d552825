import os

import numpy as np
import pytest

from music.cells import cut_cells
from music.decimation import DECIMATED_HZ
from music.reduced_signal import ReducedSignal
from music.ticks import Ticks, seconds_to_ticks
from tests import signals


def reduced(samples, spool, *, rate_hz=DECIMATED_HZ):
    samples = np.atleast_2d(samples)
    signal = ReducedSignal(rate_hz, spool_directory=str(spool))
    for block in np.array_split(samples, 3, axis=1):
        signal.add(cut_cells(np.ascontiguousarray(block), cell_samples=110))
    signal.finish()
    return signal


def read(signal, start_ticks, *, end_ticks):
    return np.concatenate([np.zeros(0, np.int16), *signal.chunks(start_ticks, end_ticks=end_ticks)])


def test_a_span_is_read_to_the_sample(tmp_path):
    samples = signals.noise(2.0, rms_level_dbfs=-12, rate_hz=DECIMATED_HZ)

    with reduced(samples, tmp_path) as signal:
        part = read(signal, seconds_to_ticks(0.5), end_ticks=seconds_to_ticks(1.5))

    expected = np.clip(np.rint(samples * 32_768), -32_768, 32_767)
    np.testing.assert_array_equal(part, expected[5_513:16_538])


def test_what_is_beyond_full_scale_is_cut_off(tmp_path):
    with reduced(np.float32([2.0, -2.0, 0.5]), tmp_path) as signal:
        np.testing.assert_array_equal(read(signal, Ticks(0), end_ticks=seconds_to_ticks(1)), [32_767, -32_768, 16_384])


def test_channels_are_mixed(tmp_path):
    half = np.full(330, 0.5, np.float32)

    with reduced(np.stack([half, -half / 2]), tmp_path) as signal:
        assert set(read(signal, Ticks(0), end_ticks=seconds_to_ticks(1)).tolist()) == {4_096}


def test_a_span_behind_the_end_is_empty(tmp_path):
    with reduced(np.zeros(330, np.float32), tmp_path) as signal:
        assert read(signal, seconds_to_ticks(1), end_ticks=seconds_to_ticks(2)).size == 0


def test_a_long_recording_lies_in_a_file_that_has_no_name(tmp_path, monkeypatch):
    monkeypatch.setattr("music.reduced_signal._IN_MEMORY_BYTES", 1_000)
    samples = signals.noise(2.0, rate_hz=DECIMATED_HZ)

    with reduced(samples, tmp_path) as signal:
        descriptor = signal._spool.fileno()
        found = read(signal, Ticks(0), end_ticks=seconds_to_ticks(9))

        assert os.fstat(descriptor).st_nlink == 0
        assert list(tmp_path.iterdir()) == []
        np.testing.assert_array_equal(found, np.rint(samples * 32_768))
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)
