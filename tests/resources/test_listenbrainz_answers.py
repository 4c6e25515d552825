import pytest

from music.releases import ArtistCredit
from resources.listenbrainz_answers import Decoration, parse_decoration
from tests.resources.service_replies import RECORDED, mbid, recorded, reply

PIER, UNTIMED = mbid("recording", 3), mbid("recording", 4)


def test_a_recording_is_decorated_with_names_and_dates():
    pier = parse_decoration(PIER, reply("listenbrainz_metadata")[PIER])
    assert (pier.recording_mbid, pier.title, pier.length_seconds) == (PIER, "Pier", 200.5)
    assert pier.artist == ArtistCredit("Low Tide feat. The Gulls", (mbid("artist", 1), mbid("artist", 3)))
    assert (pier.first_release_date, pier.isrcs) == ("1977-03-01", ("GBAYE7700102",))


def test_a_release_stands_for_all():
    pier = parse_decoration(PIER, reply("listenbrainz_metadata")[PIER])
    assert (pier.release_mbid, pier.release_group_mbid) == (mbid("release", 2), mbid("group", 1))
    assert (pier.release_title, pier.release_year) == ("Harbour Lights", 1977)
    assert (pier.cover_id, pier.cover_release_mbid) == (829521842, mbid("release", 1))


def test_tags_of_recording_and_album_are_voted_together():
    pier = parse_decoration(PIER, reply("listenbrainz_metadata")[PIER])
    assert pier.tags == ("dub", "rock", "live")
    assert pier.artist_tags == ("post-punk",)


def test_what_is_not_known_is_absent():
    untimed = parse_decoration(UNTIMED, reply("listenbrainz_metadata")[UNTIMED])
    assert untimed == Decoration(
        recording_mbid=UNTIMED, title="Untimed", artist=ArtistCredit("Low Tide", (mbid("artist", 1),))
    )


@pytest.mark.parametrize("entry", [None, [], {}, {"recording": None, "tag": [], "artist": 3}])
def test_no_entry_breaks_the_parser(entry):
    assert parse_decoration(PIER, entry) == Decoration(recording_mbid=PIER)


@pytest.mark.skipif(not RECORDED.exists(), reason="no recorded answers here")
def test_a_recorded_answer_parses():
    ((found, entry),) = recorded("listenbrainz/mb_metadata_cache_example").items()
    strangers = parse_decoration(found, entry)
    assert strangers.artist == ArtistCredit("Portishead", ("8f6bd1e4-fbe1-4f50-aa9b-94c450ec0f11",))
    assert (strangers.release_title, strangers.release_year) == ("Dummy", 1994)
    assert strangers.tags == ("trip hop", "trip-hop", "electronic", "mysterious")
    assert strangers.cover_id == 829521842
