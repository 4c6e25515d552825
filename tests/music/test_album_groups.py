import random

import pytest

from music.album_groups import group_files
from music.piece_evidence import Piece


def piece(path, **known):
    return Piece(file_key=path, path=path, duration_seconds=200, **known)


def grouped(*pieces):
    return [sorted(each.path for each in group.pieces) for group in group_files(pieces)]


def test_the_discs_of_an_album_are_one_group():
    assert grouped(piece("A/CD1/1.flac", album="A (Disc 1)"), piece("A/CD2/1.flac", album="A (Disc 2)")) == [
        ["A/CD1/1.flac", "A/CD2/1.flac"]
    ]


def test_the_discs_of_an_album_that_is_the_whole_library_are_one_group():
    assert grouped(piece("CD1/1.flac", album="A"), piece("CD2/1.flac", album="A")) == [["CD1/1.flac", "CD2/1.flac"]]


def test_a_heap_of_thousands_of_albums_is_grouped_by_equal_names():
    heap = [piece(f"m/{number:04}", album=f"Tides of {number // 2}") for number in range(6_000)]

    assert [len(group.pieces) for group in group_files(heap)] == [2] * 3_000


def test_folders_are_groups():
    assert grouped(piece("A/1"), piece("A/2"), piece("B/1"), piece("B/2")) == [["A/1", "A/2"], ["B/1", "B/2"]]


def test_albums_in_one_folder_are_told_by_their_tags_and_what_has_none_is_loose():
    found = group_files(
        [
            piece("m/1", album="A"),
            piece("m/2", album="A"),
            piece("m/3", album="B"),
            piece("m/4", album="B"),
            piece("m/5"),
        ]
    )

    assert [len(group.pieces) for group in found] == [2, 2, 1]
    assert [group.is_loose for group in found] == [False, False, True]


def test_a_file_without_tags_lies_with_the_album_around_it():
    assert grouped(piece("m/1", album="A"), piece("m/2", album="A"), piece("m/3")) == [["m/1", "m/2", "m/3"]]


@pytest.mark.parametrize("other", ["Abbey Raod", "abbey road", "Abbey Road (Remastered)", "Abbey Road [Disc 1]"])
def test_an_album_spelt_otherwise_is_the_same(other):
    assert len(grouped(piece("m/1", album="Abbey Road"), piece("m/2", album=other))) == 1


@pytest.mark.parametrize("other", ["Abbey Road (Live)", "Volume 2", "Let It Be"])
def test_an_album_of_another_name_is_another(other):
    assert len(grouped(piece("m/1", album="Abbey Road"), piece("m/2", album=other))) == 2


def test_albums_of_one_name_by_different_artists_are_two():
    songs = [piece(f"m/{artist}{at}", album="Greatest Hits", album_artist=artist) for artist in "QA" for at in "12"]

    assert grouped(*songs) == [["m/A1", "m/A2"], ["m/Q1", "m/Q2"]]


def test_a_compilation_is_one_album():
    songs = [piece(f"m/{at}", album="Hits", artist=f"artist {at}") for at in range(5)]

    assert len(grouped(*songs)) == 1


def test_a_heap_of_songs_is_no_album():
    songs = [piece(f"m/{name}", artist=name, title=f"by {name}") for name in ("Ann", "Ben", "Cid", "Dot")]

    assert len(grouped(*songs)) == 4


def test_a_folder_without_any_tags_may_be_an_album():
    assert len(grouped(*[piece(f"m/{at}") for at in range(4)])) == 1


def test_an_album_that_is_the_whole_library_is_known_by_its_numbers():
    numbered = [piece(f"{number}.flac", path_track_number=number) for number in (1, 2, 3)]

    assert grouped(*numbered) == [["1.flac", "2.flac", "3.flac"]]
    assert grouped(*numbered, piece("another 1.flac", path_track_number=1)) == [
        ["1.flac"], ["2.flac"], ["3.flac"], ["another 1.flac"]
    ]  # fmt: skip


def test_files_that_lie_in_no_folder_are_loose():
    assert len(grouped(piece("a.flac"), piece("b.flac"))) == 2


def test_a_long_file_is_a_group_of_its_own():
    cut = [
        Piece(file_key="k", path="A/side.flac", duration_seconds=200, segment_index=at, segment_count=3)
        for at in range(3)
    ]

    groups = group_files([*cut, piece("A/1")], media={"k": "Vinyl"}, gap_patterns={"k": "Variable"})

    assert [len(group.pieces) for group in groups] == [1, 3]
    assert (groups[1].medium, groups[1].gap_pattern, groups[1].is_one_file) == ("Vinyl", "Variable", True)


def test_the_order_of_the_files_changes_nothing():
    """S3-151."""
    songs = [
        piece(f"m/{at}", album=album, artist="x") for at, album in enumerate(["A", "B", "A", None, "Abbey", "Abbye"])
    ]
    expected = group_files(songs)

    for seed in range(20):
        assert group_files(random.Random(seed).sample(songs, len(songs))) == expected  # noqa: S311
