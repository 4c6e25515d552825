from collections.abc import Iterator

import dagster as dg
import pytest

from ingest_assets import audio_features, visit
from tests.house import (
    FOG,
    HARBOUR,
    LAMP,
    NAMES,
    PATHS,
    House,
    retag,
    without_checks,
)


@pytest.fixture
def newer_features(house: House) -> Iterator[str]:
    """Let audio_features be of newer code, for Linernotes and for Dagster."""
    present = audio_features.ASSET.code_version
    newer = f"{present} and newer"
    object.__setattr__(audio_features.ASSET, "code_version", newer)
    house.definitions = without_checks(
        dg.map_asset_specs(
            lambda spec: spec.replace_attributes(code_version=newer) if spec.key.path[-1] == "audio_features" else spec,
            [visit.visit],
        )
    )
    yield f"code_version {present} is now {newer}"
    object.__setattr__(audio_features.ASSET, "code_version", present)


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


def test_what_was_never_made_is_made_where_it_is_asked_for(house: House) -> None:
    with house.lake.write(run_id="an older Linernotes") as tx:
        tx.tuples("delete from outcomes where asset = 'audio_features'")
        tx.tuples("delete from audio_features")
    assert stale(house) == {("audio_features", path): "never made" for path in PATHS}

    assert house.ingest(stale=True) == [True]

    assert stale(house) == {}
    assert house.tuples("select count(*) from audio_features") == [(len(PATHS),)]


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
