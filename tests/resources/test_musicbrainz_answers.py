import pytest
from hypothesis import given
from hypothesis import strategies as st

from music.releases import ArtistCredit
from resources.json_values import with_underscores
from resources.musicbrainz_answers import (
    artist_credit,
    most_voted,
    parse_recording,
    parse_recordings,
    parse_release,
    parse_summaries,
)
from tests.resources.service_replies import RECORDED, mbid, recorded, reply

LOW_TIDE = ArtistCredit("Low Tide", (mbid("artist", 1),))
FEATURING = ArtistCredit(
    "Low Tide feat. M. Pier & The Gulls", (mbid("artist", 1), mbid("artist", 2), mbid("artist", 3))
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ("id", "title", "media", "tracks", "track", "recording", "recordings", "releases", "release-group", "length",
         "artist-credit", "artist", "name", "relations", "work", "label-info", "label", "tags", "count", "isrcs",
         "score", "position", "track-count", "track-offset")
    ), inner, max_size=6),
    max_leaves=30,
)  # fmt: skip


@pytest.fixture
def release():
    return parse_release(reply("musicbrainz_release"))


@pytest.fixture
def recording():
    return parse_recording(reply("musicbrainz_recording"))


class TestRelease:
    def test_says_what_edition_it_is(self, release):
        assert release.mbid == mbid("release", 1)
        assert release.title == "Harbour Lights (Deluxe)"
        assert release.artist == LOW_TIDE
        assert (release.status, release.date, release.country) == ("Official", "2011-09-26", "GB")
        assert (release.barcode, release.disambiguation) == ("5099902987422", "2011 remaster")
        assert release.has_front_cover is True

    def test_says_what_album_it_is_an_edition_of(self, release):
        assert release.release_group_mbid == mbid("group", 1)
        assert release.release_group_title == "Harbour Lights"
        assert release.primary_type == "Album"
        assert release.secondary_types == ("Live", "Compilation")
        assert release.first_release_date == "1977-03-01"

    def test_pregap_and_data_tracks_are_no_tracks(self, release):
        assert [track.title for _, track in release.tracks()] == [
            "Harbour",
            "Pier (feat. The Gulls)",
            "Untimed",
            "Harbour (video)",
        ]
        assert release.track_count == 4

    def test_media_without_tracks_still_count_as_discs(self, release):
        assert [(medium.position, medium.format, len(medium.tracks)) for medium in release.media] == [
            (1, '12" Vinyl', 3),
            (2, "DVD-Video", 1),
            (3, None, 0),
        ]
        assert release.media[1].title == "The Film"

    def test_positions_count_on_and_numbers_are_as_printed(self, release):
        assert [(track.position, track.number) for track in release.media[0].tracks] == [
            (1, "A1"),
            (2, "A2"),
            (3, "B1"),
        ]

    def test_a_length_is_the_tracks_then_the_recordings_then_unknown(self, release):
        assert [track.length_seconds for track in release.media[0].tracks] == [184.373, 200.5, None]

    def test_a_track_has_its_own_title_and_that_of_its_recording(self, release):
        pier = release.media[0].tracks[1]
        assert (pier.title, pier.recording_title) == ("Pier (feat. The Gulls)", "Pier")
        assert pier.recording_mbid == mbid("recording", 3)
        assert pier.artist == FEATURING

    def test_codes_and_works_of_a_track_come_once(self, release):
        harbour, pier, _ = release.media[0].tracks
        assert harbour.isrcs == ("GBAYE1100101", "GBAYE7700101")
        assert harbour.work_mbids == (mbid("work", 1),)
        assert pier.work_mbids == (mbid("work", 2), mbid("work", 3))

    def test_videos_are_marked(self, release):
        assert [track.is_video for _, track in release.tracks()] == [False, False, False, True]

    def test_labels_that_are_none_are_left_out(self, release):
        assert release.labels == ("Pier Records",)
        assert release.catalog_numbers == ("LT 804", "LT 805")

    def test_tags_are_those_of_the_release_and_its_group_by_votes(self, release):
        assert release.tags == ("rock", "dub", "seaside", "owned")

    def test_what_was_merged_bears_the_new_id_and_remembers_the_old(self):
        old = mbid("release", 77)
        merged = parse_release(reply("musicbrainz_release"), requested=old)
        assert (merged.mbid, merged.requested_mbid) == (mbid("release", 1), old)

    def test_an_id_in_capitals_is_no_other_id(self):
        asked = mbid("release", 1).upper()
        assert parse_release(reply("musicbrainz_release"), requested=asked).requested_mbid == ""

    def test_keys_with_underscores_say_the_same(self, release):
        assert parse_release(with_underscores(reply("musicbrainz_release"))) == release

    def test_the_artist_of_a_track_without_credit_is_that_of_its_recording_then_of_the_release(self):
        answer = reply("musicbrainz_release")
        for track in answer["media"][0]["tracks"]:
            del track["artist-credit"]
        del answer["media"][0]["tracks"][0]["recording"]["artist-credit"]
        harbour, pier, _ = parse_release(answer).media[0].tracks
        assert (harbour.artist, pier.artist) == (LOW_TIDE, FEATURING)

    @pytest.mark.parametrize("body", [None, {}, {"error": "Not Found"}, [], {"id": None}, {"id": ""}])
    def test_an_answer_without_a_release_is_none(self, body):
        assert parse_release(body) is None

    def test_a_bare_id_is_a_release_of_which_nothing_is_known(self):
        bare = parse_release({"id": mbid("release", 5)})
        assert (bare.title, bare.media, bare.release_group_mbid, bare.has_front_cover) == ("", (), "", None)


