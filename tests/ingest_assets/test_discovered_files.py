import pytest

from ingest_assets.discovered_files import IDENTIFYING, output_versions, row_of
from lake.file_tables import DISCOVERED_FILES
from resources.leases import Planned
from tests.house import FOG, LAMP, PATHS, House, retag, touch

ROW = {"audio_sha256": "a" * 64, "hints_sha256": "b" * 64, "title": "Harbour", "path_disc_number": 2}


def planned(path: str) -> Planned:
    return Planned("key", "shelf", path.encode(), size_bytes=1, modified_ns=1, sidecars="", reason="new", stale=False)


def test_every_column_that_identifies_is_declared() -> None:
    assert [name for name in IDENTIFYING if DISCOVERED_FILES.column(name) is None] == []


@pytest.mark.parametrize("name", IDENTIFYING)
def test_each_column_that_identifies_changes_the_version_of_the_identity_alone(name: str) -> None:
    before, after = output_versions(ROW), output_versions(ROW | {name: "other"})

    assert {key for key in before if before[key] != after[key]} == {"identity"}


def test_a_genre_or_a_cover_says_nothing_of_who_it_is() -> None:
    assert output_versions(ROW) == output_versions(ROW | {"genre": "Jazz", "has_embedded_art": True, "stamp": "x"})


def test_a_file_that_could_not_be_read_has_no_versions() -> None:
    assert output_versions({"title": "Harbour"}) == {}


def test_the_disc_is_read_from_the_path() -> None:
    assert row_of(planned("Band/Album/CD2/01 - Noon.flac"), first_seen_at=None)["path_disc_number"] == 2


def test_files_of_older_code_are_read_again_where_that_is_asked_for_and_nothing_is_decoded(house: House) -> None:
    older = "map_from_entries(list_filter(map_entries(output_versions), lambda each: each.key <> 'identity'))"
    with house.lake.write(run_id="an older Linernotes") as tx:
        tx.tuples(f"update outcomes set code_version = '1', output_versions = {older} where asset = 'discovered_files'")
        tx.tuples("update discovered_files set barcode = null")

    assert house.ingest() == []
    assert house.tuples("select distinct asset, reason from stale_files") == [
        ("discovered_files", "code_version 1 is now 2")
    ]
    assert house.ingest(stale=True) == [True]

    assert (len(house.pool.opened), house.pool.decoded) == (len(PATHS), [])
    assert house.tuples("from stale_files") == []
    assert house.staleness() == {}
    assert house.tuples("select count(output_versions['identity']) from outcomes") == [(len(PATHS),)]


def test_a_tag_changes_the_identity_and_a_touch_does_not(house: House) -> None:
    before = dict(
        house.tuples("select file_key, output_versions['identity'] from outcomes where asset = 'discovered_files'")
    )
    retag(house.path(LAMP), title="Lamp")
    touch(house.path(FOG))

    house.ingest()

    after = dict(
        house.tuples("select file_key, output_versions['identity'] from outcomes where asset = 'discovered_files'")
    )
    assert {house.name(key) for key in before if before[key] != after[key]} == {LAMP}
