import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from ingest_assets import cli, demo_library, ingest
from ingest_assets.duplicate_run import search
from resources.settings import PROJECT_ROOT, load_settings
from resources.state import opened
from resources.worker_pool import WorkerPool
from tests.house import AGAIN, FOG, HARBOUR, PATHS, PIER, House, copy_of, lived_in
from tests.ingest_assets.commands import Command, Said
from tests.ingest_assets.identifying import Judge

STATUS_KEYS = {
    "session_id",
    "state",
    "progress",
    "current_operation",
    "errors",
    "started_at",
    "elapsed_seconds",
}
TABLES = {
    *("discovered_files", "segments", "source_media", "fingerprints", "audio_features"),
    *("identifications", "match_candidates", "outcomes", "decisions"),
}
DANGEROUS = "[/b] \x1b[31mred\x1b[0m\nnext"


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory, ingested: Path, pool: WorkerPool) -> Iterator[House]:
    """An ingested house for commands that only read; one title in it would crash markup and redden a terminal."""
    folder = copy_of(ingested, tmp_path_factory.mktemp("shelf"))
    with pytest.MonkeyPatch.context() as patch, lived_in(folder, pool, patch) as house:
        house.look()
        with house.lake.write(run_id="a vandal") as transaction:
            transaction.tuples("update discovered_files set title = ? where path = ?", [DANGEROUS, PIER])
        yield house


def listing(folder: Path) -> dict[str, tuple[int, int]]:
    """Return everything below a folder with size and time."""
    return {str(path): (path.lstat().st_size, path.lstat().st_mtime_ns) for path in sorted(folder.rglob("*"))}


# status


def test_status_has_the_keys_that_programs_rely_on(shelf: House, linernotes: Command) -> None:
    said = json.loads(linernotes("status", "--json").out)

    assert said.keys() == STATUS_KEYS  # S3-114
    assert said["progress"] == {"current": len(PATHS), "total": len(PATHS), "percentage": 100.0}
    assert (said["state"], said["errors"]) == ("COMPLETED", [])
    assert shelf.lake.exists


@pytest.mark.usefixtures("shelf")
def test_status_for_people_is_two_lines(linernotes: Command) -> None:
    lines = linernotes("status").out.splitlines()

    assert lines[0].endswith(": COMPLETED")
    assert lines[1].startswith("  6 of 6 files (100.0 %)")


def test_status_lists_errors_of_the_session(house: House, linernotes: Command) -> None:
    with house.lake.write(run_id="a run") as transaction:
        transaction.tuples(
            "update outcomes set error_code = 'DECODE_ERROR', message = 'no \x1b[31m', status = 'error' "
            "where asset = 'audio_features' and file_key = ?",
            [house.key(PIER)],
        )
    with opened(house.home) as connection:
        connection.execute("update progress set operation = ?, updated_at = 1e12", [f"at {DANGEROUS}"])
        connection.execute("update batch set state = 'open'")

    said = linernotes("status")

    assert f"DECODE_ERROR {PIER}: no \\x1b[31m" in said.out
    assert "\x1b" not in said.out
    assert set(json.loads(linernotes("status", "--json").out)["errors"][0]) == {
        "file_path",
        "error_code",
        "error_message",
        "timestamp",
    }


def test_status_says_once_what_many_files_share_and_who_the_pieces_are(asking: House, linernotes: Command) -> None:
    with asking.lake.write(run_id="a run") as transaction:
        transaction.tuples(
            "update outcomes set error_code = 'DECODE_ERROR', message = 'no', status = 'error', run_id = "
            "(select any_value(run_id) from runs) where asset = 'audio_features'"
        )

    lines = linernotes("status").out.splitlines()

    assert sum("DECODE_ERROR" in line for line in lines) == 1
    assert any(" and 5 other files: no" in line for line in lines)
    assert "  1 piece accepted" in lines


def test_without_a_lake_each_command_says_how_to_make_one(new_house: House, linernotes: Command) -> None:
    for command in (["status"], ["sql", "select 1"], ["show", "a"]):
        said = linernotes(*command)

        assert (said.code, said.out) == (1, "")
        assert said.err.startswith(f"There is no lake in {new_house.home} yet.")
        assert "linernotes ingest ~/Music" in said.err


