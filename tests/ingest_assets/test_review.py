import json
from functools import partial

import pytest
from click.testing import CliRunner

from ingest_assets import cli
from ingest_assets.decided_identifications import overlay, read_decisions, read_spans
from ingest_assets.review_groups import short_id
from tests.house import AGAIN, FOG, GULLS, HARBOUR, LAMP, PIER, House, retag
from tests.ingest_assets.commands import Command
from tests.ingest_assets.questions import (
    ALBUM,
    LIVE,
    LOOSE_COPY,
    LOOSE_FOG,
    LOOSE_LAMP,
    LOW_TIDE_GROUP,
    WHY,
    mbid,
    recording,
    told,
)

ALBUM_ID, COPY_ID, LAMP_ID, FOG_ID = map(short_id, (ALBUM, LOOSE_COPY, LOOSE_LAMP, LOOSE_FOG))


@pytest.fixture
def review(linernotes: Command) -> Command:
    """The command `review`."""
    return partial(linernotes, "review")


def decisions(house: House, *paths: str) -> list[tuple[str, str]]:
    rows = [told(house, path) for path in paths]
    return [(row["decision"], row["decided_by"]) for row in rows]


# list and show


@pytest.mark.usefixtures("open_house")
def test_what_one_answer_settles_most_for_comes_first(review: Command) -> None:
    lines = review().out.splitlines()

    assert lines[0] == f"{ALBUM_ID}    3 pieces  0.78  shelf/Low Tide/"
    assert lines[1] == f"          Perhaps The Moorings - Low Tide. {WHY}"
    assert [line[:8] for line in lines[2:6:2]] == [COPY_ID, LAMP_ID]
    assert lines[4].endswith("shelf/Lamps/01 - Lamp.mp3")
    assert lines[5].endswith("Perhaps The Wicks - Lamp. Two songs are called Lamp.")
    assert lines[6:8] == ["3 questions about 5 pieces.", "One after the other: linernotes review ask"]
    assert review("list").out == review().out


@pytest.mark.usefixtures("open_house")
def test_programs_get_the_queue_as_json(review: Command) -> None:
    groups = json.loads(review("--json").out)["groups"]

    assert [(group["id"], group["settles"], group["to_review"]) for group in groups] == [
        (ALBUM_ID, 3, 3),
        (COPY_ID, 1, 1),
        (LAMP_ID, 1, 1),
    ]
    assert groups[0]["candidate_release_group_mbid"] == LOW_TIDE_GROUP
    assert groups[0]["group_id"] == ALBUM


@pytest.mark.usefixtures("open_house")
def test_a_group_is_shown_with_its_candidates_and_a_comparison(review: Command) -> None:
    said = review("show", ALBUM_ID)

    assert said.code == 0
    assert said.out.startswith(f"{ALBUM_ID}  shelf/Low Tide/: 3 pieces\n  {WHY}\n")
    assert "1  0.78  The Moorings - Low Tide, for 3 of 3 pieces" in said.out
    assert "2  0.50  The Moorings - Low Tide Live, for 2 of 3 pieces" in said.out
    assert "against it: its fingerprint is another" in said.out
    gulls = next(line for line in said.out.splitlines() if "03 - Gulls.mp3" in line)
    assert gulls.split()[-4:] == ["41", "s", "shorter", "0.80"]
    assert said.out.splitlines()[-1].startswith(f"Answer: linernotes review accept {ALBUM_ID}")


@pytest.mark.usefixtures("open_house")
@pytest.mark.parametrize("name", ["shelf/Low Tide/", "shelf/Low Tide", "Low Tide", f"shelf/{GULLS}"])
def test_a_place_is_known_by_the_name_that_is_printed(review: Command, name: str) -> None:
    said = review("show", name)

    assert (said.code, said.err) == (0, "")
    assert "03 - Gulls.mp3" in said.out


@pytest.mark.usefixtures("open_house")
def test_only_candidates_that_there_are_can_be_typed(review: Command) -> None:
    assert "--candidate 2" in review("show", ALBUM_ID).out.splitlines()[-1]
    assert "--candidate" not in review("show", GULLS).out.splitlines()[-1]


