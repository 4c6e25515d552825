from collections.abc import Iterator

import dagster as dg
import pytest

from ingest_assets import audio_features, visit
from ingest_assets.batch import BatchRun
from ingest_assets.checks import checks
from ingest_assets.decision import ASSETS
from ingest_assets.jobs import JOBS
from resources.lake import LakeResource
from tests.house import AGAIN, FOG, GULLS, HARBOUR, LAMP, NAMES, PATHS, PIER, House, retag, sound, touch, write

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

    assert (run["files_done"], run["files_decoded"], run["files_failed"]) == (len(PATHS), len(PATHS) - 1, 0)
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
    assert house.staleness() == {}


# what is older than the code and the parameters of today


@pytest.fixture
def newer_features(house: House) -> Iterator[str]:
    """Let audio_features be of newer code, for Linernotes and for Dagster."""
    object.__setattr__(audio_features.ASSET, "code_version", "2")
    house.definitions = dg.Definitions(
        assets=dg.map_asset_specs(
            lambda spec: spec.replace_attributes(code_version="2") if spec.key.path[-1] == "audio_features" else spec,
            [visit.visit],
        ),
        asset_checks=[checks],
        jobs=JOBS,
        resources={"lake": LakeResource()},
        executor=dg.in_process_executor,
    )
    yield "code_version 1 is now 2"
    object.__setattr__(audio_features.ASSET, "code_version", "1")


def stale(house: House) -> dict[tuple[str, str], str]:
    return {
        (asset, path): reason for asset, path, reason in house.tuples("select asset, path, reason from stale_files")
    }


def test_newer_code_is_listed_and_left_alone_until_asked_for(house: House, newer_features: str) -> None:
    everything = {("audio_features", path): newer_features for path in PATHS}

    assert house.ingest() == []

    assert stale(house) == everything
    assert {place: why.partition(":")[0] for place, why in house.staleness().items()} == {
        ("audio_features", house.key(path)): "STALE" for path in PATHS
    }


def test_what_is_only_kept_does_not_look_newer_than_it_is(house: House, newer_features: str) -> None:
    retag(house.path(HARBOUR), title="Harbour (live)")

    assert house.ingest() == [True]

    assert stale(house)["audio_features", HARBOUR] == newer_features
    assert ("audio_features", house.key(HARBOUR)) in house.staleness()


@pytest.mark.usefixtures("newer_features")
def test_stale_results_are_made_anew_and_nothing_else_is(house: House) -> None:
    before = house.rows("select file_key, asset, run_id from outcomes")

    assert house.ingest(stale=True) == [True]

    assert len(house.pool.decoded) == len(PATHS) - 1
    after = house.rows("select file_key, asset, run_id from outcomes")
    renewed = {row["asset"] for row in after if row not in before}
    assert renewed == {"discovered_files", "audio_features"}
    assert stale(house) == {}
    assert house.staleness() == {}


def test_another_parameter_of_segments_renews_segments_and_what_reads_them(house: House) -> None:
    (house.home / "parameters.toml").write_text('["Lamps/**"]\nminimum_silence_seconds = 0.7\n')
    assert house.ingest() == []
    assert stale(house) == {("segments", path): "parameters changed" for path in (LAMP, FOG)}

    assert house.ingest(stale=True) == [True]

    assert sorted(house.pool.decoded) == sorted([house.key(LAMP), house.key(FOG)])
    run_id = house.tuples("select run_id from runs order by started_at desc limit 1")[0][0]
    renewed = {place for place, by in house.outcomes("outcomes.run_id").items() if by == run_id}
    assert renewed == {(path, asset) for path in (LAMP, FOG) for asset in NAMES}
    assert stale(house) == {}
    assert house.staleness() == {}


# what a person asks for in the UI


def test_one_partition_is_computed_anew_because_a_person_asked(house: House) -> None:
    result = house.ask(tags={"dagster/partition": house.key(PIER)})

    assert result.success
    assert house.pool.decoded == [house.key(PIER)]
    assert [len(house.events(asset, house.key(PIER))) for asset in NAMES] == [2, 2, 2, 2]
    assert [len(house.events(asset, house.key(FOG))) for asset in NAMES] == [1, 1, 1, 1]
    assert house.tuples("select launched_by from runs where run_id = ?", [result.run_id]) == [("person",)]
    assert house.staleness() == {}


def test_a_range_of_partitions_is_those_files(house: House) -> None:
    keys = house.instance.get_dynamic_partitions("audio_files")
    tags = {"dagster/asset_partition_range_start": keys[1], "dagster/asset_partition_range_end": keys[3]}

    result = house.ask(tags=tags)

    assert result.success
    assert sorted(house.pool.decoded) == sorted(keys[1:4])
    assert house.staleness() == {}


