import math

import pytest

from music.limits import check_limits


@pytest.mark.parametrize("value", [1.0, 1.5, 2.0])
def test_limits_are_allowed_themselves(value: float) -> None:
    check_limits("speed", value, (1.0, 2.0))


@pytest.mark.parametrize("value", [0.9, 2.1, math.nan], ids=str)
def test_what_is_out_of_range_is_named_with_its_range(value: float) -> None:
    with pytest.raises(ValueError, match=rf"^speed is from 1 to 2, got {value:g}$"):
        check_limits("speed", value, (1.0, 2.0))


def test_the_mistake_is_guessed() -> None:
    with pytest.raises(ValueError, match=r"got 1000; did you pass milliseconds\?$"):
        check_limits("speed", 1000.0, (1.0, 2.0), mistake="did you pass milliseconds?")
