"""What everything beside the music costs: planning, Dagster, the lake; in processor time and in room on the disk."""

from pathlib import Path
from typing import Final

from benchmarks.batch_run import BatchCosts, run_batches
from benchmarks.command import command_seconds
from benchmarks.corpus import make_albums
from benchmarks.parts import in_new_process
from benchmarks.report import Figure, Part

FILES, QUICK_FILES = 500, 60
GOAL_MS: Final = 30.0


def measure(folder: Path, *, quick: bool) -> Part:
    """Return the costs per file of new short files, and of calling the command again."""
    files = QUICK_FILES if quick else FILES
    make_albums(folder / "music", files=files)
    costs = in_new_process(run_batches)
    home = folder / "home"
    disk = [
        Figure(f"disk: {name}", sum(map(_bytes, places)) / files / 1000, "kB/file")
        for name, places in {
            "lake": (home / "lake", home / "analyst.ducklake"),
            "Dagster": (home / "dagster",),
            "state": (home / "state.sqlite",),
        }.items()
    ]
    search = command_seconds("ingest")
    unchanged = command_seconds("ingest")
    make_albums(folder / "music", files=1, first=files)
    single = command_seconds("ingest")
    return Part(
        f"{files} new files in {costs.runs} batches, beside their analysis",
        (
            *_figures(costs, files),
            *disk,
            Figure("`linernotes ingest`, a search for duplicates", search, "CPU-s"),
            Figure("`linernotes ingest`, nothing new", unchanged, "CPU-s"),
            Figure("`linernotes ingest`, one new file", single, "CPU-s"),
        ),
    )


def _figures(costs: BatchCosts, files: int) -> list[Figure]:
    rows = [Figure(name, 1000 * seconds / files, "CPU-ms/file") for name, seconds in costs.seconds.items()]
    total = Figure("Dagster, lake and planning", 1000 * costs.total_seconds / files, "CPU-ms/file", GOAL_MS)
    fixed = Figure("a run of Dagster around its steps", costs.frame_seconds / costs.runs, "CPU-s/run")
    return [
        total,
        *rows,
        fixed,
        Figure("workers, with their start", 1000 * costs.worker_seconds / files, "CPU-ms/file"),
    ]


def _bytes(place: Path) -> int:
    return sum(file.stat().st_size for file in ([place] if place.is_file() else place.rglob("*")) if file.is_file())
