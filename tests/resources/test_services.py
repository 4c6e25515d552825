import pickle
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest

from music.error_codes import ErrorCode
from resources.asking import stated_seconds
from resources.call_log import endpoint
from resources.service_addresses import PLACES, is_public, service_url
from resources.service_errors import RefusedError, ServiceDownError
from resources.service_state import PostgresState, ServiceStateError, SqliteState, open_state
from resources.service_verdicts import NO_JSON, Verdict, judge_acoustid, judge_listenbrainz, judge_musicbrainz
from resources.services import acoustid, listenbrainz, musicbrainz, services
from resources.settings import Settings, SettingsError
from tests.resources.service_places import FakeClock


def settings(**given: object) -> Settings:
    return Settings(_env_file=None, **given)


class TestAddresses:
    @pytest.mark.parametrize("rest", ["", "/", "/ws", "/ws/2", "/ws/2/", "/ws/2/release"])
    def test_musicbrainz_may_be_written_in_many_ways(self, rest):
        made = musicbrainz(settings(LINERNOTES_MUSICBRAINZ_URL=f" http://127.0.0.1:8000{rest} "))

        assert (made.url, made.host) == ("http://127.0.0.1:8000/ws/2", "127.0.0.1:8000")

    @pytest.mark.parametrize("rest", ["", "/", "/v2", "/v2/", "/v2/lookup"])
    def test_acoustid_as_well(self, rest):
        assert acoustid(settings(LINERNOTES_ACOUSTID_URL=f"http://127.0.0.1:8000{rest}")).url.endswith(":8000/v2")

    @pytest.mark.parametrize("rest", ["", "/1", "/1/metadata/recording/"])
    def test_listenbrainz_as_well(self, rest):
        made = listenbrainz(settings(LINERNOTES_LISTENBRAINZ_URL=f"http://127.0.0.1:8000{rest}"))

        assert made.url == "http://127.0.0.1:8000/1"

    def test_a_mirror_may_lie_below_a_path(self):
        assert service_url(PLACES["musicbrainz"], "https://Mirror.example/mb/ws/2/") == "https://mirror.example/mb/ws/2"

    @pytest.mark.parametrize("given", ["http://MusicBrainz.org", "http://www.musicbrainz.org./ws/2"])
    def test_the_public_service_is_asked_in_secret(self, given):
        assert service_url(PLACES["musicbrainz"], given).startswith("https://")

    def test_without_a_setting_it_is_the_public_service(self):
        assert [(each.url, each.interval_seconds) for each in services(settings())] == [
            ("https://api.acoustid.org/v2", 0.34),
            ("https://musicbrainz.org/ws/2", 1.1),
            ("https://api.listenbrainz.org/1", 1.0),
        ]

    @pytest.mark.parametrize("host", ["musicbrainz.org.example.com", "notmusicbrainz.org", "127.0.0.1"])
    def test_other_hosts_are_not_the_public_service(self, host):
        assert not is_public(PLACES["musicbrainz"], f"https://{host}/ws/2")

    @pytest.mark.parametrize("given", ["127.0.0.1:8000", "ftp://x", "http://", "http://me:secret@x/", "http://x/?a=b"])
    def test_what_is_no_address_is_refused(self, given):
        with pytest.raises(ValueError, match="address"):
            service_url(PLACES["musicbrainz"], given)

    def test_a_key_is_not_shown(self):
        made = acoustid(settings(ACOUSTID_API_KEY=" mine "))

        assert made.key == "mine"
        assert "mine" not in repr(made)
        assert len(made.key_digest) == 16


