import io
import json
import os
import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace

import dagster as dg
import pytest

from ingest_assets import lane as module
from ingest_assets.lane import Lane
from ingest_assets.visit import BatchVisit
from resources import locks
from tests.house import HARBOUR, LAMP, PATHS, House, touch


def lane_of(house: House, monkeypatch: pytest.MonkeyPatch) -> tuple[Lane, io.StringIO]:
    """Return a lane that works in this process, and what it tells."""
    monkeypatch.setattr(module, "defs", house.definitions)
    told = io.StringIO()
    return Lane("ingest_files", house.instance, house.settings, told), told


def results(told: io.StringIO) -> list[dict]:
    return [message for line in told.getvalue().splitlines() if "batch" in (message := json.loads(line))]


def asked(batch: str) -> str:
    return json.dumps({"batch": batch, "session": "a session"})


def test_a_lane_executes_batch_after_batch_and_tells_what_came_of_each(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINERNOTES_BATCH_FILES", "1")
    for path in (HARBOUR, LAMP):
        touch(house.path(path))
    leases = house.plan()
    lane, told = lane_of(house, monkeypatch)

    lane.serve([asked(lease.id) for lease in leases] + [json.dumps({"quit": True})])

    assert [(result["batch"], result["ok"], result["fault"]) for result in results(told)] == [
        (lease.id, True, None) for lease in leases
    ]
    for result in results(told):
        run = house.instance.get_run_by_id(result["run_id"])
        assert run.tags["ingest/session"] == "a session"
        assert run.tags["dagster/priority"] == "10"
        assert locks.state_of(house.home, f"run-{run.run_id}") == "never"
    assert house.todo() == set()


def test_a_batch_that_was_released_meanwhile_is_left_alone(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    lane, told = lane_of(house, monkeypatch)

    lane.serve([asked("released"), json.dumps({"quit": True})])

    assert results(told) == [{"batch": "released", "ok": True, "run_id": None}]
    assert len(house.statuses()) == 1


@pytest.fixture
def slow_visit(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Let a visit wait, once it has begun, until it is told to end."""
    begun = threading.Event()

    def wait(self) -> None:
        begun.set()
        while not self._batch.canceled():
            time.sleep(0.02)
        raise dg.DagsterExecutionInterruptedError("the run was ended")

    monkeypatch.setattr(BatchVisit, "run", wait)
    return begun


def test_the_end_of_the_line_cancels_the_batch_under_way(
    house: House, monkeypatch: pytest.MonkeyPatch, slow_visit: threading.Event
) -> None:
    interrupted: list[int] = []
    kill = SimpleNamespace(getpid=os.getpid, kill=lambda _, number: interrupted.append(number))
    monkeypatch.setattr(module, "os", kill)
    for path in PATHS:
        touch(house.path(path))
    [lease] = house.plan()
    lane, told = lane_of(house, monkeypatch)

    def until_begun() -> Iterator[str]:
        yield asked(lease.id)
        assert slow_visit.wait(30)

    lane.serve(until_begun())

    assert house.statuses()[0] == "CANCELED"
    assert [result["ok"] for result in results(told)] == [False]
    assert interrupted == [module.signal.SIGINT]


def test_a_batch_that_is_only_about_to_begin_when_the_line_ends_makes_no_run(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    touch(house.path(HARBOUR))
    [lease] = house.plan()
    lane, told = lane_of(house, monkeypatch)
    lane._stopping = True

    lane._execute(lease.id, session="a session")

    assert [result["ok"] for result in results(told)] == [False]
    assert len(house.statuses()) == 1


def test_a_full_disk_is_told_as_such(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def fill_the_disk(_: BatchVisit) -> None:
        raise dg.Failure("The disk is full.", metadata={"error_code": "DISK_FULL"}, allow_retries=False)

    monkeypatch.setattr(BatchVisit, "run", fill_the_disk)
    touch(house.path(HARBOUR))
    [lease] = house.plan()
    lane, told = lane_of(house, monkeypatch)

    lane.serve([asked(lease.id), json.dumps({"quit": True})])

    assert [(result["ok"], result["fault"]) for result in results(told)] == [(False, "The disk is full.")]