# show


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(lambda _: PIER, id="path below its library"),
        pytest.param(lambda _: "02 - Pier.flac", id="end of the path"),
        pytest.param(lambda house: str(house.path(PIER)), id="absolute path"),
        pytest.param(lambda house: os.path.relpath(house.path(PIER)), id="path from here"),
        pytest.param(lambda house: house.key(PIER), id="key"),
    ],
)
def test_a_file_is_shown_by_any_of_its_names(shelf: House, linernotes: Command, name: Callable[[House], str]) -> None:
    said = json.loads(linernotes("show", name(shelf), "--json").out)

    assert said.keys() == TABLES
    assert [row["path"] for row in said["discovered_files"]] == [PIER]
    assert len(said["outcomes"]) == 4
    assert said["discovered_files"][0]["path_bytes"] == PIER.encode().hex()


@pytest.mark.parametrize(("how", "known"), [([], "LUFS"), (["--all"], "integrated_lufs")], ids=["words", "tables"])
def test_show_for_people_names_what_is_known_and_obeys_no_title(
    shelf: House, linernotes: Command, how: list[str], known: str
) -> None:
    said = linernotes("show", PIER, *how)

    assert said.code == 0
    assert shelf.key(PIER) not in said.out
    assert "[/b] \\x1b[31mred\\x1b[0m\\nnext" in said.out
    assert known in said.out
    assert "\x1b" not in said.out


@pytest.mark.usefixtures("shelf")
@pytest.mark.parametrize("name", ["nothing.flac", "flac"])
def test_an_unknown_file_is_said_in_one_line(linernotes: Command, name: str) -> None:
    said = linernotes("show", name)

    assert (said.code, said.out) == (1, "")
    assert said.err.startswith(f"Nothing is known of {name}.")


# sql


@pytest.mark.usefixtures("shelf")
@pytest.mark.parametrize("form", ["table", "csv", "json"])
def test_sql_answers_in_each_form(linernotes: Command, form: str) -> None:
    said = linernotes("sql", "select path, null as nothing, path_bytes from files order by path", "--format", form)

    rows = {
        "table": lambda text: [line.split("│")[1].strip() for line in text.splitlines() if line.startswith("│")],
        "csv": lambda text: [row["path"] for row in csv.DictReader(io.StringIO(text))],
        "json": lambda text: [row["path"] for row in json.loads(text)],
    }[form](said.out)
    assert rows == sorted(PATHS)
    assert said.code == 0
    if form != "table":
        assert AGAIN.encode().hex() in said.out


@pytest.mark.usefixtures("shelf")
@pytest.mark.parametrize("query", ["select title from library", "from library"], ids=["table", "rows"])
def test_nothing_in_an_answer_can_reach_the_terminal_raw(linernotes: Command, query: str) -> None:
    said = linernotes("sql", query)

    assert "[/b] \\x1b[31mred\\x1b[0m\\nnext" in said.out
    assert "\x1b" not in said.out
    assert "6 rows" in said.out


@pytest.mark.usefixtures("shelf")
@pytest.mark.parametrize("columns", [1, 2, 4])
def test_an_id_is_never_broken(linernotes: Command, monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    monkeypatch.setenv("COLUMNS", "90")
    found = "5efe022c-e795-4bdc-95bc-6a5b274dc4b7"
    ids = ", ".join(f"'{found}' as id_{number}" for number in range(columns))

    lines = linernotes("sql", f"select {ids}, 'a title that is longer than the terminal ' || repeat('- ', 90)").out

    assert lines.count(found) == columns
    assert max(map(len, lines.splitlines())) <= 90 or lines.startswith("row 1")


@pytest.mark.usefixtures("shelf")
def test_a_csv_for_programs_keeps_the_title_as_it_is(linernotes: Command) -> None:
    said = linernotes("sql", "select title from files where title is not null order by title", "--format", "csv")

    assert [row["title"] for row in csv.DictReader(io.StringIO(said.out))] == ["Harbour", DANGEROUS]


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("copy (select 1) to '{}/stolen.csv'", id="copy"),
        pytest.param("attach '{}/other.db'", id="attach"),
        pytest.param("from read_text('/etc/hostname')", id="other files"),
        pytest.param("delete from discovered_files", id="delete"),
        pytest.param("set enable_external_access = true", id="take the lock off"),
        pytest.param("selct 1", id="no SQL"),
    ],
)
def test_sql_reads_the_lake_and_nothing_else(shelf: House, linernotes: Command, tmp_path: Path, query: str) -> None:
    said = linernotes("sql", query.format(tmp_path))

    assert (said.code, said.out) == (1, "")
    assert "Traceback" not in said.err
    assert not any(tmp_path.glob("*.csv"))
    assert len(shelf.tuples("from discovered_files")) == len(PATHS)


