from dataclasses import replace

import pytest

from music.alignment import align
from music.editions import release_as_summary
from music.match_queries import queries_for, query_for_piece, recordings_to_look_up
from music.piece_evidence import Piece
from music.release_lookups import needs_another, needs_search, releases_to_look_up
from music.release_vote import vote_on_releases
from music.releases import ArtistCredit
from tests.music.shelf import Shelf, disc, group_of, release, untagged

SONGS = disc(("One", 200), ("Two", 230), ("Three", 260), ("Four", 290))
ALBUM = release("album", "Harbour", SONGS)
REISSUE = replace(ALBUM, mbid="reissue", date="1999")
VINYL = replace(ALBUM, mbid="vinyl", media=(replace(SONGS, format='12" Vinyl'),))
DELUXE = replace(ALBUM, mbid="deluxe", media=(replace(SONGS, tracks=(*SONGS.tracks, *disc(("Five", 300)).tracks)),))
HITS = release("hits", "Hits", disc(("One", 200), ("Six", 210), ("Seven", 240)))
SHELF = Shelf((ALBUM, DELUXE, HITS))


def wishes(group, *found):
    return [wish.mbid for wish in releases_to_look_up(group, found)]


def test_the_sound_votes_for_releases():
    votes = vote_on_releases(group_of(SHELF.rip("album")))

    assert {vote.summary.mbid: vote.share for vote in votes} == {"album": 1.0, "deluxe": 1.0, "hits": 0.25}


def test_a_vote_counts_those_only_whose_sound_is_known():
    pieces = SHELF.rip("album")
    pieces[3] = replace(pieces[3], matches=())

    assert {vote.share for vote in vote_on_releases(group_of(pieces))} == {1.0, 1 / 3}


def test_the_edition_with_as_many_tracks_comes_first():
    assert wishes(group_of(SHELF.rip("album"))) == ["album", "deluxe"]
    assert wishes(group_of(SHELF.rip("deluxe")))[0] == "deluxe"


def test_the_id_in_the_tags_comes_first():
    pieces = [replace(piece, release_mbid="tagged") for piece in SHELF.rip("album")]

    assert wishes(group_of(pieces)) == ["tagged", "album", "deluxe"]


def test_a_barcode_tells_the_edition():
    known = replace(REISSUE, barcode="123")
    pieces = [replace(piece, barcode="0123", matches=()) for piece in SHELF.rip("album")]

    assert wishes(group_of(pieces), *map(release_as_summary, (ALBUM, known)))[0] == "reissue"


def test_the_medium_tells_the_edition():
    shelf = Shelf((ALBUM, VINYL))

    assert wishes(group_of(shelf.rip("album"), medium="Vinyl"))[0] == "vinyl"
    assert wishes(group_of(shelf.rip("album"), medium="CD"))[0] == "album"


def test_a_pseudo_release_is_not_looked_up_on_the_word_of_a_search():
    pseudo = replace(ALBUM, mbid="pseudo", status="Pseudo-Release")
    pieces = [replace(piece, matches=()) for piece in SHELF.rip("album")]

    assert wishes(group_of(pieces), release_as_summary(pseudo), release_as_summary(ALBUM)) == ["album"]


@pytest.mark.parametrize("other", [{"title": "Tidal Forest"}, {"artist": ArtistCredit("Somebody Else")}])
def test_what_a_search_found_under_other_names_is_not_looked_up(other):
    pieces = [replace(piece, matches=()) for piece in SHELF.rip("album")]

    assert wishes(group_of(pieces), replace(release_as_summary(ALBUM), **other)) == []


def test_what_few_pieces_know_is_not_looked_up():
    assert "hits" not in wishes(group_of(SHELF.rip("album")))


def test_one_lookup_is_enough_for_an_album_that_fits():
    group = group_of(SHELF.rip("album"))
    wanted = releases_to_look_up(group)

    assert needs_another(group, wanted, []).mbid == "album"
    assert needs_another(group, wanted, [align(group, ALBUM)]) is None
    assert not needs_search(group, wanted, [align(group, ALBUM)])


def test_a_release_that_does_not_fit_is_followed_by_the_next():
    pieces = [replace(piece, release_mbid="hits") for piece in SHELF.rip("album")]
    group = group_of(pieces)
    wanted = releases_to_look_up(group)

    assert needs_another(group, wanted, []).mbid == "hits"
    assert needs_another(group, wanted, [align(group, HITS)]).mbid == "album"


def test_another_edition_that_holds_the_same_is_not_looked_up():
    shelf = Shelf((DELUXE, replace(DELUXE, mbid="again")))
    group = group_of(shelf.rip("deluxe", change=untagged)[:2])
    wanted = releases_to_look_up(group)

    assert [wish.mbid for wish in wanted] == ["again", "deluxe"]
    assert needs_another(group, wanted, [align(group, DELUXE)]) is None


def test_a_loose_piece_whose_sound_knows_the_release_in_its_tags_needs_no_lookup():
    loose = SHELF.rip("album")[0]

    assert wishes(group_of([replace(loose, release_mbid="album")])) == []
    assert wishes(group_of([replace(loose, release_mbid="other")])) == ["other"]


def test_no_more_than_three_are_looked_up():
    pieces = [replace(piece, title="?", duration_seconds=20, matches=()) for piece in SHELF.rip("album")]
    group = group_of(pieces)
    wanted = releases_to_look_up(group, map(release_as_summary, (ALBUM, DELUXE, HITS, REISSUE)))

    assert needs_another(group, wanted, [align(group, each) for each in (ALBUM, DELUXE, HITS)]) is None


def test_another_group_that_might_fit_as_well_is_looked_up():
    twin = release("twin", "Twin", SONGS)
    shelf = Shelf((ALBUM, twin))
    group = group_of(shelf.rip("album", change=untagged))
    wanted = releases_to_look_up(group)

    assert needs_another(group, wanted, [align(group, ALBUM)]).mbid == "twin"


def test_a_group_without_names_and_sound_is_not_searched_for():
    group = group_of(replace(untagged(piece), matches=()) for piece in SHELF.rip("album"))

    assert needs_search(group, (), [])
    assert queries_for(group) == ()


def test_an_album_is_searched_by_artist_name_and_number_of_tracks_and_then_without():
    first, second = queries_for(group_of(SHELF.rip("album")))

    assert (first.artist, first.album, first.track_count) == ("Pink Floyd", "Harbour", 4)
    assert second.track_count is None


def test_a_compilation_is_searched_without_an_artist():
    pieces = [
        replace(piece, artist=f"A{at}", album_artist="Various Artists") for at, piece in enumerate(SHELF.rip("album"))
    ]

    assert {query.artist for query in queries_for(group_of(pieces))} == {None}


def test_a_loose_piece_is_searched_unless_its_sound_is_known():
    loose = SHELF.rip("album")[0]

    assert query_for_piece(loose) is None
    assert query_for_piece(replace(loose, matches=())).title == "One"
    assert query_for_piece(Piece(file_key="k", path="k", duration_seconds=9)) is None


def test_an_id_that_the_sound_confirms_needs_no_lookup():
    loose = replace(SHELF.rip("album")[0], recording_mbid="rec One")

    assert recordings_to_look_up(loose) == ()
    assert recordings_to_look_up(replace(loose, recording_mbid="other")) == ("other",)
