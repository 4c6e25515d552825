import pytest
from hypothesis import given
from hypothesis import strategies as st

from music.releases import ArtistCredit
from resources.acoustid_answers import parse_matches, results_by_index
from tests.resources.service_replies import RECORDED, mbid, recorded, reply

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ("fingerprints", "index", "results", "id", "score", "recordings", "sources", "duration", "artists", "name",
         "joinphrase", "releasegroups", "releases", "date", "year", "month", "day", "releaseevents", "mediums",
         "tracks", "position")
    ), inner, max_size=6),
    max_leaves=30,
)  # fmt: skip


@pytest.fixture
def matches():
    return parse_matches(results_by_index(reply("acoustid_batch"))[0])


@pytest.fixture
def pier(matches):
    return matches[0].recordings[0]


class TestBatch:
    def test_an_index_is_a_number_or_a_text_and_may_be_missing(self):
        found = results_by_index(reply("acoustid_batch"))
        assert sorted(found) == [0, 2]
        assert found[2] == []

    @pytest.mark.parametrize("body", [None, {}, {"status": "ok"}, {"fingerprints": [{"results": []}, {"index": "x"}]}])
    def test_an_answer_without_indexes_has_none(self, body):
        assert results_by_index(body) == {}


class TestMatches:
    def test_the_likest_comes_first(self, matches):
        assert [match.score for match in matches] == [0.943216, 0.76, 0.49]
        assert matches[0].acoustid == mbid("acoustid", 10)

    def test_the_most_submitted_recording_comes_first(self, matches):
        assert [(each.mbid, each.sources) for each in matches[0].recordings] == [
            (mbid("recording", 3), 118),
            (mbid("recording", 8), 2),
        ]

    def test_a_track_without_recordings_is_a_match_without_names(self, matches):
        assert matches[2].recordings == ()

    def test_a_recording_with_nothing_but_an_id_is_kept(self, matches):
        bare = matches[0].recordings[1]
        assert (bare.title, bare.artist, bare.duration_seconds, bare.releases) == (None, None, None, ())

    def test_sources_that_are_not_said_are_one(self):
        (match,) = parse_matches([{"id": "a", "score": 1.0, "recordings": [{"id": "r"}]}])
        assert match.recordings[0].sources == 1

    def test_a_recording_counts_once(self):
        (match,) = parse_matches([{"id": "a", "score": 1.0, "recordings": [{"id": "r"}, {"id": "R"}, {}]}])
        assert [each.mbid for each in match.recordings] == ["r"]

    @pytest.mark.parametrize(("score", "read"), [(1.2, 1.0), (-1, 0.0), ("0.5", 0.5), (None, 0.0)])
    def test_scores_lie_between_0_and_1(self, score, read):
        assert parse_matches([{"id": "a", "score": score}])[0].score == read

    @pytest.mark.parametrize("results", [None, [], {}, [None, 3, {}], [{"id": None}]])
    def test_no_results_are_no_matches(self, results):
        assert parse_matches(results) == ()

    @given(JSON)
    def test_no_json_breaks_the_parser(self, body):
        for results in results_by_index(body).values():
            parse_matches(results)
        parse_matches(body)


class TestLinkedRecording:
    def test_says_who_it_is(self, pier):
        assert (pier.title, pier.duration_seconds, pier.isrcs) == ("Pier", 200.5, ("GBAYE7700102",))
        assert pier.artist == ArtistCredit("Low Tide feat. The Gulls", (mbid("artist", 1), mbid("artist", 3)))

    def test_what_was_compressed_away_is_inherited(self, pier):
        first, deluxe, hits = pier.releases
        assert [each.title for each in pier.releases] == [
            "Harbour Lights",
            "Harbour Lights (Deluxe)",
            "Fog Hits 7",
        ]
        assert first.artist == ArtistCredit("Low Tide", (mbid("artist", 1),))
        assert deluxe.artist == ArtistCredit("Low Tide, Mona Pier", (mbid("artist", 1), mbid("artist", 2)))
        assert hits.artist == pier.artist

    def test_releases_say_their_album(self, pier):
        first, deluxe, hits = pier.releases
        assert first.release_group_mbid == deluxe.release_group_mbid == mbid("group", 1)
        assert (first.primary_type, first.secondary_types) == ("Album", ("Live",))
        assert hits.secondary_types == ("Compilation",)

    def test_releases_count_tracks_and_media(self, pier):
        assert [(each.track_count, each.medium_count, each.formats) for each in pier.releases] == [
            (9, 1, ('12" Vinyl',)),
            (21, 2, ("CD",)),
            (45, 2, ("Digital Media",)),
        ]

    def test_releases_say_where_the_recording_first_stands(self, pier):
        assert [(each.disc_position, each.track_position) for each in pier.releases] == [(1, 2), (2, 7), (2, 15)]

    def test_the_first_day_anywhere_counts(self, pier):
        first, deluxe, hits = pier.releases
        assert (first.date, first.country) == ("1977-03-01", "GB")
        assert (deluxe.date, deluxe.country) == ("2011-09", "GB")
        assert (hits.date, hits.country) == (None, None)

    def test_releases_directly_under_a_recording_have_no_group(self):
        recording = {"id": "r", "releases": [{"id": "x", "title": "Single"}]}
        (match,) = parse_matches([{"id": "a", "score": 1.0, "recordings": [recording]}])
        assert [(each.mbid, each.title, each.release_group_mbid) for each in match.recordings[0].releases] == [
            ("x", "Single", "")
        ]


@pytest.mark.skipif(not RECORDED.exists(), reason="no recorded answers here")
class TestRecorded:
    def test_a_match_without_metadata(self):
        (match,) = parse_matches(recorded("acoustid/doc_example_0")["results"])
        assert (match.score, match.recordings) == (1.0, ())

    def test_a_match_with_an_id(self):
        (match,) = parse_matches(recorded("acoustid/doc_example_1")["results"])
        assert [each.mbid for each in match.recordings] == ["38035858-f990-4fbb-b3b2-f2f8b958eeba"]

    def test_a_match_with_names(self):
        (match,) = parse_matches(recorded("acoustid/doc_example_2")["results"])
        (recording,) = match.recordings
        assert (recording.title, recording.artist.name, recording.duration_seconds) == (
            "Lower Your Eyelids to Die With the Sun",
            "M83",
            639.0,
        )
