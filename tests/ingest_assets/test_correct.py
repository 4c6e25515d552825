import json
from collections.abc import Iterator
from functools import partial
from io import StringIO
from pathlib import Path
from typing import get_args

import pytest
from rich.console import Console

from ingest_assets import cli, correct, pieces_shown
from ingest_assets.counted import Counted
from music.segmentation import MediumName
from music.ticks import TICKS_PER_SECOND
from resources.state import opened
from resources.worker_pool import WorkerPool
from tests.house import AGAIN, FOG, GULLS, HARBOUR, LAMP, PIER, House, copy_of, lived_in
from tests.ingest_assets.commands import Command


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory, ingested: Path, pool: WorkerPool) -> Iterator[House]:
    """An ingested house in which nothing is decided."""
    folder = copy_of(ingested, tmp_path_factory.mktemp("shelf"))
    with pytest.MonkeyPatch.context() as patch, lived_in(folder, pool, patch) as house:
        house.look()
        yield house
        assert house.tuples("from decisions") == []


@pytest.fixture
def spoken(linernotes: Command) -> Command:
    """The command `segments`."""
    return partial(linernotes, "segments")


@pytest.fixture
def segments(house: House, spoken: Command, monkeypatch: pytest.MonkeyPatch) -> Command:
    """The command in a house of one's own; what is due runs in this process too."""

    def run_here(due, *, within, look_again) -> Counted:
        look_again()
        leases = house.planner(due.connection).plan(within=within)
        assert {key for lease in leases for key in lease.keys} == within
        assert all(house.run(lease) for lease in leases)
        return Counted("here", house.tuples("select now()")[0][0])

    monkeypatch.setattr(correct, "run_due", run_here)
    house.look()
    return spoken


def starts(file: dict) -> list[float]:
    return [piece["start_seconds"] for piece in file["pieces"]]


def wanted(house: House) -> list[list[float]]:
    """Return the pieces of every decision, oldest first, in seconds."""
    rows = house.tuples("select value from decisions where kind = 'segments' order by made_at")
    return [[each["start_ticks"] / TICKS_PER_SECOND for each in json.loads(value)["pieces"]] for (value,) in rows]


@pytest.mark.usefixtures("shelf")
def test_a_file_is_shown_with_its_pieces_and_a_picture(spoken: Command) -> None:
    said = spoken(LAMP)

    lines = said.out.splitlines()
    assert lines[0] == f"shelf/{LAMP}"
    assert "1 piece, medium Unknown" in lines[1]
    assert "@" in lines[2]
    assert lines[3] == "|1"
    assert lines[-1].split()[:2] == ["1", "0:00.000"]
    assert "whole_file" in lines[-1]
    assert (said.code, said.err) == (0, "")


