import json

import pytest
import requests

from tests.world.catalogue import catalogue
from tests.world.musicbrainz_server import MusicBrainzServer
from tests.world.servers import CONTACT, KEY
from tests.world.shelf import songs_of
from tests.world.sound import text_of

AGENT = {"User-Agent": f"Linernotes/0.1 ( {CONTACT} )"}
META = "recordings releasegroups releases tracks compress sources isrcs"
EVERYTHING = (
    "recordings artist-credits release-groups isrcs labels media genres tags url-rels recording-level-rels work-rels"
)


def ask_musicbrainz(services, path, **parameters):
    url = f"{services.musicbrainz.url}/ws/2/{path}"
    return requests.get(url, params={"fmt": "json", **parameters}, headers=AGENT, timeout=10)


def question(recordings, **more):
    said = {"client": KEY, "batch": "1", "meta": META, **more}
    for place, recording in enumerate(recordings):
        said[f"fingerprint.{place}"] = text_of(recording)
        said[f"duration.{place}"] = str(round(recording.seconds))
    return said


def ask_acoustid(services, said):
    return requests.post(f"{services.acoustid.url}/v2/lookup", data=said, timeout=10)


def linked(result):
    return [(each["id"], each["sources"]) for each in result["recordings"]]


class TestAcoustId:
    def test_a_batch_is_answered_by_index(self, world, services):
        songs = world.catalogue.families["many tracks"][0].recordings[:3]

        body = ask_acoustid(services, question(songs)).json()

        assert body["status"] == "ok"
        assert [each["index"] for each in body["fingerprints"]] == [0, 1, 2]
        assert [linked(each["results"][0])[0][0] for each in body["fingerprints"]] == [song.mbid for song in songs]
        assert services.acoustid.fingerprints_asked >= 3

    def test_without_batch_only_the_first_is_answered(self, world, services):
        songs = world.catalogue.families["many tracks"][0].recordings[:2]

        body = ask_acoustid(services, question(songs, batch="")).json()

        assert linked(body["results"][0])[0][0] == songs[0].mbid
        assert "fingerprints" not in body

    def test_a_wrong_link_has_more_sources_than_the_right_one(self, world, services):
        song = world.catalogue.families["wrong links, many"][0].recordings[0]

        (right, few), (wrong, many) = linked(self._only(services, song))

        assert right == song.mbid != wrong
        assert many > 10 * few

    def test_a_bare_link_is_an_id_and_its_sources(self, world, services):
        song = world.catalogue.families["bare links"][0].recordings[0]

        (recording,) = self._only(services, song)["recordings"]

        assert recording.keys() == {"id", "sources"}

    def test_titles_and_artists_are_said_once_where_they_are_compressed(self, world, services):
        release = world.catalogue.families["self-titled"][0]

        (recording,) = self._only(services, release.recordings[0])["recordings"]

        (group,) = recording["releasegroups"]
        (edition,) = group["releases"]
        assert group["title"] == release.title
        assert "title" not in edition
        assert edition["date"]["year"] == int(release.date[:4])
        assert edition["mediums"][0]["tracks"][0].keys() == {"id", "position"}

    def test_what_is_eight_seconds_longer_is_not_looked_at(self, world, services):
        song = world.catalogue.families["self-titled"][0].recordings[0]
        said = question([song]) | {"duration.0": str(round(song.seconds) + 8)}

        assert ask_acoustid(services, said).json()["fingerprints"][0]["results"] == []
        wider = said | {"maxdurationdiff": "9"}
        assert ask_acoustid(services, wider).json()["fingerprints"][0]["results"]

    def test_music_that_nobody_sent_in_is_not_known(self, world, services):
        songs = [release.recordings[0] for release in world.catalogue.unlisted]

        body = ask_acoustid(services, question(songs)).json()

        assert [each["results"] for each in body["fingerprints"]] == [[]] * len(songs)

    @pytest.mark.parametrize(
        ("changed", "status", "code"),
        [
            ({"client": "wrong"}, 400, 4),
            ({"client": ""}, 400, 2),
            ({"fingerprint.0": "no fingerprint"}, 400, 3),
            ({"duration.0": "0"}, 400, 2),
            ({f"fingerprint.{place}": "AQAAAA" for place in range(21)}, 413, 19),
        ],
        ids=["wrong key", "no key", "no fingerprint", "no duration", "too many"],
    )
    def test_what_it_refuses_has_a_code(self, world, services, changed, status, code):
        song = world.catalogue.families["plain"][0].recordings[0]

        answer = ask_acoustid(services, question([song]) | changed)

        assert answer.status_code == status
        assert answer.json()["status"] == "error"
        assert answer.json()["error"]["code"] == code

    def test_a_broken_fingerprint_is_dropped_from_a_batch(self, world, services):
        songs = world.catalogue.families["plain"][0].recordings[:2]

        body = ask_acoustid(services, question(songs) | {"fingerprint.0": "x"}).json()

        assert [each["index"] for each in body["fingerprints"]] == [1]

    @staticmethod
    def _only(services, song):
        (found,) = ask_acoustid(services, question([song])).json()["fingerprints"]
        (result,) = found["results"]
        return result


