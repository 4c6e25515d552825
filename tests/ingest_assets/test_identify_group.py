"""What is asked of MusicBrainz for a group, and in which order: as little as will do."""

from dataclasses import dataclass, field, replace

import pytest

from ingest_assets.identify_group import Services, identify_group
from music.editions import release_as_summary
from music.match_parameters import MatchParameters
from music.matches import Decision
from music.piece_evidence import AlbumGroup
from resources.service_errors import ServiceDownError
from tests.music.shelf import Shelf, disc, release

SONGS = [("Shine On You Crazy Diamond", 811.0), ("Welcome to the Machine", 451.0), ("Have a Cigar", 308.0)]
SHELF = Shelf(
    [
        release("wish", "Wish You Were Here", disc(*SONGS), barcode="5099902987927"),
        release("animals", "Animals", disc(("Dogs", 1026.0), ("Pigs", 688.0), ("Sheep", 624.0))),
    ]
)


@dataclass
class Catalogue:
    """MusicBrainz with what is on a shelf; writes down what it is asked."""

    shelf: Shelf = field(default_factory=lambda: SHELF)
    asked: list[str] = field(default_factory=list)
    error: Exception | None = None

    def release(self, mbid):
        self.asked.append(f"release {mbid}")
        if self.error:
            raise self.error
        return next((each for each in self.shelf.releases if each.mbid == mbid), None)

    def recording(self, mbid):
        self.asked.append(f"recording {mbid}")
        return self.shelf.recordings().get(mbid)

    def releases_of_recording(self, mbid):
        self.asked.append(f"releases of {mbid}")
        return self.shelf.recordings()[mbid].releases if mbid in self.shelf.recordings() else ()

    def recordings_of_isrc(self, isrc):
        self.asked.append(f"isrc {isrc}")
        return tuple(
            replace(self.shelf.recordings()[track.recording_mbid], isrcs=track.isrcs)
            for each in self.shelf.releases
            for _, track in each.tracks()
            if isrc in track.isrcs
        )

    def search_releases(self, *, artist, album, track_count=None, barcode=None, catalog_number=None, limit):
        code = barcode or catalog_number
        self.asked.append(f"search {code or album}{f' of {track_count}' if track_count else ''}")
        found = [each for each in self.shelf.releases if (each.barcode == barcode if code else each.title == album)]
        return tuple(replace(release_as_summary(each), score=1.0) for each in found if artist)[:limit]

    def search_recordings(self, *, title, artist=None, is_loose=False):
        self.asked.append(f"{'loosely ' if is_loose else ''}{title} by {artist}")
        return tuple(each for each in self.shelf.recordings().values() if each.title == title)


def identify(pieces, catalogue, *, is_loose=False):
    group = AlbumGroup("group", tuple(pieces), is_loose=is_loose)
    return identify_group(group, Services(catalogue), MatchParameters()).matches


def without_sound(piece):
    return replace(piece, matches=(), was_looked_up=False)


def decisions(matches):
    return {match.decision for match in matches}


def test_an_album_that_is_heard_costs_one_request():
    catalogue = Catalogue()

    matches = identify(SHELF.rip("wish"), catalogue)

    assert decisions(matches) == {Decision.ACCEPT}
    assert catalogue.asked == ["release wish"]


def test_an_id_in_the_tags_is_looked_up_first_and_verified():
    catalogue = Catalogue()
    pieces = SHELF.rip("wish", change=lambda piece: replace(without_sound(piece), release_mbid="wish"))

    matches = identify(pieces, catalogue)

    assert decisions(matches) == {Decision.ACCEPT}
    assert {match.release_mbid for match in matches} == {"wish"}
    assert catalogue.asked == ["release wish"]


def test_a_wrong_id_is_found_out_and_the_name_is_searched_for():
    catalogue = Catalogue()
    pieces = SHELF.rip("wish", change=lambda piece: replace(without_sound(piece), release_mbid="animals"))

    matches = identify(pieces, catalogue)

    assert {match.release_group_mbid for match in matches} == {"rg Wish You Were Here"}
    assert catalogue.asked[:2] == ["release animals", "search Wish You Were Here"]


def test_an_id_that_nobody_knows_is_asked_for_once():
    catalogue = Catalogue()
    pieces = SHELF.rip("wish", change=lambda piece: replace(piece, release_mbid="nobody"))

    assert decisions(identify(pieces, catalogue)) == {Decision.ACCEPT}
    assert catalogue.asked == ["release nobody", "release wish"]


