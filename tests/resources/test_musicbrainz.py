import time
from dataclasses import replace

import pytest

from resources.http import Http
from resources.musicbrainz import MusicBrainz
from resources.service_errors import RefusedError, ServiceDownError
from resources.service_state import Clock
from resources.services import DAY_SECONDS, musicbrainz
from resources.settings import load_settings
from tests.resources.json_service import serving
from tests.resources.service_replies import mbid, reply

RELEASE, RECORDING = mbid("release", 1), mbid("recording", 3)
NOT_FOUND = (404, {"error": "Not Found", "help": "For usage, please see: https://musicbrainz.org/development/mmd"})
pytestmark = pytest.mark.usefixtures("environment")


def known(request):
    """Answer as MusicBrainz does about one small album."""
    kind, _, rest = request.path.removeprefix("/ws/2/").partition("/")
    if "query" in request.parameters:
        return 200, reply(f"musicbrainz_{kind}_search")
    if "recording" in request.parameters:
        return 200, reply("musicbrainz_browse")
    by_path = {
        ("release", RELEASE): "musicbrainz_release",
        ("recording", RECORDING): "musicbrainz_recording",
        ("isrc", "GBAYE7700102"): "musicbrainz_isrc",
    }
    return (200, reply(by_path[kind, rest])) if (kind, rest) in by_path else NOT_FOUND


@pytest.fixture
def server():
    with serving(known) as serving_known:
        yield serving_known


@pytest.fixture
def environment(server, monkeypatch):
    monkeypatch.setenv("LINERNOTES_CONTACT", "me@example.org")
    monkeypatch.setenv("LINERNOTES_MUSICBRAINZ_URL", server.url)
    monkeypatch.setenv("LINERNOTES_MUSICBRAINZ_INTERVAL_SECONDS", "0")


@pytest.fixture
def brainz(tmp_path):
    settings = load_settings()
    with Http(tmp_path, settings) as http:
        yield MusicBrainz(http, replace(musicbrainz(settings), backoff_seconds=0.0))


class TestById:
    def test_a_release_comes_whole_with_one_request(self, brainz, server):
        release = brainz.release(RELEASE)

        assert (release.title, release.track_count) == ("Harbour Lights (Deluxe)", 4)
        (request,) = server.requests
        assert (request.method, request.path) == ("GET", f"/ws/2/release/{RELEASE}")
        assert request.parameters["fmt"] == "json"
        assert set(request.parameters["inc"].split(" ")) == {
            "recordings",
            "artist-credits",
            "release-groups",
            "isrcs",
            "labels",
            "media",
            "genres",
            "tags",
            "url-rels",
            "recording-level-rels",
            "work-rels",
        }

    def test_a_recording_says_its_releases(self, brainz, server):
        recording = brainz.recording(RECORDING)
        assert [each.track_position for each in recording.releases] == [7, 2, None]
        assert server.paths == [f"/ws/2/recording/{RECORDING}"]

    def test_an_id_is_one_question_however_it_is_written(self, brainz, server):
        assert brainz.release(f" {RELEASE.upper()} ") == brainz.release(RELEASE)
        assert len(server.requests) == 1

    def test_a_merged_id_is_remembered(self, brainz, server):
        old = mbid("release", 70)
        server.answer = lambda _: (200, reply("musicbrainz_release"))
        release = brainz.release(old)
        assert (release.mbid, release.requested_mbid) == (RELEASE, old)
        server.answer = lambda _: (200, reply("musicbrainz_recording"))
        assert brainz.recording(old).requested_mbid == old

    def test_what_does_not_exist_is_none_and_not_asked_for_again(self, brainz, server):
        assert [brainz.release(mbid("release", 66)) for _ in range(3)] == [None] * 3
        assert brainz.recording(mbid("recording", 66)) is None
        assert len(server.requests) == 2

    @pytest.mark.parametrize("rubbish", ["", "no id", "../../etc", RELEASE[:-1], f"{RELEASE}?x=1"])
    def test_rubbish_in_place_of_an_id_is_not_asked_for(self, brainz, server, rubbish):
        assert brainz.release(rubbish) is None
        assert brainz.recording(rubbish) is None
        assert brainz.releases_of_recording(rubbish) == ()
        assert server.requests == []

    def test_a_service_that_fails_is_no_missing_release(self, brainz, server):
        server.answer = lambda _: (500, "<html>")
        with pytest.raises(ServiceDownError):
            brainz.release(RELEASE)
        server.answer = known
        assert brainz.release(RELEASE)


