from collections.abc import Collection
from datetime import timedelta

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lake.decisions import add_decisions, of_audio, of_span, revoke_decisions
from lake.identification_due import DueFolder, due_folders, folder_sql
from lake.transaction import Transaction
from music.album_folder import album_folder
from tests.lake.making import NOW, add, ago, found, outcome, planned, versions

LOCAL = ("discovered_files", "segments", "fingerprints")
IDENTIFIED = "identifications"
PATHS = {
    "Low Tide/01.flac": "Low Tide",
    "Artist/Low Tide/CD1/01.flac": "Artist/Low Tide",
    "Artist/Low Tide/Disc 2/01.flac": "Artist/Low Tide",
    "Artist/Low Tide/disk_03/01.flac": "Artist/Low Tide",
    "Artist/Low Tide/LP1/A1.flac": "Artist/Low Tide",
    "Artist/Low Tide/CD 2 - Live/01.flac": "Artist/Low Tide",
    "Artist/Low Tide/Disque #1/01.flac": "Artist/Low Tide",
    "CD1/01.flac": "",
    "01.flac": "",
    "Artist/CD1/Bonus/01.flac": "Artist/CD1/Bonus",
    "Artist/CD123/01.flac": "Artist/CD123",
    "Artist/Discovery/01.flac": "Artist/Discovery",
    "Artist/Disc One/01.flac": "Artist/Disc One",
    "Artist/ABCD1/01.flac": "Artist/ABCD1",
    "Low Tide\n/CD1\n/01.flac": "Low Tide\n",
}


def put(desk: Transaction, path: str, **more: object) -> str:
    """Write a file that was visited; its key is its path."""
    audio = f"audio of {path}"
    add(desk, "discovered_files", found(path, **{"path": path, "audio_sha256": audio, **more}))
    add(desk, "outcomes", *(outcome(asset, path, data_version=f"{asset} 1") for asset in LOCAL))
    return path


def due(desk: Transaction, *, standing: Collection[str] = (), **more) -> list[DueFolder]:
    return due_folders(desk, now=NOW, standing=standing, **more)


def reasons(desk: Transaction, **more) -> dict[str, str]:
    return {folder.folder: folder.reason for folder in due(desk, **more)}


def identify(desk: Transaction, status: str = "done", **more: object) -> None:
    """Write what a lane writes of all that is due."""
    for folder in due(desk):
        add(desk, "outcomes", *(outcome(IDENTIFIED, key, status, **more) for key in folder.file_keys))
        row = {"library": folder.library, "folder": folder.folder, "version": folder.version}
        add(desk, "identified_folders", {**row, "identified_at": NOW})


@pytest.mark.parametrize(("path", "folder"), PATHS.items(), ids=[repr(path) for path in PATHS])
def test_the_folder_of_a_disc_belongs_to_its_album(path: str, folder: str) -> None:
    [(in_sql,)] = duckdb.sql(f"select {folder_sql('?')}", params=[path]).fetchall()

    assert (album_folder(path), in_sql) == (folder, folder)


@given(
    st.lists(st.text("cCdDiIsSkK\u017f\u212a lLpPque #.-_01\uff129/\n", max_size=9), min_size=1, max_size=3)
    .map("/".join)
    .map(lambda path: path.lstrip("/")),
)
def test_sql_and_python_agree_on_the_folder_of_an_album(path: str) -> None:
    [(in_sql,)] = duckdb.sql(f"select {folder_sql('?')}", params=[path]).fetchall()

    assert in_sql == album_folder(path)


def test_a_folder_that_nobody_looked_at_is_due_with_all_its_files_by_path(desk: Transaction) -> None:
    for path in ("Low Tide/CD2/01.flac", "Low Tide/CD1/02.flac", "Low Tide/CD1/01.flac", "Lamps/01.flac"):
        put(desk, path)

    lamps, tide = due(desk)

    assert (lamps.library, lamps.folder, lamps.reason) == ("shelf", "Lamps", "new")
    assert tide.file_keys == ("Low Tide/CD1/01.flac", "Low Tide/CD1/02.flac", "Low Tide/CD2/01.flac")


def test_what_was_identified_is_not_due_again(desk: Transaction) -> None:
    put(desk, "Low Tide/01.flac")
    identify(desk)

    assert due(desk, stale=True) == []