class TestMusicBrainz:
    def test_a_release_comes_with_everything_in_one_answer(self, world, services):
        release = world.catalogue.families["two discs"][0]

        body = ask_musicbrainz(services, f"release/{release.mbid}", inc=EVERYTHING).json()

        assert [medium["track-count"] for medium in body["media"]] == [len(each.tracks) for each in release.media]
        track = body["media"][0]["tracks"][0]
        song = songs_of(release)[0]
        assert track["recording"]["id"] == song.recording.mbid
        assert track["recording"]["isrcs"] == [song.recording.isrc]
        assert track["recording"]["relations"][0]["work"]["id"] == song.recording.work.mbid
        assert track["length"] == song.track.length_ms
        assert body["release-group"]["primary-type"] == "Album"
        assert body["label-info"][0]["catalog-number"] == release.catalog_number

    def test_what_is_not_asked_for_is_not_told(self, world, services):
        release = world.catalogue.families["two discs"][0]

        body = ask_musicbrainz(services, f"release/{release.mbid}").json()

        assert not {"media", "artist-credit", "release-group", "label-info"} & body.keys()

    def test_old_ids_are_answered_with_those_of_today(self, world, services):
        for old, new in world.catalogue.merged.items():
            kind = "recording" if new in world.catalogue.recordings() else "release"

            assert ask_musicbrainz(services, f"{kind}/{old}").json()["id"] == new

    def test_a_recording_names_its_releases_and_its_place_there(self, world, services):
        compilation = world.catalogue.families["best of"][0]
        song = songs_of(compilation)[2]

        inc = "artist-credits releases release-groups media isrcs work-rels"
        body = ask_musicbrainz(services, f"recording/{song.recording.mbid}", inc=inc).json()

        places = {each["id"]: each["media"][0] for each in body["releases"]}
        assert len(places) == 2
        assert places[compilation.mbid]["track-offset"] == 2
        assert len(places[compilation.mbid]["tracks"]) == 1

    def test_releases_are_browsed_by_recording(self, world, services):
        song = world.catalogue.families["reissue"][0].recordings[0]

        body = ask_musicbrainz(services, "release", recording=song.mbid, inc="media recordings").json()

        assert body["release-count"] == len(body["releases"]) == 3

    def test_an_isrc_has_its_recording(self, world, services):
        song = world.catalogue.families["no fingerprints"][0].recordings[0]

        body = ask_musicbrainz(services, f"isrc/{song.isrc}", inc="artist-credits").json()

        assert [each["id"] for each in body["recordings"]] == [song.mbid]

    def test_a_search_finds_the_album_first(self, world, services):
        for family in ("no fingerprints", "guests", "deluxe"):
            release = world.catalogue.families[family][0]
            query = f'release:"{release.title}" AND artist:"{release.credit.name}" AND tracks:{len(release.recordings)}'

            body = ask_musicbrainz(services, "release", query=query, limit=5).json()

            assert body["releases"][0]["id"] == release.mbid
            assert body["releases"][0]["score"] == 100
            assert body["releases"][0]["track-count"] == len(release.recordings)

    def test_escaped_names_are_found(self, world, services):
        release = world.catalogue.families["odd names"][0]
        title = r"\+\/\- \(Plus\: Minus\)"

        body = ask_musicbrainz(services, "release", query=f'release:"{title}"').json()

        assert [each["id"] for each in body["releases"]] == [release.mbid]

    def test_misspelt_words_are_found_where_they_may_be(self, world, services):
        song = world.catalogue.families["plain"][0].recordings[0]
        word = max(song.title.split(), key=len)
        wrong = word[:2] + word[3:]

        found = ask_musicbrainz(services, "recording", query=f"recording:({wrong}~2)", limit=100).json()
        exact = ask_musicbrainz(services, "recording", query=f"recording:{wrong}").json()

        assert song.mbid in {each["id"] for each in found["recordings"]}
        assert exact == exact | {"count": 0, "recordings": []}

    @pytest.mark.parametrize(
        ("path", "parameters", "status"),
        [
            ("release/nonsense", {}, 400),
            ("release/00000000-0000-4000-8000-000000000000", {}, 404),
            ("release/00000000-0000-4000-8000-000000000000", {"inc": "everything"}, 400),
            ("release", {"query": 'release:"open'}, 400),
            ("release", {}, 400),
            ("isrc/QZ", {}, 400),
            ("isrc/QZZZZ9999999", {}, 404),
        ],
    )
    def test_what_cannot_be_answered_is_an_error(self, services, path, parameters, status):
        answer = ask_musicbrainz(services, path, **parameters)

        assert answer.status_code == status
        assert answer.json()["error"]

    def test_an_agent_that_says_nothing_of_itself_is_turned_away(self, services):
        answer = requests.get(f"{services.musicbrainz.url}/ws/2/release/x", params={"fmt": "json"}, timeout=10)

        assert answer.status_code == 403

    def test_who_asks_too_fast_is_declined_until_the_rate_drops(self):
        known = catalogue(11)
        path = f"release/{known.releases[0].mbid}"
        with MusicBrainzServer(known, per_second=2.0, over_seconds=2.0) as server:
            url = f"{server.url}/ws/2/{path}"

            statuses = [requests.get(url, {"fmt": "json"}, headers=AGENT, timeout=10).status_code for _ in range(9)]

            assert statuses == [200] * 5 + [503] * 4
            assert server.statuses == {200: 5, 503: 4}


