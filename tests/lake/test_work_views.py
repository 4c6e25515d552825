import uuid

import pytest

from lake.transaction import Transaction
from lake.view_sql import NAMESPACE
from tests.lake.making import NOW, add, ago, found, outcome, piece, planned, run, versions

VISIT = ("discovered_files", "segments")


def task(desk: Transaction, stage: str) -> dict[str, object]:
    return desk.rows("from enrichment_tasks where stage = ?", [stage])[0]


def test_a_task_is_known_by_the_same_uuids_in_every_lake(desk: Transaction) -> None:
    """S0-08, S0-09: UUIDs of version 5, made from the file's key and the stage alone."""
    add(desk, "discovered_files", found("a"))
    add(desk, "outcomes", outcome("segments", "a"))

    row = task(desk, "segments")

    assert row["track_id"] == uuid.uuid5(NAMESPACE, "a")
    assert row["id"] == uuid.uuid5(uuid.uuid5(NAMESPACE, "a"), "segments")


def test_the_files_of_an_album_share_its_id_and_a_file_without_one_has_none(desk: Transaction) -> None:
    """S0-10."""
    add(
        desk,
        "discovered_files",
        found("a", artist="One", album_artist="Band", album="Record"),
        found("b", artist="Two", album_artist="band", album="RECORD"),
        found("c", path_artist="Band", path_album="Record"),
        found("d", artist="Band"),
    )
    add(desk, "outcomes", *(outcome("segments", key) for key in "abcd"))

    ids = dict(desk.tuples("select file_key, album_id from enrichment_tasks"))

    assert ids["a"] == ids["b"] == ids["c"] is not None
    assert ids["d"] is None


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        ("done", None, "done"),
        ("not_found", None, "done"),
        ("deferred", "OFFLINE", "queued"),
        ("skipped", None, "done"),
        ("skipped", "INPUT_MISSING", "error"),
        ("error", "DECODE_ERROR", "error"),
    ],
)
def test_the_status_of_a_task_is_one_of_four_and_outcome_says_it_exactly(
    desk: Transaction, status: str, code: str | None, expected: str
) -> None:
    """S0-11."""
    add(desk, "discovered_files", found("a"))
    add(desk, "outcomes", outcome("segments", "a", status, error_code=code))

    row = task(desk, "segments")

    assert (row["status"], row["outcome"]) == (expected, status)


def test_a_planned_file_has_a_queued_task_for_every_asset(desk: Transaction) -> None:
    """S0-07, S0-17."""
    add(desk, "asset_versions", *versions(*VISIT), {"asset": "segments", "priority": 1, "path_pattern": "x/*"})
    add(desk, "planned_files", planned("a"))

    assert desk.tuples("select stage, status, outcome from enrichment_tasks order by stage") == [
        ("discovered_files", "queued", None),
        ("segments", "queued", None),
    ]


def test_all_tasks_of_a_file_run_while_its_batch_does(desk: Transaction) -> None:
    """S0-20."""
    add(desk, "asset_versions", *versions(*VISIT))
    add(desk, "discovered_files", found("a"))
    add(desk, "outcomes", outcome("discovered_files", "a"))
    add(desk, "planned_files", planned("a", batch_id="batch-1"))
    add(desk, "runs", run("now", batch_id="batch-1"))

    assert desk.tuples("select stage, status, outcome from enrichment_tasks order by stage") == [
        ("discovered_files", "running", "done"),
        ("segments", "running", None),
    ]


def test_a_task_is_created_when_its_file_is_first_seen_and_updated_by_the_last_event(desk: Transaction) -> None:
    """S0-12, S0-13."""
    add(desk, "discovered_files", found("a", first_seen_at=ago(days=3)))
    add(desk, "outcomes", outcome("segments", "a", "error", message="no audio", written_at=ago(days=1)))
    add(desk, "planned_files", planned("b", planned_at=ago(hours=1)))
    add(desk, "asset_versions", *versions("discovered_files"))

    rows = desk.tuples("select file_key, created_at, updated_at, error_message from enrichment_tasks order by file_key")

    assert rows == [("a", ago(days=3), ago(days=1), "no audio"), ("b", ago(hours=1), ago(hours=1), None)]


def test_a_job_under_way_has_its_unfinished_files_in_processing(desk: Transaction) -> None:
    """S1-36."""
    add(desk, "runs", run("r", files_total=10, files_done=6, files_failed=1, files_taken_over=2))

    row = desk.rows("from import_jobs")[0]

    assert row["status"] == "PROCESSING"
    assert (row["total"], row["queued"], row["processing"]) == (10, 0, 4)
    assert (row["completed"], row["duplicates"], row["failed"]) == (3, 2, 1)


@pytest.mark.parametrize(
    ("status", "shown"), [("SUCCESS", "COMPLETED"), ("FAILURE", "FAILED"), ("CANCELED", "CANCELLED"), ("NEW", "NEW")]
)
def test_a_job_that_is_over_has_its_unfinished_files_queued_again(desk: Transaction, status: str, shown: str) -> None:
    """S1-17."""
    add(desk, "runs", run("r", status, files_total=10, files_done=6))

    row = desk.rows("from import_jobs")[0]

    assert (row["status"], row["queued"], row["processing"], row["completed"]) == (shown, 4, 0, 6)


