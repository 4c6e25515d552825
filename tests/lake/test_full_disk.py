"""S3-138 on a real full disk: a small one in memory, where this user may mount one."""

import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from lake.connection import close_idle
from lake.errors import LakeWriteError
from lake.store import Lake
from music.error_codes import ErrorCode
from tests.lake.making import outcome, piece


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 4 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    try:
        subprocess.run(["/bin/mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("only root may mount a disk")
    yield folder
    close_idle()
    subprocess.run(["/bin/umount", "--lazy", folder], check=True)


def test_a_full_disk_keeps_the_old_rows_and_the_next_write_goes_on(small_disk: Path) -> None:
    lake = Lake(small_disk)
    write(lake, "a")
    filler = small_disk / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"x" * 4096)

    with pytest.raises(LakeWriteError) as caught:
        write(lake, "b")

    assert caught.value.code == ErrorCode.DISK_FULL
    assert keys(lake) == [("a", "a")]
    filler.unlink()
    write(lake, "b")
    assert keys(lake) == [("a", "a"), ("b", "b")]


def write(lake: Lake, key: str) -> None:
    with lake.write(run_id="run-1") as tx:
        tx.replace("segments", [key], [piece(key)])
        tx.record_outcomes([outcome("segments", key)])


def keys(lake: Lake) -> list[tuple[str, str]]:
    with lake.read() as snapshot:
        return snapshot.tuples(
            "select segments.file_key, outcomes.file_key from segments full join outcomes using (file_key) order by 1"
        )
