import json
from datetime import UTC, datetime

import pytest

from resources import locks
from resources.progress import Progress, show
from resources.sessions import LOOKING, SILENT_SECONDS, LaneAt, Session, SessionState, newest_session, scanning
from resources.state import opened

START = 1_700_000_000.0


@pytest.fixture
def state(tmp_path):
    with opened(tmp_path) as connection:
        yield connection


@pytest.fixture
def owner(tmp_path):
    """A session whose process lives: this one."""
    name = locks.owner_name("cli")
    locks.hold(tmp_path, name)
    yield name
    locks.let_go(tmp_path, name)


def batch(state, name, keys, outcome, *, owner="dead", after=0.0, run_id=None):
    state.execute(
        "insert into batch values (?, 'ingest', ?, ?, ?, ?, ?, 0, 0)",
        (name, json.dumps(list(keys)), owner, START + after, run_id, outcome),
    )


def at(state, run_id, done, *, after, operation="reading a.mp3"):
    show(state, Progress("ingest", run_id, done, 9, 0, 0, operation, START + after))


def test_without_a_batch_there_is_no_session(state, tmp_path):
    assert newest_session(state, tmp_path) is None


def test_a_session_at_work_counts_finished_batches_and_the_one_under_way(state, tmp_path, owner):
    batch(state, "1", "abc", "SUCCESS", owner=owner, run_id="r1")
    batch(state, "2", "defg", "open", owner=owner, after=1, run_id="r2")
    batch(state, "3", "hi", "open", owner=owner, after=1.5)
    at(state, "r2", 2, after=8)

    session = newest_session(state, tmp_path, now=START + 10)

    assert session == Session(
        owner,
        SessionState.PROCESSING,
        current=5,
        total=9,
        current_operation="reading a.mp3",
        started_at=datetime.fromtimestamp(START, tz=UTC),
        elapsed_seconds=10.0,
    )
    assert session.percentage == 55.6


def test_the_newest_session_counts(state, tmp_path):
    batch(state, "1", "abc", "SUCCESS", owner="first")
    batch(state, "2", "d", "SUCCESS", owner="second", after=5)

    assert newest_session(state, tmp_path).session_id == "second"


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        (["SUCCESS", "SUCCESS"], SessionState.COMPLETED),
        (["SUCCESS", "CANCELED"], SessionState.CANCELLED),
        (["SUCCESS", "given back"], SessionState.CANCELLED),
        (["SUCCESS", "lost"], SessionState.CANCELLED),
        (["SUCCESS", "queue lost"], SessionState.CANCELLED),
        (["FAILURE", "SUCCESS"], SessionState.FAILED),
        (["CANCELED", "dead"], SessionState.FAILED),
    ],
    ids=str,
)
def test_a_session_that_is_over_says_how(state, tmp_path, outcomes, expected):
    """S3-72…74."""
    for number, outcome in enumerate(outcomes):
        batch(state, str(number), [f"key {number}"], outcome, after=number)

    assert newest_session(state, tmp_path).state == expected


def test_files_that_were_planned_again_count_once_with_their_last_end(state, tmp_path):
    batch(state, "1", "abcd", "FAILURE")
    batch(state, "2", "ab", "SUCCESS", after=1)
    batch(state, "3", "cd", "SUCCESS", after=2)

    session = newest_session(state, tmp_path)

    assert (session.state, session.current, session.total) == (SessionState.COMPLETED, 4, 4)


def test_a_session_whose_process_was_killed_is_cancelled(state, tmp_path):
    batch(state, "1", "abc", "open", run_id="r1")
    at(state, "r1", 2, after=5)

    session = newest_session(state, tmp_path, now=START + 5 + SILENT_SECONDS)

    assert (session.state, session.elapsed_seconds) == (SessionState.CANCELLED, 5.0)


