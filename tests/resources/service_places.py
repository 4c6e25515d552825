"""Where the state of the services lies in tests: a file, and Postgres where LINERNOTES_TEST_POSTGRES names one."""

import os
from dataclasses import dataclass, field

import pytest

from resources.service_state import SCHEMA_NAME, Clock, PostgresState

POSTGRES = os.environ.get("LINERNOTES_TEST_POSTGRES", "")
PLACES = [
    pytest.param("", id="file"),
    pytest.param(
        POSTGRES,
        id="postgres",
        marks=[pytest.mark.reference, pytest.mark.skipif(not POSTGRES, reason="LINERNOTES_TEST_POSTGRES is not set")],
    ),
]


def emptied(address: str) -> str:
    """Return the address of a database in which nothing is kept; '' for a file."""
    if address:
        state = PostgresState(address)
        state.rows(f"drop schema {SCHEMA_NAME} cascade")
        state.close()
    return address


@dataclass
class FakeClock:
    """Time that passes when somebody sleeps; what a test wants to happen meanwhile happens then."""

    seconds: float = 1_700_000_000.0
    slept: list[float] = field(default_factory=list)
    meanwhile: list = field(default_factory=list)

    def now(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds
        if seconds > 0 and self.meanwhile:
            self.meanwhile.pop(0)()

    @property
    def clock(self) -> Clock:
        return Clock(self.now, self.sleep)
