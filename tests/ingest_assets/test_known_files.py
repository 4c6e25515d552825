from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ingest_assets.known_files import KnownFiles
from lake.snapshot import Snapshot
from lake.store import Lake

PATHS = ("Old/1.flac", "Old/2.flac", "Old/3.flac", "Else/4.flac", "5.flac")


class CountedLake(Lake):
    """Counts how often it was opened."""

    reads = 0

    @contextmanager
    def read(self) -> Iterator[Snapshot]:
        self.reads += 1
        with super().read() as snapshot:
            yield snapshot


@pytest.fixture
def lake(tmp_path: Path) -> CountedLake:
    lake = CountedLake(tmp_path)
    rows = [
        {
            "file_key": path,
            "library": "shelf",
            "path": path,
            "path_bytes": path.encode(),
            "size_bytes": 1,
            "audio_sha256": f"audio of {path}",
        }
        for path in PATHS
    ]
    with lake.write(run_id="before") as tx:
        tx.replace("discovered_files", PATHS, rows)
    lake.reads = 0
    return lake


def twins(known: KnownFiles, path: str) -> list[str]:
    return [twin.file_key for twin in known.twins(f"audio of {path}", of="moved")]


def test_files_that_were_moved_together_are_looked_up_together(lake: CountedLake) -> None:
    known = KnownFiles(lake, ["moved"])

    found = [twins(known, path) for path in PATHS[:3]]

    assert found == [[path] for path in PATHS[:3]]
    assert lake.reads == 2  # one for the batch, one for the folder


def test_a_file_of_another_folder_is_looked_up_by_itself(lake: CountedLake) -> None:
    known = KnownFiles(lake, ["moved"])

    found = [twins(known, path) for path in PATHS]

    assert found == [[path] for path in PATHS]
    assert lake.reads == 4


def test_a_file_is_no_twin_of_itself(lake: CountedLake) -> None:
    known = KnownFiles(lake, [PATHS[0]])

    assert known.twins(f"audio of {PATHS[0]}", of=PATHS[0]) == []
    assert known.of(PATHS[0]).audio_sha256 == f"audio of {PATHS[0]}"


def test_nothing_is_known_of_a_file_that_was_never_seen(lake: CountedLake) -> None:
    known = KnownFiles(lake, ["never"])

    assert known.of("never").outcomes == {}
    assert known.twins("audio of nothing", of="never") == []


def test_what_is_bulky_is_read_when_it_is_asked_for_and_then_of_all_files(lake: CountedLake) -> None:
    known = KnownFiles(lake, PATHS)
    assert lake.reads == 1

    contours = [known.of(path).contour() for path in PATHS]

    assert contours == [None] * len(PATHS)
    assert lake.reads == 2