class TestLifetimes:
    """What is kept holds about so many days, a tenth more or less."""

    @pytest.mark.parametrize(
        ("ask", "days"),
        [
            (lambda brainz: brainz.release(RELEASE), 30),
            (lambda brainz: brainz.recording(RECORDING), 30),
            (lambda brainz: brainz.release(mbid("release", 66)), 7),
            (lambda brainz: brainz.search_releases(artist="Low Tide", album="Harbour Lights"), 7),
            (lambda brainz: brainz.search_releases(artist="Low Tide", album="Nothing"), 3),
            (lambda brainz: brainz.search_recordings(title="Nothing"), 3),
        ],
        ids=["release", "recording", "no release", "search", "empty search", "empty search of recordings"],
    )
    def test_an_answer_holds(self, tmp_path, server, ask, days):
        nothing = {"count": 0, "offset": 0, "releases": [], "recordings": []}
        server.answer = lambda asked: (200, nothing) if "nothing" in asked.parameters.get("query", "") else known(asked)
        settings = load_settings()

        for later, requests in [(0, 1), (0.85 * days, 1), (1.15 * days, 2)]:
            clock = Clock(now=lambda later=later: time.time() + later * DAY_SECONDS)
            with Http(tmp_path, settings, clock=clock) as http:
                ask(MusicBrainz(http, musicbrainz(settings)))
            assert len(server.requests) == requests


class TestBrowsing:
    def test_releases_of_a_recording(self, brainz, server):
        found = brainz.releases_of_recording(RECORDING)
        assert [(each.mbid, each.track_count) for each in found] == [(mbid("release", 2), 9), (RELEASE, 21)]
        (request,) = server.requests
        assert request.path == "/ws/2/release"
        assert request.parameters == {
            "fmt": "json",
            "recording": RECORDING,
            "inc": "artist-credits release-groups media labels",
            "limit": "100",
            "offset": "0",
        }

    def test_pages_are_turned_until_the_last(self, brainz, server):
        def page(request):
            first = int(request.parameters["offset"])
            releases = [{"id": mbid("release", number)} for number in range(first, min(first + 100, 150))]
            return 200, {"release-count": 150, "release-offset": first, "releases": releases}

        server.answer = page
        assert len(brainz.releases_of_recording(RECORDING)) == 150
        assert [request.parameters["offset"] for request in server.requests] == ["0", "100"]

    def test_no_more_than_three_pages_are_turned(self, brainz, server):
        server.answer = lambda _: (200, {"release-count": 9_000, "releases": [{"id": RELEASE}]})
        assert len(brainz.releases_of_recording(RECORDING)) == 3

    def test_a_recording_that_does_not_exist_has_none(self, brainz, server):
        server.answer = lambda _: NOT_FOUND
        assert brainz.releases_of_recording(RECORDING) == ()


class TestIsrc:
    @pytest.mark.parametrize("code", ["GBAYE7700102", "gb-aye-77-00102", "ISRC GB AYE 77 00102"])
    def test_a_code_is_one_question_however_it_is_written(self, brainz, server, code):
        assert [each.title for each in brainz.recordings_of_isrc(code)] == ["Pier", "Pier (edit)"]
        assert server.paths == ["/ws/2/isrc/GBAYE7700102"]

    def test_an_unknown_code_has_no_recordings(self, brainz):
        assert brainz.recordings_of_isrc("GBAYE7700999") == ()

    @pytest.mark.parametrize("code", ["", "GB", "0" * 12, "GBAYE77001020"])
    def test_rubbish_is_not_asked_for(self, brainz, server, code):
        assert brainz.recordings_of_isrc(code) == ()
        assert server.requests == []