@pytest.mark.usefixtures("shelf")
def test_a_terminal_gets_blocks_and_colours(spoken: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    screen = StringIO()
    monkeypatch.setattr(pieces_shown, "out", lambda: Console(file=screen, force_terminal=True, width=40))
    monkeypatch.setattr(Console, "encoding", "utf-8")

    assert spoken(LAMP).code == 0

    assert "█" in screen.getvalue()
    assert "\x1b[36m" in screen.getvalue()


def test_a_correction_is_carried_out_at_once_in_its_copies_too(house: House, segments: Command) -> None:
    said = segments(HARBOUR, "--split", "1.5", "--json")

    assert said.code == 0
    assert said.err.startswith("Written down. Making 2 files anew (1 of them elsewhere, with the same audio)")
    assert starts(said.files[0]) == [0.0, 1.5]
    assert [piece["found_by"] for piece in said.files[0]["pieces"]] == ["manual", "manual"]
    assert starts(segments(AGAIN, "--json").files[0]) == [0.0, 1.5]

    back = segments(AGAIN, "--undo", "--json")

    assert starts(back.files[0]) == [0.0]
    assert [each["state"] for each in back.files[0]["corrections"]] == ["taken back"]
    assert house.tuples("from stale_files") == []


def test_corrections_are_made_in_the_order_in_which_they_stand(house: House, segments: Command) -> None:
    """Pieces are counted as the correction before left them."""
    segments(
        LAMP, "--later", "--split", "0:01.2", "--split", "2.4", "--join", "1", "--move", "2", "2.1", "--split", "1.0"
    )
    segments(PIER, "--later", "--split", "1.2", "--move", "2", "1.4", "--split", "2.4", "--join", "2")

    assert wanted(house) == [[0.0, 1.0, 2.1], [0.0, 1.4]]


def test_what_waits_is_said_and_the_next_correction_builds_on_it(house: House, segments: Command) -> None:
    said = segments(LAMP, "--split", "1.2", "--later")

    assert said.out.splitlines()[-1] == "A correction will show after: linernotes ingest"
    assert [file["waits"] for file in segments(LAMP, "--json").files] == [True]

    segments(LAMP, "--split", "2.4", "--later")

    assert wanted(house) == [[0.0, 1.2], [0.0, 1.2, 2.4]]
    listed = segments(LAMP, "--list").out.splitlines()
    assert [line.split()[2] for line in listed[1:]] == ["replaced", "counts"]
    assert listed[-1].endswith("3 pieces: 0:00.000, 0:01.200, 0:02.400")


def test_a_folder_is_listed_and_takes_a_medium_for_each_of_its_files(house: House, segments: Command) -> None:
    folder = str(house.path("Low Tide"))
    assert [line.split()[0] for line in segments(folder).out.splitlines()] == ["1", "1", "1", "3"]

    said = segments(folder, "--medium", "Vinyl", "--later")

    assert said.out.splitlines()[-1] == "Corrections of 3 files will show after: linernotes ingest"
    with_medium = {
        path for (path,) in house.tuples("select path from stale_files join discovered_files using (file_key, path)")
    }
    assert with_medium == {HARBOUR, AGAIN, PIER, GULLS}

    segments(folder, "--medium", "Vinyl", "--later")
    assert len(house.tuples("from decisions")) == 3
    assert segments(folder, "--list").out.count("counts      medium Vinyl") == 3

    segments(folder, "--undo", "--later")
    assert house.tuples("from stale_files") == []
    assert "taken back" in segments(folder, "--list").out


def test_a_folder_takes_back_what_was_decided_last_in_one_call(house: House, segments: Command) -> None:
    lamps = str(house.path("Lamps"))
    segments(FOG, "--split", "1.5", "--later")
    said = segments(lamps, "--medium", "Vinyl", "--later")
    segments(LAMP, "--medium", "CD", "--later")
    assert said.err.startswith("The pieces of 1 of 2 files stay as they were set by hand")

    segments(lamps, "--undo", "--later")
    assert house.tuples("select distinct value from valid_decisions where kind = 'medium'") == [('"Vinyl"',)]

    segments(lamps, "--undo", "--later")
    assert house.tuples("select kind from valid_decisions") == [("segments",)]


def test_a_folder_without_corrections_says_so(shelf: House, spoken: Command) -> None:
    assert spoken(str(shelf.music), "--list").out == "Nothing was corrected here.\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param([LAMP, "--split", "3:00"], "3:00.000 is not inside the file, which lasts 0:03.6", id="outside"),
        pytest.param([LAMP, "--split", "0.2"], "0:00.200 is less than a second from the boundary", id="too near"),
        pytest.param([LAMP, "--join", "1"], "Piece 1 is the last", id="nothing to join with"),
        pytest.param([LAMP, "--move", "7", "2"], "There is no piece 7: there is one piece, number 1", id="no piece"),
        pytest.param([LAMP, "--undo"], "There is no correction of", id="nothing to take back"),
        pytest.param([LAMP, "--undo", "--medium", "CD"], "--medium lets the pieces be found anew", id="two at once"),
        pytest.param([LAMP, "--list", "--split", "2"], "--medium lets the pieces be found anew", id="list and change"),
        pytest.param(["no such.mp3", "--split", "2"], "Nothing is known of no such.mp3.", id="unknown"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line_and_nothing_is_written(
    shelf: House, spoken: Command, arguments: list[str], message: str
) -> None:
    said = spoken(*arguments)

    assert (said.code, said.out) == (1, "")
    assert said.err.startswith(message)
    assert said.err.count("\n") == 1
    assert shelf.tuples("from decisions") == []


def test_a_folder_has_no_boundaries(shelf: House, spoken: Command) -> None:
    said = spoken(str(shelf.path("Lamps")), "--split", "2")

    assert (said.code, said.err.split(": ")[1]) == (1, "boundaries belong to one file. Name the file\n")


@pytest.mark.usefixtures("shelf")
def test_a_time_that_is_none_is_refused_with_how_to_write_one(spoken: Command) -> None:
    said = spoken(LAMP, "--split", "soon")

    assert said.code == 2
    assert "'soon' is no time. Write minutes and seconds as 1:02.5" in said.err


def test_the_last_word_counts_though_the_clock_was_put_back(house: House, segments: Command) -> None:
    segments(LAMP, "--split", "1.5", "--later")
    with house.lake.write(run_id="vandal") as transaction:
        transaction.tuples("update decisions set made_at = made_at + interval 1 day")

    said = segments(LAMP, "--join", "1", "--later")

    assert wanted(house) == [[0.0, 1.5], [0.0]]
    assert "counts      1 piece" in segments(LAMP, "--list").out
    assert said.code == 0


def test_pieces_that_are_not_measured_yet_are_shown_without_a_picture(house: House, segments: Command) -> None:
    with house.lake.write(run_id="vandal") as transaction:
        transaction.tuples("delete from audio_features")

    said = segments(LAMP)

    assert (said.code, said.err) == (0, "")
    assert "1 piece" in said.out.splitlines()[1]
    assert said.out.splitlines()[2].split()[0] == "start"


def test_a_file_without_pieces_is_named_with_the_reason(house: House, segments: Command) -> None:
    with house.lake.write(run_id="vandal") as transaction:
        transaction.tuples("delete from segments")

    assert segments(LAMP).err == f"{LAMP} has no pieces yet, or is gone. Run: linernotes ingest\n"
    assert segments(str(house.music)).err.endswith(f"has pieces yet. Run: linernotes ingest {house.music}\n")
    with house.lake.write(run_id="vandal") as transaction:
        transaction.tuples(
            "update outcomes set status = 'error', message = 'no \x1b[31msound' where asset = 'segments'"
        )
    assert segments(LAMP).err == f"{LAMP} has no pieces: no \\x1b[31msound\n"


@pytest.mark.parametrize(
    ("ended", "code", "message"),
    [
        pytest.param({"canceled": True}, 130, "Stopped. The correction is kept", id="Ctrl-C"),
        pytest.param(
            {"broken": "no disk"}, 1, "Linernotes itself failed: no disk. The correction is kept", id="broken"
        ),
        pytest.param({}, 0, "1 of them could not be made anew yet", id="not all"),
    ],
)
def test_a_correction_is_kept_whatever_ends_its_carrying_out(
    house: House, segments: Command, monkeypatch: pytest.MonkeyPatch, ended: dict, code: int, message: str
) -> None:
    now = house.tuples("select now()")[0][0]
    monkeypatch.setattr(correct, "run_due", lambda *_, **__: Counted("here", now, **ended))

    said = segments(LAMP, "--split", "1.5")

    assert said.code == code
    assert message in said.err.splitlines()[-1]
    assert wanted(house) == [[0.0, 1.5]]
    with opened(house.home) as connection:
        assert connection.execute("select count(*) from file where todo = 1").fetchone()[0] == 1


def test_the_command_knows_every_medium() -> None:
    assert get_args(MediumName) == cli.MEDIA
