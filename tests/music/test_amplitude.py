import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from music.amplitude import AmplitudeParameters, find_leads, is_quiet
from music.amplitude_profile import AmplitudeProfile
from music.ticks import TICKS_PER_SECOND, Ticks, seconds_to_ticks, ticks_to_seconds
from tests import signals
from tests.music.test_amplitude_profile import profile_of

PARAMETERS = AmplitudeParameters()
TENTH = Ticks(TICKS_PER_SECOND // 10)


def leads_of(samples, parameters=PARAMETERS):
    """What is found in all of a recording."""
    profile = profile_of(samples, window_ms=parameters.rms_window_ms, a_weighted=parameters.apply_a_weighting)
    end_ticks = seconds_to_ticks(samples.shape[-1] / signals.RATE_HZ)
    return find_leads(profile, parameters, start_ticks=Ticks(0), end_ticks=end_ticks)


def leads_of_levels(levels_dbfs, parameters=PARAMETERS):
    """What is found in levels of tenths of a second."""
    profile = AmplitudeProfile(np.array(levels_dbfs, np.int8), TENTH)
    return find_leads(profile, parameters, start_ticks=Ticks(0), end_ticks=Ticks(len(levels_dbfs) * TENTH))


def seconds(ticks):
    return pytest.approx(ticks_to_seconds(ticks), abs=0.5)


def test_a_slow_fade_in_has_a_lead_in_until_a_quarter_of_the_amplitude():
    """S3-R3, S3-R6."""
    leads = leads_of(signals.fade(signals.pink_noise(30, rms_level_dbfs=-14.0), in_seconds=6.0))

    assert seconds(leads.fade_in_start_ticks) == 0.0
    assert seconds(leads.lead_in_start_ticks) == 1.5
    assert seconds(leads.fade_in_end_ticks) == 6.0
    assert leads.fade_in_curve == "linear"
    assert not leads.begins_quickly


def test_a_slow_fade_out_has_a_lead_out_from_a_quarter_of_the_amplitude():
    """S3-R3, S3-R6."""
    leads = leads_of(signals.fade(signals.pink_noise(30, rms_level_dbfs=-14.0), out_seconds=6.0))

    assert seconds(leads.fade_out_start_ticks) == 24.0
    assert seconds(leads.lead_out_start_ticks) == 28.5
    assert leads.fade_out_curve == "linear"
    assert not leads.ends_quickly


def test_a_quick_attack_has_no_lead():
    leads = leads_of(signals.piece(20))

    assert leads.begins_quickly
    assert leads.ends_quickly
    assert (leads.lead_in_start_ticks, leads.lead_out_start_ticks) == (0, 20 * TICKS_PER_SECOND)
    assert (leads.fade_in_curve, leads.fade_out_curve) == (None, None)


def test_silence_around_a_piece_is_its_lead():
    around = signals.side([signals.piece(20)], gaps_seconds=[], lead_seconds=2.0, trail_seconds=3.0)

    leads = leads_of(around.samples)

    assert leads.fade_in_start_ticks == leads.lead_in_start_ticks == leads.fade_in_end_ticks == 2 * TICKS_PER_SECOND
    assert seconds(leads.lead_out_start_ticks) == 22.0
    assert leads.begins_quickly
    assert leads.ends_quickly
    assert leads.fade_in_curve is None


def test_the_surface_of_a_record_is_no_beginning():
    around = signals.side([signals.piece(20)], gaps_seconds=[], lead_seconds=2.0, trail_seconds=3.0, surface_dbfs=-50.0)

    leads = leads_of(around.samples)

    assert seconds(leads.fade_in_start_ticks) == 2.0
    assert seconds(leads.lead_in_start_ticks) == 2.0
    assert leads.begins_quickly


def test_a_constant_amplitude_has_no_leads():
    """S3-R5."""
    leads = leads_of(signals.sine(440, 20))

    assert (leads.lead_in_start_ticks, leads.lead_out_start_ticks) == (0, 20 * TICKS_PER_SECOND)
    assert (leads.fade_in_curve, leads.fade_out_curve) == (None, None)


@pytest.mark.parametrize(
    ("peak_dbfs", "warned"), [(-26.0, True), (-20.0, False)], ids=["an RMS of 0.035", "an RMS of 0.071"]
)
def test_what_is_too_quiet_gets_defaults_and_a_warning(peak_dbfs, warned):
    """S3-R5."""
    sound = signals.fade(signals.sine(1000, 20, peak_dbfs=peak_dbfs), in_seconds=5.0)
    leads = leads_of(sound)

    assert is_quiet(profile_of(sound), start_ticks=Ticks(0), end_ticks=Ticks(20 * TICKS_PER_SECOND)) is warned
    assert (leads.lead_in_start_ticks == 0) is warned
    assert (leads.fade_in_curve is None) is warned


def test_no_sound_and_no_windows_get_defaults_and_a_warning():
    profile = profile_of(signals.silence(5.0))

    silent = find_leads(profile, PARAMETERS, start_ticks=Ticks(0), end_ticks=Ticks(5 * TICKS_PER_SECOND))
    tiny = find_leads(profile, PARAMETERS, start_ticks=Ticks(7), end_ticks=Ticks(9))

    assert is_quiet(profile, start_ticks=Ticks(7), end_ticks=Ticks(9))
    assert (silent.fade_in_curve, silent.fade_out_curve) == (None, None)
    assert (tiny.fade_in_start_ticks, tiny.lead_in_start_ticks, tiny.fade_in_end_ticks) == (7, 7, 7)
    assert (tiny.lead_out_start_ticks, tiny.fade_out_start_ticks) == (9, 9)


def test_no_lead_is_longer_than_is_allowed():
    levels = [-40] * 80 + [-15] * 300 + [-40] * 80

    usual = leads_of_levels(levels)
    short = leads_of_levels(levels, AmplitudeParameters(max_lead_in_seconds=2.0, max_lead_out_seconds=0.0))

    assert (usual.lead_in_start_ticks, usual.lead_out_start_ticks) == (50 * TENTH, (460 - 50) * TENTH)
    assert (short.lead_in_start_ticks, short.lead_out_start_ticks) == (20 * TENTH, 460 * TENTH)


@pytest.mark.parametrize(
    ("values", "lead_in"),
    [
        ({}, 17),
        ({"lead_in_threshold_db": -8.0}, 21),
        ({"lead_in_threshold_db": -18.0}, 11),
        ({"quick_ramp_seconds": 4.0}, 0),
        ({"quick_ramp_threshold": 0.0}, 0),
    ],
    ids=str,
)
def test_thresholds_say_where_a_lead_in_ends(values, lead_in):
    rising = [-43 + step for step in range(29)]  # 10 dB a second

    leads = leads_of_levels(rising + [-14] * 300, AmplitudeParameters(**values))

    assert leads.lead_in_start_ticks == lead_in * TENTH


def test_a_single_accent_is_not_how_loud_a_piece_is():
    levels = [-22] * 30 + [-20] * 200
    levels[120] = -6

    assert leads_of_levels(levels).begins_quickly


def test_points_lie_within_a_span_that_begins_between_windows():
    samples = signals.fade(signals.pink_noise(20, rms_level_dbfs=-14.0), in_seconds=3.0)
    profile = profile_of(np.concatenate([signals.piece(10), signals.silence(0.44), samples]))
    start, end = seconds_to_ticks(10.44), seconds_to_ticks(30.44)

    leads = find_leads(profile, PARAMETERS, start_ticks=start, end_ticks=end)

    assert start <= leads.fade_in_start_ticks < start + TENTH
    assert leads.fade_in_end_ticks % TENTH == 0
    assert seconds(leads.fade_in_end_ticks) == 13.44


@given(
    levels=arrays.arrays(np.int8, st.integers(0, 120), elements=st.integers(-120, 3)),
    edges=st.tuples(st.integers(0, 130 * TENTH), st.integers(0, 130 * TENTH)),
    thresholds=st.tuples(st.floats(-60, 0), st.floats(-60, 0), st.floats(0, 1)),
    times=st.tuples(st.floats(0.1, 5), st.floats(0, 10), st.floats(0, 10)),
)
def test_the_points_are_in_order_whatever_the_music(levels, edges, thresholds, times):
    """S3-R7, S3-129…135."""
    start, end = sorted(edges)
    parameters = AmplitudeParameters(
        lead_in_threshold_db=thresholds[0],
        lead_out_threshold_db=thresholds[1],
        quick_ramp_threshold=thresholds[2],
        quick_ramp_seconds=times[0],
        max_lead_in_seconds=times[1],
        max_lead_out_seconds=times[2],
    )

    leads = find_leads(AmplitudeProfile(levels, TENTH), parameters, start_ticks=Ticks(start), end_ticks=Ticks(end))

    assert start <= leads.lead_in_start_ticks <= leads.lead_out_start_ticks <= end
    fade_in = leads.fade_in_start_ticks, leads.fade_in_end_ticks
    assert start <= fade_in[0] <= fade_in[1] <= leads.fade_out_start_ticks <= end
    assert leads.lead_in_start_ticks - start <= seconds_to_ticks(parameters.max_lead_in_seconds)
    assert end - leads.lead_out_start_ticks <= seconds_to_ticks(parameters.max_lead_out_seconds)
    assert (leads.fade_in_curve is None) == (fade_in[0] == fade_in[1])


def test_the_presets_are_those_of_the_requirements():
    """S3-R4."""
    made = {name: AmplitudeParameters(**preset) for name, preset in AmplitudeParameters.PRESETS.items()}

    windows = {name: (made[name].rms_window_ms, made[name].lead_in_threshold_db) for name in made}
    assert windows == {"Classical": (200, -15), "Rock/Pop": (50, -8), "Electronic": (250, -18)}
    assert [preset.quick_ramp_seconds for preset in made.values()] == [2.0, 0.5, 3.0]
    assert [preset.max_lead_out_seconds for preset in made.values()] == [5.0, 2.0, 8.0]


@pytest.mark.parametrize("preset", AmplitudeParameters.PRESETS)
def test_every_preset_finds_a_fade(preset):
    parameters = AmplitudeParameters(**AmplitudeParameters.PRESETS[preset])

    leads = leads_of(signals.fade(signals.pink_noise(30, rms_level_dbfs=-14.0), in_seconds=6.0), parameters)

    assert seconds(leads.fade_in_end_ticks) == 6.0


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"rms_window_ms": 0.1}, "rms_window_ms is from 10 to 1000, got 0.1; did you pass seconds"),
        ({"lead_in_threshold_db": 12.0}, "lead_in_threshold_db is from -60 to 0, got 12; did you leave out the minus"),
        ({"lead_out_threshold_db": -61.0}, "lead_out_threshold_db is from -60 to 0, got -61"),
        ({"quick_ramp_threshold": 75.0}, "quick_ramp_threshold is from 0 to 1, got 75; did you pass per cent"),
        ({"quick_ramp_seconds": 1000.0}, "quick_ramp_seconds is from 0.1 to 5, got 1000; did you pass milliseconds"),
        ({"max_lead_in_seconds": float("nan")}, "max_lead_in_seconds is from 0 to 10, got nan"),
        ({"max_lead_out_seconds": -1.0}, "max_lead_out_seconds is from 0 to 10, got -1"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_value_out_of_range_is_refused_with_a_guess(values, words):
    """S3-155."""
    with pytest.raises(ValueError, match=words):
        AmplitudeParameters(**values)
