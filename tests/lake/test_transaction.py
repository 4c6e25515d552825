import duckdb
import pytest

from lake.errors import RowError
from lake.transaction import Transaction
from tests.lake.making import NOW, add, ago, found, outcome, piece, planned, versions


def pieces(desk: Transaction) -> list[tuple[object, ...]]:
    return desk.tuples("select file_key, segment_index, title_hint from segments order by all")


def test_rows_say_which_run_wrote_them_and_when(desk: Transaction) -> None:
    add(desk, "segments", piece("a"))

    assert desk.tuples("select run_id, written_at from segments") == [("run-1", NOW)]


def test_replacing_takes_all_rows_of_the_files_and_no_others(desk: Transaction) -> None:
    add(desk, "segments", piece("a", 0), piece("a", 1), piece("b"), piece("c"))

    desk.replace("segments", ["a", "c"], [piece("a", title_hint="new")])

    assert pieces(desk) == [("a", 0, "new"), ("b", 0, None)]


def test_a_row_of_a_file_that_is_not_replaced_is_refused(desk: Transaction) -> None:
    with pytest.raises(RowError, match=r"rows of segments belong to files that are not replaced: \['b'\]"):
        desk.replace("segments", ["a"], [piece("b")])


def test_nothing_is_deleted_when_a_row_does_not_fit(desk: Transaction) -> None:
    add(desk, "segments", piece("a"))

    with pytest.raises(RowError, match=r"segments\.start_time_ticks takes a whole number of 64 bits, got 0\.5"):
        desk.replace("segments", ["a"], [piece("a", start_time_ticks=0.5)])

    assert pieces(desk) == [("a", 0, None)]


def test_replacing_no_files_by_no_rows_does_nothing(desk: Transaction) -> None:
    add(desk, "segments", piece("a"))

    desk.replace("segments", [], [])

    assert pieces(desk) == [("a", 0, None)]


def test_a_row_with_a_known_key_is_replaced_whole(desk: Transaction) -> None:
    desk.record_outcomes([outcome("segments", "a", "error", message="old"), outcome("fingerprints", "a")])

    desk.record_outcomes([outcome("segments", "a"), outcome("segments", "b")])

    assert desk.tuples("select asset, file_key, status, message from outcomes order by all") == [
        ("fingerprints", "a", "done", None),
        ("segments", "a", "done", None),
        ("segments", "b", "done", None),
    ]


def test_a_run_keeps_its_own_id_whoever_writes_of_it(desk: Transaction) -> None:
    desk.upsert("runs", [{"run_id": "dead", "status": "FAILURE"}, {"status": "STARTED"}])

    assert desk.tuples("select run_id, status from runs order by all") == [("dead", "FAILURE"), ("run-1", "STARTED")]


def test_deleting_takes_all_rows_of_files_or_the_rows_with_a_key(desk: Transaction) -> None:
    refused = [{"library": "shelf", "path_bytes": name} for name in (b"a\xff", b"b")]
    add(desk, "outcomes", outcome("segments", "a"), outcome("fingerprints", "a"), outcome("segments", "b"))
    add(desk, "refused_paths", *refused)

    desk.delete("outcomes", ["a"])
    desk.delete("refused_paths", [("shelf", b"a\xff")])
    desk.delete("refused_paths", [])

    assert desk.tuples("select file_key from outcomes") == [("b",)]
    assert desk.tuples("select path_bytes from refused_paths") == [(b"b",)]


def test_the_exact_bytes_of_a_path_are_kept(desk: Transaction) -> None:
    path = bytes(range(256))

    add(desk, "discovered_files", found("a", path_bytes=path))

    assert desk.tuples("select path_bytes from discovered_files") == [(path,)]


def test_a_file_takes_over_the_rows_of_another_in_place_of_its_own(desk: Transaction) -> None:
    add(desk, "segments", piece("a", 0, title_hint="x", run_id="old"), piece("a", 1), piece("b", 0), piece("b", 5))

    desk.take_over("segments", [("a", "b")])

    assert pieces(desk) == [("a", 0, "x"), ("a", 1, None), ("b", 0, "x"), ("b", 1, None)]
    assert desk.tuples("select distinct run_id from segments where file_key = 'b'") == [("run-1",)]


