import os
import signal
import sqlite3
import subprocess
import sys
import time
import wave
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import dagster as dg
import numpy as np
import psutil
import pytest

from resources.settings import PROJECT_ROOT
from resources.worker_pool import WorkerPool
from tests.house import LONG_AGO_NS, House, lived_in

FILES = 12
SECONDS = 40
PATIENCE_SECONDS = 90.0


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


def start(house: House) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "LINERNOTES_WORKERS": "1", "LINERNOTES_BATCH_FILES": "5"}
    return subprocess.Popen(
        [sys.executable, "-m", "ingest_assets.cli", "ingest"],
        cwd=PROJECT_ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def wait_until_at_work(house: House, process: subprocess.Popen[bytes], *, but_not: str | None) -> str:
    """Wait until a run, another than before, has a file done and is at the next; return its id."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until and process.poll() is None:
        with closing(sqlite3.connect(house.home / "state.sqlite", timeout=60)) as state:
            found = state.execute("select run_id from progress where done > 0 and done < total").fetchone()
        if found and found[0] != but_not:
            return found[0]
        time.sleep(0.05)
    raise AssertionError(f"no run came to be at work: {process.communicate()}")


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


def test_an_ingest_that_is_interrupted_and_then_killed_ends_as_an_undisturbed_one(
    houses: tuple[House, Mapping],
) -> None:
    house, expected = houses

    interrupted = start(house)
    first = wait_until_at_work(house, interrupted, but_not=None)
    interrupted.send_signal(signal.SIGINT)
    _, said = interrupted.communicate(timeout=PATIENCE_SECONDS)

    assert interrupted.returncode == 130, said
    assert b"To go on where it stopped" in said
    assert house.instance.get_run_by_id(first).status == dg.DagsterRunStatus.CANCELED
    assert house.statuses() == ["CANCELED"]
    written = house.tuples("select count(*) from discovered_files")[0][0]
    assert 0 < written < FILES
    assert house.broken_checks() == []

    killed = start(house)
    second = wait_until_at_work(house, killed, but_not=first)
    family = [psutil.Process(killed.pid), *psutil.Process(killed.pid).children(recursive=True)]
    for process in family:
        process.kill()
    killed.communicate(timeout=PATIENCE_SECONDS)
    psutil.wait_procs(family, timeout=PATIENCE_SECONDS)

    assert len(family) >= 3
    assert house.instance.get_run_by_id(second).status == dg.DagsterRunStatus.STARTED
    assert house.broken_checks() == []

    last = start(house)
    out, said = last.communicate(timeout=PATIENCE_SECONDS)

    assert last.returncode == 0, said
    assert house.instance.get_run_by_id(second).status == dg.DagsterRunStatus.FAILURE
    assert set(house.statuses()) <= {"CANCELED", "FAILURE", "SUCCESS"}
    assert set(house.outcomes().values()) == {"done"}
    assert (house.todo(), house.tuples("from planned_files")) == (set(), [])
    assert house.staleness() == {}
    assert facts(house) == expected
    assert f"{FILES} files found" in out.decode()
    assert house.tuples("select count(*) from runs where status = 'STARTED'") == [(0,)]
