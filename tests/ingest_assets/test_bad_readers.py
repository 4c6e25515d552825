from pathlib import Path

from resources.worker_pool import WorkerPool
from tests.house import CountingPool, House, sound, write

TEMPI = {
    "crash.flac": 60,
    "hang.flac": 64,
    "bug.flac": 68,
    "touched.flac": 72,
    "late crash.flac": 76,
    "late crash, a copy.flac": 76,
    "fine.flac": 84,
}
"""Equal tempo, equal audio."""
COMES_OF = {
    "crash.flac": ("error", "WORKER_CRASHED", "skipped"),
    "hang.flac": ("error", "WORKER_HUNG", "skipped"),
    "bug.flac": ("error", "UNEXPECTED_ERROR", "skipped"),
    "late crash.flac": ("done", None, "error"),
    "late crash, a copy.flac": ("done", None, "error"),
    "fine.flac": ("done", None, "done"),
}
"""Status and code of discovered_files, status of segments; nothing yet of a file that changed under the reader."""


def test_a_reader_that_falls_over_costs_its_file_and_not_the_batch(new_house: House, tmp_path: Path) -> None:
    for name, bpm in TEMPI.items():
        write(new_house.path(name), sound(bpm=bpm, codec="flac"))

    with WorkerPool(
        "tests.ingest_assets.bad_reader:read_badly", workers=2, silence_seconds=2.0, log=tmp_path / "log"
    ) as pool:
        new_house.pool = CountingPool(pool)
        assert new_house.ingest() == [True]

    status, code, message = (new_house.outcomes(column) for column in ("status", "error_code", "message"))
    assert {
        name: (status[name, "discovered_files"], code[name, "discovered_files"], status[name, "segments"])
        for name, asset in status
        if asset == "segments"
    } == COMES_OF
    assert message["bug.flac", "discovered_files"] == 'KeyError: "a parser\'s own fault"'
    assert {status[name, "fingerprints"] for name in TEMPI if name.startswith("late")} == {"skipped"}
    assert new_house.todo() == {new_house.key("touched.flac")}
