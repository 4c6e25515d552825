"""What asking the lake costs when it holds 100,000 files, and what the lake costs those who write into it then.

The table has the processor time of all of DuckDB's threads, which a busy machine hardly changes; the goal is about the
seconds that an analyst waits.
"""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import duckdb

from benchmarks.costs import Stopwatch, least
from benchmarks.report import Figure, Matrix, Part
from benchmarks.synthetic_lake import RUN_FILES, make_lake
from ingest_assets.checks import CHECKS, evaluate
from ingest_assets.known_files import KnownFiles
from lake.catalog import VIEWS, connect
from lake.declarations import PROVENANCE
from lake.identification_due import due_folders
from lake.store import Lake
from lake.tables import TABLES

FILES, QUICK_FILES = 100_000, 5_000
BATCHES, QUICK_BATCHES = 40, 5
BATCH_FILES: Final = 100
"""As a run flushes them."""
ROUNDS: Final = 4
BULKY: Final = ("waveform", "fingerprint")
"""Columns of some kilobytes a row, which are read for a few rows and not for all."""
FIRST_ROWS: Final = 100
"""How an analyst meets a view: all its columns, no condition."""
GOAL_SECONDS: Final = 0.5
CPU, CLOCK = "CPU-s", "s"
Costs = dict[tuple[str, str], float]
"""By question and unit."""
QUERIES: Final = {
    "albums by loudness": "select artist, album, count(*), avg(integrated_lufs) as lufs, sum(duration_seconds) / 60 "
    "from library group by all order by lufs desc limit 20",
    "songs by a word in the title": "select artist, title, path from library where title ilike '%song 4242%'",
    "everything about one file": "select * from library where path like '%/07 - Song 4242.flac'",
    "a page of the library": "select * from library order by artist, album, track_number limit 100",
    "tasks by stage and status": "select stage, status, count(*) from enrichment_tasks group by all",
    "tasks of one file": "select * from enrichment_tasks where file_key like 'song-4242~%'",
    "errors by code": "select error_code, count(*), any_value(path) from files where status = 'error' group by all",
}
TABLES_BY_FILE: Final = ("discovered_files", "segments", "source_media", "fingerprints", "audio_features", "outcomes")


def measure(folder: Path, *, quick: bool) -> Part:
    """Return the cost of each view and of queries, before and after many small writes, and after maintenance."""
    lake, watch = Lake(folder / "home"), Stopwatch()
    files, batches = (QUICK_FILES, QUICK_BATCHES) if quick else (FILES, BATCHES)
    make_lake(lake, files=files)
    asked = {"large writes": _asked(lake)}
    for number in range(batches):
        _write_again(lake, number, watch)
    asked[f"{batches} small writes"] = _asked(lake)
    with watch.on("maintenance"):
        lake.maintain()
    asked["maintenance"] = _asked(lake)
    figures = (
        *(_slowest(state, costs) for state, costs in asked.items()),
        Figure(
            f"writing {BATCH_FILES} files anew, all tables",
            1000 * watch.seconds["writing"] / (batches * BATCH_FILES),
            "CPU-ms/file",
        ),
        *_batch_figures(lake),
        Figure("maintenance", watch.seconds["maintenance"], "CPU-s"),
        Figure("disk", lake.size().total_bytes / files / 1000, "kB/file"),
    )
    return Part(f"A lake of {files:,} files", figures, _matrix(asked))


def _matrix(asked: Mapping[str, Costs]) -> Matrix:
    names = [name for name, unit in next(iter(asked.values())) if unit == CPU]
    rows = tuple((f"{name} ({CPU})", tuple(costs[name, CPU] for costs in asked.values())) for name in names)
    return Matrix(tuple(f"after {state}" for state in asked), rows)


def _slowest(state: str, costs: Costs) -> Figure:
    seconds, name = max((seconds, name) for (name, unit), seconds in costs.items() if unit == CLOCK)
    return Figure(f"the slowest after {state}: {name}", seconds, CLOCK, GOAL_SECONDS)


def _asked(lake: Lake) -> Costs:
    """Return the cost of each view, whole and its first rows, and of each query."""
    columns = f"columns(lambda name: name not in {BULKY})"
    questions = {f"view {view.name}": f"select count({columns}) from {view.name}" for view in VIEWS}
    questions |= {f"first rows of {view.name}": f"select * from {view.name} limit {FIRST_ROWS}" for view in VIEWS}
    questions |= {f"query: {name}": sql for name, sql in QUERIES.items()}
    with connect(lake.places.home) as connection:
        return least(ROUNDS, lambda: _ask(connection, questions))


def _ask(connection: duckdb.DuckDBPyConnection, questions: Mapping[str, str]) -> Costs:
    costs: Costs = {}
    for name, sql in questions.items():
        begun = time.process_time(), time.perf_counter()
        connection.execute(sql).fetchall()
        costs[name, CPU], costs[name, CLOCK] = time.process_time() - begun[0], time.perf_counter() - begun[1]
    return costs


def _write_again(lake: Lake, number: int, watch: Stopwatch) -> None:
    """Replace the rows of a batch of files as a run does."""
    keys = _keys(lake, number)
    given = ", ".join(column.name for column in PROVENANCE)
    with lake.read() as snapshot, snapshot.keys("_wanted", keys):
        rows = {
            table: snapshot.rows(f"select * exclude ({given}) from {table} where file_key in (from _wanted)")
            for table in TABLES_BY_FILE
        }
    with watch.on("writing"), lake.write(run_id="benchmark again") as tx:
        for table in TABLES_BY_FILE:
            if TABLES[table].key == ("asset", "file_key"):
                tx.record_outcomes(rows[table])
            else:
                tx.replace(table, keys, rows[table])
        tx.finish_planned(keys)


def _keys(lake: Lake, number: int, *, files: int = BATCH_FILES) -> list[str]:
    with lake.read() as snapshot:
        found = snapshot.tuples(
            "select file_key from discovered_files order by path limit ? offset ?", (files, number * files)
        )
    return [key for (key,) in found]


def _batch_figures(lake: Lake) -> list[Figure]:
    """Return what a batch pays for the size of the lake, beside its writes."""
    keys = _keys(lake, 0, files=RUN_FILES)
    with lake.read() as snapshot, snapshot.keys("_wanted", keys):
        audio = snapshot.tuples(
            "select audio_sha256 from discovered_files where file_key in (from _wanted) order by path"
        )
    watch = Stopwatch()
    with watch.on("known"):
        KnownFiles(lake, keys)
    moved = KnownFiles(lake, ["moved"])
    with watch.on("moved"):
        for (audio_sha256,) in audio:
            moved.twins(audio_sha256, of="moved")
    with watch.on("due"), lake.read() as snapshot:
        due_folders(snapshot, now=datetime.now(UTC), standing=())
    with watch.on("checks"), lake.read() as snapshot:
        for check in CHECKS:
            evaluate(check, snapshot)
    return [
        Figure(f"what is known of a batch of {RUN_FILES}", watch.seconds["known"], "CPU-s/batch"),
        Figure("recognising a moved file", 1000 * watch.seconds["moved"] / len(audio), "CPU-ms/file"),
        Figure("which folders are to be identified", watch.seconds["due"], "CPU-s/planning"),
        Figure("checks", watch.seconds["checks"], "CPU-s/batch"),
    ]