def test_what_is_in_doubt_of_each_track_is_said_of_one_and_of_the_others(asking: House, review: Command) -> None:
    with asking.lake.write(run_id="a run") as transaction:
        transaction.tuples(
            "update identifications set reason = 'All agrees, but of track ' || track_position || "
            "': it may as well be “' || title || '”.' where group_id = ?",
            [ALBUM],
        )

    lines = review("show", ALBUM_ID).out.splitlines()

    assert lines[1] == "  All agrees, but of track 1: it may as well be “Harbour”. So it is with 2 others."


def test_a_guess_without_an_edition_is_one_candidate(asking: House, review: Command) -> None:
    with asking.lake.write(run_id="a run") as transaction:
        transaction.tuples("update identifications set release_mbid = null where group_id = ?", [ALBUM])

    candidates = json.loads(review("show", ALBUM_ID, "--json").out)["candidates"]

    assert [each["album"] for each in candidates] == ["Low Tide", "Low Tide Live"]


def test_where_nothing_is_in_question_it_is_said_what_waits(house: House, review: Command) -> None:
    with house.lake.write(run_id="a run") as transaction:
        transaction.record_outcomes(
            [{"asset": "identifications", "file_key": house.key(FOG), "status": "deferred", "error_code": "NO_CONTACT"}]
        )

    lines = review().out.splitlines()

    assert lines[0] == "Nothing is in question."
    assert lines[1].startswith("1 file put off, NO_CONTACT: ")


@pytest.mark.usefixtures("open_house")
def test_another_candidate_is_compared_if_it_is_asked_for(review: Command) -> None:
    assert "-" in next(
        line for line in review("show", ALBUM_ID, "--candidate", "2").out.splitlines() if "Gulls.mp3" in line
    )


@pytest.mark.usefixtures("open_house")
def test_programs_get_a_group_as_json(review: Command) -> None:
    found = json.loads(review("show", LAMP, "--json").out)

    assert [each["place"] for each in found["pieces"]] == [f"shelf/{LAMP}"]
    assert [each["title"] for each in found["candidates"]] == ["Lamp", "Lamp (live)"]
    assert found["candidates"][1]["fits"][0]["rejected_because"] == "it is live"


