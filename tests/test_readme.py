import re
from pathlib import Path

import duckdb
import pytest
from click import Group

from ingest_assets.cli import cli
from ingest_assets.reference import README, SECTIONS, main, renewed
from lake.connection import extension_file, quoted
from lake.store import Lake
from resources.settings import PROJECT_ROOT

TEXT = README.read_text(encoding="utf-8")


@pytest.mark.parametrize("section", SECTIONS)
def test_each_made_table_is_as_the_code_has_it(section: str) -> None:
    begin, end = f"<!-- {section}: made by `make reference` -->\n", f"\n<!-- end of {section} -->"

    assert TEXT.partition(begin)[2].partition(end)[0] == SECTIONS[section](), "run `make reference`"


def test_making_the_tables_again_changes_nothing() -> None:
    assert renewed(TEXT) == TEXT


def test_the_tables_are_written_between_their_marks(tmp_path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(re.sub(r"(?m)^\| `LINERNOTES_HOME`.*\n", "", TEXT), encoding="utf-8")

    main(readme)

    assert readme.read_text(encoding="utf-8") == TEXT


def test_a_table_without_a_place_is_named() -> None:
    with pytest.raises(ValueError, match="README has no place for views"):
        renewed(TEXT.replace("<!-- end of views -->", ""))


def test_every_command_stands_in_readme() -> None:
    assert isinstance(cli, Group)
    commands = {f"linernotes {name}" for name in cli.commands} - {"linernotes ui"}

    assert {command for command in commands if command not in TEXT} == set()
    assert "make ui" in TEXT


def test_every_target_of_the_makefile_that_readme_names_exists() -> None:
    makefile = (PROJECT_ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))

    assert set(re.findall(r"`?make ([a-z]+)\b", TEXT)) & {"ingest", "ui", "check", "bench", "reference"} <= targets
    assert set(re.findall(r"`make ([a-z]+)", TEXT)) <= targets


def test_every_setting_stands_in_the_example_of_env() -> None:
    example = (PROJECT_ROOT / ".env.example").read_text(encoding="utf-8")

    named = set(re.findall(r"^\| `([A-Z_]+)` \|", SECTIONS["settings"](), re.MULTILINE))
    assert {name for name in named if name not in example} == set()


def test_the_line_for_other_tools_finds_a_home_that_was_moved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    block = re.search(r"```sql\n(install ducklake;.*)\n```", TEXT)
    assert block is not None
    with Lake(tmp_path / "before").write(run_id="run-1") as tx:
        tx.upsert("runs", [{"run_id": "run-1"}])
    (tmp_path / "before").rename(tmp_path / "data")
    monkeypatch.chdir(tmp_path)

    with duckdb.connect() as connection:
        connection.execute(block[1].replace("install ducklake", f"load {quoted(extension_file())}"))

        assert connection.execute("select run_id from runs").fetchall() == [("run-1",)]