@pytest.mark.usefixtures("shelf")
def test_sql_without_a_question_becomes_the_shell(linernotes: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    became: list[Sequence[str]] = []
    monkeypatch.setattr(os, "execv", lambda _, arguments: became.append(arguments))
    monkeypatch.setattr(sys, "argv", ["linernotes", "sql"])

    linernotes("sql")

    assert any("ducklake:" in word for word in became[0])


# doctor


def findings(said: Said) -> dict[str, tuple[str, str]]:
    return {finding["layer"]: (finding["state"], finding["message"]) for finding in json.loads(said.out)}


def test_a_healthy_house_is_well(shelf: House, linernotes: Command) -> None:
    said = linernotes("doctor", "--json")

    assert said.code == 0
    found = findings(said)
    assert found["folders"] == ("well", f"shelf: {shelf.music}")
    assert found["lake"][1].startswith("6 files, ")
    assert {state for state, _ in found.values()} <= {"well", "notice"}


@pytest.mark.usefixtures("shelf")
def test_the_doctor_speaks_in_lines(linernotes: Command) -> None:
    lines = linernotes("doctor").out.splitlines()

    assert lines[0].startswith("settings       well    everything lies under")
    assert len(lines) >= 10


def test_the_doctor_names_what_is_broken_and_looks_on(house: House, linernotes: Command) -> None:
    (house.home / "parameters.toml").write_text("[segments]\nminimum_silence_seconds = -3\n")
    house.music.rename(house.folder / "elsewhere")

    said = linernotes("doctor", "--json")

    assert said.code == 1
    found = findings(said)
    assert found["parameters"][0] == found["folders"][0] == "broken"
    assert "minimum_silence_seconds" in found["parameters"][1]
    assert f"{house.music} cannot be read" in found["folders"][1]
    assert found["lake"][0] == "well"


def test_the_doctor_says_what_is_not_there_yet(
    new_house: House, linernotes: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINERNOTES_MUSIC", "")
    monkeypatch.setenv("LINERNOTES_HOME", str(new_house.folder / "nowhere" / "home"))

    said = linernotes("doctor", "--json")

    found = findings(said)
    assert {layer: found[layer][0] for layer in ("folders", "lake", "dagster")} == dict.fromkeys(
        ("folders", "lake", "dagster"), "notice"
    )
    assert said.code == 0
    assert not (new_house.folder / "nowhere").exists()


def test_a_layer_that_breaks_the_doctor_is_broken(
    house: House, linernotes: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fall_over(_: object) -> None:
        raise OSError("no database")

    monkeypatch.setattr("ingest_assets.doctor.Lake.size", fall_over)
    monkeypatch.setattr("ingest_assets.doctor.LITTLE_DISK_BYTES", 10**18)
    monkeypatch.setattr("ingest_assets.doctor.PROJECT_ROOT", house.home)

    said = linernotes("doctor", "--json")

    assert said.code == 1
    assert {layer for layer, (state, _) in findings(said).items() if state == "broken"} >= {"lake", "dagster", "disk"}


# settings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LINERNOTES_WORKERS", "many"),
        ("LINERNOTES_SCAN_SECONDS", "0"),
        ("LINERNOTES_MUSIC", "=/nowhere"),
    ],
)
def test_a_setting_that_cannot_be_used_is_one_line(
    shelf: House, linernotes: Command, monkeypatch: pytest.MonkeyPatch, *, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)

    for command in (["status"], ["ingest"]):
        said = linernotes(*command)

        assert (said.code, said.out, said.err.count("\n")) == (1, "", 1)
        assert name in said.err
    assert findings(linernotes("doctor", "--json")).keys() == {"settings"}
    assert shelf.home.exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(["ingest"], "No folder of music is known yet", id="no folder"),
        pytest.param(["ingest", "/nowhere/music"], "/nowhere/music does not exist", id="no such folder"),
        pytest.param(["ingest", "/etc/hostname"], "/etc/hostname is in no known folder", id="a file anywhere"),
        pytest.param(["ingest", "--dry-run"], "No folder of music is known yet", id="dry run"),
    ],
)
def test_a_folder_that_cannot_be_used_is_one_line(
    new_house: House, linernotes: Command, monkeypatch: pytest.MonkeyPatch, *, arguments: list[str], message: str
) -> None:
    monkeypatch.setenv("LINERNOTES_MUSIC", "")

    said = linernotes(*arguments)

    assert (said.code, said.out, said.err.count("\n")) == (1, "", 1)
    assert message in said.err
    assert new_house.pool.opened == []


