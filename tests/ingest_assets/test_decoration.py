from ingest_assets.decoration import decorate
from ingest_assets.identification_services import opened_services
from resources.listenbrainz_answers import Decoration
from resources.service_errors import ServiceDownError
from resources.settings import Settings

KNOWN = Decoration("known", tags=("rock", "art rock"), first_release_date="1975-09-12")


class FakeListenBrainz:
    def __init__(self, *known, error=None):
        self.known = {each.recording_mbid: each for each in known}
        self.error = error
        self.asked = []

    def decorate(self, recording_mbids):
        self.asked.append(set(recording_mbids))
        if self.error:
            raise self.error
        return {mbid: self.known[mbid] for mbid in recording_mbids if mbid in self.known}


def row(mbid, *, decision="ACCEPT", tags=(), release_date=None):
    return {"decision": decision, "recording_mbid": mbid, "tags": list(tags), "release_date": release_date}


def test_all_that_was_accepted_without_tags_is_asked_for_at_once():
    service = FakeListenBrainz(KNOWN)
    rows = [row("known"), row("unknown"), row("tagged", tags=["jazz"]), row("open", decision="REVIEW"), row(None)]

    decorate(rows, service)

    assert service.asked == [{"known", "unknown"}]
    assert rows[0] == row("known", tags=["rock", "art rock"], release_date="1975-09-12")
    assert [each["tags"] for each in rows[1:]] == [[], ["jazz"], [], []]


def test_a_date_that_a_release_gave_stays():
    rows = [row("known", release_date="2011")]

    decorate(rows, FakeListenBrainz(KNOWN))

    assert rows[0]["release_date"] == "2011"


def test_where_there_is_nothing_to_add_nobody_is_asked():
    service = FakeListenBrainz(KNOWN)

    decorate([row("tagged", tags=["jazz"])], service)
    decorate([row("known")], None)

    assert service.asked == []


def test_without_an_answer_the_rows_stay_as_they_are():
    rows = [row("known")]

    decorate(rows, FakeListenBrainz(error=ServiceDownError("listenbrainz", "ListenBrainz gives no answer")))

    assert rows == [row("known")]


def test_who_asks_a_musicbrainz_of_their_own_says_where_their_listenbrainz_is(tmp_path):
    settings = Settings(_env_file=None, LINERNOTES_HOME=tmp_path)
    mirror = {"LINERNOTES_MUSICBRAINZ_URL": "http://127.0.0.1:1"}
    mirrored = Settings(_env_file=None, LINERNOTES_HOME=tmp_path, **mirror)
    both = Settings(
        _env_file=None, LINERNOTES_HOME=tmp_path, **mirror, LINERNOTES_LISTENBRAINZ_URL="http://127.0.0.1:2"
    )

    asked = []
    for each in (settings, mirrored, both):
        with opened_services(each, run_id="run") as (_, services):
            asked.append(services.listenbrainz is not None)

    assert asked == [True, False, True]
