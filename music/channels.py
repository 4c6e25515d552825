"""What each channel of a recording counts for, by FFmpeg's name of its place (FL, FR, FC, LFE, BL …)."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_STEREO_CHANNELS = 2
_SURROUND = frozenset({"BL", "BR", "BC", "SL", "SR", "SDL", "SDR", "TBL", "TBC", "TBR"})
_SURROUND_WEIGHT = 1.41
_LOW_FREQUENCY = frozenset({"LFE", "LFE2"})
_FRONT = frozenset({"FL", "FR", "FLC", "FRC"})


def loudness_weights(channel_names: Sequence[str]) -> NDArray[np.float32]:
    """Return what each channel's energy counts for in the loudness of all.

    One for the front, 1.41 for what stands beside or behind the listener, nothing for the low-frequency effects.
    One or two channels always count fully.

    References:
        ITU-R BS.1770-4, table 3; FFmpeg's `ebur128`, which takes all back channels for surrounds.
    """
    if len(channel_names) <= _STEREO_CHANNELS:
        return np.ones(len(channel_names), np.float32)
    return np.array([_loudness_weight(name) for name in channel_names], np.float32)


def mono_weights(channel_names: Sequence[str]) -> NDArray[np.float32]:
    """Return the share of each channel in the mono signal that Chromaprint hears; the shares add up to one.

    The matrix of FFmpeg's swresample (`rematrix.c`): the centre counts fully, the front with √½, the surrounds
    with ½, low-frequency effects not at all. Places that it does not know count as surrounds, so that several
    unknown channels give their mean.
    """
    if len(channel_names) == 1:
        return np.ones(1, np.float32)
    raw = np.array([_mono_weight(name) for name in channel_names])
    return (raw / raw.sum()).astype(np.float32)


def _loudness_weight(name: str) -> float:
    if name in _LOW_FREQUENCY:
        return 0.0
    return _SURROUND_WEIGHT if name in _SURROUND else 1.0


def _mono_weight(name: str) -> float:
    if name in _LOW_FREQUENCY:
        return 0.0
    if name == "FC":
        return 1.0
    return float(np.sqrt(0.5)) if name in _FRONT else 0.5
