import sqlite3
import time

import pytest

from resources.progress import Progress, show, shown
from resources.state import BUSY_SECONDS, opened, transaction


@pytest.fixture
def state(tmp_path):
    with opened(tmp_path) as connection:
        yield connection


def at(lane, *, done=1, run_id="run", updated_at=1_000.0):
    return Progress(lane, run_id, done, total=9, failed=2, decoded=3, operation="reading a", updated_at=updated_at)


def test_each_lane_shows_where_it_was_last(state):
    show(state, at("identify"))
    show(state, at("ingest", done=1))
    show(state, at("ingest", done=2, run_id="next"))

    assert shown(state) == [at("identify"), at("ingest", done=2, run_id="next")]


def test_nothing_is_shown_before_the_first_run(state):
    assert shown(state) == []


def test_the_clock_fills_in_the_time(state):
    show(state, at("ingest", updated_at=0.0))

    assert abs(shown(state)[0].updated_at - time.time()) < 60


def test_progress_waits_for_nobody(state, tmp_path):
    show(state, at("ingest", done=1))
    began = time.monotonic()

    with opened(tmp_path) as planner, transaction(planner):
        show(state, at("ingest", done=2))

    assert time.monotonic() - began < BUSY_SECONDS / 10
    assert shown(state) == [at("ingest", done=1)]
    assert state.execute("pragma busy_timeout").fetchone()[0] == BUSY_SECONDS * 1000
    show(state, at("ingest", done=3))
    assert shown(state) == [at("ingest", done=3)]


def test_a_fault_that_is_no_waiting_is_told(state):
    state.execute("drop table progress")

    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        show(state, at("ingest"))
    assert state.execute("pragma busy_timeout").fetchone()[0] == BUSY_SECONDS * 1000
