import pytest

from lake.transaction import Transaction
from tests.lake.making import NOW, add, ago, found, outcome, piece, planned, run


def layer(desk: Transaction, name: str) -> tuple[object, ...]:
    return desk.tuples("select state, seen from pipeline_health where layer = ?", [name])[0]


def whole_file(desk: Transaction, key: str = "a") -> None:
    add(desk, "discovered_files", found(key))
    add(desk, "outcomes", outcome("discovered_files", key))


def test_every_layer_is_judged(desk: Transaction) -> None:
    """S0-58."""
    whole_file(desk)

    states = dict(desk.tuples("select layer, state from pipeline_health"))

    assert states == {
        "creation": "ok",
        "orchestration": "ok",
        "execution": "ok",
        "persistence": "ok",
        "ui": "unknown",
    }


def test_every_fault_comes_with_a_cure(desk: Transaction) -> None:
    faults = desk.tuples("select layer from pipeline_health where state <> 'ok' and cure is null")

    assert faults == []


def test_a_lake_without_files_and_a_refused_path_are_warnings_of_creation(desk: Transaction) -> None:
    empty = layer(desk, "creation")
    whole_file(desk)
    add(desk, "refused_paths", {"library": "shelf", "path_bytes": b"loop"})

    assert empty == ("warning", "0 files known, 0 planned, 0 paths refused")
    assert layer(desk, "creation") == ("warning", "1 files known, 0 planned, 1 paths refused")


@pytest.mark.parametrize(
    ("since", "runs", "state"),
    [
        (ago(minutes=1), [], "ok"),
        (ago(hours=1), [], "warning"),
        (ago(hours=1), [run("r")], "ok"),
        (ago(minutes=1), [run("r", updated_at=ago(hours=1))], "broken"),
    ],
    ids=["just planned", "nobody works on it", "under way", "silent run"],
)
def test_orchestration_is_judged_by_who_works_on_the_queue(
    desk: Transaction, since: object, runs: list[dict[str, object]], state: str
) -> None:
    add(desk, "planned_files", planned("a", planned_at=since))
    add(desk, "runs", *runs)

    assert layer(desk, "orchestration")[0] == state


def test_execution_is_broken_when_the_last_run_failed(desk: Transaction) -> None:
    add(
        desk,
        "runs",
        run("old", "FAILURE", finished_at=ago(hours=2), message="old"),
        run("new", "SUCCESS", finished_at=ago(hours=1)),
    )
    before = layer(desk, "execution")

    add(desk, "runs", run("newest", "FAILURE", finished_at=NOW, message="disk full"))

    assert before[0] == "ok"
    assert layer(desk, "execution") == ("broken", "last run: FAILURE, 0 files with an error: disk full")


def test_bad_files_are_a_warning_of_execution(desk: Transaction) -> None:
    add(desk, "discovered_files", found("a"))
    add(desk, "outcomes", outcome("discovered_files", "a", "error"), outcome("segments", "a", "error"))

    assert layer(desk, "execution") == ("warning", "last run: none, 1 files with an error")


def test_a_result_without_rows_or_a_file_without_outcome_is_a_broken_persistence(desk: Transaction) -> None:
    whole_file(desk)
    add(desk, "outcomes", outcome("segments", "a"))
    without_rows = layer(desk, "persistence")
    add(desk, "segments", piece("a"))
    whole = layer(desk, "persistence")
    add(desk, "discovered_files", found("b"))

    assert without_rows == ("broken", "1 results without rows, 0 files without an outcome")
    assert whole[0] == "ok"
    assert layer(desk, "persistence") == ("broken", "0 results without rows, 1 files without an outcome")


def test_figures_are_held_against_their_goals(desk: Transaction) -> None:
    """S1-04."""
    add(desk, "discovered_files", *(found(key) for key in "abcd"))
    add(desk, "outcomes", *(outcome("discovered_files", key, seconds=1.0) for key in "abc"))
    add(desk, "outcomes", outcome("discovered_files", "d", "error", seconds=2.0), outcome("segments", "a", seconds=0.6))
    add(
        desk,
        "runs",
        run(
            "r",
            "SUCCESS",
            started_at=ago(seconds=100),
            finished_at=NOW,
            files_total=400,
            files_done=400,
            files_decoded=100,
        ),
    )

    figures = {row["kpi"]: row for row in desk.rows("from kpis")}

    assert figures["files_per_hour"]["value"] == pytest.approx(14_400)
    assert (figures["files_per_hour"]["goal"], figures["files_per_hour"]["is_met"]) == (10_000, True)
    assert figures["cpu_seconds_per_file"]["value"] == pytest.approx(1.4)
    assert (figures["cpu_seconds_per_file"]["goal"], figures["cpu_seconds_per_file"]["is_met"]) == (1.44, True)
    assert (figures["bad_file_share"]["value"], figures["bad_file_share"]["is_met"]) == (0.25, None)
    assert figures["decoded_share"]["value"] == pytest.approx(0.25)
    assert figures["queued_files"]["value"] == 0


def test_an_empty_lake_has_only_the_figure_that_is_zero(desk: Transaction) -> None:
    assert desk.tuples("select kpi, value from kpis") == [("queued_files", 0.0)]
