from dataclasses import replace

import pytest

from music.alignment import align
from music.piece_evidence import Piece
from tests.music.shelf import Shelf, disc, group_of, release, untagged

SONGS = disc(("One", 200), ("Two", 230), ("Three", 260), ("Four", 290))
ALBUM = release("album", "Album", SONGS)


def placed(alignment):
    return {each.piece.file_key.rpartition("~")[2]: each.track.title for each in alignment.placements}


def test_each_piece_lies_on_its_track():
    alignment = align(group_of(Shelf([ALBUM]).rip("album")), ALBUM)

    assert placed(alignment) == {"1-01": "One", "1-02": "Two", "1-03": "Three", "1-04": "Four"}
    assert alignment.missing == alignment.unplaced == ()


@pytest.mark.parametrize(
    "known",
    [
        lambda piece: replace(untagged(piece), matches=()),
        lambda piece: replace(untagged(piece), duration_seconds=piece.duration_seconds + 5),
        lambda piece: replace(piece, matches=(), duration_seconds=250.0),
    ],
    ids=["lengths", "sound", "titles"],
)
def test_any_kind_of_evidence_places_a_piece(known):
    alignment = align(group_of(map(known, Shelf([ALBUM]).rip("album"))), ALBUM)

    assert list(placed(alignment).values()) == ["One", "Two", "Three", "Four"]


def test_missing_tracks_are_said():
    alignment = align(group_of(Shelf([ALBUM]).rip("album")[:3]), ALBUM)

    assert [song.title for _, song in alignment.missing] == ["Four"]


def test_what_is_like_no_track_has_none():
    stranger = Piece(file_key="zz", path="zz", duration_seconds=900, title="Quite Different", track_number=9)

    alignment = align(group_of([*Shelf([ALBUM]).rip("album"), stranger]), ALBUM)

    assert alignment.unplaced == (stranger,)
    assert not alignment.contested


def test_a_copy_contests_its_track():
    pieces = Shelf([ALBUM]).rip("album")
    copy = replace(pieces[1], file_key="zz")

    alignment = align(group_of([*pieces, copy]), ALBUM)

    assert alignment.contested == {pieces[1].key, copy.key}


def test_a_disc_of_a_set_covers_its_tracks_only():
    both = release("both", "Both", SONGS, disc(("Five", 300), position=2))

    alignment = align(group_of(Shelf([both]).rip("both")[:4]), both)

    assert len(alignment.covered) == 4
    assert alignment.is_part_of_release


def test_a_video_is_no_track_of_an_album():
    film = replace(SONGS, tracks=(*SONGS.tracks, replace(SONGS.tracks[0], position=5, is_video=True)))

    alignment = align(group_of(Shelf([ALBUM]).rip("album")), release("film", "Album", film))

    assert not alignment.missing


def test_the_order_of_the_pieces_changes_nothing():
    """S3-151."""
    pieces = Shelf([ALBUM]).rip("album")

    assert align(group_of(pieces[::-1]), ALBUM).placements == align(group_of(pieces), ALBUM).placements
