"""What looking at a large library costs: the folder sensor's ticks over files that are empty but for their names."""

import os
import sqlite3
import sys
from pathlib import Path
from typing import Final

import dagster as dg

from benchmarks.command import command_seconds
from benchmarks.corpus import make_empty_files
from benchmarks.costs import Stopwatch
from benchmarks.report import Figure, Matrix, Part
from lake.store import Lake
from resources import leases
from resources.folders import add_roots
from resources.settings import Settings, load_settings, prepare_environment
from resources.state import opened
from sensors.lake_notice import bind_state
from sensors.library_folder import ask_for_runs, look_if_due, owner_of
from sensors.planning import Planner

FILES, QUICK_FILES = 100_000, 5_000
GOAL_SECONDS: Final = 3.0
HOUR_SECONDS: Final = 3_600.0
LOOKING, PLANNING = "looking", "planning"
FIRST: Final = "first: all is new"
WAITING: Final = "later: all waits for runs"
KNOWN: Final = "later: nothing new"


def measure(folder: Path, *, quick: bool) -> Part:
    """Return the processor time of ticks."""
    files = QUICK_FILES if quick else FILES
    make_empty_files(folder / "music", files=files)
    settings = load_settings()
    prepare_environment(settings)
    with opened(settings.home) as connection, (settings.home / "benchmark.log").open("w") as log:
        os.dup2(log.fileno(), sys.stderr.fileno())  # where Dagster says what it does
        with dg.DagsterInstance.get() as instance:
            ticks = _ticks(connection, settings, instance)
    names = list(next(iter(ticks.values())))
    matrix = Matrix(
        tuple(ticks), tuple((f"{name} (CPU-s)", tuple(tick[name] for tick in ticks.values())) for name in names)
    )
    figures = [
        Figure("looking, " + FIRST, ticks[FIRST][LOOKING], "CPU-s", GOAL_SECONDS),
        Figure("planning all of them, once", ticks[FIRST][PLANNING], "CPU-s"),
        *(Figure(f"a tick, {name}", sum(ticks[name].values()), "CPU-s", GOAL_SECONDS) for name in (WAITING, KNOWN)),
        Figure("`linernotes ingest`, nothing new", command_seconds("ingest"), "CPU-s"),
    ]
    return Part(f"Looking at {files:,} files in {files // 10:,} folders", tuple(figures), matrix)


def _ticks(
    connection: sqlite3.Connection, settings: Settings, instance: dg.DagsterInstance
) -> dict[str, dict[str, float]]:
    lake = Lake(settings.home)
    bind_state(connection, lake)
    add_roots(connection, settings.roots)
    planner = Planner(instance, connection, lake, settings, owner=owner_of(settings))
    ticks: dict[str, dict[str, float]] = {}
    for number, name in enumerate((FIRST, WAITING, KNOWN)):
        if name == KNOWN:
            _finish_all(connection)
        ticks[name] = _tick(connection, settings, planner, now=2e9 + number * HOUR_SECONDS)
    return ticks


def _tick(connection: sqlite3.Connection, settings: Settings, planner: Planner, *, now: float) -> dict[str, float]:
    """Do what the sensor does, at a time when a look is due, until a whole pass is through."""
    watch = Stopwatch()
    with watch.on("opening the lake"):
        bind_state(connection, Lake(settings.home))
    with watch.on("dead runs"):
        planner.reap()
    complete = False
    while not complete:
        with watch.on(LOOKING):
            look = look_if_due(connection, settings, now=now)
        complete, now = look is None or look.complete, now + HOUR_SECONDS / 60
    with watch.on(PLANNING):
        planner.plan()
    with watch.on("asking for runs"):
        ask_for_runs(connection, owner_of(settings), None)
    return dict(watch.seconds)


def _finish_all(connection: sqlite3.Connection) -> None:
    """Let every file have been visited."""
    for lease in leases.open_leases(connection):
        leases.finish_files(connection, leases.files_of(connection, lease.keys).values())
        leases.release(connection, lease, outcome="SUCCESS", failed=False)
