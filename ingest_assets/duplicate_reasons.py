"""What speaks for a copy or against it, in words."""

from collections.abc import Mapping
from typing import Any, Final

from music.duplicate_groups import COMPLETE
from music.ticks import TICKS_PER_SECOND

KILO: Final = 1000


def reason_of(piece: Mapping[str, Any], best: Mapping[str, Any], *, keep: bool) -> str:
    """Return what a piece is like; of one that is not kept, beside the best.

    Args:
        piece: Its file's columns and its own.
        best: Those of the piece that is kept.
        keep: Whether it is kept.
    """
    words = [_sound(piece), *_faults(piece)]
    length, whole = _length(piece), _length(best)
    if not keep and length < COMPLETE * whole:
        words.append(f"only {length / TICKS_PER_SECOND:.0f} of {whole / TICKS_PER_SECOND:.0f} s")
    words.append(f"{piece['tag_count']} tags")
    return ", ".join(words)


def _sound(piece: Mapping[str, Any]) -> str:
    rate = f"{(piece['sample_rate_hz'] or 0) / KILO:g} kHz"
    if piece["bits_per_sample"] is not None:
        return f"{piece['codec']} lossless, {piece['bits_per_sample']} bit, {rate}"
    bits = "" if piece["bitrate_bps"] is None else f" {piece['bitrate_bps'] / KILO:.0f} kbit/s,"
    return f"{piece['codec']}{bits} {rate}"


def _faults(piece: Mapping[str, Any]) -> list[str]:
    cutoff = piece["cutoff_hz"]
    at = "" if cutoff is None else f" (cut off at {cutoff / KILO:.1f} kHz)"
    if piece["probably_lossy_source"]:
        return [f"probably made from a lossy file{at}"]
    return [f"cut off at {cutoff / KILO:.1f} kHz"] if cutoff is not None else []


def _length(piece: Mapping[str, Any]) -> int:
    return piece["end_time_ticks"] - piece["start_time_ticks"]
