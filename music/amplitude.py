"""Where another piece may still or already sound, and how a piece is faded (S3-41, S3-125).

The lead-in ends where a piece becomes so loud that another must not sound beside it any more; what begins at once
has none. The lead-out is the same from the end. A fade is a property of the recording: how its volume rises from
nothing to its own level and falls again. The two are independent: slow music can begin unfaded.

Both are found in the stored `music.amplitude_profile`, so they can be found again without the audio. All points
are ticks from the beginning of the file, and

    start <= lead_in_start <= lead_out_start <= end
    start <= fade_in_start <= fade_in_end <= fade_out_start <= end

The level of reference is the one that the loudest tenth of a piece reaches (acousticians call it L10), not its
loudest window: one accent says little about how loud the beginning seems.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from music.amplitude_profile import AmplitudeProfile
from music.fades import FadeShape, find_fade
from music.limits import check_limits
from music.ticks import Ticks, seconds_to_ticks, ticks_to_seconds

FadeInCurve = Literal["exponential", "cosine", "linear"]
FadeOutCurve = Literal["logarithmic", "cosine", "linear"]

QUIET_PEAK = 0.05
"""A piece whose loudest window stays under it is too quiet to be judged (S3-R5), full scale 1.0."""
LOUD_SHARE = 0.1
"""How much of a piece is as loud as the level of reference."""
NOISE_CONTRAST_DB = 30.0
"""What begins so far under the level of reference may be noise, what is less far is music."""
NOISE_MARGIN_DB = 6.0
"""Noise wanders, sound rises over it by more."""
SILENCE_CONTRAST_DB = 60.0
"""What lies so far under the level of reference is silence, noise or not."""

_DB_OF_A_SHARE = 40.0
"""The amplitude of a share of the intensity is its square: 0.75 is 0.56 or -5 dB."""
_LEAST_SHARE = 1e-3

_IN_CURVES: Mapping[FadeShape, FadeInCurve] = MappingProxyType(
    {"linear": "linear", "square": "exponential", "decibels": "exponential", "cosine": "cosine"}
)
_OUT_CURVES: Mapping[FadeShape, FadeOutCurve] = MappingProxyType(
    {"linear": "linear", "square": "logarithmic", "decibels": "logarithmic", "cosine": "cosine"}
)
_RANGES: Mapping[str, tuple[float, float, str]] = MappingProxyType(
    {
        "rms_window_ms": (10.0, 1000.0, "did you pass seconds?"),
        "lead_in_threshold_db": (-60.0, 0.0, "did you leave out the minus?"),
        "lead_out_threshold_db": (-60.0, 0.0, "did you leave out the minus?"),
        "quick_ramp_threshold": (0.0, 1.0, "did you pass per cent or decibels?"),
        "quick_ramp_seconds": (0.1, 5.0, "did you pass milliseconds?"),
        "max_lead_in_seconds": (0.0, 10.0, "did you pass milliseconds?"),
        "max_lead_out_seconds": (0.0, 10.0, "did you pass milliseconds?"),
    }
)

_Levels = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class AmplitudeParameters:
    """What can be set about leads (S3-R3).

    Raises:
        ValueError: A value is out of its range; the message names it.
    """

    rms_window_ms: float = 100.0
    """The window of one level, in milliseconds, 10 to 1000; rounded to hundredths of a second."""
    lead_in_threshold_db: float = -12.0
    """Where the lead-in ends, in dB over the piece's loud level, -60 to 0; -12 dB is a quarter of the amplitude."""
    lead_out_threshold_db: float = -12.0
    """Where the lead-out begins, in dB over the piece's loud level, -60 to 0."""
    quick_ramp_threshold: float = 0.75
    """What must be reached soon, as a share of the intensity, 0 to 1; 0.75 is -5 dB."""
    quick_ramp_seconds: float = 1.0
    """How soon, in seconds, 0.1 to 5: then there is no lead."""
    max_lead_in_seconds: float = 5.0
    """The longest lead-in, in seconds, 0 to 10."""
    max_lead_out_seconds: float = 5.0
    """The longest lead-out, in seconds, 0 to 10."""
    apply_a_weighting: bool = True
    """Whether each frequency counts for what is heard of it."""

    PRESETS: ClassVar[Mapping[str, Mapping[str, object]]] = MappingProxyType(
        {
            "Classical": {
                "rms_window_ms": 200.0,
                "lead_in_threshold_db": -15.0,
                "lead_out_threshold_db": -15.0,
                "quick_ramp_seconds": 2.0,
            },
            "Rock/Pop": {
                "rms_window_ms": 50.0,
                "lead_in_threshold_db": -8.0,
                "lead_out_threshold_db": -8.0,
                "quick_ramp_seconds": 0.5,
                "max_lead_in_seconds": 2.0,
                "max_lead_out_seconds": 2.0,
            },
            "Electronic": {
                "rms_window_ms": 250.0,
                "lead_in_threshold_db": -18.0,
                "lead_out_threshold_db": -18.0,
                "quick_ramp_seconds": 3.0,
                "max_lead_in_seconds": 8.0,
                "max_lead_out_seconds": 8.0,
            },
        }
    )
    """S3-R4, by name."""

    def __post_init__(self) -> None:
        for name, (lowest, highest, mistake) in _RANGES.items():
            check_limits(name, getattr(self, name), (lowest, highest), mistake=mistake)


