"""A piece of music as people's decisions know it: a stretch of some audio, in whichever files it is."""

from typing import NamedTuple

from lake.identification_views import LEAST_TENTHS


class Audio(NamedTuple):
    """A piece of music, in whichever files it is."""

    audio_sha256: str
    start_ticks: int
    end_ticks: int


def is_meant(spoken_of: Audio, audio: Audio) -> bool:
    """Tell whether a decision on one stretch speaks of another: the same audio, and nine tenths of the longer span."""
    common = min(spoken_of.end_ticks, audio.end_ticks) - max(spoken_of.start_ticks, audio.start_ticks)
    longest = max(spoken_of.end_ticks - spoken_of.start_ticks, audio.end_ticks - audio.start_ticks)
    return spoken_of.audio_sha256 == audio.audio_sha256 and 10 * common >= LEAST_TENTHS * longest > 0
