import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from ingest_assets import audio_features, cli
from music.duplicate_groups import DuplicateKind
from resources.worker_pool import WorkerPool
from tests.house import House, copy_of, lived_in, retag
from tests.ingest_assets.collection import (
    BEST,
    COPY,
    DUNES,
    MISTS,
    TAGGED,
    TIDES,
    copied,
    groups,
    kept,
    paths,
    searched,
)
from tests.ingest_assets.commands import Command

ALL_TIDES = {*TIDES, COPY, TAGGED}
MIST, LOW_MIST, DUNE = "flac/Mist.flac", "low/Mist.mp3", "flac/Dune.flac"
HIGH, LOW = "high/Tide.mp3", "low/Tide.mp3"


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory, collected: Path, pool: WorkerPool) -> Iterator[House]:
    """A collection in which nothing is decided."""
    folder = copy_of(collected, tmp_path_factory.mktemp("gallery"))
    with pytest.MonkeyPatch.context() as patch, lived_in(folder, pool, patch) as house:
        yield house
        assert house.tuples("from decisions") == []


@pytest.fixture
def duplicates(linernotes: Command) -> Command:
    """The command `duplicates`."""
    return partial(linernotes, "duplicates")


def group_of(house: House, path: str) -> str:
    return house.tuples(
        "select group_id from duplicates join discovered_files using (file_key) where path = ?", [path]
    )[0][0]


def again(house: House) -> None:
    house.ingest()
    searched(house, run_id="again")


def test_groups_are_listed_with_what_to_keep_and_what_would_be_free(gallery: House, duplicates: Command) -> None:
    said = duplicates()

    assert said.code == 0
    assert f"{group_of(gallery, BEST)[:8]}  recording, 9 pieces" in said.out
    assert f"shelf/{MIST}  [" in said.out
    assert said.out.splitlines()[-1].startswith("2 groups; ")
    assert "Nothing is ever deleted or moved" in said.out
    assert said.err == ""
    assert duplicates("list").out == said.out


def test_programs_get_the_groups_as_json(gallery: House, duplicates: Command) -> None:
    found = json.loads(duplicates("list", "--json", "--path", "Mist").out)["groups"]

    assert [group["group_id"] for group in found] == [group_of(gallery, MIST)]
    assert found[0]["freed_bytes"] == gallery.path(LOW_MIST).stat().st_size
    assert [(member["path"], member["keep"]) for member in found[0]["members"]] == [(MIST, True), (LOW_MIST, False)]


@pytest.mark.usefixtures("gallery")
def test_what_is_listed_can_be_narrowed(duplicates: Command) -> None:
    assert "Mist" not in duplicates("list", "--path", "Tide").out
    assert duplicates("list", "--kind", "near").out == "No such duplicates.\n"


def test_the_list_says_when_it_is_not_of_today(collection: House, duplicates: Command) -> None:
    collection.path(LOW).unlink()
    collection.ingest()
    assert duplicates().err == "Files changed since duplicates were last looked for. To look again: linernotes ingest\n"

    with collection.lake.write(run_id="vandal") as tx:
        tx.tuples("delete from duplicate_searches")
    assert duplicates().err == "Nobody has looked for duplicates yet. To do so: linernotes ingest\n"


def test_keep_supersedes_the_others_of_the_group(collection: House, duplicates: Command) -> None:
    said = duplicates("decide", group_of(collection, BEST)[:8], "--keep", HIGH)

    assert said.code == 0
    assert said.err.startswith("Written down. Nothing is ever deleted or moved")
    tides = groups(collection)[0]
    assert {path for path, member in tides.items() if member.keep} == {HIGH}
    assert {member.decided_by for path, member in tides.items()} == {"person"}
    assert kept(collection) == {HIGH, MIST}
    assert all(collection.path(path).exists() for path in ALL_TIDES)


def test_of_copies_the_one_that_was_named_is_kept(collection: House, duplicates: Command) -> None:
    other = ({BEST, COPY} - kept(collection)).pop()

    duplicates("decide", BEST, COPY, "--keep", other)

    assert kept(collection) == {other, MIST}


def test_a_decision_outlives_moves_tags_copies_and_newer_code(collection: House, duplicates: Command) -> None:
    """S1-24, S3-164: it speaks of the audio."""
    duplicates("decide", LOW, "--keep", LOW)
    duplicates("decide", MIST, LOW_MIST, "--skip")
    decided = groups(collection)

    collection.path(LOW).rename(collection.path("Moved.mp3"))
    retag(collection.path(MIST), title="Mist")
    copied(collection.path(LOW_MIST), collection.path("copies/Mist.mp3"))
    again(collection)
    before = audio_features.ASSET.code_version
    object.__setattr__(audio_features.ASSET, "code_version", "newer")
    try:
        assert collection.ingest(stale=True)
        searched(collection, run_id="newer code")
    finally:
        object.__setattr__(audio_features.ASSET, "code_version", before)

    found = groups(collection)
    assert found[0] == {("Moved.mp3" if path == LOW else path): member for path, member in decided[0].items()}
    assert paths(found[1:]) == [{LOW_MIST, "copies/Mist.mp3"}]


