import json
from datetime import timedelta

import pytest

from lake.decisions import (
    add_decisions,
    as_text,
    history,
    of_audio,
    of_pair,
    of_span,
    revoke_decisions,
    valid_decisions,
)
from lake.store import Lake
from lake.transaction import Transaction
from tests.lake.making import NOW, add, found, outcome, versions

SIDE = of_audio("a" * 64)
LATER = NOW + timedelta(minutes=1)
EVEN_LATER = NOW + timedelta(minutes=2)


def test_the_newest_decision_on_a_subject_counts(desk: Transaction) -> None:
    add_decisions(desk, "medium", [(SIDE, "Vinyl")], made_at=NOW)
    add_decisions(desk, "medium", [(SIDE, "Cassette")], made_at=LATER)

    assert {key: each.value for key, each in valid_decisions(desk, "medium").items()} == {as_text(SIDE): "Cassette"}


def test_what_is_taken_back_stays_on_record_and_the_one_before_counts_again(desk: Transaction) -> None:
    add_decisions(desk, "medium", [(SIDE, "Vinyl")], made_at=NOW)
    newest = add_decisions(desk, "medium", [(SIDE, "Cassette")], made_at=LATER)

    assert revoke_decisions(desk, newest, revoked_at=EVEN_LATER) == 1

    assert valid_decisions(desk, "medium")[as_text(SIDE)].value == "Vinyl"
    assert [(each.value, each.revoked_at) for each in history(desk, [SIDE], kinds=["medium"])] == [
        ("Vinyl", None),
        ("Cassette", EVEN_LATER),
    ]


def test_what_was_taken_back_is_not_taken_back_again(desk: Transaction) -> None:
    ids = add_decisions(desk, "medium", [(SIDE, "Vinyl")], made_at=NOW)
    revoke_decisions(desk, ids, revoked_at=LATER)

    assert revoke_decisions(desk, ids, revoked_at=EVEN_LATER) == 0

    assert history(desk, [SIDE], kinds=["medium"])[0].revoked_at == LATER


def test_kinds_and_subjects_do_not_speak_for_one_another(desk: Transaction) -> None:
    add_decisions(desk, "medium", [(SIDE, "Vinyl"), (of_audio("b" * 64), "CD")], made_at=NOW)
    add_decisions(desk, "segments", [(SIDE, {"pieces": []})], made_at=LATER)

    assert valid_decisions(desk, "medium")[as_text(SIDE)].value == "Vinyl"
    assert [each.kind for each in history(desk, [SIDE], kinds=["segments", "medium"])] == ["medium", "segments"]
    assert [each.kind for each in history(desk, [SIDE], kinds=["segments"])] == ["segments"]


@pytest.mark.parametrize(
    ("kind", "subject", "value"),
    [
        pytest.param("duplicate", of_pair("b", "a"), {"is_same": False}, id="pair of audio"),
        pytest.param("identification", of_span("a", start_ticks=0, end_ticks=9), {"recording": None}, id="span"),
        pytest.param("paused_album", {"artist": "Bjørk", "album": "[/b]"}, True, id="names"),
    ],
)
def test_every_kind_of_subject_and_value_comes_back_as_it_was(
    desk: Transaction, kind: str, subject: dict, value: object
) -> None:
    add_decisions(desk, kind, [(subject, value)], made_at=NOW)

    (decided,) = valid_decisions(desk, kind).values()

    assert (decided.kind, decided.subject, decided.value, decided.made_at) == (kind, subject, value, NOW)


def test_a_pair_is_the_same_in_either_order() -> None:
    assert as_text(of_pair("b", "a")) == as_text(of_pair("a", "b")) == '{"audio_sha256":["a","b"]}'


def test_the_view_has_the_version_that_the_code_computes(desk: Transaction) -> None:
    add_decisions(desk, "segments", [(SIDE, {"title": "Ünder", "start_ticks": 3})], made_at=NOW)

    versions = desk.tuples("select version from valid_decisions")

    assert versions == [(each.version,) for each in valid_decisions(desk, "segments").values()]


def test_decisions_are_written_with_the_lake(lake: Lake) -> None:
    with lake.write(run_id="person") as transaction:
        add_decisions(transaction, "medium", [(SIDE, "Vinyl")], made_at=NOW)

    with lake.read() as snapshot:
        row = snapshot.rows("from decisions")[0]
    assert (row["run_id"], json.loads(row["value"]), row["revoked_at"]) == ("person", "Vinyl", None)


def shelf(desk: Transaction, **taken: str) -> None:
    """Write one file and the outcome of its segments that read these decisions."""
    add(desk, "asset_versions", *versions("segments"))
    add(desk, "discovered_files", found("a", audio_sha256="a" * 64), found("b", audio_sha256="b" * 64))
    inputs = {f"decisions.{name}": version for name, version in taken.items()}
    add(desk, "outcomes", outcome("segments", "a", input_versions=inputs), outcome("segments", "b"))


def stale(desk: Transaction) -> list[tuple[str, str, str]]:
    return desk.tuples("select asset, file_key, reason from stale_files")


@pytest.mark.parametrize("kind", ["segments", "medium"])
def test_a_file_is_stale_from_the_decision_on_its_audio_until_it_is_made_by_it(desk: Transaction, kind: str) -> None:
    add_decisions(desk, kind, [(SIDE, "anything")], made_at=NOW)
    shelf(desk)

    assert stale(desk) == [("segments", "a", f"input decisions.{kind} changed")]

    version = valid_decisions(desk, kind)[as_text(SIDE)].version
    desk.upsert("outcomes", [outcome("segments", "a", input_versions={f"decisions.{kind}": version})])
    assert stale(desk) == []


def test_a_file_is_stale_when_the_decision_is_taken_back(desk: Transaction) -> None:
    shelf(desk, medium="of a decision that was taken back")

    assert stale(desk) == [("segments", "a", "input decisions.medium changed")]


def test_a_decision_on_something_else_makes_no_file_stale(desk: Transaction) -> None:
    add_decisions(desk, "duplicate", [(of_pair("a" * 64, "b" * 64), True)], made_at=NOW)
    shelf(desk)

    assert stale(desk) == []
