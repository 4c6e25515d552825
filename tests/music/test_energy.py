import pytest
from hypothesis import given
from hypothesis import strategies as st

from music.energy import energy_of


@pytest.mark.parametrize(
    ("lufs", "expected"), [(-16.0, 0.5), (-23.0, 0.1664), (-30.0, 0.0383), (-10.0, 0.7992), (-5.0, 0.9264)]
)
def test_it_is_the_share_of_the_power(lufs, expected):
    assert energy_of(lufs) == pytest.approx(expected, abs=1e-4)


@given(lufs=st.floats(-70, 10), more=st.floats(0.01, 20))
def test_louder_is_more_and_never_all(lufs, more):
    assert 0 < energy_of(lufs) < energy_of(lufs + more) < 1


def test_loud_masters_still_differ():
    assert energy_of(-5.0) - energy_of(-8.0) > 0.05


def test_what_has_no_loudness_has_no_energy():
    assert energy_of(None) is None
