from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest_assets.checks import evaluate
from ingest_assets.identification_checks import CHECKS, LEAST_FILES
from lake.store import Lake
from lake.transaction import Transaction
from tests.lake.making import add, found, outcome, piece

KEYS = [f"song-{number}" for number in range(LEAST_FILES)]
LAST = "where file_key = 'song-1'"
COPY = "insert into identifications from identifications"
CALL = "'musicbrainz' as service, false as is_cached from range(11) call(i)"
FAULTS = {
    "one_recording_per_piece": f"{COPY} {LAST}",
    "rows_match_outcomes": f"delete from identifications {LAST}",
    "accepted_has_an_id": f"update identifications set recording_mbid = null {LAST}",
    "accepted_has_a_margin": f"update identifications set evidence = struct_update(evidence, margin := 0.01) {LAST}",
    "accepted_lengths_agree": f"update identifications set recording_length_seconds = 18 {LAST}",
    "scores_are_shares": f"update identifications set evidence = struct_update(evidence, metadata := 1.1) {LAST}",
    "requests_per_file": f"insert into api_calls by name select i::varchar as call_id, {CALL}",
    "few_are_deferred": "update outcomes set status = 'deferred', error_code = 'OFFLINE' "
    "where asset = 'identifications' and file_key in ('song-1', 'song-2', 'song-3')",
}
"""A fault for each check, as a statement that plants it."""
EVIDENCE = {"metadata": 0.9, "fingerprint": None, "margin": 0.3}


def row(key: str) -> dict[str, object]:
    return {
        "file_key": key,
        "segment_index": 0,
        "decision": "ACCEPT",
        "confidence": 0.9,
        "recording_mbid": "r",
        "recording_length_seconds": 11.0,
        "reason": "All agree.",
        "decided_by": "evidence",
        "evidence": EVIDENCE,
    }


@pytest.fixture
def written(tmp_path: Path) -> Iterator[Transaction]:
    """A lake with identifications of which nothing is wrong; one file has an outcome from before it was cut again."""
    with Lake(tmp_path).write(run_id="run") as tx:
        add(tx, "discovered_files", *(found(key) for key in KEYS))
        add(tx, "segments", *(piece(key) for key in KEYS))
        add(tx, "fingerprints", *({"file_key": key, "segment_index": 0, "duration_seconds": 10.0} for key in KEYS))
        add(tx, "identifications", *(row(key) for key in KEYS))
        add(tx, "outcomes", *(outcome("identifications", key) for key in KEYS))
        tx.tuples("update outcomes set written_at = written_at - interval 1 minute where file_key = 'song-9'")
        add(tx, "segments", piece("song-9", 1))
        yield tx


def test_every_check_has_a_fault_to_find() -> None:
    assert set(FAULTS) == {check.name for check in CHECKS}
    assert {check.asset for check in CHECKS} == {"identifications"}


def test_a_good_lake_passes(written: Transaction) -> None:
    assert [check.name for check in CHECKS if not evaluate(check, written).passed] == []


@pytest.mark.parametrize("check", CHECKS, ids=[check.name for check in CHECKS])
def test_each_check_finds_its_planted_fault(written: Transaction, check) -> None:
    written.tuples(FAULTS[check.name])

    result = evaluate(check, written)

    assert (result.passed, result.metadata["found"].value) == (False, 1)


def test_a_margin_may_be_missing_only_where_nothing_came_next(written: Transaction) -> None:
    check = next(check for check in CHECKS if check.name == "accepted_has_a_margin")
    written.tuples(f"update identifications set evidence = struct_update(evidence, margin := null::double) {LAST}")

    alone = evaluate(check, written).passed
    add(written, "match_candidates", {"file_key": "song-1", "segment_index": 0, "rank": 2, "title": "Next"})

    assert (alone, evaluate(check, written).passed) == (True, False)


def test_what_a_person_accepted_needs_no_margin(written: Transaction) -> None:
    written.tuples(f"update identifications set decided_by = 'person', evidence = null, reason = null {LAST}")

    assert all(evaluate(check, written).passed for check in CHECKS)


def test_a_person_may_speak_of_a_file_before_the_evidence_does_and_of_the_album_alone(written: Transaction) -> None:
    written.tuples(f"delete from outcomes {LAST} and asset = 'identifications'")
    written.tuples(
        f"update identifications set decided_by = 'person', recording_mbid = null, release_group_mbid = 'g' {LAST}"
    )

    assert [check.name for check in CHECKS if not evaluate(check, written).passed] == []
