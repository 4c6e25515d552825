"""Fixtures: the command, and a house in which some recordings lie in several files."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from resources.worker_pool import WorkerPool
    from tests.house import House
    from tests.ingest_assets.commands import Command, Said


@pytest.fixture
def linernotes(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> "Command":
    """The command in this process, with what it prints."""
    from ingest_assets import cli
    from tests.ingest_assets.commands import Said

    def run(*arguments: str) -> "Said":
        monkeypatch.setattr(sys, "argv", ["linernotes", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        printed = capsys.readouterr()
        return Said(int(ended.value.code or 0), printed.out, printed.err)

    return run


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


@pytest.fixture(scope="session")
def questioned(tmp_path_factory: pytest.TempPathFactory, ingested: Path, pool: "WorkerPool") -> Path:
    """A folder with a home in which questions are open: to copy, not to work in."""
    from tests.house import copy_of, lived_in
    from tests.ingest_assets.questions import asked

    folder = copy_of(ingested, tmp_path_factory.mktemp("questioned"))
    with pytest.MonkeyPatch.context() as patch, lived_in(folder, pool, patch) as house:
        asked(house)
    return folder


@pytest.fixture(scope="module")
def open_house(tmp_path_factory: pytest.TempPathFactory, questioned: Path, pool: "WorkerPool") -> Iterator["House"]:
    """A house in which nothing is answered."""
    from tests.house import copy_of, lived_in

    folder = copy_of(questioned, tmp_path_factory.mktemp("open"))
    with pytest.MonkeyPatch.context() as patch, lived_in(folder, pool, patch) as house:
        yield house
        assert house.tuples("from decisions") == []


@pytest.fixture
def asking(tmp_path: Path, questioned: Path, pool: "WorkerPool", monkeypatch: pytest.MonkeyPatch) -> Iterator["House"]:
    """A house of one's own to answer in."""
    from tests.house import copy_of, lived_in

    with lived_in(copy_of(questioned, tmp_path / "house"), pool, monkeypatch) as house:
        yield house
