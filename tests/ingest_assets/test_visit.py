from ingest_assets import visit
from ingest_assets.decision import ASSETS
from tests.house import (
    AGAIN,
    FOG,
    GULLS,
    HARBOUR,
    LAMP,
    NAMES,
    PATHS,
    PIER,
    House,
    retag,
    sound,
    touch,
    write,
)

MEASURED = ("segments", "fingerprints", "audio_features")
DATA_VERSION = "dagster/data_version"


def test_each_file_has_its_rows_an_outcome_per_asset_and_partitions_that_dagster_calls_fresh(house: House) -> None:
    assert {path for (path,) in house.tuples("select path from discovered_files")} == set(PATHS)
    assert house.outcomes() == {(path, asset): "done" for path in PATHS for asset in NAMES}
    assert all(
        house.tuples(f"select count(distinct file_key), count(*) from {asset}") == [(len(PATHS), len(PATHS))]
        for asset in MEASURED
    )
    assert house.partitions() == {house.key(path) for path in PATHS}
    assert all(set(house.partition_states(asset).values()) == {"MATERIALIZED"} for asset in NAMES)
    assert house.staleness() == {}
    assert house.todo() == set()
    assert house.tuples("from planned_files") == []


def test_equal_audio_in_a_batch_is_decoded_once_though_its_tags_differ(house: House) -> None:
    run = house.rows("from runs")[0]
    kept = house.tuples(
        "select distinct d.title, d.audio_sha256, f.fingerprint, a.integrated_lufs "
        "from discovered_files d join fingerprints f using (file_key) join audio_features a using (file_key) "
        "where path in (?, ?)",
        [HARBOUR, AGAIN],
    )

    assert (run["files_done"], run["files_decoded"], run["files_taken_over"]) == (len(PATHS), len(PATHS) - 1, 1)
    assert sorted(str(title) for title, *_ in kept) == ["Harbour", "None"]
    assert len({tuple(rest) for _, *rest in kept}) == 1


def test_nothing_is_planned_where_nothing_changed(house: House) -> None:
    assert house.ingest() == []
    assert house.pool.opened == []


def test_edited_tags_open_one_file_and_decode_none(house: House) -> None:
    before = house.newest("segments", HARBOUR).tags[DATA_VERSION]
    retag(house.path(HARBOUR), title="Harbour (live)")

    assert house.ingest() == [True]

    assert (house.pool.opened, house.pool.decoded) == ([house.key(HARBOUR)], [])
    assert house.tuples("select title from library where path = ?", [HARBOUR]) == [("Harbour (live)",)]
    assert house.newest("segments", HARBOUR).tags[DATA_VERSION] == before
    assert house.staleness() == {}


def test_a_touched_file_is_cut_off_early(house: House) -> None:
    known = house.outcomes("data_version")
    touch(house.path(PIER))

    assert house.ingest() == [True]

    assert house.pool.decoded == []
    assert house.outcomes("data_version") == known
    assert house.staleness() == {}


def test_a_moved_folder_is_taken_over_and_its_old_partitions_go(house: House) -> None:
    old = {house.key(path) for path in (HARBOUR, PIER, GULLS)}
    moved = [path.replace("Low Tide", "High Water") for path in (HARBOUR, PIER, GULLS)]
    house.path("Low Tide").rename(house.path("High Water"))

    assert house.ingest() == [True]

    assert (len(house.pool.opened), house.pool.decoded) == (3, [])
    how = house.outcomes("how")
    assert {how[path, asset] for path in moved for asset in MEASURED} == {"taken_over"}
    assert {key for (key,) in house.tuples("select file_key from discovered_files where gone_at is not null")} == old
    assert house.partitions() == {house.key(path) for path in (*moved, AGAIN, LAMP, FOG)}
    assert house.staleness() == {}
    assert house.newest("segments", moved[0]).metadata["taken_over_from"].value in old | {house.key(AGAIN)}


