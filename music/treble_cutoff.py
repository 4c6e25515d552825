"""Where the treble of a recording was cut off, and whether an encoder did it.

An encoder at a low bit rate drops every line of its transform above some frequency, so the spectrum falls from the
treble to the floor of the file within 0.3 kHz. The filters of converters and resamplers need 1 to 2 kHz for it, those
of synthesizers, tapes and microphones an octave or more. So what is looked for is a cliff: under it everything
sounds, above it nothing does, and all of the fall lies in a few bands.

The spectrum is that of the louder frames, for an encoder does not let the treble pass in them either. A tone is no
treble: 2 kHz under the cliff have to be filled. Where treble is missing nothing can be said, and as a wrong accusation
is worse than none, a cliff under 15.8 kHz (broadcasts, samplers) or over 20.3 kHz (converters) accuses nobody.

What this cannot see: encoders at high rates that keep everything (AAC from 256 kbit/s, Vorbis from quality 8),
and what was encoded before it was mixed, slowed down or filtered.
"""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from music.spectral_frames import BANDS, SpectralFrames

FEWEST_FRAMES = 15
"""Three seconds: in less there may be no loud treble yet."""
_MOST_FRAMES = 2_000
"""Of longer spans, as many as these are looked at, evenly spread."""
_LOUD_SHARE = 0.1
"""A band is as loud as in its loudest tenth of the frames: treble is short."""
_LESS_LOUD_SHARE = 0.2
"""Looked at for cliffs too: the short blocks that Vorbis uses for attacks blur their edge."""
_SMOOTHED_BANDS = 5
"""The middle of so many; a tone fills two."""
_FILLED_HZ = 2_000.0
_FILLED_SHARE = 0.2
"""So much of what lies under a cliff may be lower than the level that counts."""
_LOWEST_HZ = 5_000.0
"""Below it, dull music ends as clearly by itself."""
_HIGHEST_SHARE = 0.95
"""Of half the sample rate; above it the converter's own filter begins."""
_FALL_SHARE = 0.06
"""How wide a cut-off may be, as a share of its frequency: a resampler's filter is."""
_LEAST_FALL_DB = 30.0
"""Of a cut-off and of a cliff; a fall of 24 dB an octave has 2 dB in that width."""
_NOTABLE_FALL_DB = 20.0
"""With such a fall below the top the treble is not called full."""
_CLIFF_HZ = 350.0
"""How wide that of an encoder may be; the window smears 0.1 kHz of it."""
_SLOPE_SHARE = 0.12
_CLIFF_SHARE = 0.8
"""So much of the fall over a slope of that width, as a share of its frequency, has to lie in the cliff, in dB."""
_ENCODER_FROM_HZ, _ENCODER_TO_HZ = 15_800.0, 20_500.0
"""MP3 at 128 kbit/s ends at 16 to 17 kHz, at 320 at 20 kHz; Opus ends at 20 kHz. Broadcasts and what was sampled at
32 kHz end as steeply at 15 kHz."""
_CONVERTER_SHARE = 0.92
"""Of half the sample rate, 20.3 kHz at 44.1 kHz: above it the filters of old converters end."""
_FULL_FROM_HZ, _FULL_TO_HZ = 20_600.0, 21_200.0
_FULL_LEVEL_DB = -100.0
"""In one band, 20 dB over the noise of 16 bits: treble that no usual encoder would have kept."""

_Spectrum = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class TrebleCutoff:
    """How the spectrum of a span ends."""

    cutoff_hz: float | None
    """Above it everything was cut off; None where nothing was, or where it cannot be said."""
    is_cliff: bool
    """It is as steep as an encoder makes it, where an encoder would make it."""
    is_full: bool
    """There is treble up to 20.6 kHz and beyond."""


@dataclass(frozen=True, slots=True)
class _Fall:
    """The largest fall of a spectrum that is not wider than asked for."""

    height_db: float
    at_hz: float
    """Where half of it is done."""


