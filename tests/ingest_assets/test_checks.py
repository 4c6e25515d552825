from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

import dagster as dg

from ingest_assets.checks import CHECKS, SHOWN, evaluate
from ingest_assets.definitions import defs
from lake.store import Lake
from lake.transaction import Transaction
from tests.house import PIER, House, write

PIER_ONLY = "where file_key = (select file_key from discovered_files where path like '%Pier.flac' limit 1)"
TWICE = f"select file_key, 0 as segment_index, 'g' as group_id from discovered_files {PIER_ONLY}"
FAULTS = {
    "duplicates.keys_are_unique": f"insert into duplicates by name {TWICE} union all {TWICE}",
    "duplicates.groups_are_whole": f"insert into duplicates by name {TWICE}",
    "duplicates.members_exist": f"insert into duplicates by name {TWICE.replace('0 as', '7 as')}",
    "discovered_files.keys_are_unique": f"insert into discovered_files from discovered_files {PIER_ONLY}",
    "segments.keys_are_unique": f"insert into segments from segments {PIER_ONLY}",
    "fingerprints.keys_are_unique": f"insert into fingerprints from fingerprints {PIER_ONLY}",
    "audio_features.keys_are_unique": f"insert into audio_features from audio_features {PIER_ONLY}",
    "discovered_files.counts_add_up": f"delete from outcomes {PIER_ONLY} and asset = 'fingerprints'",
    "segments.rows_match_outcomes": f"delete from segments {PIER_ONLY}",
    "discovered_files.files_are_good": f"update outcomes set error_code = 'X' {PIER_ONLY} and asset = 'segments'",
    "audio_features.loudness_is_plausible": f"update audio_features set integrated_lufs = 12 {PIER_ONLY}",
    "segments.fades_are_in_order": f"update segments set fade_in_end_ticks = -1 {PIER_ONLY}",
    "audio_features.confidences_are_probabilities": f"update audio_features set key_confidence = 1.5 {PIER_ONLY}",
    "segments.ticks_are_in_order": f"update segments set end_time_ticks = 0 {PIER_ONLY}",
}
"""A fault for each check, as a statement that plants it."""


class TakenBackError(Exception):
    """Rolls a planted fault back."""


@contextmanager
def planted(house: House, fault: str) -> Iterator[Transaction]:
    with suppress(TakenBackError), house.lake.write(run_id="fault") as transaction:
        transaction.tuples(fault)
        yield transaction
        raise TakenBackError


def test_every_check_has_a_fault_to_find() -> None:
    assert set(FAULTS) == {f"{check.asset}.{check.name}" for check in CHECKS}


def test_every_check_passes_on_a_good_lake_and_finds_its_planted_fault(house: House) -> None:
    with house.lake.read() as snapshot:
        failing = [check.name for check in CHECKS if not evaluate(check, snapshot).passed]
    assert failing == []

    for check in CHECKS:
        with planted(house, FAULTS[f"{check.asset}.{check.name}"]) as transaction:
            result = evaluate(check, transaction)
        assert (check.name, result.passed, result.metadata["found"].value) == (check.name, False, 1)


def test_a_file_that_waits_for_its_visit_need_not_add_up(house: House) -> None:
    check = next(check for check in CHECKS if check.name == "counts_add_up")

    with planted(house, FAULTS["discovered_files.counts_add_up"]) as transaction:
        transaction.upsert("planned_files", [{"file_key": house.key(PIER)}])
        result = evaluate(check, transaction)

    assert result.passed


def test_a_check_counts_all_and_shows_some(house: House) -> None:
    check = replace(CHECKS[0], sql=f"select range as file_key, [range] as more from range({SHOWN + 50})")

    with Lake(house.home).read() as snapshot:
        result = evaluate(check, snapshot)

    assert result.metadata["found"].value == SHOWN + 50
    assert len(result.metadata["rows"].value) == SHOWN
    assert result.metadata["rows"].value[1] == {"file_key": 1, "more": "[1]"}


def test_a_bad_file_fails_a_warning_and_not_the_run(house: House) -> None:
    house.definitions = defs
    write(house.path("Lamps/03 - Bad.mp3"), b"not music at all\n" * 100)
    [lease] = house.plan()

    assert house.run(lease)

    records = house.instance.event_log_storage.get_asset_check_execution_history(
        dg.AssetCheckKey(dg.AssetKey("discovered_files"), "files_are_good"), limit=1
    )
    evaluation = records[0].event.dagster_event.asset_check_evaluation_data
    assert (evaluation.passed, evaluation.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert evaluation.metadata["rows"].value[0]["error_code"] == "UNSUPPORTED_FORMAT"