class TestFaults:
    @pytest.mark.parametrize("fault", ["html", "empty", "torn"])
    def test_a_bad_answer_looks_good_and_is_no_json(self, world, services, fault):
        services.musicbrainz.fault = fault

        answer = ask_musicbrainz(services, f"release/{world.catalogue.releases[0].mbid}", inc=EVERYTHING)

        assert answer.status_code == 200
        with pytest.raises(json.JSONDecodeError):
            json.loads(answer.text)

    @pytest.mark.parametrize(("fault", "status"), [("busy", 503), ("error", 500)])
    def test_a_service_in_trouble_says_so(self, services, fault, status):
        services.musicbrainz.fault = services.acoustid.fault = fault

        assert ask_musicbrainz(services, "release/x").status_code == status
        assert ask_acoustid(services, {}).status_code == status

    def test_a_dead_service_cuts_the_connection(self, services):
        services.acoustid.fault = "down"

        with pytest.raises(requests.ConnectionError):
            ask_acoustid(services, {})
        assert services.acoustid.statuses == {0: 1}

    def test_a_hanging_service_says_nothing(self, services):
        services.acoustid.fault = "hang"

        with pytest.raises(requests.Timeout):
            requests.get(services.acoustid.url, timeout=0.2)


def test_listenbrainz_tells_of_many_at_once(world, services):
    songs = world.catalogue.releases[0].recordings
    body = {"recording_mbids": [song.mbid for song in songs], "inc": "artist tag release"}

    found = requests.post(f"{services.listenbrainz.url}/1/metadata/recording/", json=body, timeout=10).json()

    assert {mbid: each["recording"]["name"] for mbid, each in found.items()} == {
        song.mbid: song.title for song in songs
    }
