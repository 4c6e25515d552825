import pytest

from resources.http import Http
from resources.listenbrainz import AT_MOST, ListenBrainz
from resources.services import listenbrainz
from resources.settings import load_settings
from tests.resources.json_service import serving
from tests.resources.service_replies import mbid, reply

PIER, UNTIMED, UNKNOWN = (mbid("recording", number) for number in (3, 4, 66))
pytestmark = pytest.mark.usefixtures("environment")


def known(request):
    everything = reply("listenbrainz_metadata")
    return 200, {each: everything[each] for each in request.document["recording_mbids"] if each in everything}


@pytest.fixture
def server():
    with serving(known) as serving_known:
        yield serving_known


@pytest.fixture
def environment(server, monkeypatch):
    monkeypatch.setenv("LINERNOTES_CONTACT", "me@example.org")
    monkeypatch.setenv("LINERNOTES_LISTENBRAINZ_URL", server.url)
    monkeypatch.setenv("LINERNOTES_LISTENBRAINZ_INTERVAL_SECONDS", "0")


@pytest.fixture
def brainz(tmp_path):
    settings = load_settings()
    with Http(tmp_path, settings) as http:
        yield ListenBrainz(http, listenbrainz(settings))


def test_many_recordings_are_asked_for_at_once(brainz, server):
    found = brainz.decorate([PIER, UNTIMED])

    assert (found[PIER].title, found[UNTIMED].title) == ("Pier", "Untimed")
    (request,) = server.requests
    assert (request.method, request.path) == ("POST", "/1/metadata/recording/")
    assert request.document == {"recording_mbids": [PIER, UNTIMED], "inc": "artist tag release"}


def test_what_is_not_known_is_left_out(brainz):
    assert set(brainz.decorate([PIER, UNKNOWN])) == {PIER}


def test_a_second_time_nobody_is_asked_even_for_the_unknown(brainz, server):
    first = brainz.decorate([PIER, UNKNOWN])
    assert brainz.decorate([UNKNOWN, PIER]) == first
    assert len(server.requests) == 1


def test_rubbish_does_not_spoil_the_question(brainz, server):
    assert set(brainz.decorate(["", "no id", PIER.upper()])) == {PIER.upper()}
    assert server.requests[0].document["recording_mbids"] == [PIER]


def test_nothing_is_not_asked_for(brainz, server):
    assert brainz.decorate(["no id"]) == {}
    assert server.requests == []


def test_no_more_than_the_server_takes_are_asked_for_at_once(brainz, server):
    brainz.decorate([mbid("recording", number) for number in range(AT_MOST + 1)])
    assert [len(request.document["recording_mbids"]) for request in server.requests] == [AT_MOST, 1]
