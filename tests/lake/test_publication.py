import os
from pathlib import Path

from lake.connection import attached
from lake.places import Places, places
from lake.publication import heal, is_published, publish, writing
from lake.store import Lake
from tests.lake.making import piece


def commit_without_publishing(place: Places, run_id: str) -> None:
    """Write as a writer does that is killed between its commit and its copy."""
    with writing(place), attached(place, read_only=False) as connection:
        connection.execute("insert into runs (run_id) values (?)", [run_id])


def published_runs(place: Places) -> list[str]:
    with attached(place, read_only=True) as connection:
        return [run for (run,) in connection.execute("select run_id from runs").fetchall()]


def test_a_fresh_lake_is_published(home: Path) -> None:
    assert is_published(places(home))


def test_what_was_committed_and_not_published_is_noticed_and_healed(home: Path) -> None:
    place = places(home)
    commit_without_publishing(place, "late")
    noticed, seen = is_published(place), published_runs(place)

    heal(place)

    assert (noticed, seen) == (False, [])
    assert is_published(place)
    assert published_runs(place) == ["late"]


def test_a_read_heals(home: Path) -> None:
    commit_without_publishing(places(home), "late")

    with Lake(home).read() as snapshot:
        assert snapshot.tuples("select run_id from runs") == [("late",)]


def test_the_next_write_publishes_what_was_left(home: Path) -> None:
    commit_without_publishing(places(home), "late")

    with Lake(home).write(run_id="next") as tx:
        tx.replace("segments", ["a"], [piece("a")])

    assert published_runs(places(home)) == ["late"]


def test_a_writer_at_work_is_not_waited_for(home: Path) -> None:
    place = places(home)
    commit_without_publishing(place, "late")

    with writing(place):
        heal(place)
        assert not is_published(place)
        assert published_runs(place) == []


def test_a_healthy_copy_is_left_alone(home: Path) -> None:
    before = places(home).published.stat()

    heal(places(home))

    assert places(home).published.stat().st_ino == before.st_ino


def test_a_writer_that_was_faster_has_healed_already(home: Path, monkeypatch) -> None:
    answers = iter([False, True])
    monkeypatch.setattr("lake.publication.is_published", lambda _: next(answers))
    before = places(home).published.stat()

    heal(places(home))

    assert places(home).published.stat().st_ino == before.st_ino


def test_a_lost_copy_is_made_again(home: Path) -> None:
    places(home).published.unlink()

    heal(places(home))

    assert is_published(places(home))


def test_a_lake_whose_tables_were_never_made_is_not_published(new_home: Path) -> None:
    place = places(new_home)
    with writing(place), attached(place, read_only=False):
        pass  # as a writer that is killed after it made the catalog's file

    heal(place)

    assert place.catalog.exists()
    assert not place.published.exists()


def test_where_there_is_no_lake_none_is_made(new_home: Path) -> None:
    heal(places(new_home))

    assert not new_home.exists()


def test_a_log_beside_the_catalog_means_that_something_is_not_published(home: Path) -> None:
    place = places(home)
    place.catalog_log.write_bytes(b"")

    assert not is_published(place)


def test_half_a_copy_of_a_killed_writer_is_in_nobodys_way(home: Path) -> None:
    place = places(home)
    (home / ".analyst.ducklake.part").write_bytes(b"half")
    os.utime(place.catalog)

    with writing(place):
        publish(place)

    assert is_published(place)
    assert not (home / ".analyst.ducklake.part").exists()
