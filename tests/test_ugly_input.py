import hashlib
import os
import stat
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from lake.store import Lake
from resources.settings import PROJECT_ROOT
from tests.ugly_music import KINDS, make_ugly_folder

IDS = [repr(kind.name)[2:-1][:40] for kind in KINDS]
NO_ROW = ("hidden", "nothing")
Tree = Mapping[bytes, tuple[object, ...]]


class Ingested:
    """What one ingest of everything that is ugly came to."""

    def __init__(self, folder: Path) -> None:
        self.music, self.home = folder / "music", folder / "home"
        self.expected = make_ugly_folder(self.music)
        self.before = tree(os.fsencode(self.music))
        environment = {
            **os.environ,
            "LINERNOTES_HOME": str(self.home),
            "LINERNOTES_MUSIC": "",
            "TERM": "dumb",
        }
        command = [sys.executable, "-m", "ingest_assets.cli", "ingest", str(self.music)]
        self.process = subprocess.run(
            command, env=environment, cwd=PROJECT_ROOT, capture_output=True, check=False, timeout=300
        )
        self.after = tree(os.fsencode(self.music))
        with Lake(self.home).read() as snapshot:
            rows = snapshot.rows(
                "from outcomes join discovered_files using (file_key) where asset <> 'identifications'"
            )
            self.identified = dict(
                snapshot.tuples(
                    "select path_bytes, status from outcomes join discovered_files using (file_key) "
                    "where asset = 'identifications'"
                )
            )
            self.refused = dict(snapshot.tuples("select path_bytes, error_code from refused_paths"))
        self.outcomes: dict[bytes, list[dict]] = {}
        for row in rows:
            self.outcomes.setdefault(row["path_bytes"], []).append(row)


def tree(folder: bytes) -> Tree:
    """Return name, kind, mode, times and bytes of everything below a folder, links not followed."""
    found: dict[bytes, tuple[object, ...]] = {}
    for place, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = os.path.join(place, name)
            status = os.lstat(path)
            content: object = None
            if stat.S_ISLNK(status.st_mode):
                content = os.readlink(path)
            elif stat.S_ISREG(status.st_mode) and os.access(path, os.R_OK):
                content = hashlib.sha256(Path(os.fsdecode(path)).read_bytes()).hexdigest()
            found[path] = (status.st_mode, status.st_size, status.st_mtime_ns, content)
    return found


@pytest.fixture(scope="module")
def ingested_ugly(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ingested]:
    return Ingested(tmp_path_factory.mktemp("ugly"))


@pytest.mark.parametrize("index", range(len(KINDS)), ids=IDS)
def test_what_comes_of_it_is_what_was_declared(ingested_ugly: Ingested, index: int) -> None:
    name, declared = list(ingested_ugly.expected.items())[index]
    rows = ingested_ugly.outcomes.get(name, [])
    codes = {row["error_code"] for row in rows if row["error_code"]}
    errors = {row["error_code"] for row in rows if row["status"] == "error"}
    if declared == "UNREADABLE_FILE" and os.geteuid() == 0:
        declared = "done"  # nothing is unreadable to root

    if declared in NO_ROW:
        assert rows == []
    elif declared.startswith("refused:"):
        assert (rows, ingested_ugly.refused.get(name)) == ([], declared.removeprefix("refused:"))
    elif declared.startswith("!"):
        assert (errors, declared[1:] in codes, len(rows)) == (set(), True, 4)
    elif declared in ("done", "error"):
        assert (bool(errors), len(rows)) == (declared == "error", 4), codes
    else:
        assert (errors, len(rows)) == ({declared}, 4)


def test_the_run_succeeds_and_no_traceback_is_in_its_log(ingested_ugly: Ingested) -> None:
    log = (ingested_ugly.home / "logs" / "lane-ingest_files.log").read_text(encoding="utf-8")

    assert ingested_ugly.process.returncode == 0, ingested_ugly.process.stderr.decode()
    assert "Traceback" not in log
    assert "RUN_SUCCESS" in log
    assert "Traceback" not in ingested_ugly.process.stderr.decode()


def test_the_music_is_as_it_was(ingested_ugly: Ingested) -> None:
    assert ingested_ugly.after == ingested_ugly.before


def test_what_cannot_be_read_is_not_identified_and_the_rest_waits_for_a_contact(ingested_ugly: Ingested) -> None:
    has_pieces = {
        path: any(row["asset"] == "segments" and row["status"] in ("done", "not_found") for row in rows)
        for path, rows in ingested_ugly.outcomes.items()
    }

    assert ingested_ugly.identified == {path: "deferred" if has else "skipped" for path, has in has_pieces.items()}


def test_every_path_that_was_seen_is_accounted_for(ingested_ugly: Ingested) -> None:
    declared = {name for name, outcome in ingested_ugly.expected.items() if outcome not in NO_ROW}

    assert ingested_ugly.outcomes.keys() | ingested_ugly.refused.keys() == declared
    assert not ingested_ugly.outcomes.keys() & ingested_ugly.refused.keys()


def test_nothing_that_a_terminal_obeys_is_printed(ingested_ugly: Ingested) -> None:
    printed = ingested_ugly.process.stdout + ingested_ugly.process.stderr

    assert b"\x1b" not in printed
    assert "70 files found" in printed.decode() or b" files found" in printed