def test_broken_parameters_end_an_ingest_with_one_line(house: House, linernotes: Command) -> None:
    (house.home / "parameters.toml").write_text("[segmnets]\n")

    said = linernotes("ingest")

    assert (said.code, said.err.count("\n")) == (1, 1)
    assert "did you mean 'segments'" in said.err


# dry run


def test_a_dry_run_previews_and_writes_nothing(house: House, linernotes: Command) -> None:
    house.path(FOG).unlink()
    house.path(HARBOUR).rename(house.path("Low Tide/01 - [b]Harbour.flac"))
    (house.music / "Low Tide" / "04 - Bad.mp3").write_bytes(b"not music")
    before = listing(house.folder)

    said = linernotes("ingest", "--dry-run")

    assert said.code == 0
    assert "Would visit 2 files (2 new)" in said.out
    assert "Would mark 2 files as gone." in said.out
    assert "[b]Harbour.flac" in said.out
    assert "The Moorings" in said.out
    assert "(no audio format that is known here)" in " ".join(said.out.replace("│", " ").split())
    assert listing(house.folder) == before


def test_a_dry_run_counts_what_is_stale_where_that_was_asked_for(house: House, linernotes: Command) -> None:
    with house.lake.write(run_id="of older code") as transaction:
        transaction.tuples("update outcomes set code_version = 'older' where asset = 'audio_features'")

    asked, unasked = linernotes("ingest", "--dry-run", "--stale"), linernotes("ingest", "--dry-run")

    assert f"Would visit {len(PATHS)} files ({len(PATHS)} stale)" in asked.out
    assert "Would visit 0 files" in unasked.out


@pytest.mark.usefixtures("shelf")
def test_an_empty_question_is_told_what_to_do(linernotes: Command) -> None:
    said = linernotes("sql", " ")

    assert said.code == 1
    assert "There is no question in it" in said.err


