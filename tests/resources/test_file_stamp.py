import os
import sqlite3

import pytest

from resources.file_stamp import size_and_time


def status(size, modified_ns):
    values = [0] * 10
    values[6] = size
    return os.stat_result(values, {"st_mtime_ns": modified_ns})


def test_size_and_nanoseconds_are_kept():
    assert size_and_time(status(12, 1_700_000_000_123_456_789)) == (12, 1_700_000_000_123_456_789)


@pytest.mark.parametrize("modified_ns", [2**63, 15_032_385_535 * 10**9, -(2**63) - 1], ids=["2262", "2446", "1677"])
def test_a_time_beyond_64_bits_can_be_stored(modified_ns):
    _, stored = size_and_time(status(0, modified_ns))

    assert sqlite3.connect(":memory:").execute("select ?", (stored,)).fetchone() == (stored,)
