import pytest

from lake.audio_tables import AUDIO_FEATURES
from lake.transaction import Transaction
from tests.lake.making import NOW, SECOND_TICKS, add, ago, found, outcome, piece, planned, run


def status_of(desk: Transaction, key: str) -> object:
    return desk.tuples("select status from files where file_key = ?", [key])[0][0]


@pytest.mark.parametrize(
    ("statuses", "worst"),
    [
        (["done", "done"], "done"),
        (["done", "skipped"], "skipped"),
        (["skipped", "not_found"], "not_found"),
        (["not_found", "deferred"], "deferred"),
        (["deferred", "error"], "error"),
    ],
    ids=["done", "skipped", "not_found", "deferred", "error"],
)
def test_a_file_has_the_worst_status_of_its_assets(desk: Transaction, statuses: list[str], worst: str) -> None:
    add(desk, "discovered_files", found("a"))
    add(
        desk,
        "outcomes",
        outcome("discovered_files", "a"),
        *(outcome(f"asset-{number}", "a", status) for number, status in enumerate(statuses)),
    )

    assert status_of(desk, "a") == worst


def test_code_and_message_are_those_of_the_worst_asset(desk: Transaction) -> None:
    add(desk, "discovered_files", found("a"))
    add(
        desk,
        "outcomes",
        outcome("discovered_files", "a", "error", error_code="DECODE_ERROR", severity="skip_file", message="no audio"),
        outcome("segments", "a", "skipped", error_code="INPUT_MISSING", message="no input"),
    )

    rows = desk.rows("select status, error_code, severity, message from files")

    assert rows == [{"status": "error", "error_code": "DECODE_ERROR", "severity": "skip_file", "message": "no audio"}]


def test_a_warning_stands_beside_the_status_done(desk: Transaction) -> None:
    add(desk, "discovered_files", found("a"))
    add(
        desk,
        "outcomes",
        outcome("discovered_files", "a"),
        outcome("segments", "a", error_code="TRUNCATED_AUDIO", severity="warning"),
    )

    assert desk.tuples("select status, error_code from files") == [("done", "TRUNCATED_AUDIO")]


def test_a_planned_file_that_was_never_read_is_queued(desk: Transaction) -> None:
    add(desk, "planned_files", planned("new", size_bytes=7))

    rows = desk.rows("select file_key, path, path_bytes, size_bytes, status, planned_reason from files")

    assert rows == [
        {
            "file_key": "new",
            "path": "new.flac",
            "path_bytes": b"new.flac",
            "size_bytes": 7,
            "status": "queued",
            "planned_reason": "new",
        }
    ]


def test_a_planned_file_is_queued_again_until_its_batch_runs(desk: Transaction) -> None:
    add(desk, "discovered_files", found("a"))
    add(desk, "outcomes", outcome("discovered_files", "a"))
    add(desk, "planned_files", planned("a", batch_id="batch-1"))
    add(desk, "runs", run("over", "FAILURE", batch_id="batch-1"))

    before = status_of(desk, "a")
    add(desk, "runs", run("now", batch_id="batch-1"))

    assert (before, status_of(desk, "a")) == ("queued", "running")


def test_files_that_are_gone_are_left_out_of_every_view_about_files(desk: Transaction) -> None:
    add(desk, "discovered_files", found("there"), found("gone", gone_at=NOW))
    add(desk, "segments", piece("there"), piece("gone"))
    add(
        desk,
        "outcomes",
        outcome("discovered_files", "there"),
        outcome("discovered_files", "gone", "error", error_code="DECODE_ERROR", code_version="0"),
    )
    add(desk, "asset_versions", {"asset": "discovered_files", "priority": 0, "code_version": "1"})

    for view in ("files", "passages", "library", "enrichment_tasks"):
        assert desk.tuples(f"select distinct file_key from {view}") == [("there",)], view
    for view in ("import_errors", "stale_files"):
        assert desk.tuples(f"select file_key from {view} where file_key = 'gone'") == [], view


def test_a_file_that_comes_back_is_queued(desk: Transaction) -> None:
    add(desk, "discovered_files", found("back", gone_at=NOW))
    add(desk, "planned_files", planned("back"))

    assert status_of(desk, "back") == "queued"


def test_a_file_without_any_outcome_has_no_status(desk: Transaction) -> None:
    add(desk, "discovered_files", found("a"))

    assert status_of(desk, "a") is None


