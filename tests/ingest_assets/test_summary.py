from datetime import UTC, datetime

import pytest

from ingest_assets.summary import summarise
from resources.folders import Look
from tests.house import FOG, House


def said(house: House, capsys: pytest.CaptureFixture) -> list[str]:
    capsys.readouterr()
    assert summarise(house.settings, house.lake, Look(complete=True, files=6, waiting=0), None) == 0
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


def test_where_nobody_asked_who_it_is_nothing_is_said_of_it(house: House, capsys: pytest.CaptureFixture) -> None:
    assert "Who it is:" not in said(house, capsys)