class TestReleaseSearch:
    @pytest.mark.parametrize(
        ("asked", "query"),
        [
            ({"artist": "Low Tide", "album": "Harbour Lights"}, 'release:"harbour lights" AND artist:"low tide"'),
            ({"artist": None, "album": "Harbour Lights"}, 'release:"harbour lights"'),
            ({"artist": "AC/DC", "album": '"Heroes"'}, r'release:"\"heroes\"" AND artist:"ac\/dc"'),
            ({"artist": "!!!", "album": "百花繚乱"}, r'release:"百花繚乱" AND artist:"\!\!\!"'),
            (
                {"artist": "Low Tide", "album": "Harbour Lights", "track_count": 9},
                "release:(harbour~ OR lights~) AND artist:(low OR tide~) AND tracks:9",
            ),
            (
                {"artist": "Low Tide", "album": None, "barcode": "0 5099902 98742-2"},
                'barcode:"05099902987422" OR barcode:"5099902987422"',
            ),
            (
                {"artist": None, "album": None, "barcode": "075992515818"},
                'barcode:"075992515818" OR barcode:"0075992515818"',
            ),
            (
                {"artist": "Low Tide", "album": "Harbour Lights", "catalog_number": " LT 804 "},
                'catno:"lt 804" AND artist:"low tide"',
            ),
        ],
    )
    def test_what_is_known_becomes_a_question(self, brainz, server, asked, query):
        assert [each.score for each in brainz.search_releases(**asked)] == [1.0, 0.87]
        (request,) = server.requests
        assert (request.path, request.parameters) == ("/ws/2/release", {"fmt": "json", "query": query, "limit": "10"})

    @pytest.mark.parametrize(
        "asked",
        [
            {"artist": None, "album": None},
            {"artist": " ", "album": ""},
            {"artist": None, "album": None, "track_count": 9},
            {"artist": "", "album": "", "barcode": "0000", "catalog_number": " "},
        ],
    )
    def test_nothing_known_is_not_asked_for(self, brainz, server, asked):
        assert brainz.search_releases(**asked) == ()
        assert server.requests == []

    def test_equal_questions_are_asked_once(self, brainz, server):
        brainz.search_releases(artist="Low Tide", album="Harbour Lights")
        brainz.search_releases(artist="LOW  TIDE ", album="harbour lights")
        assert len(server.requests) == 1

    def test_nothing_found_is_an_answer_that_is_kept(self, brainz, server):
        server.answer = lambda _: (200, {"created": "2026-08-01", "count": 0, "offset": 0, "releases": []})
        assert [brainz.search_releases(artist="Nobody", album="Nothing") for _ in range(2)] == [(), ()]
        assert len(server.requests) == 1

    @pytest.mark.parametrize(("limit", "sent"), [(1, "1"), (500, "100"), (0, "1")])
    def test_the_limit_is_one_that_the_server_takes(self, brainz, server, limit, sent):
        brainz.search_releases(artist=None, album="Harbour Lights", limit=limit)
        assert server.requests[0].parameters["limit"] == sent

    def test_a_question_that_the_server_cannot_read_is_told(self, brainz, server):
        server.answer = lambda _: (400, {"error": "unparseable query"})
        with pytest.raises(RefusedError):
            brainz.search_releases(artist=None, album="x")
        assert len(server.requests) == 1


class TestRecordingSearch:
    @pytest.mark.parametrize(
        ("asked", "query"),
        [
            ({"title": "Pier"}, 'recording:"pier"'),
            ({"title": "Pier", "artist": "Low Tide"}, 'recording:"pier" AND artist:"low tide"'),
            (
                {"title": "Pier", "artist": "Low Tide", "album": "Harbour Lights", "duration_seconds": 200.4},
                'recording:"pier" AND artist:"low tide" AND release:"harbour lights" AND dur:[180000 TO 221000]',
            ),
            ({"title": "Peir", "artist": "Low Tide", "is_loose": True}, "recording:(peir~) AND artist:(low OR tide~)"),
        ],
    )
    def test_what_is_known_becomes_a_question(self, brainz, server, asked, query):
        assert [each.mbid for each in brainz.search_recordings(**asked)] == [RECORDING, mbid("recording", 6)]
        (request,) = server.requests
        assert (request.path, request.parameters) == ("/ws/2/recording", {"fmt": "json", "query": query, "limit": "10"})

    @pytest.mark.parametrize("title", [None, "", " "])
    def test_an_artist_alone_is_no_question(self, brainz, server, title):
        assert brainz.search_recordings(title=title, artist="Low Tide") == ()
        assert server.requests == []

    def test_nearly_equal_lengths_are_one_question(self, brainz, server):
        brainz.search_recordings(title="Pier", duration_seconds=200.41)
        brainz.search_recordings(title="Pier", duration_seconds=200.44)
        assert len(server.requests) == 1