@pytest.mark.parametrize("column", ["recording_mbid", "release_mbid"])
def test_an_id_that_nobody_knows_is_told(column):
    piece = replace(without_sound(SHELF.rip("wish")[0]), **{column: "nobody"})
    group = AlbumGroup("group", (piece,), is_loose=True)

    found = identify_group(group, Services(Catalogue()), MatchParameters())

    assert found.unknown == {"nobody"}


def test_a_barcode_names_the_edition():
    catalogue = Catalogue()
    pieces = SHELF.rip("wish", change=lambda piece: replace(piece, barcode="5099902987927"))

    matches = identify(pieces, catalogue)

    assert {match.release_mbid for match in matches} == {"wish"}
    assert catalogue.asked == ["search 5099902987927", "release wish"]


def test_names_are_searched_for_where_the_sound_is_not_known():
    catalogue = Catalogue()

    matches = identify(SHELF.rip("wish", change=without_sound), catalogue)

    assert decisions(matches) == {Decision.ACCEPT}
    assert catalogue.asked == ["search Wish You Were Here", "release wish"]


def test_a_name_that_finds_nothing_is_searched_for_loosely():
    catalogue = Catalogue()
    pieces = SHELF.rip("wish", change=lambda piece: replace(without_sound(piece), album="Wish You Where Here"))

    identify(pieces, catalogue)

    assert catalogue.asked[:2] == ["search Wish You Where Here", "search Wish You Where Here of 3"]


def test_recording_ids_lead_to_a_release_where_no_name_does():
    catalogue = Catalogue()
    pieces = SHELF.rip("wish", tags=False, change=without_sound)
    tagged = [replace(piece, recording_mbid=f"rec {title}") for piece, (title, _) in zip(pieces, SONGS, strict=True)]

    matches = identify(tagged, catalogue)

    assert {match.release_group_mbid for match in matches} == {"rg Wish You Were Here"}
    assert catalogue.asked[0] == f"releases of rec {SONGS[0][0]}"


def test_a_loose_piece_that_is_heard_costs_nothing():
    catalogue = Catalogue()

    (match,) = identify(SHELF.rip("animals")[:1], catalogue, is_loose=True)

    assert match.decision is Decision.ACCEPT
    assert catalogue.asked == []


def test_a_loose_piece_is_searched_for_by_its_names_and_not_believed():
    catalogue = Catalogue()

    (match,) = identify([without_sound(SHELF.rip("animals")[0])], catalogue, is_loose=True)

    assert match.decision is Decision.REVIEW
    assert match.title == "Dogs"
    assert catalogue.asked == ["Dogs by Pink Floyd"]


def test_songs_lead_to_an_album_that_nothing_names():
    catalogue = Catalogue()

    def bare(piece):
        return replace(without_sound(piece), album=None, album_artist=None, track_number=None, path_album=None)

    matches = identify(SHELF.rip("wish", change=bare), catalogue)

    assert decisions(matches) == {Decision.ACCEPT}
    assert [asked for asked in catalogue.asked if not asked.startswith("release")] == [
        f"{title} by Pink Floyd" for title in sorted((title for title, _ in SONGS), key=len, reverse=True)
    ]


def test_an_album_that_nobody_knows_costs_few_requests():
    catalogue = Catalogue()
    songs = [(f"Basement Song {letter}", 200.0 + at) for at, letter in enumerate("ABCDEFGHIJKL")]
    unknown = Shelf([release("none", "Basement", disc(*songs))]).rip("none", change=without_sound)

    matches = identify(unknown, catalogue)

    assert decisions(matches) == {Decision.REJECT}
    assert len(catalogue.asked) <= 5


def test_without_an_answer_the_group_is_put_off():
    catalogue = Catalogue(error=ServiceDownError("musicbrainz", "MusicBrainz gives no answer"))

    with pytest.raises(ServiceDownError):
        identify(SHELF.rip("wish"), catalogue)


def test_without_musicbrainz_the_sound_alone_may_do():
    group = AlbumGroup("group", tuple(SHELF.rip("wish")))

    matches = identify_group(group, Services(), MatchParameters()).matches

    assert [match.recording_mbid for match in matches] == [f"rec {title}" for title, _ in SONGS]
