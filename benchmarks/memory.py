"""The most memory that a worker holds for a song, for an hour and for three hours in one file."""

from pathlib import Path
from typing import Final

from benchmarks.analysis import everything
from benchmarks.corpus import TRACK_SECONDS, make_long_track, make_tracks
from benchmarks.report import Figure, Part
from resources.processes import READ_FILE
from resources.reading import ReadTask
from resources.worker_pool import Asked, Finished, WorkerPool

LONG_SECONDS, QUICK_LONG_SECONDS = (3600.0, 3 * 3600.0), (1800.0,)
GOAL_MB: Final = 350.0


def measure(folder: Path, *, quick: bool) -> Part:
    """Return the peak of a worker that reads nothing but this one file."""
    tracks = make_tracks(folder, seconds=TRACK_SECONDS, codecs=("flac", "aac"))
    files = {f"4 minutes, {codec}": file for codec, file in tracks.items()}
    for seconds in QUICK_LONG_SECONDS if quick else LONG_SECONDS:
        file = folder / f"{seconds:g}.mp3"
        make_long_track(file, seconds=seconds)
        files[f"{seconds / 3600:g} hours, mp3"] = file
    return Part(
        "Memory of a worker",
        tuple(Figure(name, _peak_bytes(file, folder) / 1e6, "MB", GOAL_MB) for name, file in files.items()),
    )


def _peak_bytes(path: Path, spool: Path) -> int:
    status = path.stat()
    with WorkerPool(READ_FILE, workers=1) as pool:
        pool.submit("file", ReadTask(bytes(path), status.st_size, status.st_mtime_ns, has_sidecars=False))
        while pool.pending:
            for event in pool.events(timeout_seconds=10.0):
                match event:
                    case Asked():
                        pool.answer("file", everything(str(spool)))
                    case Finished(peak_rss_bytes=peak):
                        return peak
                    case _:
                        raise AssertionError(f"{path} was made here and can be read: {event}")
    raise AssertionError(f"nothing came of {path}")
