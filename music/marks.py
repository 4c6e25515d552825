"""Where someone says that a piece begins: a CUE sheet, a chapter list, a FLAC's own table."""

from dataclasses import dataclass

from music.ticks import Ticks


@dataclass(frozen=True, slots=True)
class Mark:
    """The beginning of a piece inside a file."""

    start_ticks: Ticks
    """From the beginning of the file."""
    title: str | None = None
    """What it is called there."""
    performer: str | None = None
    """Who plays it, as said there."""
