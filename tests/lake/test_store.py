import errno
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from lake import publication, store
from lake.errors import LakeWriteError, RowError
from lake.store import Lake
from lake.transaction import Transaction
from music.error_codes import ErrorCode
from tests.lake.making import ago, outcome, piece


def pieces(lake: Lake) -> list[str]:
    with lake.read() as snapshot:
        return [key for (key,) in snapshot.tuples("select file_key from segments order by 1")]


def write(lake: Lake, *keys: str) -> None:
    with lake.write(run_id="run-1") as tx:
        tx.replace("segments", keys, [piece(key) for key in keys])


def write_and(lake: Lake, go_on: Callable[[Transaction], object]) -> None:
    """Replace what is there, and go on in the same transaction."""
    with lake.write(run_id="run-2") as tx:
        tx.replace("segments", ["a", "b"], [piece("b")])
        tx.record_outcomes([outcome("segments", "b")])
        go_on(tx)


def test_a_lake_is_made_by_the_first_read(new_home: Path) -> None:
    """S3-24."""
    lake = Lake(new_home)
    assert not lake.exists
    assert lake.identity() is None

    with lake.read() as snapshot:
        assert snapshot.tuples("select count(*) from files") == [(0,)]

    assert lake.exists
    assert not (new_home / "lake" / "spill").exists()


def test_a_lake_keeps_its_identity_and_a_deleted_one_gets_another(lake: Lake) -> None:
    first = lake.identity()
    write(lake, "a")
    again = Lake(lake.places.home).identity()
    shutil.rmtree(lake.places.folder)

    with lake.read():
        pass

    assert first == again is not None
    assert lake.identity() not in (None, first)
    assert pieces(lake) == []


def test_what_is_written_can_be_read_and_what_is_being_written_cannot(lake: Lake) -> None:
    with lake.write(run_id="run-1") as tx:
        tx.replace("segments", ["a"], [piece("a")])
        inside = tx.tuples("select file_key from segments")
        outside = pieces(lake)

    assert (inside, outside) == ([("a",)], [])
    assert pieces(lake) == ["a"]


def test_a_snapshot_does_not_move_while_others_write(lake: Lake) -> None:
    write(lake, "a")

    with lake.read() as snapshot:
        write(lake, "b")
        first = snapshot.tuples("select count(*) from segments")
        write(lake, "c")
        second = snapshot.tuples("select count(*) from segments")

    assert first == second == [(1,)]
    assert pieces(lake) == ["a", "b", "c"]


def test_a_transaction_that_raises_leaves_the_old_rows_and_the_old_copy(lake: Lake) -> None:
    write(lake, "a")
    before = lake.places.published.read_bytes()

    with pytest.raises(ZeroDivisionError):
        write_and(lake, lambda _: 1 / 0)

    assert lake.places.published.read_bytes() == before
    assert pieces(lake) == ["a"]
    write(lake, "c")
    assert pieces(lake) == ["a", "c"]


def test_a_statement_that_is_wrong_is_told_as_it_is_and_nothing_is_written(lake: Lake) -> None:
    with pytest.raises(duckdb.CatalogException):
        write_and(lake, lambda tx: tx.tuples("select * from nonsense"))

    with pytest.raises(RowError):
        write_and(lake, lambda tx: tx.replace("segments", ["a"], [{"file_key": "a"}]))

    assert pieces(lake) == []


def test_the_time_of_a_row_is_in_utc_and_comes_back_as_it_was(lake: Lake) -> None:
    clock = datetime(2026, 6, 1, 12, 0, 0, 123456, tzinfo=UTC)
    with Lake(lake.places.home, clock=lambda: clock).write(run_id="run-1") as tx:
        tx.record_outcomes([outcome("segments", "a", retry_at=ago(days=1), input_versions={"x.y": "1"})])

    with lake.read() as snapshot:
        row = snapshot.rows("select written_at, retry_at, input_versions, output_versions from outcomes")[0]

    assert row == {
        "written_at": clock,
        "retry_at": ago(days=1),
        "input_versions": {"x.y": "1"},
        "output_versions": None,
    }


