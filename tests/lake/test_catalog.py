import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from lake import catalog
from lake.errors import LakeError, LakeMissingError
from lake.store import Lake
from resources.settings import Settings, load_settings
from tests.lake.making import add, found, piece


@pytest.fixture(scope="module")
def written(empty_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with two files, to read only."""
    home = Path(shutil.copytree(empty_home, tmp_path_factory.mktemp("written") / "home"))
    with Lake(home).write(run_id="run-1") as tx:
        add(tx, "discovered_files", found("a", title="It's"), found("b"))
        add(tx, "segments", piece("a"), piece("b"))
    return home


@pytest.fixture(scope="module")
def connection(written: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with catalog.connect(written) as connection:
        yield connection


def test_a_notebook_reads_tables_and_views(connection: duckdb.DuckDBPyConnection) -> None:
    assert connection.execute("select title from library order by file_key").fetchall() == [("It's",), (None,)]
    assert connection.execute("select count(*) from lake.segments").fetchall() == [(2,)]


def test_an_analyst_may_keep_what_was_asked_for_the_time_of_the_connection(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    connection.execute("create temp table mine as select file_key from files")

    assert connection.execute("select count(*) from mine").fetchall() == [(2,)]


@pytest.mark.parametrize(
    "statement",
    [
        "copy (select 1) to '{outside}/x.csv'",
        "copy (select 1) to '{home}/x.csv'",
        "copy (select 1) to '{home}/lake/data/x.parquet'",
        "copy (select 1) to '{piece}'",
        "export database '{outside}/all'",
        "select * from read_csv('/etc/passwd')",
        "select * from read_text('/etc/passwd')",
        "from '/etc/passwd'",
        "from glob('/*')",
        "attach '{outside}/other.db'",
        "attach '{home}/lake/catalog.ducklake'",
        "install httpfs",
        "set enable_external_access = true",
        "set allowed_directories = ['/']",
        "set lock_configuration = false",
        "create table mine (a integer)",
        "insert into runs (run_id) values ('x')",
        "delete from segments",
        "drop view library",
        "call ducklake_expire_snapshots('lake', older_than => now())",
        "delete from __ducklake_metadata_lake.ducklake_table",
    ],
)
def test_nothing_but_the_lake_can_be_read_and_nothing_at_all_written(
    connection: duckdb.DuckDBPyConnection, written: Path, tmp_path: Path, statement: str
) -> None:
    piece_file = connection.execute("select data_file from ducklake_list_files('lake', 'segments')").fetchall()[0][0]
    before = sorted(written.rglob("*"))

    with pytest.raises(duckdb.Error):
        connection.execute(statement.format(home=written, outside=tmp_path, piece=piece_file)).fetchall()

    assert list(tmp_path.iterdir()) == []
    assert sorted(written.rglob("*")) == before
    assert connection.execute("select count(*) from segments").fetchall() == [(2,)]


def test_an_older_state_of_the_lake_can_be_read(lake: Lake) -> None:
    """Time travel: what was replaced and deleted since stays readable."""
    with lake.write(run_id="run-1") as tx:
        add(tx, "segments", piece("a"), piece("b"))
    with lake.read() as snapshot:
        version = snapshot.tuples("select max(snapshot_id) from ducklake_snapshots('lake')")[0][0]
    with lake.write(run_id="run-2") as tx:
        tx.replace("segments", ["a"], [])
    with lake.write(run_id="run-3") as tx:
        tx.replace("segments", ["b"], [])

    with catalog.connect(lake.places.home) as connection:
        today = connection.execute("select count(*) from segments").fetchall()
        then = connection.execute(f"select count(*) from segments at (version => {version})").fetchall()

    assert (today, then) == ([(0,)], [(2,)])


def test_a_notebook_heals_what_a_killed_writer_left(lake: Lake) -> None:
    published = lake.places.published
    before = published.read_bytes()
    with lake.write(run_id="run-1") as tx:
        add(tx, "discovered_files", found("a"))
    published.write_bytes(before)

    with catalog.connect(lake.places.home) as connection:
        assert connection.execute("select count(*) from files").fetchall() == [(1,)]


def test_a_folder_without_a_lake_stays_one_and_the_cure_is_told(tmp_path: Path) -> None:
    with pytest.raises(LakeMissingError, match=r"There is no lake in .*typo\. Make one: linernotes ingest PATH"):
        catalog.connect(tmp_path / "typo")

    assert list(tmp_path.iterdir()) == []


def test_the_home_of_the_environment_is_the_default(written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINERNOTES_HOME", str(written))

    with catalog.connect() as connection:
        assert connection.execute("select count(*) from files").fetchall() == [(2,)]


def test_the_shell_starts_with_the_lake_and_can_reach_nothing_else(written: Path, tmp_path: Path) -> None:
    script = [
        "select count(*) as pieces from segments;",
        ".shell echo reached",
        f".output {tmp_path}/x.txt",
        f".open {tmp_path}/other.db",
        ".read /etc/passwd",
        f"copy (select 1) to '{tmp_path}/x.csv';",
        "set lock_configuration = false;",
        "insert into runs (run_id) values ('x');",
        "select title as last from library order by file_key;",
    ]

    done = subprocess.run(
        [*catalog.shell_command(written), "-csv"],
        input="\n".join(script),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.stdout.split() == ["pieces", "2", "last", '"It\'s"', "NULL"]
    assert done.stderr.count("safe mode") == 4
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("missing", ["package", "program"])
def test_a_missing_shell_is_told_with_its_cure(written: Path, monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    if missing == "package":
        monkeypatch.setattr(catalog, "find_spec", lambda _: None)
    else:
        monkeypatch.setattr(catalog.sys, "platform", "win32")

    with pytest.raises(LakeError, match="DuckDB's shell is not installed"):
        catalog.shell_command(written)


@pytest.mark.parametrize(
    ("environment", "in_file", "expected"),
    [
        pytest.param("here", "LINERNOTES_HOME=there", "here", id="the environment first"),
        pytest.param(None, "LINERNOTES_HOME=there", "there", id="then the file"),
        pytest.param("", "export LINERNOTES_HOME='there'  # mine", "there", id="an empty one is none"),
        pytest.param(None, "", "data", id="neither"),
        pytest.param(None, None, "data", id="no file"),
    ],
)
def test_a_notebook_opens_the_home_that_the_command_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, environment: str | None, in_file: str | None, expected: str
) -> None:
    monkeypatch.setattr(catalog, "PROJECT_ROOT", tmp_path)
    monkeypatch.setattr("resources.settings.PROJECT_ROOT", tmp_path)
    monkeypatch.setitem(Settings.model_config, "env_file", tmp_path / ".env")
    monkeypatch.delenv("LINERNOTES_HOME", raising=False)
    if environment is not None:
        monkeypatch.setenv("LINERNOTES_HOME", environment)
    if in_file is not None:
        (tmp_path / ".env").write_text(in_file, encoding="utf-8")

    with pytest.raises(LakeMissingError, match=rf"There is no lake in {re.escape(str(tmp_path / expected))}\."):
        catalog.connect()
    assert load_settings().home == tmp_path / expected
