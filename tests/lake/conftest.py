"""Fixtures: a lake of one's own, and its tables and views in memory for tests that need no storage."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from lake.connection import NAME, close_idle
from lake.schema import DECLARED, bring_up_to_date
from lake.store import Lake
from lake.transaction import Transaction
from tests.lake.making import NOW


@pytest.fixture(scope="session")
def empty_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home with a lake in which nothing was written: to copy, not to work in."""
    home = tmp_path_factory.mktemp("empty")
    with Lake(home).read():
        pass
    yield home
    close_idle()


@pytest.fixture(scope="session")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where each test finds its home: always the same, so that a connection serves them all."""
    return tmp_path_factory.mktemp("work") / "home"


@pytest.fixture
def home(workplace: Path, empty_home: Path) -> Iterator[Path]:
    """A home of one's own with an empty lake."""
    yield Path(shutil.copytree(empty_home, workplace))
    shutil.rmtree(workplace, ignore_errors=True)


@pytest.fixture
def lake(home: Path) -> Lake:
    return Lake(home)


@pytest.fixture
def new_home(tmp_path: Path) -> Iterator[Path]:
    """A folder without a lake."""
    yield tmp_path / "new"
    close_idle()


@pytest.fixture(scope="session")
def memory() -> Iterator[duckdb.DuckDBPyConnection]:
    """All tables and views in memory, empty."""
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"attach ':memory:' as {NAME}")
        connection.execute(f"use {NAME}")
        bring_up_to_date(connection, DECLARED, now=NOW, run_id="setup")
        yield connection


@pytest.fixture
def desk(memory: duckdb.DuckDBPyConnection) -> Iterator[Transaction]:
    """Tables to write into and views to ask; nothing stays."""
    memory.execute("begin")
    yield Transaction(memory, DECLARED.tables, run_id="run-1", now=NOW)
    memory.execute("rollback")
