import os

import pytest

from ingest_assets import demo_library
from ingest_assets.demo_library import (
    GAP_SECONDS,
    MARKER,
    SIDE,
    SIDE_FOLDER,
    SIDE_NAME,
    TRACKS,
    DemoFolderError,
    demo_files,
    make_demo_library,
    side_starts_seconds,
)
from music.audio_file import open_regular
from music.error_codes import AudioFileError, ErrorCode
from music.formats import SIDECAR_SUFFIXES, SUFFIXES
from music.hints import gather_hints
from music.path_clues import read_path_clues
from music.probe import probe
from music.ticks import seconds_to_ticks, ticks_to_seconds


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo") / "music"
    make_demo_library(folder)
    return folder


@pytest.fixture
def few_files(monkeypatch):
    monkeypatch.setattr(demo_library, "demo_files", lambda: {"a/b.mp3": "music".encode, "c.cue": "SHEET".encode})


def probed(path):
    with open_regular(os.fsencode(path)) as file:
        return probe(file, tick=lambda: None)


@pytest.mark.parametrize("track", TRACKS, ids=lambda track: track.path)
def test_a_track_is_what_its_tags_its_path_and_its_score_say(demo, track):  # S1-63
    found = probed(demo / track.path)
    clues = read_path_clues(track.path)

    assert found.duration_ticks is not None
    assert ticks_to_seconds(found.duration_ticks) == pytest.approx(track.score.seconds, abs=0.1)
    assert (found.tags.title, found.tags.artist) == (track.title, track.album.artist)
    assert (found.tags.album, found.tags.year) == (track.album.title, track.album.year)
    assert (found.tags.track_number, found.tags.genre) == (track.number, track.album.genre)
    assert (clues.title, clues.album, clues.track_number) == (track.title, track.album.title, track.number)
    assert clues.artist in {track.album.artist, None}
    assert (found.warnings, found.tags.warning) == ((), None)


def test_there_is_enough_to_see_something(demo):
    scores = [track.score for track in TRACKS]

    assert len(TRACKS) >= 10
    assert len({(score.tonic, score.mode) for score in scores}) == len({score.bpm for score in scores}) == len(TRACKS)
    assert len({probed(demo / track.path).codec for track in TRACKS}) == 6


def test_the_side_of_a_record_is_divided_by_the_sheet_beside_it(demo):
    side = demo / SIDE_FOLDER / f"{SIDE_NAME}.flac"
    found = probed(side)

    hints = gather_hints(
        found.tags,
        found.chapters,
        sidecar_cue=side.with_suffix(".cue").read_bytes(),
        file_name=side.name,
        duration_ticks=found.duration_ticks,
    )

    starts = side_starts_seconds()
    assert [mark.title for mark in hints.marks] == [title for title, _ in SIDE]
    assert [mark.start_ticks for mark in hints.marks[1:]] == [seconds_to_ticks(start) for start in starts[1:]]
    assert starts[1] - starts[0] == SIDE[0][1].seconds + GAP_SECONDS
    assert (hints.found_by, hints.medium_tag) == ("cue", "Vinyl")


def test_what_is_broken_is_broken_as_it_is_in_life(demo):
    with pytest.raises(AudioFileError) as caught:
        probed(demo / "Inbox/not music.mp3")

    assert caught.value.code is ErrorCode.UNSUPPORTED_FORMAT
    assert probed(demo / "Inbox/broken off.flac").duration_ticks == seconds_to_ticks(TRACKS[1].score.seconds)


def test_only_files_that_linernotes_looks_at_are_made(demo):
    made = {path.relative_to(demo).as_posix() for path in demo.rglob("*") if path.is_file()}

    assert made == {*demo_files(), MARKER}
    assert all(os.path.splitext(name)[1] in SUFFIXES | SIDECAR_SUFFIXES for name in demo_files())


def test_the_second_time_nothing_is_written(demo):
    before = {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in demo.rglob("*") if path.name != MARKER}

    make_demo_library(demo)

    after = {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in demo.rglob("*") if path.name != MARKER}
    assert after == before


def test_the_same_library_is_made_everywhere():
    maker = demo_files()[TRACKS[-1].path]

    assert maker() == maker()


@pytest.mark.usefixtures("few_files")
def test_what_was_deleted_comes_back_and_what_is_there_stays(tmp_path):
    make_demo_library(tmp_path)
    (tmp_path / "a/b.mp3").unlink()
    (tmp_path / "c.cue").write_text("mine")

    make_demo_library(tmp_path)

    assert (tmp_path / "a/b.mp3").exists()
    assert (tmp_path / "c.cue").read_text() == "mine"


@pytest.mark.usefixtures("few_files")
@pytest.mark.parametrize("edition", ["unfinished", "0"], ids=["broken_off", "older"])
def test_an_unfinished_or_older_library_is_made_anew(tmp_path, edition):
    (tmp_path / MARKER).write_text(edition)
    (tmp_path / "c.cue").write_text("half")

    make_demo_library(tmp_path)

    assert (tmp_path / "c.cue").read_text() == "SHEET"
    assert (tmp_path / MARKER).read_text() == demo_library.EDITION


def test_nothing_is_written_where_something_else_lies(tmp_path):
    (tmp_path / "my song.mp3").write_bytes(b"precious")

    with pytest.raises(DemoFolderError, match="not empty"):
        make_demo_library(tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["my song.mp3"]
