import time

import dagster as dg
import pytest
from dagster._core.storage.dagster_run import DagsterRunStatus
from dagster._daemon.types import DaemonHeartbeat

from resources import leases, locks
from resources.leases import Lease
from resources.state import opened
from sensors import orphans
from sensors.housekeeping import orphaned_runs
from tests.house import FOG, HARBOUR, OWNER, House, touch, write


def plan_one(house: House, owner: str = OWNER) -> Lease:
    touch(house.path(HARBOUR))
    [lease] = house.plan(owner=owner)
    return lease


def reaped(house: House) -> list[str]:
    """Reap as a planner does; return what became of each lease that is over."""
    with opened(house.home) as connection:
        house.planner(connection).reap()
        return [row["state"] for row in connection.execute("select state from batch order by planned_at")][1:]


def attempts(house: House) -> int:
    with opened(house.home) as connection:
        row = connection.execute("select attempts from file where file_key = ?", [house.key(HARBOUR)]).fetchone()
    return row["attempts"]


@pytest.mark.parametrize("status", [DagsterRunStatus.STARTED, DagsterRunStatus.CANCELING, DagsterRunStatus.STARTING])
def test_a_run_whose_process_is_gone_is_failed_and_its_files_are_planned_again(
    house: House, status: DagsterRunStatus
) -> None:
    lease = plan_one(house)
    run_id = house.begin(lease, status)

    assert reaped(house) == ["dead"]

    assert house.instance.get_run_by_id(run_id).status == DagsterRunStatus.FAILURE
    assert [again.keys for again in house.plan()] == [lease.keys]


def test_what_a_dead_run_held_of_its_pool_is_freed(house: House) -> None:
    run_id = house.begin(plan_one(house), DagsterRunStatus.STARTED)
    house.instance.event_log_storage.set_concurrency_slots("ingest_files", 1)
    house.instance.event_log_storage.claim_concurrency_slot("ingest_files", run_id, "visit")

    reaped(house)

    info = house.instance.event_log_storage.get_concurrency_info("ingest_files")
    assert (info.active_slot_count, info.pending_step_count) == (0, 0)


def test_the_first_file_of_a_killed_batch_is_shown_as_it_was_before(house: House) -> None:
    """A bad file would stay failed for ever: no later run materializes it, and it may head no batch again."""
    write(house.path("A bad one.mp3"), b"no music at all")
    touch(house.path(HARBOUR))
    [lease] = house.plan()
    house.begin(lease, DagsterRunStatus.STARTED)
    bad = house.key("A bad one.mp3")
    assert (lease.keys[0], house.partition_states("segments")[bad]) == (bad, "IN_PROGRESS")
    with dg.build_sensor_context(instance=house.instance) as context:
        orphaned_runs(context)
    assert house.partition_states("segments")[bad] == "FAILED"

    reaped(house)

    states = house.partition_states("segments")
    assert (states[bad], states[house.key(HARBOUR)]) == (None, "MATERIALIZED")


def test_a_file_on_which_its_run_fails_again_and_again_is_shown_as_failed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "HALVED_AFTER", 0)
    monkeypatch.setattr(leases, "ALONE_AT_MOST", 1)
    house.begin(plan_one(house), DagsterRunStatus.STARTED)

    reaped(house)

    assert house.partition_states("segments")[house.key(HARBOUR)] == "FAILED"


def test_the_dead_run_is_closed_in_the_lake_too(house: House) -> None:
    run_id = house.begin(plan_one(house), DagsterRunStatus.STARTED)
    with house.lake.write(run_id=run_id) as transaction:
        transaction.upsert("runs", [{"run_id": run_id, "status": "STARTED"}])

    reaped(house)

    assert house.tuples("select status from runs where run_id = ?", [run_id]) == [("FAILURE",)]


def test_a_batch_is_not_to_blame_when_the_whole_command_was_killed(house: House) -> None:
    lease = plan_one(house, owner="cli-killed")
    house.begin(lease, DagsterRunStatus.STARTED)
    locks.let_go(house.home, "cli-killed")

    assert reaped(house) == ["dead"]

    assert attempts(house) == 0


def test_a_batch_may_be_to_blame_when_only_its_run_died(house: House) -> None:
    house.begin(plan_one(house), DagsterRunStatus.STARTED)

    assert reaped(house) == ["dead"]

    assert attempts(house) == 1


def test_a_run_that_lives_is_left_alone(house: House) -> None:
    run_id = house.begin(plan_one(house), DagsterRunStatus.STARTED, lock="held")

    assert reaped(house) == ["open"]

    assert house.instance.get_run_by_id(run_id).status == DagsterRunStatus.STARTED


def test_a_run_may_take_its_time_to_start_but_not_for_ever(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.begin(plan_one(house), DagsterRunStatus.STARTING, lock="never")
    assert reaped(house) == ["open"]

    monkeypatch.setattr(orphans, "START_GRACE_SECONDS", 0.0)

    assert reaped(house) == ["dead"]


@pytest.mark.parametrize(
    ("daemon", "state", "status"),
    [
        pytest.param(True, "open", DagsterRunStatus.QUEUED, id="a daemon will start it"),
        pytest.param(False, "queue lost", DagsterRunStatus.CANCELED, id="nobody will start it"),
    ],
)
def test_a_queued_run_waits_only_for_a_daemon_that_is_there(
    house: House, *, daemon: bool, state: str, status: DagsterRunStatus
) -> None:
    run_id = house.begin(plan_one(house), DagsterRunStatus.QUEUED, lock="never")
    beat = time.time() if daemon else time.time() - 3600
    house.instance.add_daemon_heartbeat(DaemonHeartbeat(beat, "QUEUED_RUN_COORDINATOR", "id", []))

    assert reaped(house) == [state]

    assert house.instance.get_run_by_id(run_id).status == status
    assert attempts(house) == 0


def test_a_run_is_found_by_its_batch_where_nobody_wrote_down_which_it_is(house: House) -> None:
    lease = plan_one(house)
    house.begin(lease, DagsterRunStatus.CANCELED)
    with opened(house.home) as connection:
        connection.execute("update batch set run_id = null where id = ?", [lease.id])

    assert reaped(house) == ["CANCELED"]


def test_batches_that_wait_for_their_runs_are_looked_up_together(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINERNOTES_BATCH_FILES", "1")
    for path in (HARBOUR, FOG):
        touch(house.path(path))
    assert len(house.plan()) == 2
    asked: list[object] = []
    get_runs = house.instance.get_runs
    monkeypatch.setattr(house.instance, "get_runs", lambda **named: asked.append(named) or get_runs(**named))

    assert reaped(house) == ["open", "open"]

    assert len(asked) == 1


def test_a_lease_whose_planner_died_before_it_had_a_run_is_given_back(house: House) -> None:
    plan_one(house, owner="sensor-gone")
    assert reaped(house) == ["open"]

    locks.let_go(house.home, "sensor-gone")

    assert reaped(house) == ["lost"]
    assert len(house.plan()) == 1


def test_the_sensor_fails_runs_that_no_lease_knows(house: House) -> None:
    touch(house.path(FOG))
    [lease] = house.plan()
    run_id = house.begin(lease, DagsterRunStatus.STARTED)

    with dg.build_sensor_context(instance=house.instance) as context:
        found, nothing = orphaned_runs(context), orphaned_runs(context)

    assert (found.skip_message, nothing.skip_message) == (
        "failed 1 runs without a process",
        "every run has its process",
    )
    assert house.instance.get_run_by_id(run_id).status == DagsterRunStatus.FAILURE