def test_two_libraries_may_have_a_folder_of_one_name(desk: Transaction) -> None:
    put(desk, "Low Tide/01.flac")
    identify(desk)
    add(desk, "discovered_files", found("other", library="attic", path="Low Tide/01.flac"))
    add(desk, "outcomes", *(outcome(asset, "other") for asset in LOCAL))

    assert [(folder.library, folder.file_keys) for folder in due(desk)] == [("attic", ("other",))]


CHANGES = {
    "tags": outcome("discovered_files", "Low Tide/01.flac", output_versions={"identity": "other"}),
    "pieces": outcome("segments", "Low Tide/01.flac", data_version="other"),
    "fingerprints": outcome("fingerprints", "Low Tide/01.flac", data_version="other"),
    "a file that went bad": outcome("segments", "Low Tide/01.flac", "skipped", data_version=None),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_folder_is_due_when_what_is_read_of_it_changed(desk: Transaction, change: dict[str, object]) -> None:
    put(desk, "Low Tide/01.flac")
    put(desk, "Low Tide/02.flac")
    put(desk, "Lamps/01.flac")
    identify(desk)

    add(desk, "outcomes", change)

    assert reasons(desk) == {"Low Tide": "changed"}
    identify(desk)
    assert due(desk) == []


def test_what_is_not_read_may_change(desk: Transaction) -> None:
    put(desk, "Low Tide/01.flac")
    add(
        desk,
        "outcomes",
        outcome("discovered_files", "Low Tide/01.flac", output_versions={"identity": "i"}, data_version="1"),
    )
    identify(desk)

    more = {"identity": "i", "new": "x"}
    add(
        desk,
        "outcomes",
        outcome("discovered_files", "Low Tide/01.flac", output_versions=more, data_version="2"),
        outcome("audio_features", "Low Tide/01.flac", data_version="2"),
    )

    assert due(desk) == []


def test_a_lake_of_older_code_has_no_version_of_identity_and_is_due_when_anything_of_the_file_changed(
    desk: Transaction,
) -> None:
    put(desk, "Low Tide/01.flac")
    add(
        desk,
        "outcomes",
        outcome("discovered_files", "Low Tide/01.flac", output_versions={"audio": "a"}, data_version="1"),
    )
    identify(desk)
    before = due(desk)

    add(
        desk,
        "outcomes",
        outcome("discovered_files", "Low Tide/01.flac", output_versions={"audio": "a"}, data_version="2"),
    )

    assert (before, reasons(desk)) == ([], {"Low Tide": "changed"})


def test_a_sibling_that_comes_or_goes_makes_its_folder_due(desk: Transaction) -> None:
    put(desk, "Low Tide/01.flac")
    put(desk, "Lamps/01.flac")
    put(desk, "Lamps/02.flac")
    identify(desk)

    put(desk, "Low Tide/02.flac")
    desk.mark_gone(["Lamps/02.flac"], NOW)

    assert reasons(desk) == {"Lamps": "changed", "Low Tide": "new"}
    assert due(desk)[0].file_keys == ("Lamps/01.flac",)


def test_a_folder_waits_while_one_of_its_files_waits_for_its_visit(desk: Transaction) -> None:
    put(desk, "Low Tide/CD1/01.flac")
    put(desk, "Lamps/01.flac")
    add(desk, "planned_files", planned("new", path="Low Tide/CD2/01.flac"))
    add(desk, "discovered_files", found("half", path="Lamps/02.flac"))
    add(desk, "outcomes", outcome("discovered_files", "half"))

    assert due(desk) == []

    desk.finish_planned(["new"])
    assert reasons(desk) == {"Low Tide": "new"}


def test_a_file_that_was_given_up_holds_nobody_up(desk: Transaction) -> None:
    put(desk, "Low Tide/01.flac")
    add(desk, "discovered_files", found("crashes", path="Low Tide/02.flac"))
    add(desk, "outcomes", outcome("discovered_files", "crashes", "error", error_code="RUN_FAILED"))

    assert due(desk)[0].file_keys == ("Low Tide/01.flac", "crashes")


def test_what_was_put_off_is_due_when_its_time_has_come(desk: Transaction) -> None:
    for path in ("A/01.flac", "A/02.flac", "B/01.flac", "C/01.flac"):
        put(desk, path)
    identify(desk)
    for path, retry_at in {"A/02": ago(minutes=1), "B/01": NOW + timedelta(minutes=1), "C/01": None}.items():
        row = outcome(IDENTIFIED, f"{path}.flac", "deferred", error_code="SERVICE_DOWN", retry_at=retry_at)
        add(desk, "outcomes", row)

    assert reasons(desk) == {"A": "deferred", "C": "deferred"}
    assert reasons(desk, ignore_retry=["SERVICE_DOWN"]) == dict.fromkeys("ABC", "deferred")
    assert reasons(desk, standing=["SERVICE_DOWN"], ignore_retry=["SERVICE_DOWN"]) == {}


def test_what_was_put_off_for_a_cause_that_stands_waits(desk: Transaction) -> None:
    put(desk, "Low Tide/01.flac")
    identify(desk, "deferred", error_code="NO_CONTACT")

    assert due(desk, standing=["NO_CONTACT"]) == []
    assert reasons(desk, standing=["OFFLINE"]) == {"Low Tide": "deferred"}


def test_a_decision_on_some_audio_makes_every_folder_due_that_has_it(desk: Transaction) -> None:
    put(desk, "Low Tide/01.flac", audio_sha256="same")
    put(desk, "Copies/01.flac", audio_sha256="same")
    put(desk, "Lamps/01.flac")
    identify(desk)

    span = of_span("same", start_ticks=0, end_ticks=10)
    [decision] = add_decisions(desk, "identification", [(span, {"decision": "REJECT"})], made_at=NOW)

    assert reasons(desk) == {"Copies": "decided", "Low Tide": "decided"}
    identify(desk)
    assert due(desk) == []
    revoke_decisions(desk, [decision], revoked_at=NOW)
    assert reasons(desk) == {"Copies": "decided", "Low Tide": "decided"}


def test_a_decision_of_another_kind_concerns_nobody_here(desk: Transaction) -> None:
    put(desk, "Low Tide/01.flac", audio_sha256="same")
    identify(desk)

    add_decisions(desk, "medium", [(of_audio("same"), "Vinyl")], made_at=NOW)

    assert due(desk) == []


def test_older_code_is_due_only_when_it_was_asked_for(desk: Transaction) -> None:
    put(desk, "Low Tide/01.flac")
    add(desk, "asset_versions", *versions(IDENTIFIED))
    identify(desk, code_version="0")

    assert due(desk) == []
    assert reasons(desk, stale=True) == {"Low Tide": "stale"}


def test_rows_that_were_forgotten_are_made_again(desk: Transaction) -> None:
    """After 30 days maintenance forgets a file that is gone; it may come back."""
    put(desk, "Low Tide/01.flac")
    identify(desk)

    desk.tuples("delete from outcomes where asset = 'identifications'")

    assert reasons(desk) == {"Low Tide": "new"}


WITHIN = {
    "the library": (("shelf", b""), {"A/Low Tide", "Lamps"}),
    "a folder": (("shelf", b"Lamps"), {"Lamps"}),
    "a folder above": (("shelf", b"A"), {"A/Low Tide"}),
    "the folder of a disc": (("shelf", b"A/Low Tide/CD1"), {"A/Low Tide"}),
    "a name that only begins alike": (("shelf", b"Lam"), set()),
    "another library": (("attic", b""), set()),
    "a file": (frozenset({"A/Low Tide/CD2/01.flac"}), {"A/Low Tide"}),
}


@pytest.mark.parametrize(("within", "folders"), WITHIN.values(), ids=WITHIN)
def test_a_part_of_the_library_may_be_asked_for(desk: Transaction, within, folders: set[str]) -> None:
    for path in ("A/Low Tide/CD1/01.flac", "A/Low Tide/CD2/01.flac", "Lamps/01.flac"):
        put(desk, path)

    assert set(reasons(desk, within=within)) == folders


def test_a_folder_whose_name_is_no_text_can_be_asked_for(desk: Transaction) -> None:
    put(desk, "B\\xe9/01.flac", path_bytes=b"B\xe9/01.flac")

    assert reasons(desk, within=("shelf", b"B\xe9")) == {"B\\xe9": "new"}
