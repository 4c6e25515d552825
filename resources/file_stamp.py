"""Size and time of a file, as the planner stores them and a reader compares them."""

import os

_FARTHEST_NS = 2**63 - 1
"""In the year 2262: the state's integers have 64 bits, the times of some file systems have more."""


def size_and_time(status: os.stat_result) -> tuple[int, int]:
    """Return the size in bytes and the modification time in nanoseconds since 1970."""
    return status.st_size, max(-_FARTHEST_NS, min(status.st_mtime_ns, _FARTHEST_NS))
