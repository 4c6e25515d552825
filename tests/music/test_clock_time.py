from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from music.clock_time import clock_time, parse_time
from music.ticks import TICKS_PER_SECOND, Ticks


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0),
        ("62.5", 62.5),
        ("1:02.5", 62.5),
        (" 1:02.500 ", 62.5),
        ("59:59.999", Fraction("3599.999")),
        ("1:02:03", 3723),
        ("95.0625", 95.0625),
        ("200", 200),
        ("75:30", 4530),
    ],
)
def test_a_time_is_read_exactly(text: str, seconds: float) -> None:
    assert parse_time(text) == round(seconds * TICKS_PER_SECOND)


@pytest.mark.parametrize(
    "text", ["", "abc", "1:60", "1:99.5", "60:00:61", "1:75:00", "-3", "1,5", "1:2:3:4", "1e3", "٣"]
)
def test_what_is_no_time_is_refused_with_how_to_write_one(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no time\. Write minutes and seconds as 1:02.5, or seconds as 62.5"):
        parse_time(text)


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0, "0:00.000"), (62.5, "1:02.500"), (59.9996, "1:00.000"), (3723.25, "1:02:03.250")],
)
def test_a_time_is_shown_to_the_millisecond(seconds: float, shown: str) -> None:
    assert clock_time(Ticks(round(seconds * TICKS_PER_SECOND))) == shown


@given(st.integers(0, 24 * 3600 * TICKS_PER_SECOND))
def test_what_is_shown_reads_as_the_same_time_to_half_a_millisecond(ticks: int) -> None:
    assert abs(parse_time(clock_time(Ticks(ticks))) - ticks) <= TICKS_PER_SECOND / 2000
