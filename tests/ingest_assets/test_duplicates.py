import shutil
from pathlib import Path

import dagster as dg
import pytest

from ingest_assets import duplicates_due
from ingest_assets.definitions import defs
from ingest_assets.duplicates_due import due_version
from lake.store import Lake
from sensors.duplicates_due import duplicates_due as sensor
from tests.house import House, retag
from tests.ingest_assets.collection import (
    BEST,
    COPY,
    DUNES,
    MISTS,
    TAGGED,
    TIDES,
    Member,
    copied,
    facts,
    groups,
    kept,
    paths,
    searched,
)

ALL_TIDES = {*TIDES, COPY, TAGGED}


def test_one_recording_is_found_in_every_format_and_bit_rate_and_another_is_not(collection: House) -> None:
    """S1-02, S1-05, S1-52."""
    found = groups(collection)

    assert paths(found) == [ALL_TIDES, set(MISTS)]
    assert not set(DUNES) & {path for group in found for path in group}
    kinds = {path: member.kind for path, member in found[0].items()}
    assert {kinds[BEST], kinds[COPY]} == {"bytes"}
    assert {kinds[path] for path in ALL_TIDES - {BEST, COPY}} == {"recording"}
    assert len(kept(collection) & {BEST, COPY}) == 1
    assert len(kept(collection)) == 2
    assert {member.decided_by for group in found for member in group.values()} == {"rule"}


def test_a_retagged_copy_is_the_same_audio(collection: House) -> None:
    for path in ALL_TIDES - {"high/Tide.mp3", TAGGED}:
        collection.path(path).unlink()
    collection.ingest()
    searched(collection)

    assert groups(collection)[1] == {
        TAGGED: Member("audio", keep=True, decided_by="rule"),
        "high/Tide.mp3": Member("audio", keep=False, decided_by="rule"),
    }


def test_a_lossless_copy_is_kept_and_says_why(collection: House) -> None:
    reasons = dict(
        collection.tuples(
            "select path, reason from duplicates join discovered_files using (file_key) where path like '%Mist%'"
        )
    )

    assert kept(collection) & set(MISTS) == {"flac/Mist.flac"}
    assert reasons["flac/Mist.flac"].startswith("flac lossless, 16 bit, 44.1 kHz")
    assert reasons["low/Mist.mp3"].startswith("mp3 96 kbit/s, 44.1 kHz")
    assert collection.tuples(
        "select members, kind, keep_path, kept, freed_bytes, is_decided from duplicate_groups "
        "where keep_path like '%Mist%'"
    ) == [(2, "recording", "flac/Mist.flac", 1, collection.path("low/Mist.mp3").stat().st_size, False)]


def test_what_is_compared_bit_by_bit_is_what_is_compared_at_once(collected: Path, new_house: House) -> None:
    """The same files in three portions, the other way round, beside one that comes and goes."""
    names = sorted([*ALL_TIDES, *MISTS, *DUNES], reverse=True)
    for portion in (names[:5], names[5:6], names[6:]):
        for name in portion:
            copied(collected / "music" / name, new_house.path(name))
        copied(collected / "music" / BEST, new_house.path("passing/by.flac"))
        new_house.ingest()
        searched(new_house)
        new_house.path("passing/by.flac").unlink()
    new_house.ingest()

    assert searched(new_house).compared == 0

    assert facts(new_house.lake) == facts(Lake(collected / "home"))


def test_a_second_search_compares_nothing_and_writes_nothing(collection: House) -> None:
    before = collection.tuples("from duplicates order by all")

    again = searched(collection, run_id="again")

    assert (again.compared, again.measured, again.groups, again.new_groups) == (0, 0, 2, 0)
    assert collection.tuples("from duplicates order by all") == before


def test_the_decoded_fingerprints_may_be_lost(collection: House) -> None:
    expected = facts(collection.lake)
    shutil.rmtree(collection.home / "fingerprints")

    searched(collection)

    assert facts(collection.lake) == expected


