"""A piece of music as people's decisions know it: a stretch of some audio, in whichever files it is."""

from typing import Final, NamedTuple

LEAST_OVERLAP: Final = 0.9
"""Of the longer span: a boundary may move by a little when newer code finds it."""


class Audio(NamedTuple):
    """A piece of music, in whichever files it is."""

    audio_sha256: str
    start_ticks: int
    end_ticks: int


def is_meant(spoken_of: Audio, audio: Audio) -> bool:
    """Tell whether a decision on one stretch speaks of another: the same audio, and nine tenths of the span."""
    return spoken_of.audio_sha256 == audio.audio_sha256 and _overlap(spoken_of, audio) >= LEAST_OVERLAP


def _overlap(one: Audio, other: Audio) -> float:
    common = min(one.end_ticks, other.end_ticks) - max(one.start_ticks, other.start_ticks)
    longest = max(one.end_ticks - one.start_ticks, other.end_ticks - other.start_ticks)
    return common / longest if longest else 0.0