def test_a_run_that_outlives_its_planner_is_still_at_work(state, tmp_path):
    batch(state, "1", "abc", "open", run_id="r1")
    at(state, "r1", 2, after=5)

    session = newest_session(state, tmp_path, now=START + 6)

    assert (session.state, session.current) == (SessionState.PROCESSING, 2)


def test_the_time_of_a_finished_session_stands_still(state, tmp_path):
    batch(state, "1", "abc", "SUCCESS", run_id="r1")
    batch(state, "2", "d", "SUCCESS", after=3, run_id="r2")
    at(state, "r2", 1, after=7.25)

    assert newest_session(state, tmp_path).elapsed_seconds == 7.2


def test_the_progress_of_another_session_is_not_taken_for_its_own(state, tmp_path, owner):
    batch(state, "1", "abc", "open", owner=owner)
    at(state, "another", 2, after=1)

    session = newest_session(state, tmp_path, now=START + 4)

    assert (session.current, session.current_operation) == (0, None)


def test_no_operation_is_none(state, tmp_path, owner):
    batch(state, "1", "abc", "open", owner=owner, run_id="r1")
    at(state, "r1", 2, after=1, operation="")

    assert newest_session(state, tmp_path, now=START + 2).current_operation is None


@pytest.mark.parametrize(("current", "total", "percentage"), [(0, 0, 100.0), (1, 3, 33.3), (5, 4, 100.0)])
def test_a_percentage_lies_between_0_and_100(current, total, percentage):
    session = Session(
        "me",
        SessionState.PROCESSING,
        current=current,
        total=total,
        current_operation=None,
        started_at=datetime.fromtimestamp(START, tz=UTC),
        elapsed_seconds=0.0,
    )

    assert session.percentage == percentage


def test_a_session_scans_before_it_plans(state, tmp_path):
    """S3-72, S3-75; what another session did last is not taken for it."""
    batch(state, "1", "abc", "SUCCESS")
    me = locks.owner_name("cli")

    with scanning(state, tmp_path, owner=me):
        session = newest_session(state, tmp_path)

    assert (session.session_id, session.state, session.current_operation) == (me, SessionState.SCANNING, LOOKING)
    assert (session.current, session.total, session.percentage) == (0, 0, 0.0)
    assert newest_session(state, tmp_path).state == SessionState.COMPLETED


def test_a_session_that_was_killed_while_it_scanned_planned_nothing(state, tmp_path):
    given = json.dumps({"owner": "cli-of-one-who-is-dead", "since": START})
    state.execute("insert into meta values ('scanning', ?)", (given,))

    assert newest_session(state, tmp_path) is None


def test_what_a_stopped_run_had_finished_counts(state, tmp_path):
    batch(state, "1", "ab", "SUCCESS", run_id="r1")
    batch(state, "2", "cdefgh", "CANCELED", after=1, run_id="r2")
    at(state, "r2", 4, after=8)

    session = newest_session(state, tmp_path, now=START + 100)

    assert session is not None
    assert (session.state, session.current, session.total) == (SessionState.CANCELLED, 6, 8)
    assert session.current_operation is None


def test_the_lane_that_identifies_stands_beside_the_one_that_reads(state, tmp_path, owner):
    batch(state, "1", "ab", "SUCCESS", owner=owner, run_id="r1")
    batch(state, "2", "ab", "open", owner=owner, after=1, run_id="r2")
    state.execute("update batch set lane = 'ingest_files' where id = '1'")
    state.execute("update batch set lane = 'identify_files' where id = '2'")
    show(state, Progress("identify_files", "r2", 1, 2, 0, 0, "looking up Low Tide", START + 8))

    session = newest_session(state, tmp_path, now=START + 10)

    assert session is not None
    assert (session.state, session.current, session.total) == (SessionState.PROCESSING, 2, 2)
    assert session.beside == (LaneAt("identify_files", 1, 2, "looking up Low Tide"),)
    assert session.current_operation == "looking up Low Tide"