@pytest.mark.parametrize(
    "counts",
    [
        {},
        {"files_total": 3},
        {"files_total": 3, "files_done": 3, "files_failed": 3},
        {"files_total": 3, "files_done": 3, "files_taken_over": 2, "files_failed": 1},
        {"files_total": 3, "files_done": 4},
    ],
    ids=["nothing said", "begun", "all failed", "some of each", "more than planned"],
)
@pytest.mark.parametrize("status", ["STARTED", "SUCCESS", "FAILURE"])
def test_the_counters_of_a_job_add_up(desk: Transaction, status: str, counts: dict[str, object]) -> None:
    """S1-18, S1-36."""
    add(desk, "runs", run("r", status, **counts))

    sums = desk.tuples("select queued + processing + completed + duplicates + failed, total from import_jobs")

    assert sums[0][0] == sums[0][1]


def test_a_finished_job_says_what_it_made_and_how_long_it_took(desk: Transaction) -> None:
    """S3-112."""
    finished = run("run-1", "SUCCESS", started_at=ago(seconds=90), finished_at=NOW, files_total=2, files_done=2)
    add(desk, "runs", finished | {"files_failed": 1})
    add(desk, "segments", piece("a", 0), piece("a", 1), piece("b", run_id="another"))

    row = desk.rows("from import_jobs")[0]

    assert (row["files_processed"], row["files_failed"], row["passages_created"]) == (2, 1, 2)
    assert row["duration_seconds"] == pytest.approx(90)


def test_errors_warnings_and_refused_paths_are_listed_with_their_job(desk: Transaction) -> None:
    """S1-19, S3-111, S3-140."""
    add(desk, "runs", run("run-1"))
    add(desk, "discovered_files", found("bad"), found("fine"))
    add(
        desk,
        "outcomes",
        outcome("discovered_files", "bad", "error", error_code="DECODE_ERROR", severity="skip_file", message="torn"),
        outcome("segments", "bad", "skipped", error_code="INPUT_MISSING"),
        outcome("segments", "fine", error_code="TRUNCATED_AUDIO", severity="warning", message="short"),
        outcome("fingerprints", "fine"),
        outcome("identifications", "fine", "deferred", error_code="NO_CONTACT", severity="warning"),
    )
    add(
        desk,
        "refused_paths",
        {"library": "shelf", "path": "loop", "path_bytes": b"loop", "error_code": "SYMLINK_LOOP", "seen_at": NOW},
    )

    rows = desk.tuples(
        "select file_path, asset, severity, error_code, error_message, job_id, session_id, occurred_at "
        "from import_errors order by file_path"
    )

    assert rows == [
        ("bad.flac", "discovered_files", "skip_file", "DECODE_ERROR", "torn", "run-1", "session-1", NOW),
        ("fine.flac", "segments", "warning", "TRUNCATED_AUDIO", "short", "run-1", "session-1", NOW),
        ("loop", None, "skip_file", "SYMLINK_LOOP", None, "run-1", "session-1", NOW),
    ]


def test_progress_counts_what_is_done_what_is_at_work_and_what_waits(desk: Transaction) -> None:
    """S3-114, S3-116."""
    add(
        desk,
        "runs",
        run("first", "SUCCESS", files_total=50, files_done=50, started_at=ago(seconds=100), batch_id="batch-1"),
        run(
            "second",
            files_total=50,
            files_done=30,
            files_failed=4,
            batch_id="batch-2",
            started_at=ago(seconds=50),
            updated_at=ago(seconds=20),
            current_operation="reading",
        ),
    )
    add(desk, "planned_files", planned("at work", batch_id="batch-2"), *(planned(f"waits-{n}") for n in range(100)))

    row = desk.rows("from import_progress")[0]

    assert (row["session_id"], row["state"], row["current_operation"]) == ("session-1", "PROCESSING", "reading")
    assert (row["files_done"], row["files_total"], row["percentage"]) == (80, 200, pytest.approx(40))
    assert (row["files_succeeded"], row["files_failed"]) == (76, 4)
    assert row["elapsed_seconds"] == pytest.approx(80)
    assert row["rate_files_per_second"] == pytest.approx(1.0)
    assert row["eta_seconds"] == pytest.approx(120)


@pytest.mark.parametrize(
    ("status", "waiting", "state"),
    [
        ("SUCCESS", 0, "COMPLETED"),
        ("SUCCESS", 1, "PROCESSING"),
        ("CANCELED", 1, "CANCELLED"),
        ("FAILURE", 0, "FAILED"),
        ("STARTED", 0, "PROCESSING"),
    ],
    ids=["done", "between two batches", "cancelled", "failed", "under way"],
)
def test_the_state_of_a_session_is_that_of_its_last_run(
    desk: Transaction, status: str, waiting: int, state: str
) -> None:
    add(desk, "runs", run("r", status, files_total=5, files_done=5))
    add(desk, "planned_files", *(planned(f"file-{number}") for number in range(waiting)))

    assert desk.tuples("select state from import_progress") == [(state,)]


def test_what_waits_belongs_to_the_newest_session_and_an_older_one_shows_what_it_left(desk: Transaction) -> None:
    add(
        desk,
        "runs",
        run("old", "CANCELED", session_id="old", files_total=5, files_done=2, started_at=ago(hours=2)),
        run("new", "SUCCESS", session_id="new", files_total=3, files_done=3),
        run("other", "SUCCESS", session_id="other", lane="identify_files", files_total=1, files_done=1, started_at=NOW),
    )
    add(desk, "planned_files", *(planned(f"file-{number}") for number in range(3)))

    totals = dict(desk.tuples("select session_id, files_total from import_progress"))

    assert totals == {"old": 5, "new": 6, "other": 1}


def test_a_session_that_has_done_nothing_yet_has_no_rate(desk: Transaction) -> None:
    add(desk, "runs", run("r", files_total=5, files_done=0, started_at=NOW, updated_at=NOW))

    assert desk.tuples("select percentage, rate_files_per_second, eta_seconds from import_progress") == [
        (0.0, None, None)
    ]
