"""What asking the lake costs when it holds 100,000 files, and what the lake costs those who write into it then.

Costs are the processor time of all of DuckDB's threads: on a machine that does nothing else, nobody waits longer.
"""

from pathlib import Path
from typing import Final

from benchmarks.costs import Stopwatch, least
from benchmarks.report import Figure, Matrix, Part
from benchmarks.synthetic_lake import RUN_FILES, make_lake
from ingest_assets.checks import CHECKS, evaluate
from ingest_assets.known_files import KnownFiles
from lake.catalog import VIEWS, connect
from lake.declarations import PROVENANCE
from lake.store import Lake
from lake.tables import TABLES

FILES, QUICK_FILES = 100_000, 5_000
BATCHES, QUICK_BATCHES = 60, 5
BATCH_FILES: Final = 100
"""As a run flushes them."""
ROUNDS: Final = 3
BULKY: Final = ("waveform", "fingerprint")
"""Columns of some kilobytes a row, which are read for a few rows and not for all."""
GOAL_SECONDS: Final = 0.5
QUERIES: Final = {
    "albums by loudness": "select artist, album, count(*), avg(integrated_lufs) as lufs, sum(duration_seconds) / 60 "
    "from library group by all order by lufs desc limit 20",
    "songs by a word in the title": "select artist, title, path from library where title ilike '%song 4242%'",
    "everything about one file": "select * from library where path like '%/07 - Song 4242.flac'",
    "a page of the library": "select * from library order by artist, album, track_number limit 100",
    "errors by code": "select error_code, count(*), any_value(path) from files where status = 'error' group by all",
}
TABLES_BY_FILE: Final = ("discovered_files", "segments", "source_media", "fingerprints", "audio_features", "outcomes")


def measure(folder: Path, *, quick: bool) -> Part:
    """Return the cost of each view and of queries, before and after many small writes, and after maintenance."""
    lake = Lake(folder / "home")
    files = QUICK_FILES if quick else FILES
    make_lake(lake, files=files)
    asked = {"large writes": _asked(lake)}
    batches = QUICK_BATCHES if quick else BATCHES
    write_seconds = sum(_write_again(lake, number) for number in range(batches)) / (batches * BATCH_FILES)
    asked[f"then {batches} small ones"] = _asked(lake)
    maintenance = Stopwatch()
    with maintenance.on("all"):
        lake.maintain()
    asked["then maintenance"] = _asked(lake)
    names = list(asked["large writes"])
    matrix = Matrix(
        tuple(asked), tuple((f"{name} (CPU-s)", tuple(seconds[name] for seconds in asked.values())) for name in names)
    )
    worst = [
        Figure(f"the dearest after {state}: {name}", seconds[name], "CPU-s", GOAL_SECONDS)
        for state, seconds in asked.items()
        for name in [max(seconds, key=lambda each: seconds[each])]
    ]
    figures = (
        *worst,
        Figure(f"writing {BATCH_FILES} files anew, all tables", 1000 * write_seconds, "CPU-ms/file"),
        *_batch_figures(lake),
        Figure("maintenance", maintenance.seconds["all"], "CPU-s"),
        Figure("disk", lake.size().total_bytes / files / 1000, "kB/file"),
    )
    return Part(f"A lake of {files:,} files", figures, matrix)


def _asked(lake: Lake) -> dict[str, float]:
    """Return the cost of each view with its columns, and of each query."""
    columns = f"columns(lambda name: name not in {BULKY})"
    questions = {f"view {view.name}": f"select count({columns}) from {view.name}" for view in VIEWS}
    questions |= {f"query: {name}": sql for name, sql in QUERIES.items()}
    with connect(lake.places.home) as connection:

        def ask() -> dict[str, float]:
            watch = Stopwatch()
            for name, sql in questions.items():
                with watch.on(name):
                    connection.execute(sql).fetchall()
            return watch.seconds

        return least(ROUNDS, ask)


def _write_again(lake: Lake, number: int) -> float:
    """Replace the rows of a batch of files as a run does; return the processor time."""
    keys = _keys(lake, number)
    given = ", ".join(column.name for column in PROVENANCE)
    with lake.read() as snapshot, snapshot.keys("_wanted", keys):
        rows = {
            table: snapshot.rows(f"select * exclude ({given}) from {table} where file_key in (from _wanted)")
            for table in TABLES_BY_FILE
        }
    watch = Stopwatch()
    with watch.on("all"), lake.write(run_id="benchmark again") as tx:
        for table in TABLES_BY_FILE:
            if TABLES[table].key == ("asset", "file_key"):
                tx.record_outcomes(rows[table])
            else:
                tx.replace(table, keys, rows[table])
        tx.finish_planned(keys)
    return watch.seconds["all"]


def _keys(lake: Lake, number: int, *, files: int = BATCH_FILES) -> list[str]:
    with lake.read() as snapshot:
        found = snapshot.tuples(
            "select file_key from discovered_files order by path limit ? offset ?", (files, number * files)
        )
    return [key for (key,) in found]


def _batch_figures(lake: Lake) -> list[Figure]:
    """Return what a batch pays for the size of the lake, beside its writes."""
    keys = _keys(lake, 0, files=RUN_FILES)
    watch = Stopwatch()
    with watch.on("known"):
        KnownFiles(lake, keys)
    with watch.on("checks"), lake.read() as snapshot:
        for check in CHECKS:
            evaluate(check, snapshot)
    return [
        Figure(f"what is known of a batch of {RUN_FILES}", watch.seconds["known"], "CPU-s/batch"),
        Figure("checks", watch.seconds["checks"], "CPU-s/batch"),
    ]