class TestVerdicts:
    @pytest.mark.parametrize(
        ("status", "body", "verdict"),
        [
            (200, {"id": "x"}, Verdict.FOUND),
            (200, {"isrc": "x", "recordings": []}, Verdict.FOUND),
            (200, {"count": 3, "releases": []}, Verdict.FOUND),
            (200, {"count": 0, "releases": []}, Verdict.EMPTY),
            (200, {"release-count": 0, "releases": []}, Verdict.EMPTY),
            (200, {"release_count": 2, "releases": []}, Verdict.FOUND),
            (200, {"error": "x", "id": "y"}, Verdict.FAILED),
            (200, {"portal": "hotel"}, Verdict.FAILED),
            (200, NO_JSON, Verdict.FAILED),
            (302, NO_JSON, Verdict.FAILED),
            (400, {"error": "x"}, Verdict.REFUSED),
            (400, NO_JSON, Verdict.FAILED),
            (403, NO_JSON, Verdict.BARRED),
            (404, {"error": "Not Found"}, Verdict.MISSING),
            (404, NO_JSON, Verdict.FAILED),
            (429, NO_JSON, Verdict.BUSY),
            (500, {"error": "x"}, Verdict.FAILED),
            (502, NO_JSON, Verdict.FAILED),
            (503, {"error": "x"}, Verdict.BUSY),
        ],
    )
    def test_musicbrainz(self, status, body, verdict):
        assert judge_musicbrainz(status, body).verdict is verdict

    @pytest.mark.parametrize(
        ("status", "fault", "verdict"),
        [
            (400, 2, Verdict.REFUSED),
            (400, 3, Verdict.REFUSED),
            (400, 4, Verdict.BAD_KEY),
            (500, 5, Verdict.FAILED),
            (400, 8, Verdict.REFUSED),
            (503, 13, Verdict.BUSY),
            (429, 14, Verdict.BUSY),
            (404, 18, Verdict.MISSING),
            (413, 19, Verdict.REFUSED),
            (500, 99, Verdict.FAILED),
            (200, 4, Verdict.BAD_KEY),
        ],
    )
    def test_errors_of_acoustid(self, status, fault, verdict):
        judged = judge_acoustid(status, {"status": "error", "error": {"code": fault, "message": "x"}})

        assert (judged.verdict, judged.fault) == (verdict, fault)

    @pytest.mark.parametrize(
        ("status", "body", "verdict"),
        [
            (200, {"status": "ok", "results": []}, Verdict.FOUND),
            (200, {"results": []}, Verdict.FAILED),
            (200, NO_JSON, Verdict.FAILED),
            (404, {}, Verdict.FAILED),
            (403, NO_JSON, Verdict.FAILED),
            (503, NO_JSON, Verdict.BUSY),
        ],
    )
    def test_acoustid(self, status, body, verdict):
        assert judge_acoustid(status, body).verdict is verdict

    @pytest.mark.parametrize(
        ("status", "body", "verdict"),
        [
            (200, {"x": {}}, Verdict.FOUND),
            (200, {}, Verdict.EMPTY),
            (200, [], Verdict.FAILED),
            (200, {"error": "x", "code": 200}, Verdict.FAILED),
            (400, {"error": "x", "code": 400}, Verdict.REFUSED),
            (429, {"error": "x", "code": 429}, Verdict.BUSY),
        ],
    )
    def test_listenbrainz(self, status, body, verdict):
        assert judge_listenbrainz(status, body).verdict is verdict


class TestWords:
    @pytest.mark.parametrize(
        ("text", "seconds"),
        [("", None), ("5", 5.0), (" 1.5 ", 1.5), ("-3", 0.0), ("1e9", 86_400.0), ("inf", None), ("x", None)],
    )
    def test_how_long_to_wait(self, text, seconds):
        assert stated_seconds(text, now=0.0) == seconds

    @pytest.mark.parametrize(("ahead", "seconds"), [(90, 90.0), (-90, 0.0), (10**7, 86_400.0)])
    def test_until_when_to_wait(self, ahead, seconds):
        date = format_datetime(datetime.fromtimestamp(1_700_000_000 + ahead, UTC), usegmt=True)

        assert stated_seconds(date, now=1_700_000_000.0) == seconds

    @pytest.mark.parametrize(
        ("path", "shown"),
        [
            ("release/5b11f4ce-a62d-471e-81fc-a69a8278c7da", "release/{id}"),
            ("/isrc/USEE10001993/", "isrc/{id}"),
            ("metadata/recording/", "metadata/recording"),
            ("lookup", "lookup"),
        ],
    )
    def test_a_path_without_ids(self, path, shown):
        assert endpoint(path) == shown

    def test_errors_travel_between_processes(self):
        refused = pickle.loads(pickle.dumps(RefusedError("acoustid", "no", 400, 3)))  # noqa: S301  our own
        down = pickle.loads(pickle.dumps(ServiceDownError("x", "no", datetime.now(UTC))))  # noqa: S301  our own

        assert (str(refused), refused.status, refused.fault, refused.code) == ("no", 400, 3, ErrorCode.SERVICE_REFUSED)
        assert (str(down), down.service, down.code) == ("no", "x", ErrorCode.SERVICE_DOWN)
        assert down.retry_at is not None


class TestPostgres:
    def test_a_database_that_is_not_there_is_named_by_its_setting_alone(self, tmp_path):
        pytest.importorskip("psycopg2")
        given = settings(LINERNOTES_SERVICES_DB="postgresql+psycopg2://me:secret@127.0.0.1:1/x")

        with pytest.raises(SettingsError, match="LINERNOTES_SERVICES_DB") as caught:
            open_state(tmp_path, given, FakeClock().clock)

        assert "secret" not in str(caught.value)
        assert caught.value.__suppress_context__

    def test_without_its_driver_the_cure_is_named(self, monkeypatch):
        monkeypatch.setitem(__import__("sys").modules, "psycopg2", None)

        with pytest.raises(SettingsError, match="extra `postgres`"):
            PostgresState("postgresql://127.0.0.1:1/x")


def test_a_state_that_cannot_be_used_is_an_error_of_its_own(tmp_path):
    state = SqliteState(tmp_path / "services.sqlite")
    state.rows("drop table gate")

    with pytest.raises(ServiceStateError, match="no such table"):
        state.rows("select * from gate")
    state.close()
