"""What a lake is like after its writer was killed, and while it is read and written by several processes."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lake import publication
from lake.errors import LakeWriteError
from lake.places import places
from lake.publication import is_published
from lake.store import Lake

PROJECT = Path(publication.__file__).parents[1]
ROUNDS = 12
PATIENCE_SECONDS = 60
GENERATIONS = """
    select (select count(*) from segments), (select count(*) from source_media), (select count(*) from outcomes),
        (select min(start_time_ticks) from segments), (select max(start_time_ticks) from segments),
        (select min(segment_count) from source_media), (select max(segment_count) from source_media),
        (select min(attempts) from outcomes), (select max(attempts) from outcomes),
        (select max(files_done) from runs), (select count(*) from runs)
"""


class Writers:
    """The program that writes from child processes."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.children: list[int] = []

    def _ask(self, *words: object) -> int:
        assert self._process.stdin
        assert self._process.stdout
        print(*words, sep="\t", file=self._process.stdin, flush=True)
        return int(self._process.stdout.readline())

    def start(self, *words: object) -> int:
        child = self._ask(*words)
        self.children.append(child)
        return child

    def wait(self, child: int) -> int:
        """Return how a child ended."""
        self.children.remove(child)
        return self._ask("wait", child)


@pytest.fixture(scope="module")
def program() -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.lake.writer_processes"],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
        process.communicate()
    assert process.returncode == 0


@pytest.fixture
def writers(program: subprocess.Popen[str]) -> Iterator[Writers]:
    writers = Writers(program)
    yield writers
    for child in list(writers.children):
        os.kill(child, signal.SIGKILL)
        writers.wait(child)


def generation_of(lake: Lake) -> int:
    """Return the one generation that all tables show; 0 for an empty lake."""
    with lake.read() as snapshot:
        *counts, run_count = snapshot.tuples(GENERATIONS)[0]
    if run_count == 0:
        assert counts == [0, 0, 0, *[None] * 7]
        return 0
    generation = counts[-1]
    assert [*counts, run_count] == [4, 4, 4, *[generation] * 7, 1]
    return generation


def test_a_writer_killed_at_any_moment_leaves_whole_generations(lake: Lake, writers: Writers) -> None:
    moments = random.Random(20261121)  # noqa: S311  when a writer is killed is no secret
    newest = 0
    for number in range(ROUNDS):
        child = writers.start("generations", lake.places.home)
        until = time.monotonic() + moments.uniform(0.05, 0.5)
        patience = until + PATIENCE_SECONDS

        # read while it writes: every copy is whole, and none is older than the last; the first round waits for one
        while time.monotonic() < until or (number == newest == 0 and time.monotonic() < patience):
            seen = generation_of(lake)
            assert seen >= newest
            newest = seen
        os.kill(child, signal.SIGKILL)
        assert writers.wait(child) == -signal.SIGKILL

        healed = generation_of(lake)
        assert healed >= newest
        assert is_published(lake.places)
        newest = healed
    assert newest > 0
    with lake.write(run_id="after") as tx:
        tx.replace("segments", ["after"], [{"file_key": "after", "segment_index": 0}])
    lake.maintain(keep_days=0)


def test_what_was_committed_before_the_copy_is_published_by_the_next_reader(lake: Lake, writers: Writers) -> None:
    child = writers.start("unpublished", lake.places.home)
    assert writers.wait(child) == -signal.SIGKILL
    unpublished = is_published(lake.places)

    assert not unpublished
    assert generation_of(lake) == 1


def test_a_lake_whose_first_writer_was_killed_is_made_by_the_next(new_home: Path, writers: Writers) -> None:
    child = writers.start("generations", new_home)
    while not places(new_home).catalog.exists():
        time.sleep(0.005)
    os.kill(child, signal.SIGKILL)
    writers.wait(child)

    assert generation_of(Lake(new_home)) >= 0
    assert Lake(new_home).identity() is not None


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9], ids=["nothing", "a part", "nearly all"])
def test_a_catalog_that_was_only_begun_is_made_anew(new_home: Path, tmp_path: Path, share: float) -> None:
    whole = Lake(tmp_path / "whole")
    assert generation_of(whole) >= 0
    data = whole.places.catalog.read_bytes()
    places(new_home).folder.mkdir(parents=True)
    places(new_home).catalog.write_bytes(data[: int(len(data) * share)])

    assert generation_of(Lake(new_home)) >= 0


def test_a_damaged_catalog_with_rows_is_never_removed(new_home: Path) -> None:
    place = places(new_home)
    place.data.mkdir(parents=True)
    (place.data / "rows.parquet").write_bytes(b"rows of somebody")
    place.catalog.write_bytes(b"damaged")

    with pytest.raises(LakeWriteError):
        generation_of(Lake(new_home))

    assert place.catalog.read_bytes() == b"damaged"


def test_four_processes_write_at_once_and_nothing_is_lost(lake: Lake, writers: Writers) -> None:
    batches = 3
    children = [writers.start("batches", lake.places.home, batches, f"writer{number}") for number in range(4)]
    before, until = 0, time.monotonic() + PATIENCE_SECONDS

    while before < 4 * batches * 2 and time.monotonic() < until:
        with lake.read() as snapshot:
            files, halves, outcomes = snapshot.tuples(
                "select (select count(distinct file_key) from segments), "
                "(select count(*) from (select 1 from segments group by file_key having count(*) <> 2)), "
                "(select count(*) from outcomes)"
            )[0]
        assert (halves, files % 2, outcomes) == (0, 0, files)
        assert files >= before
        before = files

    assert [writers.wait(child) for child in children] == [0] * 4
    with lake.read() as snapshot:
        assert dict(snapshot.tuples("select run_id, count(*) from outcomes group by 1")) == {
            f"writer{number}": batches * 2 for number in range(4)
        }
