from datetime import UTC, datetime

import pytest

from ingest_assets.summary import summarise
from resources.folders import Look
from resources.settings import load_settings
from tests.house import FOG, House


def said(house: House, capsys: pytest.CaptureFixture) -> list[str]:
    capsys.readouterr()
    assert summarise(load_settings(), house.lake, Look(complete=True, files=6, waiting=0), None) == 0
    return capsys.readouterr().out.splitlines()


def test_the_summary_says_who_the_pieces_are(open_house: House, capsys: pytest.CaptureFixture) -> None:
    lines = said(open_house, capsys)

    start = lines.index("Who it is:")
    assert lines[start + 1 : start + 3] == [
        "  1 piece accepted",
        "  5 pieces for review, in 3 questions: linernotes review",
    ]


def test_what_was_put_off_is_said_with_its_cure_and_once(house: House, capsys: pytest.CaptureFixture) -> None:
    later = datetime(2026, 3, 1, 17, 30, tzinfo=UTC)
    row = {"asset": "identifications", "status": "deferred", "error_code": "SERVICE_DOWN", "severity": "warning"}
    with house.lake.write(run_id="a run") as transaction:
        transaction.record_outcomes([{**row, "file_key": house.key(FOG), "retry_at": later}])

    lines = said(house, capsys)

    [line] = [line for line in lines if "SERVICE_DOWN" in line]
    assert line.startswith("  1 file put off, SERVICE_DOWN: A service gives no usable answer.")
    assert line.endswith("Again from 17:30 UTC.")


def test_the_service_that_failed_is_named(house: House, capsys: pytest.CaptureFixture) -> None:
    put_off(house, "SERVICE_DOWN", message="MusicBrainz gives no usable answer: no connection")

    assert "      MusicBrainz gives no usable answer: no connection" in said(house, capsys)


def test_a_cause_that_is_over_is_not_told_any_more(
    house: House, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_off(house, "NO_CONTACT")
    assert any("1 file put off, NO_CONTACT" in line for line in said(house, capsys))

    monkeypatch.setenv("LINERNOTES_CONTACT", "me@example.org")
    lines = said(house, capsys)

    assert not any("NO_CONTACT" in line for line in lines)
    assert any(line.endswith("still to be looked up: linernotes ingest") for line in lines)


def test_files_that_have_an_answer_for_now_are_not_counted_as_without_one(
    asking: House, capsys: pytest.CaptureFixture
) -> None:
    put_off(asking, "NO_API_KEY")

    lines = said(asking, capsys)

    assert any(line.startswith("  1 file with an answer for now, NO_API_KEY: ") for line in lines)
    assert not any("put off" in line for line in lines)


def test_what_is_the_same_of_every_file_lists_no_file(asking: House, capsys: pytest.CaptureFixture) -> None:
    put_off(asking, "NO_API_KEY", status="done")

    lines = said(asking, capsys)

    assert any(line.startswith("  1 file decided without it, NO_API_KEY: ") for line in lines)
    assert not any(FOG in line for line in lines)


def put_off(house: House, code: str, *, status: str = "deferred", message: str | None = None) -> None:
    row = {"asset": "identifications", "status": status, "error_code": code, "severity": "warning", "message": message}
    with house.lake.write(run_id="a run") as transaction:
        transaction.record_outcomes([{**row, "file_key": house.key(FOG)}])


def test_where_nobody_asked_who_it_is_nothing_is_said_of_it(house: House, capsys: pytest.CaptureFixture) -> None:
    assert "Who it is:" not in said(house, capsys)