@pytest.mark.usefixtures("open_house")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(["show", "beef1234"], "Nothing is known of beef1234", id="no such thing"),
        pytest.param(["accept", LAMP_ID, "--candidate", "7"], "has no candidate 7: there are 1 to 2", id="candidate"),
        pytest.param(["accept", FOG_ID], "is in question", id="what is sure"),
        pytest.param(["accept", ALBUM_ID, "--piece", "9"], "--piece 9 is for a file", id="piece"),
        pytest.param(["choose", LAMP_ID, "Lamp"], "Lamp is no id of MusicBrainz", id="no id"),
        pytest.param(["choose", ALBUM_ID, mbid("r pier")], "A recording is one piece, and these are 3", id="recording"),
        pytest.param(["undo"], "Nothing that was answered can be taken back", id="undo"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(review: Command, arguments: list[str], message: str) -> None:
    said = review(*arguments)

    assert (said.code, said.out) == (1, "")
    assert message in said.err
    assert "Traceback" not in said.err


# answers


def test_a_whole_album_is_accepted_with_one_answer_and_its_copies_with_it(asking: House, review: Command) -> None:
    said = review("accept", ALBUM_ID)

    assert said.code == 0
    assert said.out == "Written down: 3 pieces are The Moorings - Low Tide. With copies of the same audio 4 pieces.\n"
    assert said.err == f"To take it back: linernotes review undo {ALBUM_ID}\n"
    assert decisions(asking, HARBOUR, PIER, GULLS, AGAIN) == [("ACCEPT", "person")] * 4
    row = told(asking, PIER)
    assert (row["recording_mbid"], row["track_position"], row["artist_mbids"]) == (
        recording(PIER),
        2,
        [mbid("a moorings")],
    )
    assert review().out.splitlines()[0].startswith(LAMP_ID)


def test_another_candidate_is_accepted_for_the_pieces_that_it_fits(asking: House, review: Command) -> None:
    said = review("accept", ALBUM_ID, "--candidate", "2")

    assert "2 pieces are The Moorings - Low Tide Live." in said.out
    assert "1 piece of shelf/Low Tide/ is left open." in said.out
    assert (told(asking, HARBOUR)["release_mbid"], told(asking, GULLS)["decision"]) == (LIVE, "REVIEW")


def test_none_of_them_leaves_a_piece_without_a_name(asking: House, review: Command) -> None:
    review("reject", LAMP)

    row = told(asking, LAMP)
    assert (row["decision"], row["decided_by"], row["recording_mbid"], row["title"]) == ("REJECT", "person", None, None)


def test_a_file_may_be_answered_although_it_is_sure(asking: House, review: Command) -> None:
    review("reject", FOG)

    assert decisions(asking, FOG) == [("REJECT", "person")]


def test_undo_takes_back_all_that_was_said_in_one_call(asking: House, review: Command) -> None:
    before = [told(asking, path) for path in (HARBOUR, PIER, GULLS, AGAIN, LAMP)]
    review("reject", LAMP)
    review("accept", ALBUM_ID)

    assert review("--undo").out.startswith("Taken back: what was said of 3 pieces.")
    assert decisions(asking, GULLS, LAMP) == [("REVIEW", "evidence"), ("REJECT", "person")]
    review("reject", LAMP, "--undo")

    after = [told(asking, path) for path in (HARBOUR, PIER, GULLS, AGAIN, LAMP)]
    for one, other in zip(before, after, strict=True):
        assert {**one, "run_id": 0, "written_at": 0} == {**other, "run_id": 0, "written_at": 0}


def test_what_was_said_before_counts_again_when_the_last_answer_is_taken_back(asking: House, review: Command) -> None:
    review("accept", LAMP_ID)
    review("accept", LAMP_ID, "--candidate", "2")
    assert told(asking, LAMP)["title"] == "Lamp (live)"

    review("undo", LAMP_ID)

    assert told(asking, LAMP)["title"] == "Lamp"


def test_an_answer_outlives_moves_tags_and_another_look_at_the_evidence(asking: House, review: Command) -> None:
    review("accept", ALBUM_ID)
    asking.path(PIER).rename(asking.path("Moved.flac"))
    retag(asking.path(HARBOUR), title="Port")
    asking.ingest()

    keys = [asking.key(path) for path in ("Moved.flac", HARBOUR)]
    with asking.lake.read() as snapshot:
        rows = overlay([], read_decisions(snapshot), read_spans(snapshot, keys))

    assert {row["title"] for row in rows} == {"Harbour", "Pier"}


# what a person found


def test_an_id_among_the_candidates_needs_no_look_up(asking: House, review: Command) -> None:
    said = review("choose", LAMP, f"https://musicbrainz.org/recording/{mbid('r lamp 2')}")

    assert said.out.startswith("Written down: 1 piece is The Wicks - Lamp (live).")
    assert told(asking, LAMP)["title"] == "Lamp (live)"


# keys


def walked(keys: str) -> list[str]:
    said = CliRunner().invoke(cli.cli, ["review", "ask"], input=keys)
    assert said.exit_code == 0
    return said.output.splitlines()


def test_the_queue_is_answered_with_keys(asking: House) -> None:
    lines = walked("a2")

    assert decisions(asking, HARBOUR, GULLS, AGAIN) == [("ACCEPT", "person")] * 3
    assert told(asking, LAMP)["title"] == "Lamp (live)"
    assert "[3 of 3]" in lines
    assert "[2 of 3]" not in lines  # its copy was answered with the album
    assert lines[-1] == "2 questions answered, 0 left."


def test_a_key_takes_the_last_answer_back_and_asks_again(asking: House) -> None:
    lines = walked("ruu?sq")

    assert decisions(asking, HARBOUR, AGAIN) == [("REVIEW", "evidence")] * 2
    assert lines.count("Taken back.") == 1
    assert lines[-1] == "0 questions answered, 3 left."


@pytest.mark.usefixtures("asking")
def test_the_end_of_what_is_typed_ends_the_walk() -> None:
    assert walked("s")[-1] == "0 questions answered, 3 left."


def test_without_questions_nothing_is_asked(house: House) -> None:
    assert house.lake.exists
    assert walked("a") == ["Nothing is in question."]
