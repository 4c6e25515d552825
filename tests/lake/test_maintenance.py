from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lake import maintenance
from lake.maintenance import KEEP_DAYS, Tidied
from lake.store import Lake
from tests.lake.making import ago, found, outcome, piece

NOTHING = Tidied(0, 0, 0, 0, 0, 0)


def parquet_files(lake: Lake, table: str) -> int:
    with lake.read() as snapshot:
        sql = "select file_count from ducklake_table_info('lake') where table_name = ?"
        return snapshot.tuples(sql, [table])[0][0]


def keys(lake: Lake, table: str = "segments") -> list[str]:
    with lake.read() as snapshot:
        return [key for (key,) in snapshot.tuples(f"select distinct file_key from {table} order by 1")]


def later(lake: Lake, **parts: float) -> Lake:
    """Return the lake as it looks at itself some time from now."""
    return Lake(lake.places.home, clock=lambda: datetime.now(UTC) + timedelta(**parts))


def test_a_fresh_lake_needs_nothing(lake: Lake) -> None:
    assert lake.maintain() == NOTHING


def test_small_files_are_merged_and_all_rows_stay(lake: Lake) -> None:
    for number in range(4):
        with lake.write(run_id="run-1") as tx:
            tx.replace("segments", [f"file-{number}"], [piece(f"file-{number}")])

    done = lake.maintain()

    assert done.merged_files >= 4
    assert parquet_files(lake, "segments") == 1
    assert keys(lake) == [f"file-{number}" for number in range(4)]
    assert lake.maintain() == NOTHING


def test_deleted_rows_are_taken_out_of_their_files(lake: Lake) -> None:
    with lake.write(run_id="run-1") as tx:
        tx.replace("segments", list("abcd"), [piece(key) for key in "abcd"])
    with lake.write(run_id="run-1") as tx:
        tx.replace("segments", ["a"], [])

    done = lake.maintain()

    assert done.rewritten_files == 1
    assert keys(lake) == ["b", "c", "d"]
    assert lake.maintain() == NOTHING


def test_a_table_with_many_small_files_is_merged_by_the_next_write(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(maintenance, "MERGE_FILES", 3)

    counts = []
    for number in range(6):
        with lake.write(run_id="run-1") as tx:
            tx.replace("segments", [f"file-{number}"], [piece(f"file-{number}")])
        counts.append(parquet_files(lake, "segments"))

    assert counts == [1, 2, 3, 4, 2, 3]
    assert len(keys(lake)) == 6


def test_old_snapshots_and_what_only_they_need_go_after_thirty_days(lake: Lake) -> None:
    for hint in ("old", "new"):
        with lake.write(run_id="run-1") as tx:
            tx.replace("segments", ["a"], [piece("a", title_hint=hint)])
    files = lake.size().data_files

    soon = later(lake, days=KEEP_DAYS - 1).maintain()
    due = later(lake, days=KEEP_DAYS + 1).maintain()
    after = later(lake, days=KEEP_DAYS + 1 + maintenance.GRACE_DAYS).maintain()

    assert soon.expired_snapshots == 0
    assert due.expired_snapshots > 0
    assert due.removed_files + after.removed_files > 0
    assert lake.size().data_files < files
    with lake.read() as snapshot:
        assert snapshot.tuples("select title_hint from segments") == [("new",)]


def test_files_of_killed_writers_are_removed_when_they_are_old(lake: Lake) -> None:
    with lake.write(run_id="run-1") as tx:
        tx.replace("segments", ["a"], [piece("a")])
    orphan = lake.places.data / "main" / "segments" / "ducklake-orphan.parquet"
    orphan.write_bytes(b"half a file")

    first = lake.maintain()
    second = later(lake, days=maintenance.GRACE_DAYS + 1).maintain()

    assert (first.orphaned_files, second.orphaned_files) == (0, 1)
    assert not orphan.exists()
    assert keys(lake) == ["a"]


def test_a_file_gone_for_thirty_days_is_forgotten_everywhere(lake: Lake) -> None:
    with lake.write(run_id="run-1") as tx:
        tx.upsert(
            "discovered_files",
            [found("there"), found("long", gone_at=ago(days=31)), found("short", gone_at=ago(days=29))],
        )
        tx.upsert("segments", [piece(key) for key in ("there", "long", "short")])
        tx.record_outcomes([outcome("segments", key) for key in ("there", "long", "short")])

    first, second = lake.maintain(), lake.maintain()

    assert (first.forgotten_files, second.forgotten_files) == (1, 0)
    for table in ("discovered_files", "segments", "outcomes"):
        assert keys(lake, table) == ["short", "there"]


def test_maintenance_keeps_as_long_as_it_is_told(lake: Lake) -> None:
    with lake.write(run_id="run-1") as tx:
        tx.upsert("discovered_files", [found("gone", gone_at=ago(hours=1))])

    done = lake.maintain(keep_days=0)

    assert done.forgotten_files == 1
    assert done.expired_snapshots > 0


def test_maintenance_publishes_what_it_did(lake: Lake, home: Path) -> None:
    before = (home / "analyst.ducklake").stat().st_ino

    lake.maintain()

    assert (home / "analyst.ducklake").stat().st_ino != before