def test_a_dry_run_makes_no_home(new_house: House, linernotes: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    home = new_house.folder / "nowhere" / "home"
    monkeypatch.setenv("LINERNOTES_HOME", str(home))
    (new_house.music / "empty.mp3").touch()
    (new_house.music / "below").mkdir()
    before = listing(new_house.folder)

    whole = linernotes("ingest", "--dry-run")
    part = linernotes("ingest", "--dry-run", str(new_house.music / "below"))

    assert "Would visit 1 files (1 new), 0.0 MB." in whole.out
    assert "EMPTY_FILE" in whole.out
    assert "Would visit 0 files (none)" in part.out
    assert listing(new_house.folder) == before


# the rest


@pytest.mark.usefixtures("house")
def test_the_ui_is_dagsters_with_our_workspace(linernotes: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    became: list[Sequence[str]] = []
    monkeypatch.setattr(os, "execv", lambda _, arguments: became.append(arguments))

    said = linernotes("ui", "--port", "3001")

    assert became[0][1:] == ["dev", "-w", str(PROJECT_ROOT / "workspace.yaml"), "--port", "3001"]
    assert said.err.startswith("The UI is on http://localhost:3001 once it has started")
    assert os.environ["DAGSTER_HOME"] == str(PROJECT_ROOT)


def test_the_ui_opens_before_anything_was_ingested(
    new_house: House, linernotes: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "execv", lambda *_: None)

    assert linernotes("ui").code == 0
    assert new_house.settings.dagster_folder.exists()


def test_where_no_folder_is_given_the_demo_has_a_home_of_its_own(
    new_house: House, linernotes: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    demo = new_house.folder / "demo"
    wanted: list[object] = []
    monkeypatch.setenv("LINERNOTES_MUSIC", "")
    monkeypatch.setattr(cli, "DEMO", demo)
    monkeypatch.setattr(demo_library, "make_demo_library", lambda folder: folder.mkdir(parents=True))
    monkeypatch.setattr(ingest, "ingest", lambda settings, what: wanted.append((settings.home, what.path)) or 0)

    said = linernotes("ingest", "--or-demo")

    assert (said.code, wanted) == (0, [(demo / "data", str(demo / "music"))])
    assert "making a small demo library" in said.err
    assert load_settings().home == demo / "data"


def test_a_demo_that_cannot_be_made_is_one_line(
    new_house: House, linernotes: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Path) -> None:
        raise demo_library.DemoFolderError("there is other music in it")

    monkeypatch.setenv("LINERNOTES_MUSIC", "")
    monkeypatch.setattr(cli, "DEMO", new_house.folder / "demo")
    monkeypatch.setattr(demo_library, "make_demo_library", refuse)

    said = linernotes("ingest", "--or-demo")

    assert (said.code, said.err.splitlines()[-1]) == (1, "there is other music in it")


def test_after_the_demo_the_commands_speak_of_it(
    shelf: House, linernotes: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    demo = tmp_path / "demo"
    demo.mkdir()
    (demo / "data").symlink_to(shelf.home)
    monkeypatch.setattr(cli, "DEMO", demo)
    monkeypatch.delenv("LINERNOTES_HOME")
    monkeypatch.setattr(cli, "_has_lake", lambda home: home == demo / "data")

    said = linernotes("status")

    assert said.err.startswith("(the demo library;")
    assert "COMPLETED" in said.out


def test_after_the_demo_an_ingest_without_a_folder_is_of_the_demo(
    new_house: House, linernotes: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    demo, wanted = tmp_path / "demo", []
    monkeypatch.setenv("LINERNOTES_MUSIC", "")
    monkeypatch.setattr(cli, "DEMO", demo)
    monkeypatch.delenv("LINERNOTES_HOME")
    monkeypatch.setattr(cli, "_has_lake", lambda home: home == demo / "data")
    monkeypatch.setattr(ingest, "ingest", lambda settings, what: wanted.append((settings.home, what.path)) or 0)

    said = linernotes("ingest")

    assert (said.code, wanted) == (0, [(demo / "data", None)])
    assert said.err.startswith("(the demo library;")
    assert new_house.folder.exists()


@pytest.mark.parametrize("arguments", [[], ["nowhere"]], ids=["no folder", "no such folder"])
def test_an_ingest_of_no_music_makes_nothing(
    new_house: House, linernotes: Command, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    home = new_house.folder / "another" / "home"
    monkeypatch.setenv("LINERNOTES_MUSIC", "")
    monkeypatch.setenv("LINERNOTES_HOME", str(home))

    said = linernotes("ingest", *arguments)

    assert (said.code, said.out) == (1, "")
    assert "linernotes ingest ~/Music" in said.err
    assert not home.parent.exists()


def test_a_full_disk_is_one_line_and_a_bug_is_not_hidden(
    shelf: House, linernotes: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill(*_: object) -> None:
        raise OSError(28, "No space left on device")

    def fall_over(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(ingest, "ingest", fill)
    said = linernotes("ingest")
    assert (said.code, said.err.count("\n")) == (1, 1)
    assert said.err.startswith("The disk is full.")

    monkeypatch.setattr(ingest, "ingest", fall_over)
    monkeypatch.setattr(sys, "argv", ["linernotes", "ingest"])
    with pytest.raises(RuntimeError, match="a bug"):
        cli.main()
    assert shelf.home.exists()


ONE_AFTER_ANOTHER = """
import sys
from ingest_assets.cli import main
for command in (["ingest"], ["ingest", "--dry-run"], ["status"], ["show", sys.argv[1]], ["sql", "select 41 + 1"]):
    sys.argv = ["linernotes", *command]
    try:
        main()
    except SystemExit as ended:
        assert not ended.code, command
print(sorted({"dagster", "scipy", "pyarrow"} & sys.modules.keys()))
"""


def test_an_unchanged_folder_and_the_reading_commands_import_no_dagster_and_write_no_result(house: House) -> None:
    search(house.home, house.lake, run_id="a search", told=lambda _done, _total: None)
    Judge(house).plan()  # nothing may be asked: that is written down once
    before = [path for path in listing(house.home) if path.endswith(".parquet")]

    done = subprocess.run(
        [sys.executable, "-c", ONE_AFTER_ANOTHER, HARBOUR],
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "6 files, nothing changed." in done.stdout
    assert "42" in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"
    assert [path for path in listing(house.home) if path.endswith(".parquet")] == before