def test_a_moved_lake_is_read_and_written_where_it_lies(lake: Lake, tmp_path: Path) -> None:
    write(lake, "a", "b")
    moved = tmp_path / "else where's" / "home"
    moved.parent.mkdir()
    lake.places.home.rename(moved)
    there = Lake(moved)

    write(there, "b", "c")

    assert pieces(there) == ["a", "b", "c"]
    assert not lake.places.home.exists()
    assert there.size().data_files >= 2


def test_a_relative_home_means_the_folder_of_its_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    lake = Lake(Path("home"))
    monkeypatch.chdir("/")

    assert lake.places.home == tmp_path / "home"


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), ErrorCode.DISK_FULL),
        (PermissionError(errno.EACCES, "Permission denied"), ErrorCode.LAKE_WRITE_ERROR),
    ],
    ids=["full", "denied"],
)
def test_a_copy_that_cannot_be_made_is_told_and_made_later(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, fault: OSError, code: ErrorCode
) -> None:
    """S3-138."""

    def refuse(*_: object) -> None:
        raise fault

    with monkeypatch.context() as patch:
        patch.setattr(publication.shutil, "copyfile", refuse)
        with pytest.raises(LakeWriteError) as caught:
            write(lake, "a")
        unpublished = pieces(lake)

    assert caught.value.code == code
    assert unpublished == []
    assert pieces(lake) == ["a"]


def test_a_storage_fault_inside_a_write_is_told_as_one(lake: Lake) -> None:
    def burn(_: Transaction) -> None:
        raise duckdb.IOException("IO Error: disk on fire")

    with pytest.raises(LakeWriteError, match="While writing it: IO Error: disk on fire") as caught:
        write_and(lake, burn)

    assert caught.value.code == ErrorCode.LAKE_WRITE_ERROR
    assert isinstance(caught.value.__cause__, duckdb.IOException)
    assert pieces(lake) == []


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")

    with pytest.raises(LakeWriteError, match="While taking its lock"), Lake(tmp_path / "file").read():
        pass


def test_a_writer_that_waits_too_long_says_for_whom(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publication, "LOCK_SECONDS", 0.05)

    with lake.write(run_id="run-1"), pytest.raises(LakeWriteError, match=r"see who holds .*catalog\.ducklake\.lock"):
        write(lake, "b")


def test_threads_read_while_another_writes(lake: Lake) -> None:
    write(lake, "a")
    found: list[list[str]] = []
    readers = [threading.Thread(target=lambda: found.append(pieces(lake))) for _ in range(3)]

    with lake.write(run_id="run-1") as tx:
        tx.replace("segments", ["b"], [piece("b")])
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join()

    assert found == [["a"]] * 3


def test_a_lost_copy_is_made_again(lake: Lake) -> None:
    write(lake, "a")
    lake.places.published.unlink()

    assert pieces(lake) == ["a"]


def test_a_copy_without_its_lake_is_not_taken_for_one(lake: Lake) -> None:
    write(lake, "a")
    shutil.rmtree(lake.places.folder)

    assert not lake.exists
    assert pieces(lake) == []


def test_readers_of_a_lake_they_may_not_write_see_what_was_published(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(lake, "a")
    os.utime(lake.places.catalog)  # as if a writer had been killed

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(Path, "mkdir", refuse)

    assert pieces(lake) == ["a"]


def test_the_size_counts_data_and_catalogs(lake: Lake) -> None:
    before = lake.size()
    write(lake, "a")

    after = lake.size()

    assert after.data_files == before.data_files + 1
    assert after.total_bytes == after.data_bytes + after.catalog_bytes
    assert after.catalog_bytes == lake.places.catalog.stat().st_size + lake.places.published.stat().st_size


def test_reading_needs_neither_pyarrow_nor_pandas_nor_dagster() -> None:
    script = (
        "import sys, lake.catalog, lake.store\n"
        "heavy = {'pyarrow', 'pandas', 'dagster', 'numpy', 'scipy', 'av'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", script], cwd=Path(store.__file__).parents[1], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