def test_files_that_take_over_from_one_another_get_the_rows_of_before(desk: Transaction) -> None:
    add(desk, "segments", *(piece(key, title_hint=key) for key in "abc"))

    desk.take_over("segments", [("a", "b"), ("b", "c"), ("c", "a")])

    assert pieces(desk) == [("a", 0, "c"), ("b", 0, "a"), ("c", 0, "b")]


def test_taking_over_from_a_file_without_rows_leaves_none(desk: Transaction) -> None:
    add(desk, "segments", piece("b"))

    desk.take_over("segments", [("nothing", "b")])
    desk.take_over("segments", [])

    assert pieces(desk) == []


def test_a_file_cannot_take_over_from_two(desk: Transaction) -> None:
    with pytest.raises(RowError, match="two rows of take_over have the key"):
        desk.take_over("segments", [("a", "c"), ("b", "c")])


def test_a_gone_file_keeps_the_day_it_was_first_missed_and_is_waited_for_no_more(desk: Transaction) -> None:
    add(desk, "discovered_files", found("a"), found("b", gone_at=ago(days=9)), found("c"))
    add(desk, "planned_files", planned("a"), planned("c"))

    desk.mark_gone(["a", "b"], NOW)

    assert desk.tuples("select file_key, gone_at from discovered_files order by 1") == [
        ("a", NOW),
        ("b", ago(days=9)),
        ("c", None),
    ]
    assert desk.tuples("select file_key from planned_files") == [("c",)]


def test_a_finished_file_is_planned_no_more(desk: Transaction) -> None:
    add(desk, "planned_files", planned("a"), planned("b"))

    desk.finish_planned(["a"])

    assert desk.tuples("select file_key from planned_files") == [("b",)]


def test_a_small_table_is_replaced_whole(desk: Transaction) -> None:
    desk.replace_all("asset_versions", versions("segments", "fingerprints"))

    desk.replace_all("asset_versions", versions("segments", "audio_features"))

    assert desk.tuples("select asset from asset_versions order by 1") == [("audio_features",), ("segments",)]


def test_a_small_table_that_holds_just_these_rows_is_not_written(desk: Transaction) -> None:
    first = [{**row, "run_id": "first"} for row in versions("segments", "fingerprints")]
    desk.replace_all("asset_versions", first)

    desk.replace_all("asset_versions", versions("fingerprints", "segments"))

    assert desk.tuples("select distinct run_id from asset_versions") == [("first",)]


def test_an_unknown_table_is_refused_by_its_name(desk: Transaction) -> None:
    with pytest.raises(RowError, match="there is no table 'passages': declare it"):
        desk.upsert("passages", [{}])


def test_rows_are_dictionaries_or_tuples_or_an_arrow_table(desk: Transaction) -> None:
    add(desk, "segments", piece("a"))
    sql = "select file_key, segment_index from segments where file_key = ?"

    assert desk.rows(sql, ["a"]) == [{"file_key": "a", "segment_index": 0}]
    assert desk.tuples(sql, ["a"]) == [("a", 0)]
    assert desk.arrow(sql, ["a"]).to_pylist() == [{"file_key": "a", "segment_index": 0}]


def test_many_keys_can_be_joined_with_under_a_name(desk: Transaction) -> None:
    keys = [f"file-{number}\N{SNOWMAN}'\"\\" for number in range(3000)]
    add(desk, "segments", piece(keys[7]), piece("another"))

    with desk.keys("wanted", keys):
        found_keys = desk.tuples("select file_key from segments semi join wanted using (file_key)")
        count = desk.tuples("select count(*) from wanted")
    with desk.keys("wanted", []):
        empty = desk.tuples("from wanted")

    assert found_keys == [(keys[7],)]
    assert (count, empty) == ([(3000,)], [])


def test_a_statement_that_fails_beside_keys_is_told_as_it_is(desk: Transaction) -> None:
    with pytest.raises(duckdb.ConversionException), desk.keys("wanted", ["a"]):
        desk.tuples("select file_key::integer from wanted")
