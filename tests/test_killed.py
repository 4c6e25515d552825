import os
import signal
import sqlite3
import subprocess
import sys
import time
import wave
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import dagster as dg
import numpy as np
import pytest

from resources.settings import PROJECT_ROOT
from resources.worker_pool import WorkerPool
from tests.house import LONG_AGO_NS, House, lived_in
from tests.killing import PATIENCE_SECONDS, kill_family

FILES = 10
SECONDS = 30


def fill(music: Path) -> None:
    """Make long files of noise: each takes its reader a while."""
    for number in range(FILES):
        path = music / f"Noise/{number:02} - Rain.wav"
        path.parent.mkdir(exist_ok=True)
        samples = np.random.default_rng(number).integers(-9_000, 9_000, 2 * SECONDS * 44_100, np.int16)
        with wave.open(str(path), "wb") as file:
            file.setnchannels(2)
            file.setsampwidth(2)
            file.setframerate(44_100)
            file.writeframes(samples.tobytes())
        os.utime(path, ns=(LONG_AGO_NS, LONG_AGO_NS))


@contextmanager
def ingesting() -> Iterator[subprocess.Popen[bytes]]:
    """Start the command, in batches of four with one reader; nothing of it outlives the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "ingest_assets.cli", "ingest"],
        cwd=PROJECT_ROOT,
        env={**os.environ, "LINERNOTES_WORKERS": "1", "LINERNOTES_BATCH_FILES": "4"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    with process:
        try:
            yield process
        finally:
            kill_family(process)


def wait_until_at_work(house: House, process: subprocess.Popen[bytes], *, but_not: str | None = None) -> str:
    """Wait until a run, another than before, has a file done and is at the next; return its id."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until and process.poll() is None:
        for run_id in runs_at_work(house.home / "state.sqlite"):
            if run_id != but_not:
                return run_id
        time.sleep(0.05)
    raise AssertionError("no run came to be at work")


def runs_at_work(state: Path) -> list[str]:
    with suppress(sqlite3.OperationalError), closing(sqlite3.connect(f"file:{state}?mode=ro", uri=True)) as connection:
        return [row[0] for row in connection.execute("select run_id from progress where done > 0 and done < total")]
    return []


def facts(house: House) -> Mapping[str, list[tuple]]:
    """Return everything that was measured, by table, without when and by which run."""
    return {
        table: house.tuples(
            f"select path, {table}.* exclude (run_id, written_at) from {table} "
            "join discovered_files using (file_key) order by all"
        )
        for table in ("segments", "source_media", "fingerprints", "audio_features")
    }


@pytest.fixture(scope="module")
def houses(tmp_path_factory: pytest.TempPathFactory, pool: WorkerPool) -> Iterator[tuple[House, Mapping]]:
    """A house that was never ingested, and what an undisturbed ingest of its music came to."""
    with pytest.MonkeyPatch.context() as patch:
        with lived_in(tmp_path_factory.mktemp("undisturbed"), pool, patch) as calm:
            fill(calm.music)
            assert calm.ingest() == [True]
            expected = facts(calm)
        with lived_in(tmp_path_factory.mktemp("disturbed"), pool, patch) as house:
            calm.music.rename(house.music.with_name("moved"))
            house.music.rmdir()
            house.music.with_name("moved").rename(house.music)
            yield house, expected


def interrupt(house: House) -> str:
    """Press Ctrl-C in the middle of a run; return its id."""
    with ingesting() as process:
        run_id = wait_until_at_work(house, process)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=PATIENCE_SECONDS)

    assert process.returncode == 130, said
    assert b"To go on where it stopped" in said
    return run_id


def kill(house: House, *, but_not: str) -> str:
    """Kill everything in the middle of another run; return its id."""
    with ingesting() as process:
        run_id = wait_until_at_work(house, process, but_not=but_not)

        assert kill_family(process) >= 3
    return run_id


def finish() -> str:
    """Let an ingest come to its end; return what it says."""
    with ingesting() as process:
        out, said = process.communicate(timeout=PATIENCE_SECONDS)

    assert process.returncode == 0, said
    return out.decode()


def test_an_ingest_that_was_interrupted_and_then_killed_ends_as_an_undisturbed_one(
    houses: tuple[House, Mapping],
) -> None:
    house, undisturbed = houses

    interrupted = interrupt(house)
    assert house.instance.get_run_by_id(interrupted).status == dg.DagsterRunStatus.CANCELED
    assert house.broken_checks() == []
    assert 0 < len(house.tuples("from discovered_files")) < FILES

    killed = kill(house, but_not=interrupted)
    assert house.instance.get_run_by_id(killed).status == dg.DagsterRunStatus.STARTED
    assert house.broken_checks() == []

    said = finish()
    assert house.instance.get_run_by_id(killed).status == dg.DagsterRunStatus.FAILURE
    assert set(house.statuses()) <= {"CANCELED", "FAILURE", "SUCCESS"}
    assert house.tuples("select run_id from runs where status = 'STARTED'") == []
    assert (house.todo(), house.tuples("from planned_files")) == (set(), [])
    assert {(asset == "identifications", status) for (_, asset), status in house.outcomes().items()} == {
        (False, "done"),
        (True, "deferred"),
    }
    assert facts(house) == undisturbed
    assert house.staleness() == {}
    assert f"{FILES} files found" in said