class TestRecording:
    def test_says_who_it_is(self, recording):
        assert (recording.mbid, recording.title) == (mbid("recording", 3), "Pier")
        assert recording.artist == FEATURING
        assert recording.length_seconds == 200.5
        assert recording.isrcs == ("GBAYE7700102",)
        assert recording.work_mbids == (mbid("work", 2),)
        assert recording.disambiguation == "live, 1977-02-14: Margate"

    def test_tags_without_votes_are_none(self, recording):
        assert recording.tags == ("live", "dub")

    def test_says_where_it_stands_on_each_release(self, recording):
        assert [(each.mbid, each.disc_position, each.track_position) for each in recording.releases] == [
            (mbid("release", 1), 2, 7),
            (mbid("release", 2), 1, 2),
            (mbid("release", 3), None, None),
        ]

    def test_a_medium_is_not_taken_for_the_whole_release(self, recording):
        deluxe = recording.releases[0]
        assert (deluxe.track_count, deluxe.medium_count, deluxe.formats) == (None, None, ("CD",))

    def test_releases_say_their_album(self, recording):
        deluxe, first, bare = recording.releases
        assert deluxe.release_group_mbid == first.release_group_mbid == mbid("group", 1)
        assert (first.primary_type, first.secondary_types) == ("Album", ("Live", "Compilation"))
        assert (bare.release_group_mbid, bare.artist, bare.date) == ("", None, None)

    def test_merged_ids_are_remembered(self):
        asked = mbid("recording", 99)
        assert parse_recording(reply("musicbrainz_recording"), requested=asked).requested_mbid == asked

    def test_an_answer_without_one_is_none(self):
        assert parse_recording({"error": "Not Found"}) is None


class TestListsOfRecordings:
    def test_an_isrc_may_have_several(self):
        found = parse_recordings(reply("musicbrainz_isrc"))
        assert [(each.mbid, each.title, each.length_seconds) for each in found] == [
            (mbid("recording", 3), "Pier", 200.5),
            (mbid("recording", 7), "Pier (edit)", 180.0),
        ]
        assert found[0].releases == ()

    def test_a_search_scores_and_names_places(self):
        pier, video = parse_recordings(reply("musicbrainz_recording_search"))
        assert (pier.score, video.score) == (1.0, 0.61)
        assert pier.artist.name == "Low Tide feat. The Gulls"
        assert [(each.track_count, each.disc_position, each.track_position) for each in pier.releases] == [
            (21, 2, 7),
            (45, 2, 15),
        ]
        assert pier.releases[1].artist.name == "Various Artists"
        assert pier.releases[0].medium_count == 2

    def test_videos_and_codes_written_as_objects_are_read(self):
        pier, video = parse_recordings(reply("musicbrainz_recording_search"))
        assert (pier.is_video, video.is_video) == (False, True)
        assert (pier.isrcs, video.isrcs) == (("GBAYE7700102",), ("GBAYE7700199",))

    @pytest.mark.parametrize("body", [None, {}, {"recordings": None}, {"count": 0, "recordings": []}])
    def test_nothing_found_is_empty(self, body):
        assert parse_recordings(body) == ()


