"""The outline of a file as text: how loud each moment is, and where its pieces begin. Pure functions."""

from collections.abc import Sequence

from music.segmentation import Span
from music.ticks import Ticks

BLOCKS = " ▁▂▃▄▅▆▇█"
PLAIN = " .:-=+*#%@"
ROWS = 3
"""Lines of the picture of a terminal."""


def loudness_of(spans: Sequence[Span], waveforms: Sequence[Sequence[int]], *, columns: int) -> list[int]:
    """Return the mean of the highest values in each of so many equal parts of a file, full scale 127.

    The mean, because a pause that is shorter than a part would not be seen in the maximum.

    Args:
        spans: Its pieces.
        waveforms: Of each piece: lowest and highest value of equal slices in turn; empty where it was not measured.
        columns: How many parts.
    """
    found: list[list[int]] = [[] for _ in range(columns)]
    duration = spans[-1].end_ticks
    for span, waveform in zip(spans, waveforms, strict=True):
        slices = len(waveform) // 2
        length = span.end_ticks - span.start_ticks
        for number in range(slices):
            middle = span.start_ticks + (2 * number + 1) * length // (2 * slices)
            found[middle * columns // duration].append(max(-waveform[2 * number], waveform[2 * number + 1]))
    return [round(sum(peaks) / len(peaks)) if peaks else 0 for peaks in found]


def block_picture(loudness: Sequence[int]) -> list[str]:
    """Return lines of blocks, the loudest part as high as the picture."""
    steps = len(BLOCKS) - 1
    scale = ROWS * steps / max(1, *loudness)
    heights = [round(part * scale) for part in loudness]
    return [
        "".join(BLOCKS[min(max(height - row * steps, 0), steps)] for height in heights) for row in reversed(range(ROWS))
    ]


def plain_picture(loudness: Sequence[int]) -> str:
    """Return one line in ASCII, the denser the louder."""
    steps = len(PLAIN) - 1
    loudest = max(1, *loudness)
    return "".join(PLAIN[round(part * steps / loudest)] for part in loudness)


def ruler(spans: Sequence[Span], *, columns: int) -> str:
    """Return a line that marks where pieces begin and numbers them, as far as there is room."""
    line = [" "] * columns
    for number, span in enumerate(spans, 1):
        text = f"|{number}"
        start = column_of(span.start_ticks, spans, columns=columns)
        if all(character == " " for character in line[start : start + len(text)]):
            line[start : start + len(text)] = text
        elif line[start] == " ":
            line[start] = "|"
    return "".join(line)[:columns].rstrip()


def column_of(ticks: Ticks, spans: Sequence[Span], *, columns: int) -> int:
    """Return the column in which a time lies."""
    return min(ticks * columns // spans[-1].end_ticks, columns - 1)
