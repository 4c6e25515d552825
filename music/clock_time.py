"""Times as people write and read them: 1:02.500, 1:02:03, or plain seconds."""

import re
from fractions import Fraction

from music.ticks import TICKS_PER_SECOND, Ticks, seconds_to_ticks

_WRITTEN = re.compile(r"(?:(?:(\d+):(?=[0-5]?\d:))?(\d+):)?(\d+(?:\.\d+)?)", re.ASCII)
_MINUTE = 60


def parse_time(text: str) -> Ticks:
    """Return the time that a text such as `1:02.5`, `1:02:03`, `75:30` or `62.5` stands for, exactly.

    Raises:
        ValueError: It is no time.
    """
    found = _WRITTEN.fullmatch(text.strip())
    if found is None or (found[2] is not None and Fraction(found[3]) >= _MINUTE):
        raise ValueError(f"{text!r} is no time. Write minutes and seconds as 1:02.5, or seconds as 62.5")
    hours, minutes, seconds = int(found[1] or 0), int(found[2] or 0), Fraction(found[3])
    return seconds_to_ticks((hours * _MINUTE + minutes) * _MINUTE + seconds)


def clock_time(ticks: Ticks) -> str:
    """Return a time as 1:02.500, hours before it where there are any, rounded to the nearest millisecond."""
    milliseconds = (2000 * ticks + TICKS_PER_SECOND) // (2 * TICKS_PER_SECOND)
    minutes, rest = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, _MINUTE)
    seconds = f"{rest // 1000:02}.{rest % 1000:03}"
    return f"{hours}:{minutes:02}:{seconds}" if hours else f"{minutes}:{seconds}"