class TestListsOfReleases:
    def test_a_search_tells_editions_apart(self):
        deluxe, first = parse_summaries(reply("musicbrainz_release_search"))
        assert (deluxe.score, first.score) == (1.0, 0.87)
        assert (deluxe.track_count, deluxe.medium_count, deluxe.formats) == (21, 2, ("CD", "CD"))
        assert (deluxe.barcode, deluxe.catalog_numbers) == ("5099902987422", ("LT 804",))
        assert (first.track_count, first.medium_count, first.formats) == (9, 1, ('12" Vinyl',))
        assert first.artist == LOW_TIDE

    def test_browsing_adds_up_all_media(self):
        first, deluxe = parse_summaries(reply("musicbrainz_browse"))
        assert (first.track_count, first.medium_count, first.catalog_numbers) == (9, 1, ("LT 1",))
        assert (deluxe.track_count, deluxe.medium_count) == (21, 2)
        assert first.score is None


class TestParts:
    def test_names_are_joined_as_printed(self):
        parts = [
            {"name": "Queen", "joinphrase": " & ", "artist": {"id": "A"}},
            {"name": "", "joinphrase": "", "artist": {"id": "b", "name": "David Bowie"}},
        ]
        assert artist_credit(parts) == ArtistCredit("Queen & David Bowie", ("a", "b"))

    def test_at_most_ten_tags_are_kept(self):
        tags = [{"name": f"tag {votes:02}", "count": votes} for votes in range(1, 20)]
        assert most_voted({"tags": tags}) == tuple(f"tag {votes:02}" for votes in range(19, 9, -1))

    def test_genres_come_before_other_tags_with_as_many_votes(self):
        voted = {"tags": [{"name": "a tag", "count": 2}], "genres": [{"name": "dub", "count": 2}]}
        assert most_voted(voted) == ("dub", "a tag")

    @given(JSON)
    def test_no_json_breaks_a_parser(self, body):
        parse_release(body)
        parse_recording(body)
        parse_recordings(body)
        parse_summaries(body)


@pytest.mark.skipif(not RECORDED.exists(), reason="no recorded answers here")
class TestRecorded:
    def test_an_official_release(self):
        release = parse_release(recorded("musicbrainz-json/release_official_all_includes"))
        (track,) = release.media[0].tracks
        assert (release.title, release.status, release.date, release.country) == (
            "百花繚乱",
            "Official",
            "2025-01-10",
            "XW",
        )
        assert (release.barcode, release.catalog_numbers, release.labels) == ("199066336168", ("Lilas-020",), ())
        assert (release.primary_type, release.has_front_cover) == ("Single", True)
        assert (track.length_seconds, track.isrcs) == (179.239, ("JPP302400868",))
        assert track.work_mbids == ("9e14d6b2-ac7d-43e9-82a9-561bc76ce2ed",)
        assert track.recording_mbid == "781724c1-a039-41e6-bd9b-770c3b9d5b8e"

    def test_its_pseudo_release_has_the_same_recording_under_another_title(self):
        release = parse_release(recorded("musicbrainz-json/release_pseudo_all_includes"))
        (track,) = release.media[0].tracks
        assert (release.title, release.status, release.date) == ("In Bloom", "Pseudo-Release", None)
        assert (track.title, track.recording_title) == ("In Bloom", "百花繚乱")
        assert track.artist.name == "Lilas Ikuta"
        assert release.has_front_cover is False
