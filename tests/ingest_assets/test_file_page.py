import json

import pytest

from ingest_assets.review_groups import short_id
from tests.house import FOG, GULLS, HARBOUR, House
from tests.ingest_assets.commands import Command
from tests.ingest_assets.questions import ALBUM, WHY, mbid, recording


@pytest.mark.usefixtures("open_house")
def test_a_file_in_question_says_what_it_may_be_why_and_what_to_do(linernotes: Command) -> None:
    lines = [line.strip() for line in linernotes("show", GULLS).out.splitlines()]

    assert lines[0] == f"shelf/{GULLS}"
    assert lines[1].startswith("mp3, 0:03.6")
    assert "Who it is: perhaps The Moorings - Gulls, on Low Tide, track 3 (REVIEW 0.78)" in lines
    assert f"Why: {WHY}" in lines
    assert "Evidence, from 0 to 1: names 0.90, sound 0.80" in lines
    assert f"https://musicbrainz.org/recording/{recording(GULLS)}" in lines
    assert f"Open: who 1 piece may be. To answer: linernotes review show {short_id(ALBUM)}" in lines


@pytest.mark.usefixtures("open_house")
def test_a_file_that_is_known_lacks_nothing(linernotes: Command) -> None:
    lines = linernotes("show", FOG).out.splitlines()

    assert "    Who it is: The Wicks - Fog (ACCEPT 0.93)" in lines
    assert "Nothing is missing." in lines
    assert any(line.startswith("    fingerprints: computed, ") for line in lines)


@pytest.mark.usefixtures("open_house")
def test_programs_get_what_it_may_be_as_well(linernotes: Command) -> None:
    said = json.loads(linernotes("show", GULLS, "--json").out)

    assert [row["decision"] for row in said["identifications"]] == ["REVIEW"]
    assert [row["rank"] for row in said["match_candidates"]] == [1]


@pytest.mark.usefixtures("asking")
def test_what_a_person_said_stands_on_the_page_until_it_is_taken_back(linernotes: Command) -> None:
    linernotes("review", "accept", HARBOUR)

    page = linernotes("show", HARBOUR).out

    assert "track 1 (ACCEPT 1.00, as a person said)" in page
    assert "identification: ACCEPT Harbour" in page
    linernotes("review", "undo", HARBOUR)
    assert "A person" not in linernotes("show", HARBOUR).out


def test_what_is_put_off_is_said_with_its_cure(house: House, linernotes: Command) -> None:
    with house.lake.write(run_id="a run") as transaction:
        transaction.record_outcomes(
            [{"asset": "identifications", "file_key": house.key(FOG), "status": "deferred", "error_code": "NO_CONTACT"}]
        )

    lines = linernotes("show", FOG).out.splitlines()

    assert "    Who it is: put off, NO_CONTACT" in lines
    assert "Missing: identifications put off, NO_CONTACT." in lines
    assert any("LINERNOTES_CONTACT" in line for line in lines)
    assert mbid("r fog") not in "".join(lines)


def test_of_what_nobody_knows_the_page_says_how_to_name_it(asking: House, linernotes: Command) -> None:
    with asking.lake.write(run_id="a run") as transaction:
        transaction.tuples("update identifications set decision = 'REJECT' where file_key = ?", [asking.key(FOG)])
        transaction.tuples(
            "update outcomes set status = 'not_found' where asset = 'identifications' and file_key = ?",
            [asking.key(FOG)],
        )

    lines = linernotes("show", FOG).out.splitlines()

    assert f'Open: nobody knows who 1 piece may be. If you do: linernotes review choose "{FOG}" MBID' in lines
    assert not any(line.startswith("Missing") for line in lines)


@pytest.mark.usefixtures("open_house")
def test_assets_stand_in_the_order_in_which_they_are_made(linernotes: Command) -> None:
    lines = linernotes("show", FOG).out.splitlines()

    made = [line.split(":")[0].strip() for line in lines[lines.index("Where it came from:") + 1 : -1]]
    assert made == ["discovered_files", "segments", "fingerprints", "audio_features", "identifications"]