def test_only_the_file_whose_audio_changed_is_visited(house: House) -> None:
    before = house.outcomes("data_version")
    write(house.path(FOG), sound(bpm=75, codec="wav"))

    assert house.ingest() == [True]

    assert house.pool.opened == house.pool.decoded == [house.key(FOG)]
    changed = {place for place, version in house.outcomes("data_version").items() if version != before[place]}
    assert {path for path, _ in changed} == {FOG}
    assert house.staleness() == {}


def test_a_cue_sheet_beside_a_file_cuts_it_again_and_measures_its_pieces(house: House) -> None:
    sheet = 'FILE "02 - Fog.wav" WAVE\nTRACK 01 AUDIO\nTITLE "Thin"\nINDEX 01 00:00:00\n'
    write(house.path("Lamps/fog.cue"), (sheet + 'TRACK 02 AUDIO\nTITLE "Thick"\nINDEX 01 00:02:00\n').encode())

    assert house.ingest() == [True]

    assert sorted(house.pool.opened) == sorted([house.key(LAMP), house.key(FOG)])
    assert house.pool.decoded == [house.key(FOG)]
    assert house.outcomes("how")[FOG, "segments"] == "recut"
    assert house.tuples(
        "select title, round(duration_seconds, 1) from library where path = ? order by segment_index", [FOG]
    ) == [("Thin", 2.0), ("Thick", 1.6)]
    assert house.tuples(
        "select fade_in_start_ticks >= start_time_ticks, lead_out_start_ticks <= end_time_ticks "
        "from library where path = ?",
        [FOG],
    ) == [(True, True), (True, True)]
    assert house.staleness() == {}


def test_a_bad_file_is_a_result_and_the_others_go_on(house: House) -> None:
    write(house.path("Lamps/03 - Bad.mp3"), b"not music at all\n" * 100)

    assert house.ingest() == [True]

    bad = "Lamps/03 - Bad.mp3"
    assert {asset: house.outcomes()[bad, asset] for asset in NAMES} == {
        "discovered_files": "error",
        "segments": "skipped",
        "fingerprints": "skipped",
        "audio_features": "skipped",
    }
    assert house.newest("discovered_files", bad).metadata["error_code"].value == "UNSUPPORTED_FORMAT"
    assert [house.partition_states(asset)[house.key(bad)] for asset in NAMES] == ["MATERIALIZED", None, None, None]


def test_a_good_file_that_turns_bad_loses_its_rows_and_says_so_in_dagster(house: House) -> None:
    good = house.path(PIER).read_bytes()
    write(house.path(PIER), b"")

    assert house.ingest() == [True]

    assert house.tuples("select path from passages where path = ?", [PIER]) == []
    assert house.tuples("select 1 from source_media where file_key = ?", [house.key(PIER)]) == []
    assert {house.newest(asset, PIER).tags[DATA_VERSION] for asset in MEASURED} == {"none:EMPTY_FILE"}
    assert house.outcomes()[PIER, "segments"] == "skipped"
    write(house.path(PIER), good)
    assert house.ingest() == [True]
    assert house.outcomes()[PIER, "segments"] == "done"
    assert house.staleness() == {}


def test_a_warning_of_the_audio_stays_when_tags_are_edited(house: House) -> None:
    whole = sound(bpm=80, codec="flac", seconds=6.0)
    write(house.path(PIER), whole[: len(whole) // 2])
    house.ingest()
    assert house.outcomes("error_code")[PIER, "segments"] == "TRUNCATED_AUDIO"
    retag(house.path(PIER), title="Pier", artist="The Moorings")

    assert house.ingest() == [True]

    assert house.outcomes("error_code")[PIER, "segments"] == "TRUNCATED_AUDIO"


def test_the_assets_in_dagster_are_those_that_the_visit_makes() -> None:
    assert [spec.key.to_user_string() for spec in visit.visit.specs] == [asset.name for asset in ASSETS]
