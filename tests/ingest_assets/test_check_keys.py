import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ingest_assets.identification_due import remember_bad_key, standing_codes
from ingest_assets.services_shown import ServiceFinding, look_at_services
from resources.http import Http
from resources.service_errors import ServiceDownError
from resources.service_state import SqliteState, service_file
from resources.services import BY_ID, musicbrainz
from resources.settings import load_settings
from resources.state import opened
from tests.ingest_assets.commands import Command
from tests.resources.service_server import BAD_FINGERPRINT, BAD_KEY, Server, said, serving

KEY = "k-mine-1234"


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server for all services, and settings that lead to it."""
    with serving(BAD_FINGERPRINT) as running:
        for name in ("ACOUSTID", "MUSICBRAINZ", "LISTENBRAINZ"):
            monkeypatch.setenv(f"LINERNOTES_{name}_URL", running.url)
            monkeypatch.setenv(f"LINERNOTES_{name}_INTERVAL_SECONDS", "0")
        monkeypatch.setenv("LINERNOTES_HOME", str(tmp_path / "home"))
        monkeypatch.setenv("LINERNOTES_CONTACT", "tests@example.org")
        monkeypatch.setenv("LINERNOTES_OFFLINE", "0")
        monkeypatch.setenv("ACOUSTID_API_KEY", KEY)
        yield running


def states() -> dict[str, ServiceFinding]:
    return {finding.name: finding for finding in look_at_services(load_settings())}


class TestCheckKeys:
    def test_a_key_that_the_service_knows_is_valid(self, server: Server, linernotes: Command) -> None:
        """S3-157."""
        answer = linernotes("check-keys", "--json")

        (checked,) = json.loads(answer.out)
        assert (checked["service"], checked["setting"], checked["state"]) == ("acoustid", "ACOUSTID_API_KEY", "valid")
        assert answer.code == 0
        assert [asked.path for asked in server.asked] == ["/v2/lookup"]

    def test_a_key_that_it_does_not_know_is_not(self, server: Server, linernotes: Command) -> None:
        server.answer = lambda *_: BAD_KEY

        answer = linernotes("check-keys")

        assert answer.code == 1
        assert answer.out.startswith("acoustid       invalid")
        assert "Set ACOUSTID_API_KEY to another key." in answer.out
        assert KEY not in answer.out

    def test_a_key_that_was_refused_is_tried_again(self, server: Server, linernotes: Command) -> None:
        server.answer = lambda number, _: BAD_KEY if number == 0 else BAD_FINGERPRINT

        assert [linernotes("check-keys").code for _ in range(2)] == [1, 0]
        assert states()["acoustid"].state == "well"

    @pytest.mark.usefixtures("server")
    def test_what_waits_for_a_key_is_due_again_once_the_service_knows_it(self, linernotes: Command) -> None:
        settings = load_settings()
        with opened(settings.home) as connection:
            remember_bad_key(connection, settings)
            assert "INVALID_API_KEY" in standing_codes(connection, settings)

            linernotes("check-keys")

            assert "INVALID_API_KEY" not in standing_codes(connection, settings)

    @pytest.mark.parametrize(
        ("setting", "state", "named"),
        [
            ("ACOUSTID_API_KEY=", "not set", "acoustid.org"),
            ("LINERNOTES_CONTACT=", "unknown", "LINERNOTES_CONTACT"),
            ("LINERNOTES_OFFLINE=1", "unknown", "offline"),
            ("LINERNOTES_ACOUSTID_URL=http://127.0.0.1:1", "unknown", "no connection"),
        ],
    )
    def test_where_it_cannot_be_known_it_says_why(
        self,
        server: Server,
        linernotes: Command,
        monkeypatch: pytest.MonkeyPatch,
        *,
        setting: str,
        state: str,
        named: str,
    ) -> None:
        monkeypatch.setenv(*setting.split("=", 1))

        answer = linernotes("check-keys")

        assert answer.code == 0
        assert state in answer.out
        assert named in answer.out
        assert server.asked == []


class TestDoctor:
    def test_nobody_is_asked_and_nothing_is_made(self, server: Server) -> None:
        found = states()

        assert {finding.state for finding in found.values()} == {"well"}
        assert found["services"].message == "they are told that tests@example.org asks"
        assert found["musicbrainz"].message == f"{server.url}/ws/2, at any pace"
        assert server.asked == []
        assert not load_settings().home.exists()

    @pytest.mark.parametrize(
        ("name", "value", "where", "named"),
        [
            ("LINERNOTES_CONTACT", "", "services", "before a contact is set"),
            ("LINERNOTES_OFFLINE", "1", "services", "LINERNOTES_OFFLINE"),
            ("ACOUSTID_API_KEY", "", "acoustid", "no key is set"),
        ],
    )
    @pytest.mark.usefixtures("server")
    def test_what_is_not_set_is_a_notice(
        self, monkeypatch: pytest.MonkeyPatch, name: str, value: str, where: str, named: str
    ) -> None:
        monkeypatch.setenv(name, value)

        finding = states()[where]

        assert finding.state == "notice"
        assert named in finding.message

    def test_a_key_that_is_not_known_is_broken(self, server: Server, linernotes: Command) -> None:
        server.answer = lambda *_: BAD_KEY
        linernotes("check-keys")

        assert states()["acoustid"] == ServiceFinding(
            "acoustid",
            "broken",
            "it does not know the key in ACOUSTID_API_KEY.",
            "Set another one, then: linernotes check-keys",
        )

    def test_a_service_that_failed_and_one_that_asked_for_patience(self, server: Server) -> None:
        settings = load_settings()
        server.answer = lambda *_: said({}, 500)
        service = replace(musicbrainz(settings), failures_until_open=1)
        with Http(settings.home, settings) as http, pytest.raises(ServiceDownError):
            http.get(service, "release/x", {}, lifetimes=BY_ID)

        assert states()["musicbrainz"].message.startswith("it failed, at last: HTTP 500. It is asked again from ")

        state = SqliteState(service_file(settings.home))
        state.rows("update gate set open_until = 0, not_before = :until", until=state.now() + 600)
        state.close()

        assert states()["musicbrainz"].message.startswith("it asked for a pause until ")
