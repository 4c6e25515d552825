import math
import os
from importlib import import_module

import pytest

from benchmarks.parts import PARTS, in_new_process


def test_a_function_is_called_in_a_process_of_its_own() -> None:
    assert in_new_process(math.sqrt, 9.0) == 3.0
    assert in_new_process(os.getpid) != os.getpid()


def test_a_process_that_fails_is_no_answer(capfd: pytest.CaptureFixture) -> None:
    with pytest.raises(EOFError):
        in_new_process(math.sqrt, -1.0)

    assert "ValueError" in capfd.readouterr().err


@pytest.mark.parametrize("name", PARTS)
def test_every_part_can_be_found(name: str) -> None:
    assert callable(import_module(f"benchmarks.{name}").measure)