def test_seconds_stand_beside_ticks(desk: Transaction) -> None:
    add(desk, "discovered_files", found("a", duration_ticks=3 * SECOND_TICKS // 2))
    add(desk, "segments", piece("a", 1))

    assert desk.tuples("select duration_seconds from files") == [(1.5,)]
    assert desk.tuples("select start_time_seconds, end_time_seconds, duration_seconds from passages") == [
        (10.0, 20.0, 10.0)
    ]


NAMED = {"title": "Tagged", "path_title": "Named"}


@pytest.mark.parametrize(
    ("file", "hint", "expected"),
    [
        (NAMED, "Hinted", ("Tagged", "tags")),
        (NAMED, None, ("Tagged", "tags")),
        ({"path_title": "Named"}, "Hinted", ("Hinted", "cue")),
        ({"path_title": "Named"}, None, ("Named", "path")),
        ({}, None, (None, None)),
    ],
    ids=["tags before all", "tags", "cue before path", "path", "no name at all"],
)
def test_a_single_piece_is_named_by_tags_then_cue_then_path(
    desk: Transaction, file: dict[str, object], hint: str | None, expected: tuple[str, str]
) -> None:
    add(desk, "discovered_files", found("a", **file))
    add(desk, "segments", piece("a", title_hint=hint))

    assert desk.tuples("select title, title_from from library") == [expected]


def test_pieces_of_one_file_bear_their_own_names_before_the_tags_of_the_file(desk: Transaction) -> None:
    add(desk, "discovered_files", found("side", title="Side A", artist="Various", album="Album", track_number=1))
    add(
        desk,
        "segments",
        piece("side", 0, title_hint="First", performer_hint="One"),
        piece("side", 1),
        piece("side", 2, title_hint="Third"),
    )

    rows = desk.tuples("select title, title_from, artist, album, track_number from library order by segment_index")

    assert rows == [
        ("First", "cue", "One", "Album", 1),
        ("Side A", "tags", "Various", "Album", 2),
        ("Third", "cue", "Various", "Album", 3),
    ]


def test_artist_album_and_number_come_from_the_path_where_tags_are_silent(desk: Transaction) -> None:
    add(desk, "discovered_files", found("a", path_artist="Folder", path_album="Record", path_track_number=4))
    add(desk, "segments", piece("a"))

    assert desk.tuples("select artist, album, track_number from library") == [("Folder", "Record", 4)]


def test_a_passage_without_measurements_is_in_the_library_all_the_same(desk: Transaction) -> None:
    add(desk, "discovered_files", found("a", duration_ticks=SECOND_TICKS), found("b"))
    add(desk, "segments", piece("a"), piece("b"))
    add(desk, "audio_features", {"file_key": "a", "segment_index": 0, "integrated_lufs": -14.0})
    add(desk, "fingerprints", {"file_key": "a", "segment_index": 0, "fingerprint": "AQAA"})
    add(desk, "source_media", {"file_key": "a", "medium": "CD", "confidence": 0.5})

    rows = desk.tuples(
        "select file_key, file_duration_seconds, medium, medium_confidence, integrated_lufs, bpm "
        "from library order by file_key"
    )

    assert rows == [("a", 1.0, "CD", 0.5, -14.0, None), ("b", None, None, None, None, None)]


def test_times_of_change_are_shown_as_they_were_written(desk: Transaction) -> None:
    add(desk, "discovered_files", found("a", modified_at=ago(days=1)))

    assert desk.tuples("select modified_at from files") == [(ago(days=1),)]


def test_a_row_of_the_library_has_every_measurement_but_the_picture(desk: Transaction) -> None:
    """The waveform alone would double the time of `select * from library`."""
    columns = {name for (name,) in desk.tuples("select column_name from (describe library)")}

    assert {column.name for column in AUDIO_FEATURES.columns} - columns == {"waveform", "run_id", "written_at"}


def test_a_file_with_several_pieces_has_one_passage_more_that_spans_it_all(desk: Transaction) -> None:
    """S3-R2."""
    add(desk, "discovered_files", found("side", album="Low Tide", artist="The Moorings"), found("song", album="Lamps"))
    add(desk, "segments", piece("side", 0), piece("side", 1), piece("song"))
    add(
        desk,
        "source_media",
        {"file_key": "side", "segment_count": 2, "duration_ticks": 21 * SECOND_TICKS},
        {"file_key": "song", "segment_count": 1, "duration_ticks": 10 * SECOND_TICKS},
    )

    albums = desk.tuples("select file_key, start_time_ticks, end_time_seconds, title, artist from album_passages")

    assert albums == [("side", 0, 21.0, "Low Tide", "The Moorings")]
    assert desk.tuples("select count(*) from passages") == desk.tuples("select count(*) from library") == [(3,)]


def test_an_album_passage_goes_with_its_file(desk: Transaction) -> None:
    add(desk, "discovered_files", found("side", gone_at=NOW))
    add(desk, "source_media", {"file_key": "side", "segment_count": 2, "duration_ticks": 21 * SECOND_TICKS})

    assert desk.tuples("from album_passages") == []
