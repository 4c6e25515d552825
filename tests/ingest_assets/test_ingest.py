import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest_assets import ingest as module
from ingest_assets.ingest import Part, choose_part, is_anything_due, look_at_folders, say_guarded
from resources.folders import Look, add_roots, known_roots
from resources.settings import Root, Settings, SettingsError
from resources.state import connect


@pytest.fixture
def music(tmp_path: Path) -> Path:
    (tmp_path / "music" / "album").mkdir(parents=True)
    (tmp_path / "music" / "album" / "song.mp3").write_bytes(b"not read here")
    (tmp_path / "downloads").mkdir()
    return tmp_path / "music"


@pytest.fixture
def state(tmp_path: Path) -> Iterator[object]:
    connection = connect(tmp_path / "home")
    yield connection
    connection.close()


def settings_of(music: str) -> Settings:
    return Settings.model_construct(music=music, home=Path("/nowhere"))


def chosen(state, music: Path, path: str | None) -> Part | None:
    return choose_part(state, settings_of(f"shelf={music}"), path)


def test_without_a_path_all_known_folders_are_meant(state, music: Path) -> None:
    assert chosen(state, music, None) is None
    assert known_roots(state) == (Root("shelf", music),)


@pytest.mark.parametrize(
    ("path", "folder"),
    [
        pytest.param("music", b"", id="the root itself"),
        pytest.param("music/album", b"album", id="a folder in it"),
        pytest.param("music/album/song.mp3", b"album", id="a file: its folder"),
    ],
)
def test_a_path_in_a_known_folder_is_a_part_of_it(state, music: Path, path: str, folder: bytes) -> None:
    part = chosen(state, music, str(music.parent / path))

    assert part == Part(Root("shelf", music), folder)
    assert len(known_roots(state)) == 1


@pytest.mark.parametrize(
    ("path", "library"), [("{}/downloads", "downloads"), ("new={}/downloads", "new")], ids=["bare", "named"]
)
def test_another_folder_becomes_one_more_root(state, music: Path, path: str, library: str) -> None:
    part = chosen(state, music, path.format(music.parent))

    assert part == Part(Root(library, music.parent / "downloads"), b"")
    assert {root.library for root in known_roots(state)} == {"shelf", library}


def test_a_relative_path_begins_where_the_person_stands(state, music: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(music)

    assert chosen(state, music, "album") == Part(Root("shelf", music), b"album")


def test_a_person_s_own_home_is_understood(state, music: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(music.parent))

    assert chosen(state, music, "~/music/album") == Part(Root("shelf", music), b"album")


@pytest.mark.parametrize(
    ("path", "message"),
    [
        pytest.param("{}/nowhere", "does not exist", id="nothing there"),
        pytest.param("{}/stray.mp3", "is in no known folder of music", id="a file anywhere"),
    ],
)
def test_a_path_that_holds_no_music_is_refused(state, music: Path, path: str, message: str) -> None:
    (music.parent / "stray.mp3").touch()

    with pytest.raises(SettingsError, match=message):
        chosen(state, music, path.format(music.parent))


def test_with_no_folder_at_all_the_way_to_name_one_is_said(state) -> None:
    with pytest.raises(SettingsError, match="linernotes ingest ~/Music"):
        choose_part(state, settings_of(""), None)


def test_files_written_only_now_are_waited_for_once(
    state, music: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    add_roots(state, (Root("shelf", music),))
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        os.utime(music / "album" / "song.mp3", (1_600_000_000, 1_600_000_000))

    monkeypatch.setattr(module.time, "sleep", sleep)

    look = look_at_folders(state, None, accept_missing=False)

    assert slept == [pytest.approx(5.1)]
    assert (look.files, look.waiting) == (1, 0)
    assert "1 files were written only now: waiting 5 s" in capsys.readouterr().err


def test_an_unmounted_disk_is_warned_of_with_its_cure(capsys: pytest.CaptureFixture) -> None:
    say_guarded(Look(complete=True, files=0, waiting=0, guarded=("vinyl",)))

    said = capsys.readouterr().err
    assert "the folder of 'vinyl'" in said
    assert "linernotes ingest --accept-missing" in said


@pytest.mark.parametrize(
    ("statement", "due"),
    [
        pytest.param("update file set todo = 0", False, id="all is done"),
        pytest.param("update file set todo = 1", True, id="a visit is due"),
        pytest.param("update file set missing = 1", False, id="what is missing waits"),
        pytest.param("update file set todo = 0, gone = 1", True, id="the lake is to be told of a gone file"),
        pytest.param("update file set todo = 0, gone = 1, retired = 1", False, id="it was told"),
    ],
)
def test_dagster_is_started_only_where_something_is_due(state, music: Path, *, statement: str, due: bool) -> None:
    add_roots(state, (Root("shelf", music),))
    os.utime(music / "album" / "song.mp3", (1_600_000_000, 1_600_000_000))
    look_at_folders(state, None, accept_missing=False)
    state.execute(statement)

    assert is_anything_due(state) is due
