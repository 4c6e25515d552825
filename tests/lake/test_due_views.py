from datetime import timedelta

from lake.transaction import Transaction
from tests.lake.making import NOW, add, ago, found, outcome, planned, run, versions

VISIT = ("discovered_files", "segments")


def stale(desk: Transaction) -> list[tuple[object, ...]]:
    return desk.tuples("select asset, file_key, reason from stale_files order by all")


def test_results_of_the_declared_versions_are_not_stale(desk: Transaction) -> None:
    add(desk, "discovered_files", found("a"))
    add(desk, "asset_versions", *versions(*VISIT))
    add(
        desk,
        "outcomes",
        outcome("discovered_files", "a", output_versions={"audio": "x", "hints": "y"}),
        outcome("segments", "a", input_versions={"discovered_files.audio": "x", "discovered_files.hints": "y"}),
    )

    assert stale(desk) == []


def test_older_code_makes_a_result_stale(desk: Transaction) -> None:
    add(desk, "discovered_files", found("a"), found("b"))
    add(desk, "asset_versions", *versions("segments"))
    add(desk, "outcomes", outcome("segments", "a", code_version="0"), outcome("segments", "b"))

    assert stale(desk) == [("segments", "a", "code_version 0 is now 1")]


def test_a_result_that_was_never_made_is_stale_unless_its_file_waits_or_was_given_up(desk: Transaction) -> None:
    add(desk, "discovered_files", *(found(key) for key in "abc"), found("gone", gone_at=NOW))
    add(desk, "asset_versions", *versions(*VISIT))
    add(desk, "outcomes", *(outcome("discovered_files", key) for key in "ab"))
    add(desk, "outcomes", outcome("discovered_files", "c", "error", error_code="RUN_FAILED"))
    add(desk, "planned_files", planned("b"))

    assert stale(desk) == [("segments", "a", "never made")]


def test_other_parameters_make_a_result_stale(desk: Transaction) -> None:
    add(desk, "discovered_files", found("a"))
    add(desk, "asset_versions", *versions("segments"))
    add(desk, "outcomes", outcome("segments", "a", parameters_hash="other"))

    assert stale(desk) == [("segments", "a", "parameters changed")]


def test_a_changed_input_makes_a_result_stale(desk: Transaction) -> None:
    add(desk, "discovered_files", found("a"), found("b"), found("c"))
    add(desk, "asset_versions", *versions(*VISIT))
    reads = {"discovered_files.audio": "x", "discovered_files.hints": "y"}
    add(
        desk,
        "outcomes",
        outcome("discovered_files", "a", output_versions={"audio": "x", "hints": "changed"}),
        outcome("segments", "a", input_versions=reads),
        outcome("discovered_files", "b", output_versions={}),
        outcome("segments", "b", input_versions=reads),
        outcome("discovered_files", "c", output_versions={"audio": "x", "hints": "y", "new": "z"}),
        outcome("segments", "c", input_versions=reads),
    )

    assert stale(desk) == [
        ("segments", "a", "input discovered_files.hints changed"),
        ("segments", "b", "input discovered_files.audio changed"),
    ]


def test_a_folder_with_parameters_of_its_own_is_judged_by_them(desk: Transaction) -> None:
    add(desk, "discovered_files", found("cd"), found("lp", path="Vinyl/Deep/lp.flac"), found("hiss", path="Tape/x.mp3"))
    add(
        desk,
        "asset_versions",
        *versions("segments"),
        {**versions("segments")[0], "priority": 1, "path_pattern": "shelf/Vinyl/**", "parameters_hash": "lower"},
        {**versions("segments")[0], "priority": 2, "path_pattern": "shelf/Vinyl/**", "parameters_hash": "vinyl"},
        {**versions("segments")[0], "priority": 3, "path_pattern": "other/Tape/*", "parameters_hash": "tape"},
    )
    add(
        desk,
        "outcomes",
        outcome("segments", "cd"),
        outcome("segments", "lp", parameters_hash="vinyl"),
        outcome("segments", "hiss"),
    )

    before = stale(desk)
    add(desk, "outcomes", outcome("segments", "cd", parameters_hash="vinyl"), outcome("segments", "lp"))

    assert before == []
    assert stale(desk) == [("segments", "cd", "parameters changed"), ("segments", "lp", "parameters changed")]