def test_a_range_that_came_to_nothing_fails_and_says_so(house: House) -> None:
    keys = house.instance.get_dynamic_partitions("audio_files")
    house.instance.delete_dynamic_partition("audio_files", keys[0])
    house.instance.add_dynamic_partitions("audio_files", [keys[0]])
    tags = {"dagster/asset_partition_range_start": keys[0], "dagster/asset_partition_range_end": keys[1]}

    result = house.ask(tags=tags)

    assert not result.success
    failure = result.failure_data_for_node("visit")
    assert failure is not None
    assert "range of partitions is empty" in failure.error.to_string()


def test_one_asset_alone_is_measured_without_the_others(house: House) -> None:
    assert house.ask("audio_features", tags={"dagster/partition": house.key(PIER)}).success

    assert house.pool.decoded == [house.key(PIER)]
    assert [len(house.events(asset, house.key(PIER))) for asset in NAMES] == [1, 1, 1, 2]
    assert house.staleness() == {}


def test_one_asset_alone_waits_where_the_audio_is_another_by_now(house: House) -> None:
    write(house.path(FOG), sound(bpm=75, codec="wav"))
    house.look()

    assert house.ask("fingerprints", tags={"dagster/partition": house.key(FOG)}).success

    assert house.outcomes()[FOG, "fingerprints"] == "deferred"
    assert house.ingest() == [True]
    assert house.outcomes()[FOG, "fingerprints"] == "done"


def test_fingerprints_alone_of_a_file_without_segments_say_what_is_missing(new_house: House) -> None:
    write(new_house.path(PIER), sound(bpm=90, codec="flac"))
    new_house.plan()

    assert new_house.ask("fingerprints", tags={"dagster/partition": new_house.key(PIER)}).success

    known = new_house.rows("select asset, status, error_code from outcomes")
    assert known == [{"asset": "fingerprints", "status": "skipped", "error_code": "INPUT_MISSING"}]
    assert new_house.partition_states("fingerprints") == {new_house.key(PIER): None}


def test_one_asset_alone_leaves_a_file_due_for_the_others(new_house: House) -> None:
    write(new_house.path(PIER), sound(bpm=90, codec="flac"))
    lease = new_house.plan()[0]

    assert new_house.ask("discovered_files", tags={"dagster/partition": new_house.key(PIER)}).success

    assert new_house.todo() == {new_house.key(PIER)}
    assert new_house.tuples("select count(*) from planned_files") == [(1,)]
    assert new_house.run(lease)
    assert set(new_house.outcomes().values()) == {"done"}
    assert new_house.staleness() == {}


# files that are bad


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


# runs that end too early


def test_a_run_killed_between_the_lake_and_dagster_sends_its_events_the_next_time(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(house.path(FOG), sound(bpm=75, codec="wav"))
    tell, told = BatchRun.tell, []

    def die_once(self, events):
        told.append(len(events))
        if len(told) == 1:
            raise OSError("the power was cut")
        tell(self, events)

    monkeypatch.setattr(BatchRun, "tell", die_once)
    assert house.ingest() == [False]
    assert house.outcomes("status")[FOG, "segments"] == "done"
    assert ("segments", house.key(FOG)) not in house.staleness()
    assert len(house.events("segments", house.key(FOG))) == 1
    house.pool.opened.clear()

    assert house.ingest() == [True]

    assert house.pool.opened == []
    assert [len(house.events(asset, house.key(FOG))) for asset in NAMES] == [2, 2, 2, 2]
    assert house.staleness() == {}


def test_a_run_that_is_ended_in_the_ui_writes_what_is_ready(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in PATHS:
        touch(house.path(path))
    monkeypatch.setattr(visit, "CANCEL_POLL_SECONDS", 0.0)
    done = visit.BatchVisit._done

    def end_it(self, file, result, **how):
        done(self, file, result, **how)
        if len(self._batch.keys) == len(self._open) + len(self._waiting) + 1:
            house.instance.report_run_canceling(house.instance.get_run_by_id(self._batch.run_id))

    monkeypatch.setattr(visit.BatchVisit, "_done", end_it)

    assert house.ingest() == [False]

    assert house.statuses()[0] == "CANCELED"
    run = house.rows("from runs order by started_at desc limit 1")[0]
    assert (run["status"], 0 < run["files_done"] < len(PATHS)) == ("CANCELED", True)
    assert len(house.todo()) == len(PATHS) - run["files_done"]
    monkeypatch.undo()


def test_the_assets_in_dagster_are_those_that_the_visit_makes() -> None:
    assert [spec.key.to_user_string() for spec in visit.visit.specs] == [asset.name for asset in ASSETS]
