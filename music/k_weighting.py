"""The K-weighting of loudness: how loud a frequency seems, as two filters one after the other.

A shelf lifts what lies above 1.7 kHz by 4 dB (the head), a high-pass takes away what lies below 38 Hz. Both have
two poles, so the whole has four state variables.

References:
    ITU-R BS.1770-4, annex 1. Its table is for 48 kHz; the analogue prototypes of that table are from
    B. De Man, "Evaluation of implementations of the EBU R128 loudness measurement", AES 145, 2018.
"""

import math

from music.biquads import Biquad, BiquadCascade

_SHELF_HZ = 1681.974450955533
_SHELF_GAIN_DB = 3.999843853973347
_SHELF_Q = 0.7071752369554196
_SHELF_SLOPE = 0.4996667741545416
_HIGH_PASS_HZ = 38.13547087602444
_HIGH_PASS_Q = 0.5003270373238773


def shelf(rate_hz: int) -> Biquad:
    """Return the first filter of the K-weighting: +4 dB above 1.7 kHz."""
    k = math.tan(math.pi * _SHELF_HZ / rate_hz)
    high = 10.0 ** (_SHELF_GAIN_DB / 20.0)
    band = high**_SHELF_SLOPE
    a0 = 1 + k / _SHELF_Q + k * k
    return Biquad(
        b=(
            (high + band * k / _SHELF_Q + k * k) / a0,
            2 * (k * k - high) / a0,
            (high - band * k / _SHELF_Q + k * k) / a0,
        ),
        a=(2 * (k * k - 1) / a0, (1 - k / _SHELF_Q + k * k) / a0),
    )


def high_pass(rate_hz: int) -> Biquad:
    """Return the second filter of the K-weighting: nothing below 38 Hz."""
    k = math.tan(math.pi * _HIGH_PASS_HZ / rate_hz)
    a0 = 1 + k / _HIGH_PASS_Q + k * k
    return Biquad(b=(1.0, -2.0, 1.0), a=(2 * (k * k - 1) / a0, (1 - k / _HIGH_PASS_Q + k * k) / a0))


class KWeighting(BiquadCascade):
    """Weights one recording, block after block.

    Args:
        rate_hz: Its sample rate.
        channels: How many channels its blocks have.
    """

    def __init__(self, rate_hz: int, *, channels: int) -> None:
        super().__init__((shelf(rate_hz), high_pass(rate_hz)), channels=channels)