def test_no_parameters_and_empty_parameters_are_the_same(desk: Transaction) -> None:
    add(desk, "discovered_files", found("a"))
    add(desk, "asset_versions", {**versions("discovered_files")[0], "parameters_hash": ""})
    add(desk, "outcomes", outcome("discovered_files", "a", parameters_hash=None))

    assert stale(desk) == []


def test_a_stale_file_is_named_once_for_each_asset_with_its_path(desk: Transaction) -> None:
    add(desk, "discovered_files", found("a"))
    add(desk, "asset_versions", *versions("segments"))
    add(desk, "outcomes", outcome("segments", "a", code_version="0", input_versions={"x.y": "1", "x.z": "2"}))

    assert desk.rows("from stale_files") == [
        {
            "asset": "segments",
            "file_key": "a",
            "library": "shelf",
            "path": "a.flac",
            "reason": "code_version 0 is now 1",
        }
    ]


def test_an_empty_queue_has_a_row_of_nothing_for_each_cause(desk: Transaction) -> None:
    """S4-36."""
    assert desk.tuples("select queue, depth from queue_depth order by queue") == [
        ("deferred_due", 0),
        ("deferred_later", 0),
        ("queued", 0),
        ("running", 0),
        ("unidentified", 0),
    ]


def test_the_queue_is_counted_by_what_it_waits_for(desk: Transaction) -> None:
    """S4-36."""
    add(desk, "discovered_files", found("a"), found("b"), found("c"))
    add(
        desk,
        "planned_files",
        planned("q1", planned_at=ago(hours=2), size_bytes=5),
        planned("q2", batch_id="waits", size_bytes=6),
        planned("r1", batch_id="runs", size_bytes=7),
    )
    add(desk, "runs", run("r", batch_id="runs"))
    add(
        desk,
        "outcomes",
        outcome("lyrics", "a", "deferred", retry_at=ago(minutes=1)),
        outcome("lyrics", "b", "deferred"),
        outcome("lyrics", "c", "deferred", retry_at=NOW + timedelta(days=1)),
    )

    rows = {row[0]: row[1:] for row in desk.tuples("select queue, depth, waiting_since, size_bytes from queue_depth")}

    assert rows["queued"] == (2, ago(hours=2), 11)
    assert rows["running"] == (1, ago(minutes=1), 7)
    assert (rows["deferred_due"][0], rows["deferred_later"][0]) == (2, 1)


def test_files_that_were_visited_wait_to_be_identified_where_there_is_such_an_asset(desk: Transaction) -> None:
    add(desk, "discovered_files", *(found(key, size_bytes=5) for key in "abc"), found("gone", gone_at=NOW))
    add(desk, "outcomes", *(outcome("discovered_files", key) for key in ("a", "b", "c", "gone")))
    add(desk, "outcomes", outcome("identifications", "b"))
    add(desk, "planned_files", planned("c"))

    before = desk.tuples("select depth from queue_depth where queue = 'unidentified'")
    add(desk, "asset_versions", *versions("identifications"))
    after = desk.tuples("select depth, size_bytes from queue_depth where queue = 'unidentified'")

    assert (before, after) == ([(0,)], [(1, 5)])
    assert desk.tuples("select status, outcome from enrichment_tasks where stage = 'identifications' order by 2") == [
        ("done", "done"),
        ("queued", None),
        ("queued", None),
    ]


def test_an_identification_is_stale_by_its_code_alone(desk: Transaction) -> None:
    """What it read may change; any ingest identifies it again."""
    add(desk, "discovered_files", found("a"), found("b"), found("never"))
    add(desk, "asset_versions", *versions("identifications"))
    add(
        desk,
        "outcomes",
        outcome("identifications", "a", input_versions={"discovered_files.identity": "other"}),
        outcome("identifications", "b", code_version="0"),
    )

    assert stale(desk) == [("identifications", "b", "code_version 0 is now 1")]
