import math

import numpy as np
import pytest

from music.a_weighting import AWeighting
from tests import signals

TABLE_DB = {
    31.5: -39.4,
    63.0: -26.2,
    125.0: -16.1,
    250.0: -8.6,
    500.0: -3.2,
    1000.0: 0.0,
    2000.0: 1.2,
    4000.0: 1.0,
    8000.0: -1.1,
    16000.0: -6.6,
}
"""IEC 61672-1, table 3: the weighting at the nominal octaves."""
NYQUIST = 0.49


def heard_db(frequency_hz, rate_hz):
    """How much louder a tone is after the weighting than before."""
    tone = signals.sine(frequency_hz, 1.5, rate_hz=rate_hz, peak_dbfs=0.0)
    heard = AWeighting(rate_hz, channels=1)(tone[None])[0]
    late = slice(rate_hz // 2, rate_hz // 2 + rate_hz)  # one second: whole periods, the onset is over
    return signals.rms_dbfs(heard[late]) - signals.rms_dbfs(tone[late])


@pytest.mark.parametrize("rate_hz", [8_000, 22_050, 44_100, 48_000, 96_000])
def test_each_octave_is_as_loud_as_the_standard_says(rate_hz):
    """S3-R3."""
    octaves = {hz: round(hz / 2) * 2 for hz in TABLE_DB if hz < NYQUIST * rate_hz}

    errors_db = {hz: heard_db(even_hz, rate_hz) - TABLE_DB[hz] for hz, even_hz in octaves.items()}

    assert {hz: error for hz, error in errors_db.items() if abs(error) > (0.9 if hz < 16_000 else 1.2)} == {}


def test_a_bass_of_30_hz_is_hardly_heard():
    assert heard_db(30.0, 44_100) == pytest.approx(-40.6, abs=0.5)


def test_a_constant_is_not_heard():
    heard = AWeighting(48_000, channels=1)(np.ones((1, 48_000), np.float32))

    assert 20 * math.log10(np.abs(heard[0, -4_800:]).max()) < -70
