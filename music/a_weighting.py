"""The A-weighting: how loud a frequency seems at low levels (S3-R3).

The analogue curve has four zeros at 0 Hz and six poles: two at 20.6 Hz, one each at 107.7 and 737.9 Hz, two at
12,194 Hz. The high-passes become digital by the bilinear transform, each with its own corner kept. That transform
would press everything up to infinity under half the sample rate and lose up to 12 dB of the treble; so the low-pass
keeps its two poles, exp(-ω / rate), and gets a zero that makes half the sample rate as loud as the curve says. At all
rates from 8 to 192 kHz it is at most 1.2 dB from the curve and at most 0.6 dB below 8 kHz, as good as a class 1 sound
level meter.

References:
    IEC 61672-1:2013, 5.5 and annex E.
"""

import math

import numpy as np
from numpy.typing import NDArray

from music.biquads import Biquad, BiquadCascade

_LOWEST_HZ = 20.598997
_LOW_HZ = 107.65265
_MIDDLE_HZ = 737.86223
_HIGH_HZ = 12_194.217
_REFERENCE_HZ = 1000.0
"""Here the weighting is 0 dB."""


class AWeighting(BiquadCascade):
    """Weights one recording, block after block.

    Args:
        rate_hz: Its sample rate.
        channels: How many channels its blocks have.
    """

    def __init__(self, rate_hz: int, *, channels: int) -> None:
        super().__init__(a_weighting(rate_hz), channels=channels)


def a_weighting(rate_hz: int) -> tuple[Biquad, Biquad, Biquad]:
    """Return the filters of the A-weighting, 0 dB at 1 kHz."""
    filters = _high_pass(rate_hz, _LOWEST_HZ, _LOWEST_HZ), _high_pass(rate_hz, _LOW_HZ, _MIDDLE_HZ)
    treble = _low_pass(rate_hz)
    gain = math.prod(_gain(biquad, _REFERENCE_HZ / rate_hz) for biquad in (*filters, treble))
    b0, b1, b2 = (factor / gain for factor in treble.b)
    return *filters, Biquad(b=(b0, b1, b2), a=treble.a)


def _high_pass(rate_hz: int, first_hz: float, second_hz: float) -> Biquad:
    """Return two high-passes of first order in one filter."""
    p, q = ((1 - k) / (1 + k) for k in (math.tan(math.pi * hz / rate_hz) for hz in (first_hz, second_hz)))
    through = (1 + p) * (1 + q) / 4
    return Biquad(b=(through, -2 * through, through), a=(-(p + q), p * q))


def _low_pass(rate_hz: int) -> Biquad:
    """Return the two low-passes of first order in one filter, right at 0 Hz and at half the sample rate."""
    pole = math.exp(-2 * math.pi * _HIGH_HZ / rate_hz)
    wanted = 1 / (1 + (rate_hz / 2 / _HIGH_HZ) ** 2)
    ratio = wanted * ((1 + pole) / (1 - pole)) ** 2
    zero = (1 - ratio) / (1 + ratio)
    through = (1 - pole) ** 2 / (1 + zero)
    return Biquad(b=(through, through * zero, 0.0), a=(-2 * pole, pole * pole))


def _gain(biquad: Biquad, frequency: float) -> float:
    """Return how much a filter lets through of a frequency, given as a share of the sample rate."""
    delay: NDArray[np.complex128] = np.exp(-2j * np.pi * frequency * np.arange(3))
    return float(abs(np.dot(biquad.b, delay) / np.dot((1.0, *biquad.a), delay)))
