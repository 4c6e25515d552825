"""Fixtures: a house in which some recordings lie in several files."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from resources.worker_pool import WorkerPool
    from tests.house import House


@pytest.fixture(scope="session")
def collected(tmp_path_factory: pytest.TempPathFactory, bare: Path, pool: "WorkerPool") -> Path:
    """A folder with a home in which the collection was ingested and searched: to copy, not to work in."""
    from tests.house import copy_of, lived_in
    from tests.ingest_assets import collection as collection_of

    folder = copy_of(bare, tmp_path_factory.mktemp("collected"))
    with pytest.MonkeyPatch.context() as patch, lived_in(folder, pool, patch) as house:
        collection_of.fill(house.music)
        assert house.ingest() == [True]
        collection_of.searched(house)
    return folder


@pytest.fixture
def collection(
    tmp_path: Path, collected: Path, pool: "WorkerPool", monkeypatch: pytest.MonkeyPatch
) -> Iterator["House"]:
    """A collection of one's own."""
    from tests.house import copy_of, lived_in

    with lived_in(copy_of(collected, tmp_path / "house"), pool, monkeypatch) as house:
        yield house
        assert house.broken_checks() == []