@dataclass(frozen=True, slots=True)
class Leads:
    """How a piece begins and ends, in ticks from the beginning of the file."""

    fade_in_start_ticks: Ticks
    """Where it begins to sound."""
    lead_in_start_ticks: Ticks
    """Until here the piece before may sound; at most the longest lead-in after the start."""
    fade_in_end_ticks: Ticks
    """Where it has reached its own level; where it begins to sound if it is not faded in."""
    lead_out_start_ticks: Ticks
    """From here on the next piece may sound; at most the longest lead-out before the end."""
    fade_out_start_ticks: Ticks
    """Where it leaves its own level; where it ends to sound if it is not faded out."""
    fade_in_curve: FadeInCurve | None
    """How it rises; None if it is not faded in."""
    fade_out_curve: FadeOutCurve | None
    """How it falls; None if it is not faded out."""
    begins_quickly: bool
    """Whether nothing of its sound is lead-in."""
    ends_quickly: bool
    """Whether nothing of its sound is lead-out."""


def find_leads(
    profile: AmplitudeProfile, parameters: AmplitudeParameters, *, start_ticks: Ticks, end_ticks: Ticks
) -> Leads:
    """Return how a piece begins and ends, to the window of the profile.

    A piece without sound, or one too quiet to be judged, has no leads and no fades.

    Args:
        profile: Of the whole file, measured with these parameters' window and weighting.
        parameters: What was set.
        start_ticks: Where the piece begins.
        end_ticks: Where it ends, itself not included.
    """
    steps = profile.steps_of(start_ticks, end_ticks=end_ticks)
    levels = profile.levels_dbfs[steps].astype(np.float64)
    if _is_quiet(levels):
        return _without_leads(start_ticks, end_ticks)
    step_seconds = ticks_to_seconds(profile.step_ticks)
    reference_db = _reference(levels)
    first = _silent_steps(levels, reference_db)
    end = levels.size - _silent_steps(levels[::-1], reference_db)
    rising, falling = levels[first:end] - reference_db, levels[first:end][::-1] - reference_db
    lead_in = _lead_steps(rising, parameters, parameters.lead_in_threshold_db, step_seconds=step_seconds)
    lead_out = _lead_steps(falling, parameters, parameters.lead_out_threshold_db, step_seconds=step_seconds)
    fade_in, fade_out = (find_fade(ramp, step_seconds=step_seconds) for ramp in (rising, falling))

    def at(step: int) -> Ticks:
        return Ticks(min(max((steps.start + step) * profile.step_ticks, start_ticks), end_ticks))

    return Leads(
        fade_in_start_ticks=at(first),
        lead_in_start_ticks=min(at(first + lead_in), _later(start_ticks, parameters.max_lead_in_seconds)),
        fade_in_end_ticks=at(first + (fade_in.steps if fade_in else 0)),
        lead_out_start_ticks=max(at(end - lead_out), _later(end_ticks, -parameters.max_lead_out_seconds)),
        fade_out_start_ticks=at(end - (fade_out.steps if fade_out else 0)),
        fade_in_curve=_IN_CURVES[fade_in.shape] if fade_in else None,
        fade_out_curve=_OUT_CURVES[fade_out.shape] if fade_out else None,
        begins_quickly=lead_in == 0,
        ends_quickly=lead_out == 0,
    )


def is_quiet(profile: AmplitudeProfile, *, start_ticks: Ticks, end_ticks: Ticks) -> bool:
    """Tell whether a piece is too quiet for leads to be found (S3-R5)."""
    return _is_quiet(profile.levels_dbfs[profile.steps_of(start_ticks, end_ticks=end_ticks)].astype(np.float64))


def _is_quiet(levels: _Levels) -> bool:
    return bool(levels.max(initial=-math.inf) < 20.0 * math.log10(QUIET_PEAK))


def _without_leads(start_ticks: Ticks, end_ticks: Ticks) -> Leads:
    return Leads(
        fade_in_start_ticks=start_ticks,
        lead_in_start_ticks=start_ticks,
        fade_in_end_ticks=start_ticks,
        lead_out_start_ticks=end_ticks,
        fade_out_start_ticks=end_ticks,
        fade_in_curve=None,
        fade_out_curve=None,
        begins_quickly=True,
        ends_quickly=True,
    )


def _reference(levels: _Levels) -> float:
    """Return the level that the loudest tenth of what sounds reaches."""
    return float(np.quantile(levels[levels >= levels.max() - NOISE_CONTRAST_DB], 1.0 - LOUD_SHARE))


def _silent_steps(levels: _Levels, reference_db: float) -> int:
    """Return how many windows lie before the first sound."""
    music_db = reference_db - NOISE_CONTRAST_DB
    before_music = levels[: _first(levels >= music_db)]
    noise_db = float(before_music.min(initial=music_db))
    silence_db = max(noise_db + NOISE_MARGIN_DB, reference_db - SILENCE_CONTRAST_DB)
    return _first(levels >= min(silence_db, music_db))


def _lead_steps(ramp_db: _Levels, parameters: AmplitudeParameters, threshold_db: float, *, step_seconds: float) -> int:
    """Return how many windows of music pass before it is too loud for another beside it.

    Args:
        ramp_db: Its levels from the first sound on, over the level of reference.
        parameters: What was set.
        threshold_db: What is too loud.
        step_seconds: How long a window is.
    """
    quick_db = _DB_OF_A_SHARE * math.log10(max(parameters.quick_ramp_threshold, _LEAST_SHARE))
    if _first(ramp_db >= quick_db) * step_seconds < parameters.quick_ramp_seconds:
        return 0
    return _first(ramp_db >= threshold_db)


def _later(ticks: Ticks, seconds: float) -> Ticks:
    return Ticks(ticks + seconds_to_ticks(seconds))


def _first(found: NDArray[np.bool_]) -> int:
    """Return where the first of some is; there is one."""
    return int(found.argmax())