def test_a_copy_that_arrives_later_is_not_kept_beside_the_decided_one(collection: House, duplicates: Command) -> None:
    duplicates("decide", MIST, "--keep", LOW_MIST)
    copied(collection.path(LOW_MIST), collection.path("copies/Mist.mp3"))
    copied(collection.path(MIST), collection.path("copies/Mist.flac"))

    again(collection)

    mists = next(group for group in groups(collection) if MIST in group)
    assert {path for path, member in mists.items() if member.keep} == {LOW_MIST}
    assert {path for path, member in mists.items() if member.decided_by == "rule"} == {"copies/Mist.mp3"}


def test_where_the_kept_one_is_gone_the_rule_chooses_again(collection: House, duplicates: Command) -> None:
    duplicates("decide", group_of(collection, BEST), "--keep", LOW)
    collection.path(LOW).unlink()

    again(collection)

    assert len(kept(collection) & {BEST, COPY}) == 1


def test_skipped_ones_are_never_shown_again_until_that_is_taken_back(collection: House, duplicates: Command) -> None:
    duplicates("decide", group_of(collection, MIST), "--skip")
    assert paths(groups(collection)) == [ALL_TIDES]
    again(collection)
    assert paths(groups(collection)) == [ALL_TIDES]

    said = duplicates("decide", MIST, "--undo")

    assert said.code == 0
    assert paths(groups(collection)) == [ALL_TIDES, set(MISTS)]
    assert collection.tuples("from valid_decisions where kind = 'duplicate'") == []


def test_one_file_that_is_skipped_leaves_its_group(collection: House, duplicates: Command) -> None:
    said = duplicates("decide", LOW, "--skip")

    assert "in no group of duplicates" not in said.err
    assert paths(groups(collection)) == [ALL_TIDES - {LOW}, set(MISTS)]


def test_copies_that_are_skipped_are_not_shown(collection: House, duplicates: Command) -> None:
    for path in ALL_TIDES - {BEST, COPY}:
        collection.path(path).unlink()
    again(collection)
    assert {BEST, COPY} in paths(groups(collection))

    said = duplicates("decide", BEST, COPY, "--skip")

    assert said.err == "Written down. These are in no group of duplicates.\n"
    assert paths(groups(collection)) == [set(MISTS)]


def test_new_takes_the_place_of_old_though_nobody_heard_them_alike(collection: House, duplicates: Command) -> None:
    duplicates("decide", "--replace", DUNE, LOW_MIST)

    found = next(group for group in groups(collection) if DUNE in group)
    assert set(found) == {*DUNES, *MISTS}
    assert {path for path, member in found.items() if member.keep} == {LOW_MIST}
    assert (found[DUNE].decided_by, found[MIST].decided_by) == ("person", "rule")

    duplicates("decide", "--undo")
    assert paths(groups(collection)) == [ALL_TIDES, set(MISTS)]


def test_merged_files_are_one_recording_and_all_are_kept(collection: House, duplicates: Command) -> None:
    """S3-164."""
    duplicates("decide", MIST, LOW_MIST, DUNE, "--merge")
    duplicates("decide", group_of(collection, BEST), "--merge")

    assert kept(collection) == {*ALL_TIDES, *MISTS, *DUNES}
    assert {member.kind for member in groups(collection)[1].values()} == {"recording"}
    assert collection.tuples("select distinct freed_bytes, is_decided from duplicate_groups") == [(0, True)]


def test_the_newest_decision_counts(collection: House, duplicates: Command) -> None:
    for arguments in (["--keep", LOW_MIST], ["--merge"], ["--keep", MIST]):
        duplicates("decide", MIST, LOW_MIST, *arguments)
    assert kept(collection) & set(MISTS) == {MIST}

    duplicates("decide", MIST, "--undo")
    assert kept(collection) & set(MISTS) == set(MISTS)

    duplicates("decide", MIST, "--undo")
    assert kept(collection) & set(MISTS) == {LOW_MIST}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param([MIST], "Say one of --keep FILE, --skip, --replace OLD NEW, --merge and --undo", id="nothing"),
        pytest.param([MIST, "--skip", "--merge"], "Say one of --keep", id="two at once"),
        pytest.param(["--merge"], "Name a group", id="no name"),
        pytest.param([MIST, "--replace", MIST, DUNE], "--replace OLD NEW names both", id="replace with names"),
        pytest.param(["nowhere.mp3", "--skip"], "Nothing is known of nowhere.mp3", id="unknown"),
        pytest.param([DUNE, "--skip"], f"{DUNE} is in no group of duplicates", id="alone"),
        pytest.param([DUNE, DUNE, "--merge"], "One file is named twice", id="twice"),
        pytest.param([MIST, "--keep", DUNE], f"{DUNE} is not among them: shelf/{MIST}", id="keep a stranger"),
        pytest.param([MIST, "--undo"], f"Nothing that was decided on {MIST} can be taken back", id="nothing to undo"),
    ],
)
def test_what_cannot_be_decided_is_said_in_one_line(
    gallery: House, duplicates: Command, arguments: list[str], message: str
) -> None:
    said = duplicates("decide", *arguments)

    assert (said.code, said.out) == (1, "")
    assert said.err.startswith(message)
    assert said.err.count("\n") == 1
    assert gallery.tuples("from decisions") == []


def test_a_group_is_named_alone(gallery: House, duplicates: Command) -> None:
    group = group_of(gallery, MIST)

    assert f"{group} is a group: name it alone" in duplicates("decide", group, MIST, "--skip").err


def test_the_command_knows_every_kind() -> None:
    assert tuple(DuplicateKind) == cli.KINDS