def test_another_way_to_search_searches_all_again(collection: House) -> None:
    expected = facts(collection.lake)
    with collection.lake.write(run_id="older code") as tx:
        tx.tuples("update compared_fingerprints set search = '0 16'")
        tx.tuples("delete from fingerprint_pairs")

    again = searched(collection)

    assert again.compared == len(collection.tuples("from compared_fingerprints"))
    assert facts(collection.lake) == expected


def test_a_file_that_is_gone_leaves_its_group_and_a_moved_one_stays(collection: House) -> None:
    collection.path("low/Mist.mp3").unlink()
    collection.path("moved").mkdir()
    collection.path("low/Tide.mp3").rename(collection.path("moved/Tide.mp3"))
    before = {group for (group,) in collection.tuples("select group_id from duplicate_groups where members > 2")}
    collection.ingest()
    assert [keys for (keys,) in collection.tuples("select members from duplicate_groups")] == [len(ALL_TIDES) - 1]

    found = searched(collection)

    assert (found.compared, found.measured) == (0, 0)
    assert paths(groups(collection)) == [ALL_TIDES - {"low/Tide.mp3"} | {"moved/Tide.mp3"}]
    assert {group for (group,) in collection.tuples("select group_id from duplicate_groups")} == before
    assert collection.tuples("select count(*) from compared_fingerprints") == [(found.fingerprints,)]
    ids = "(select fingerprint_id from compared_fingerprints)"
    assert collection.tuples(f"from fingerprint_pairs where first_id not in {ids} or second_id not in {ids}") == []


def test_an_empty_library_has_no_duplicates(new_house: House) -> None:
    assert due_version(new_house.lake) is None

    found = searched(new_house)

    assert (found.groups, found.fingerprints, new_house.tuples("from duplicates")) == (0, 0, [])


def test_one_file_is_no_duplicate(new_house: House, collected: Path) -> None:
    copied(collected / "music" / BEST, new_house.path(BEST))
    new_house.ingest()

    found = searched(new_house)

    assert (found.groups, found.fingerprints, found.compared) == (0, 1, 1)


def test_a_search_is_due_when_something_changed_and_only_then(
    collection: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert due_version(collection.lake) is None
    retag(collection.path(BEST), title="Tide")
    collection.ingest()
    assert due_version(collection.lake) is not None

    searched(collection, run_id="again")

    assert due_version(collection.lake) is None
    monkeypatch.setattr(duplicates_due, "CODE_VERSION", "newer")
    assert due_version(collection.lake) is not None


def test_the_asset_is_materialized_with_its_counts_and_disturbs_no_other(collection: House) -> None:
    collection.definitions = defs
    fresh = collection.staleness()
    job = defs.resolve_job_def("find_duplicates")

    results = [job.execute_in_process(instance=collection.instance) for _ in range(2)]

    made = [result.asset_materializations_for_node("duplicates")[0] for result in results]
    assert [result.success for result in results] == [True, True]
    assert made[0].metadata["dagster/row_count"].value == len(ALL_TIDES) + len(MISTS)
    assert made[0].metadata["groups"].value == 2
    assert made[0].tags["dagster/data_version"] == made[1].tags["dagster/data_version"]
    checks = {check.check_name: check.passed for check in results[0].get_asset_check_evaluations()}
    assert checks == {"keys_are_unique": True, "groups_are_whole": True, "members_exist": True}
    assert collection.staleness() == fresh == {}


def test_the_sensor_asks_once_for_what_is_due(collection: House) -> None:
    with dg.build_sensor_context(instance=collection.instance) as context:
        assert "nothing changed" in str(sensor(context))
        retag(collection.path(BEST), title="Tide")
        [lease] = collection.plan()
        assert "1 batches are open" in str(sensor(context))
        assert collection.run(lease)
        collection.ingest()

        asked = [sensor(context) for _ in range(2)]

    assert isinstance(asked[0], dg.RunRequest)
    assert len({request.run_key for request in asked}) == 1


def test_the_sensor_waits_for_a_lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINERNOTES_HOME", str(tmp_path / "none"))

    with dg.build_sensor_context() as context:
        assert "nothing was ingested" in str(sensor(context))
