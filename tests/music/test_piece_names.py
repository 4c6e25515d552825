import pytest

from music.piece_evidence import Piece
from music.piece_names import (
    artists_of,
    is_artist_of_folder,
    is_same_sign,
    telling,
    telling_file_name,
    title_beside,
    title_of,
    track_number_of,
)


@pytest.mark.parametrize(
    "name",
    [
        "Track 05",
        "AudioTrack 3",
        "Unknown Album",
        "7",
        "Titel 3",
        "Untitled",
        "",
        None,
        "Side A",
        "New folder (2)",
        "rips",
    ],
)
def test_a_name_that_says_nothing_is_none(name):
    assert telling(name) is None


@pytest.mark.parametrize("name", ["Yesterday", "1999", "99 Luftballons", "Intro", "桜", "blink-182"])
def test_a_name_that_says_something_is_kept(name):
    assert telling(name) == name


@pytest.mark.parametrize("name", ["a3f09c12", "x0017", "file-0012", "unknown_3", "deadbeef"])
def test_a_number_in_disguise_is_no_title(name):
    assert telling_file_name(name) is None


def piece(**known):
    return Piece(file_key="a", path="a.flac", duration_seconds=100, **known)


def test_tags_count_before_the_path():
    assert title_of(piece(title="Time", path_title="Money")) == "Time"
    assert title_of(piece(title="Track 1", path_title="Money")) == "Money"
    assert artists_of(piece(artist="Various Artists", path_artist="Queen")) == ("Queen",)


def test_a_piece_of_a_long_file_has_no_title_from_the_file_name():
    long = piece(path_title="Side A of it", segment_count=2, segment_index=1)

    assert title_of(long) is None
    assert track_number_of(long) == 2


@pytest.mark.parametrize(
    ("title", "artist", "expected"),
    [
        ("Queen - Innuendo", "Queen", "Innuendo"),
        ("The Queen \u2013 Innuendo", "Queen", "Innuendo"),
        ("Queen - Innuendo", "Abba", "Queen - Innuendo"),
        ("Innuendo", "Queen", "Innuendo"),
        ("Queen - Track 5", "Queen", "Queen - Track 5"),
    ],
)
def test_an_artist_in_front_of_the_title_is_left_out_beside_that_artist(title, artist, expected):
    assert title_beside(piece(title=title), artist) == expected


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ({"path": "Queen/01.flac", "path_artist": "Queen"}, True),
        ({"path": "x/Queen - Innuendo.flac", "path_artist": "Queen"}, False),
        ({"path": "Queen/01.flac", "path_artist": "Queen", "artist": "Abba"}, False),
        ({"path": "Queen/01.flac", "path_artist": "Queen", "artist": "Unknown Artist"}, True),
    ],
    ids=["folder", "name", "tags", "empty tags"],
)
def test_who_is_named_by_a_folder_only(known, expected):
    assert is_artist_of_folder(Piece(file_key="a", duration_seconds=100, **known)) is expected


@pytest.mark.parametrize(
    ("title", "expected"), [("?", True), ("22", True), ("Untitled", True), ("Track 05", False), ("", False)]
)
def test_a_title_that_says_nothing_is_that_of_a_track_to_the_letter(title, expected):
    assert is_same_sign(title, [title]) is expected
    assert not is_same_sign(title, ["Time"])
