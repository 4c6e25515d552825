import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from music.loudness import measure_loudness
from tests import signals
from tests.music.measuring import features

RATE_HZ = 48_000


def tone(*parts, frequency_hz=1_000):
    """One sine after another: (peak dBFS, seconds)."""
    return np.concatenate(
        [signals.sine(frequency_hz, seconds, peak_dbfs=level, rate_hz=RATE_HZ) for level, seconds in parts]
    )


def energy_at(level_lufs):
    return 10 ** ((level_lufs + 0.691) / 10)


def test_a_sine_of_997_hz_in_one_channel_has_three_decibels_less_than_its_peak():
    assert features(tone((0.0, 5), frequency_hz=997), rate_hz=RATE_HZ).integrated_lufs == pytest.approx(-3.01, abs=0.01)


@pytest.mark.parametrize(
    "parts",
    [
        [(-23, 20)],
        [(-36, 10), (-23, 60), (-36, 10)],
        [(-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)],
        [(-26, 20), (-20, 20.1), (-26, 20)],
    ],
    ids=["case 1", "case 3", "case 4", "case 5"],
)
def test_integrated_loudness_is_that_of_ebu_tech_3341(parts):
    measured = features(signals.stereo(tone(*parts)), rate_hz=RATE_HZ)

    assert measured.integrated_lufs == pytest.approx(-23.0, abs=0.05)


def test_a_steady_tone_is_as_loud_in_a_moment_as_on_the_whole():
    measured = features(signals.stereo(tone((-33, 20))), rate_hz=RATE_HZ)

    assert measured.integrated_lufs == pytest.approx(-33.0, abs=0.05)
    assert measured.max_momentary_lufs == pytest.approx(-33.0, abs=0.05)
    assert measured.max_short_term_lufs == pytest.approx(-33.0, abs=0.05)


def test_five_channels_are_weighted_as_in_ebu_tech_3341():  # case 6
    front, centre, back = (tone((level, 20)) for level in (-28, -24, -30))

    measured = features(np.stack([front, front, centre, back, back]), rate_hz=RATE_HZ)

    assert measured.integrated_lufs == pytest.approx(-23.0, abs=0.05)


def test_low_frequency_effects_are_not_heard():
    quiet = np.zeros(RATE_HZ * 2, np.float32)

    measured = features(np.stack([quiet, quiet, quiet, tone((0, 2)), quiet, quiet]), rate_hz=RATE_HZ)

    assert measured.integrated_lufs is None
    assert measured.sample_peak_dbfs == pytest.approx(0.0, abs=0.01)


@pytest.mark.parametrize(
    ("parts", "range_lu"),
    [
        ([(-20, 20), (-30, 20)], 10),
        ([(-20, 20), (-15, 20)], 5),
        ([(-40, 20), (-20, 20)], 20),
        ([(-50, 20), (-35, 20), (-20, 20), (-35, 20), (-50, 20)], 15),
    ],
    ids=["case 1", "case 2", "case 3", "case 4"],
)
def test_loudness_range_is_that_of_ebu_tech_3342(parts, range_lu):
    measured = features(signals.stereo(tone(*parts)), rate_hz=RATE_HZ)

    assert measured.loudness_range_lu == pytest.approx(range_lu, abs=0.1)


@pytest.mark.parametrize(
    ("hops", "integrated", "short_term"), [(3, False, False), (4, True, False), (29, True, False), (30, True, True)]
)
def test_what_is_too_short_has_no_loudness(hops, integrated, short_term):
    loudness = measure_loudness(np.full(hops, energy_at(-20.0)))

    assert (loudness.integrated_lufs is not None) == (loudness.max_momentary_lufs is not None) == integrated
    assert (loudness.range_lu is not None) == (loudness.max_short_term_lufs is not None) == short_term


@pytest.mark.parametrize("energy", [0.0, energy_at(-70.1)], ids=["digital", "under the gate"])
def test_silence_has_no_loudness(energy):
    loudness = measure_loudness(np.full(100, energy))

    assert loudness.integrated_lufs is None
    assert loudness.range_lu is None
    assert loudness.max_momentary_lufs is None
    assert loudness.max_short_term_lufs is None


@given(arrays(np.float64, st.integers(30, 120), elements=st.floats(1e-6, 1.0)), st.floats(0.01, 1.0))
def test_what_is_quieter_by_a_factor_has_a_loudness_less_by_as_much(energies, factor):
    loud, quiet = measure_loudness(energies), measure_loudness(energies * factor)

    if energies.min() * factor > energy_at(-69.0):
        difference = -10 * np.log10(factor)
        assert loud.integrated_lufs - quiet.integrated_lufs == pytest.approx(difference, abs=1e-6)
        assert loud.range_lu == pytest.approx(quiet.range_lu, abs=1e-6)