def find_cutoff(frames: SpectralFrames) -> TrebleCutoff:
    """Return how the spectrum of a span ends; nothing is known of one under three seconds."""
    if frames.count < FEWEST_FRAMES:
        return TrebleCutoff(cutoff_hz=None, is_cliff=False, is_full=False)
    spectrum, band_hz = _loud_spectrum(frames.depths, share=_LOUD_SHARE), frames.band_hz
    fall = _largest_fall(spectrum, _share_of_frequency(_FALL_SHARE), band_hz=band_hz)
    if fall.height_db < _LEAST_FALL_DB or fall.at_hz > _HIGHEST_SHARE * band_hz * BANDS:
        return TrebleCutoff(cutoff_hz=None, is_cliff=False, is_full=_is_full(spectrum, band_hz=band_hz))
    less_loud = _loud_spectrum(frames.depths, share=_LESS_LOUD_SHARE)
    cliff = _cliff(spectrum, band_hz=band_hz) or _cliff(less_loud, band_hz=band_hz)
    return TrebleCutoff(
        cutoff_hz=cliff.at_hz if cliff else fall.at_hz,
        is_cliff=cliff is not None,
        is_full=_is_full(spectrum, band_hz=band_hz),
    )


def probably_lossy_source(cutoff: TrebleCutoff, *, is_lossless: bool) -> bool | None:
    """Return whether a lossless file was probably made from a lossy one; None where that cannot be told.

    Args:
        cutoff: Of the span.
        is_lossless: The file's own codec is; of a lossy one there is nothing to find out.
    """
    if not is_lossless:
        return None
    if cutoff.is_cliff:
        return True
    return False if cutoff.is_full else None


def _share_of_frequency(share: float) -> NDArray[np.int64]:
    return np.maximum(2, np.rint(share * np.arange(BANDS)).astype(np.int64))


def _cliff(spectrum: _Spectrum, *, band_hz: float) -> _Fall | None:
    """Return the fall that only an encoder makes, if there is one."""
    cliff = _largest_fall(spectrum, np.full(BANDS, max(1, round(_CLIFF_HZ / band_hz))), band_hz=band_hz)
    slope = _largest_fall(spectrum, _share_of_frequency(_SLOPE_SHARE), band_hz=band_hz)
    is_steep = cliff.height_db >= max(_LEAST_FALL_DB, _CLIFF_SHARE * slope.height_db)
    highest_hz = min(_ENCODER_TO_HZ, _CONVERTER_SHARE * band_hz * BANDS)
    return cliff if is_steep and _ENCODER_FROM_HZ <= cliff.at_hz <= highest_hz else None


def _is_full(spectrum: _Spectrum, *, band_hz: float) -> bool:
    slope = _largest_fall(spectrum, _share_of_frequency(_SLOPE_SHARE), band_hz=band_hz)
    if slope.height_db >= _NOTABLE_FALL_DB and slope.at_hz < _FULL_FROM_HZ:  # what is above may be clipping
        return False
    top = spectrum[int(_FULL_FROM_HZ / band_hz) : int(_FULL_TO_HZ / band_hz)]
    return top.size > 0 and float(top.min()) >= _FULL_LEVEL_DB


def _loud_spectrum(depths: NDArray[np.uint8], *, share: float) -> _Spectrum:
    """Return the level of each band in the louder frames in dBFS, smoothed, shape (256,)."""
    chosen = depths[:: -(-len(depths) // _MOST_FRAMES)]
    place = int(share * len(chosen))
    levels = -np.sort(chosen, axis=0, kind="stable")[place].astype(np.float64)  # of bytes quicker than a partition
    edge = _SMOOTHED_BANDS // 2
    return np.median(sliding_window_view(np.pad(levels, edge, mode="edge"), _SMOOTHED_BANDS), axis=1)


def _largest_fall(spectrum: _Spectrum, widths: NDArray[np.int64], *, band_hz: float) -> _Fall:
    """Return the largest fall; above it nothing is louder than at its foot.

    Args:
        spectrum: In dBFS, shape (256,).
        widths: Over how many bands a fall that begins at a band may reach, shape (256,).
        band_hz: How wide a band is.
    """
    above = np.maximum.accumulate(spectrum[::-1])[::-1]
    filled = max(3, round(_FILLED_HZ / band_hz))
    windows = sliding_window_view(spectrum, filled)
    below = np.partition(windows, place := int(_FILLED_SHARE * filled), axis=1)[:, place]
    tops = np.arange(max(filled, int(_LOWEST_HZ / band_hz)), BANDS)
    feet = tops + widths[tops]
    tops, feet = tops[feet < BANDS - 2], feet[feet < BANDS - 2]
    if tops.size == 0:
        return _Fall(0.0, 0.0)
    heights = below[tops - filled] - above[feet]
    best = int(heights.argmax())
    middle = above[feet[best]] + heights[best] / 2
    return _Fall(float(heights[best]), float((np.flatnonzero(spectrum >= middle)[-1] + 1) * band_hz))
