"""Fixtures: a home of one's own, and a house that was ingested once and is copied for each test."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # small products fight over cores; read when numpy is imported

if TYPE_CHECKING:
    from resources.worker_pool import WorkerPool
    from tests.house import House


@pytest.fixture(scope="session")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator["WorkerPool"]:
    """The reading processes of all tests: a start of one takes a second."""
    from resources.processes import READ_FILE
    from resources.worker_pool import WorkerPool

    with WorkerPool(READ_FILE, workers=2, log=tmp_path_factory.mktemp("logs") / "workers.log") as workers:
        yield workers


@pytest.fixture(scope="session")
def ingested(tmp_path_factory: pytest.TempPathFactory, pool: "WorkerPool") -> Path:
    """A folder with a home and six files of music that were ingested: to copy, not to work in."""
    from ingest_assets.definitions import defs
    from tests import house

    folder = tmp_path_factory.mktemp("ingested")
    with pytest.MonkeyPatch.context() as patch, house.lived_in(folder, pool, patch) as template:
        house.fill_shelf(template.music)
        template.definitions = defs
        assert template.ingest() == [True]
    return folder


@pytest.fixture
def house(tmp_path: Path, ingested: Path, pool: "WorkerPool", monkeypatch: pytest.MonkeyPatch) -> Iterator["House"]:
    """A house of one's own in which six files were ingested."""
    from tests.house import copy_of, lived_in

    with lived_in(copy_of(ingested, tmp_path / "house"), pool, monkeypatch) as lived:
        yield lived
        assert lived.broken_checks() == []


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory, pool: "WorkerPool") -> Path:
    """A folder with a home in which Dagster's storage is made and nothing else: it takes a second."""
    from tests.house import lived_in

    folder = tmp_path_factory.mktemp("bare")
    with pytest.MonkeyPatch.context() as patch, lived_in(folder, pool, patch) as house:
        house.instance.get_dynamic_partitions("none")
    return folder


@pytest.fixture
def new_house(tmp_path: Path, bare: Path, pool: "WorkerPool", monkeypatch: pytest.MonkeyPatch) -> Iterator["House"]:
    """A house without music, in which nothing was ever done."""
    from tests.house import copy_of, lived_in

    with lived_in(copy_of(bare, tmp_path / "house"), pool, monkeypatch) as lived:
        yield lived
        assert lived.broken_checks() == []
