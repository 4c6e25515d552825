import numpy as np
import pytest

from music.amplitude_profile import LOWEST_DBFS, AmplitudeMeter
from music.cells import cell_length, cut_cells
from music.ticks import TICKS_PER_SECOND, Ticks
from tests import signals
from tests.music.measuring import Sound


def profile_of(samples, *, rate_hz=signals.RATE_HZ, window_ms=100.0, a_weighted=True):
    meter = AmplitudeMeter(rate_hz, window_ms=window_ms, a_weighted=a_weighted)
    for block in Sound(samples, rate_hz=rate_hz):
        meter.add(cut_cells(block, cell_samples=cell_length(rate_hz)))
    return meter.finish()


def test_a_tone_of_1_khz_has_its_own_level():
    profile = profile_of(signals.sine(1000, 10.0, peak_dbfs=-17.0))

    assert profile.levels_dbfs.dtype == np.int8
    assert profile.levels_dbfs.tolist() == [-20] * 100


def test_bass_counts_for_what_is_heard_of_it():
    bass = signals.sine(63, 2.0, peak_dbfs=-7.0)

    weighted = profile_of(bass).levels_dbfs[5:15]
    plain = profile_of(bass, a_weighted=False).levels_dbfs[5:15]

    assert set(plain.tolist()) == {-10}
    assert set(weighted.tolist()) == {-36}


@pytest.mark.parametrize(("window_ms", "count"), [(10.0, 125), (50.0, 25), (100.0, 13), (250.0, 5), (1000.0, 2)])
def test_a_profile_has_a_level_per_window(window_ms, count):
    profile = profile_of(signals.sine(1000, 1.25, peak_dbfs=-7.0), window_ms=window_ms)

    assert profile.levels_dbfs.size == count
    assert profile.step_ticks == window_ms * TICKS_PER_SECOND // 1000
    assert set(profile.levels_dbfs[1:].tolist()) == {-10}


def test_a_short_last_window_is_as_loud_as_the_others():
    profile = profile_of(signals.sine(1000, 1.013, peak_dbfs=-7.0))

    assert profile.levels_dbfs.tolist() == [-10] * 11


def test_windows_are_whole_samples_at_rates_that_are_no_hundreds():
    profile = profile_of(signals.silence(2.0, rate_hz=11_025), rate_hz=11_025)

    assert profile.step_ticks == 1100 * TICKS_PER_SECOND // 11_025


def test_digital_silence_has_the_lowest_level():
    assert set(profile_of(signals.silence(1.0)).levels_dbfs.tolist()) == {LOWEST_DBFS}


def test_channels_are_mixed_as_they_are_heard():
    tone = signals.sine(1000, 1.0, peak_dbfs=-17.0)

    assert set(profile_of(signals.stereo(tone)).levels_dbfs.tolist()) == {-20}
    assert set(profile_of(signals.stereo(tone, -tone)).levels_dbfs.tolist()) == {LOWEST_DBFS}


def test_a_boundary_belongs_to_the_nearest_edge():
    profile = profile_of(signals.silence(2.0))
    tenth = TICKS_PER_SECOND // 10

    assert profile.steps_of(Ticks(0), end_ticks=Ticks(2 * TICKS_PER_SECOND)) == slice(0, 20)
    assert profile.steps_of(Ticks(int(4.4 * tenth)), end_ticks=Ticks(int(9.6 * tenth))) == slice(4, 10)
    assert profile.steps_of(Ticks(50 * tenth), end_ticks=Ticks(60 * tenth)) == slice(20, 20)
