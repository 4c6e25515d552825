import json
import logging
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from resources.http import Answer, Http
from resources.service_errors import (
    InvalidKeyError,
    NoContactError,
    NoKeyError,
    OfflineError,
    RateLimitedError,
    RefusedError,
    ServiceDownError,
    ServiceError,
)
from resources.service_state import Clock, SqliteState, service_file
from resources.services import BY_ID, DAY_SECONDS, SEARCH, Service, acoustid, listenbrainz, musicbrainz
from resources.settings import Settings
from resources.wire import user_agent
from tests.resources.service_server import (
    BAD_FINGERPRINT,
    BAD_KEY,
    BROKEN_OFF,
    EMPTY,
    HALF,
    NOT_FOUND,
    PAGE,
    Said,
    Server,
    said,
    serving,
)

KEY = "s3cret-Key-of-mine"
MBID = "5b11f4ce-a62d-471e-81fc-a69a8278c7da"
FOUND = said({"id": MBID, "title": "Harbour"})
LOOKED_UP = said({"status": "ok", "fingerprints": [{"index": 0, "results": []}]})
DOWN = said({"error": "oops"}, 500)


@dataclass
class Client:
    """Settings for one server, and its questions."""

    home: Path
    url: str
    given: dict[str, Any] = field(default_factory=dict)
    slept: list[float] = field(default_factory=list)

    @property
    def settings(self) -> Settings:
        names = ("MUSICBRAINZ", "ACOUSTID", "LISTENBRAINZ")
        given = {f"LINERNOTES_{name}_URL": self.url for name in names}
        given |= {f"LINERNOTES_{name}_INTERVAL_SECONDS": 0 for name in names}
        given |= {"LINERNOTES_CONTACT": "tests@example.org", "ACOUSTID_API_KEY": KEY}
        return Settings(_env_file=None, **(given | self.given))

    def http(self) -> Http:
        return Http(self.home, self.settings, run_id="a run", clock=Clock(sleep=self.slept.append))

    def quick(self, make: Callable[[Settings], Service], **changes: Any) -> Service:
        """Return a service whose own pauses are so short that nobody need sleep them."""
        return replace(make(self.settings), backoff_seconds=1e-9, **changes)

    def release(self, http: Http | None = None, **changes: Any) -> Answer:
        """Ask for a release."""
        service = self.quick(musicbrainz, **changes)
        if http:
            return http.get(service, f"release/{MBID}", {"fmt": "json"}, lifetimes=BY_ID)
        with self.http() as own:
            return self.release(own, **changes)

    def look_up(self, http: Http, fingerprint: str = "AQAA") -> Answer:
        """Look a fingerprint up."""
        return http.post_form(self.quick(acoustid), "lookup", {"fingerprint": fingerprint}, lifetimes=None)


@pytest.fixture
def serve(tmp_path) -> Iterator[Callable[..., tuple[Server, Client]]]:
    opened = []

    def start(*answers: Said, **given: Any) -> tuple[Server, Client]:
        opened.append(serving(*answers))
        server = opened[-1].__enter__()
        return server, Client(tmp_path / "home", server.url, given)

    yield start
    for each in opened:
        each.__exit__(None, None, None)


class TestAnswers:
    def test_a_question_is_asked_once_and_then_known(self, serve):
        """S3-146."""
        server, client = serve(FOUND)

        first, second = client.release(), client.release()

        assert (first.status, first.body, first.is_cached) == (200, {"id": MBID, "title": "Harbour"}, False)
        assert second == replace(first, is_cached=True)
        assert first.fetched_at.tzinfo is not None
        assert [asked.path for asked in server.asked] == [f"/ws/2/release/{MBID}?fmt=json"]

    def test_a_mirror_need_not_be_asked_what_is_known(self, serve):
        _, client = serve(FOUND)
        client.release()
        mirror, there = serve(FOUND)

        assert there.release().is_cached
        assert mirror.asked == []

    def test_who_asks_is_told(self, serve):
        """S3-R12."""
        server, client = serve(FOUND)
        client.release()

        agent = server.asked[0].headers["User-Agent"]
        assert agent == user_agent("tests@example.org")
        assert agent.startswith("Linernotes/")
        assert agent.endswith(" ( tests@example.org )")

    def test_what_does_not_exist_is_an_answer(self, serve):
        server, client = serve(NOT_FOUND)

        answers = [client.release(), client.release()]

        assert [answer.status for answer in answers] == [404, 404]
        assert len(server.asked) == 1

    def test_answers_hold_for_their_time(self, serve):
        _, client = serve(FOUND, NOT_FOUND, said({"count": 0, "releases": []}))
        with client.http() as http:
            service = client.quick(musicbrainz)
            for path, lifetimes in (("release/a", BY_ID), ("release/b", BY_ID), ("release", SEARCH)):
                http.get(service, path, {}, lifetimes=lifetimes)
            rows = http._state.rows("select (expires_at - fetched_at) / 86400 from answer order by fetched_at")

        days = [row[0] for row in rows]
        assert all(0.9 * named <= lasts <= 1.1 * named for lasts, named in zip(days, (30, 7, 3), strict=True))
        assert days != pytest.approx([30, 7, 3], abs=1e-6)

    def test_what_no_longer_holds_is_asked_again(self, serve):
        server, client = serve(FOUND)
        client.release()
        with client.http() as http:
            http._state.rows("update answer set expires_at = :now", now=http._state.now())

        assert not client.release().is_cached
        assert len(server.asked) == 2

    def test_equal_questions_are_one_whatever_the_order_of_their_parameters(self, serve):
        server, client = serve(said({"count": 1}))
        with client.http() as http:
            service = client.quick(musicbrainz)
            http.get(service, "release", {"query": "a", "limit": "10"}, lifetimes=SEARCH)
            http.get(service, "/release/", {"limit": "10", "query": "a"}, lifetimes=SEARCH)
            http.get(service, "release", {"limit": "10", "query": "b"}, lifetimes=SEARCH)

        assert len(server.asked) == 2

    def test_json_is_posted(self, serve):
        server, client = serve(said({MBID: {}}))
        with client.http() as http:
            service = client.quick(listenbrainz)
            document = {"recording_mbids": [MBID]}
            answers = [http.post_json(service, "metadata/recording/", document, lifetimes=BY_ID) for _ in range(2)]

        assert [answer.body for answer in answers] == [{MBID: {}}] * 2
        assert [(asked.path, json.loads(asked.body)) for asked in server.asked] == [
            ("/1/metadata/recording/", {"recording_mbids": [MBID]})
        ]

    def test_parts_are_remembered_by_the_callers_own_keys(self, serve):
        _, client = serve(FOUND)
        service = client.quick(acoustid)
        fingerprints = {f"{'A' * 3_000}{number}": ([{"id": number}], DAY_SECONDS) for number in range(450)}
        with client.http() as http:
            http.remember(service, fingerprints | {"nothing": (None, DAY_SECONDS), "old": (1, -1.0)})
            known = http.remembered(service, [*fingerprints, "nothing", "old", "unknown"])

        assert known == {key: part for key, (part, _) in fingerprints.items()} | {"nothing": None}

    def test_a_service_with_a_key_is_not_asked_by_address(self, serve):
        _, client = serve(FOUND)

        with client.http() as http, pytest.raises(ValueError, match="no place in an address"):
            http.get(client.quick(acoustid), "lookup", {}, lifetimes=None)


class TestFailures:
    @pytest.mark.parametrize("answer", [DOWN, PAGE, HALF, BROKEN_OFF, EMPTY, said([1]), said({})], ids=range(7))
    def test_what_is_no_answer_is_asked_again_and_never_kept(self, serve, answer):
        server, client = serve(answer, answer, FOUND)

        got = client.release()

        assert got.body == {"id": MBID, "title": "Harbour"}
        assert len(server.asked) == 3
        assert client.release().is_cached

    @pytest.mark.parametrize(
        ("answer", "why"),
        [
            (DOWN, "HTTP 500"),
            (PAGE, "login page"),
            (said({"error": "x"}, 302, Location="http://127.0.0.1:1/"), "HTTP 302"),
            (replace(PAGE, status=404), "login page"),
            (BROKEN_OFF, "broke off"),
        ],
        ids=["fault", "captive portal", "redirect", "page not found", "broken off"],
    )
    def test_a_service_that_only_fails_is_down(self, serve, answer, why):
        server, client = serve(answer)

        with pytest.raises(ServiceDownError, match=why) as caught:
            client.release()

        assert caught.value.retry_at
        assert caught.value.retry_at > datetime.now(UTC)
        assert len(server.asked) == 4
        with client.http() as http:
            assert http._state.rows("select * from answer") == []

    def test_five_hundred_questions_to_a_dead_service_end_after_five_requests(self, serve):
        server, client = serve(DOWN)

        with client.http() as http:
            for number in range(500):
                with pytest.raises(ServiceDownError):
                    http.get(client.quick(musicbrainz), f"release/{number}", {}, lifetimes=BY_ID)

        assert len(server.asked) == 5

    def test_refused_connections_are_no_answer(self, tmp_path):
        client = Client(tmp_path, "http://127.0.0.1:1")

        with client.http() as http:
            for _ in range(3):
                with pytest.raises(ServiceDownError, match="no connection"):
                    client.release(http)
            calls = http.take_calls()

        assert [(call["status"], call["error_code"]) for call in calls] == [(None, "SERVICE_DOWN")] * 5

    def test_a_service_that_is_back_is_asked_at_once_when_a_person_asks(self, serve):
        server, client = serve(DOWN, DOWN, DOWN, DOWN, DOWN, FOUND)
        with client.http() as http:
            for _ in range(3):
                with pytest.raises(ServiceDownError):
                    client.release(http)
            http.let_probe()

            assert client.release(http).status == 200

        assert len(server.asked) == 6

    def test_a_server_that_hangs_is_given_up(self, serve):
        server, client = serve(replace(FOUND, silent_seconds=5.0))

        with pytest.raises(ServiceDownError, match=r"no whole answer within 0.1 s"):
            client.release(read_seconds=0.1, retries=1)

        assert len(server.asked) == 2

    def test_a_server_that_answers_drop_by_drop_is_given_up(self, serve):
        _, client = serve(Said(body=b" " * 200, piece_seconds=0.05))

        with pytest.raises(ServiceDownError, match="no whole answer"):
            client.release(read_seconds=0.2, connect_seconds=0.1, retries=0)

    @pytest.mark.parametrize("answer", [said({"error": "bad id"}, 400), said({"error": "too long"}, 413)])
    def test_a_refused_question_is_not_repeated(self, serve, answer):
        server, client = serve(answer)

        with pytest.raises(RefusedError, match=f"refuses the question: HTTP {answer.status}") as caught:
            client.release()

        assert caught.value.status == answer.status
        assert len(server.asked) == 1

    def test_who_is_turned_away_again_and_again_stays_away(self, serve):
        server, client = serve(said({"error": "banned"}, 403))

        with client.http() as http:
            for _ in range(5):
                with pytest.raises(RefusedError, match="turns us away: HTTP 403"):
                    client.release(http)
            with pytest.raises(ServiceDownError, match="HTTP 403"):
                client.release(http)

        assert len(server.asked) == 5


class TestPatience:
    @pytest.mark.parametrize(
        "busy",
        [said({}, 429, Retry_After="7"), said({}, 503, Retry_After="7.0"), Said(503, b"busy", {"Retry-After": "7"})],
    )
    def test_all_wait_as_long_as_the_service_says(self, serve, busy):
        _, client = serve(busy, FOUND)

        with client.http() as http:
            asked = _pause_after(http, client)

        assert asked == pytest.approx(7, abs=2)

    def test_it_may_say_so_with_a_date(self, serve):
        until = datetime.now(UTC) + timedelta(seconds=40)
        _, client = serve(said({}, 503, Retry_After=format_datetime(until, usegmt=True)), FOUND)

        with client.http() as http:
            asked = _pause_after(http, client)

        assert asked == pytest.approx(40, abs=4)

    @pytest.mark.parametrize("word", ["soon", "nan", ""])
    def test_without_a_word_the_pause_is_ours(self, serve, word):
        _, client = serve(said({}, 503, Retry_After=word), FOUND)

        assert client.release().status == 200
        assert client.slept == pytest.approx([0] * len(client.slept), abs=1e-3)

    def test_a_pause_of_an_hour_is_not_waited_for(self, serve):
        server, client = serve(said({}, 429, Retry_After="3600"))

        with pytest.raises(RateLimitedError, match="asked for a pause until") as caught:
            client.release()

        assert caught.value.retry_at
        assert 3_500 < (caught.value.retry_at - datetime.now(UTC)).total_seconds() <= 3_601
        assert len(server.asked) == 1

    def test_a_service_that_stays_busy_is_asked_later(self, serve):
        server, client = serve(said({"error": "rate limit"}, 503))

        with pytest.raises(RateLimitedError, match="is busy: HTTP 503"):
            client.release()

        assert len(server.asked) == 4

    def test_a_budget_that_is_used_up_pauses_before_it_is_exceeded(self, serve):
        _, client = serve(said({MBID: {}}, X_RateLimit_Remaining="0", X_RateLimit_Reset_In="9"))

        with client.http() as http:
            http.post_json(client.quick(listenbrainz), "metadata/recording/", {}, lifetimes=None)
            ((pause,),) = http._state.rows("select not_before - :now from gate", now=http._state.now())

        assert pause == pytest.approx(9, abs=2)


def _pause_after(http: Http, client: Client) -> float:
    """Ask with one attempt and return how long all are to wait after it."""
    with pytest.raises(RateLimitedError):
        client.release(http, retries=0)
    ((pause,),) = http._state.rows("select not_before - :now from gate", now=http._state.now())
    return pause


class TestKeys:
    def test_a_key_that_is_not_known_is_sent_once(self, serve):
        """S3-157, S3-158."""
        server, client = serve(BAD_KEY)

        with client.http() as http:
            for _ in range(20):
                with pytest.raises(InvalidKeyError, match="does not know the key in ACOUSTID_API_KEY"):
                    client.look_up(http)

        assert len(server.asked) == 1

    def test_another_key_is_sent(self, serve):
        server, client = serve(BAD_KEY, LOOKED_UP)
        with client.http() as http, pytest.raises(InvalidKeyError):
            client.look_up(http)
        client.given["ACOUSTID_API_KEY"] = "another"

        with client.http() as http:
            client.look_up(http)

        assert [parse_qs(asked.body)["client"] for asked in server.asked] == [[KEY], ["another"]]

    def test_a_person_may_let_it_be_tried_again(self, serve):
        server, client = serve(BAD_KEY, LOOKED_UP)

        with client.http() as http:
            with pytest.raises(InvalidKeyError):
                client.look_up(http)
            http.forget_bad_key(client.quick(acoustid))
            client.look_up(http)

        assert len(server.asked) == 2

    def test_a_bad_fingerprint_has_the_services_own_number(self, serve):
        _, client = serve(BAD_FINGERPRINT)

        with client.http() as http, pytest.raises(RefusedError) as caught:
            client.look_up(http)

        assert (caught.value.status, caught.value.fault) == (400, 3)

    def test_too_many_requests_are_asked_again(self, serve):
        server, client = serve(said({"status": "error", "error": {"code": 14}}, 429), LOOKED_UP)

        with client.http() as http:
            assert client.look_up(http).body["status"] == "ok"

        assert len(server.asked) == 2

    def test_a_key_is_nowhere(self, serve, caplog):
        """S3-156."""
        caplog.set_level(logging.DEBUG)
        server, client = serve(LOOKED_UP, BAD_FINGERPRINT, DOWN, DOWN, DOWN, DOWN, LOOKED_UP, BAD_KEY)
        errors: list[ServiceError] = []
        with client.http() as http:
            service = client.quick(acoustid)
            for number in range(6):
                try:
                    http.post_form(service, "lookup", {"fingerprint": f"{number}"}, lifetimes=BY_ID)
                except ServiceError as error:
                    errors.append(error)
            nobody = replace(service, url="http://127.0.0.1:1/v2")
            with pytest.raises(ServiceDownError) as caught:
                http.post_form(nobody, "lookup", {"fingerprint": "-1"}, lifetimes=BY_ID)
            errors.append(caught.value)
            told = f"{http.take_calls()} {service} {client.settings!r} {http._state.rows('select * from gate')}"
            bodies = [zlib.decompress(body) for (body,) in http._state.rows("select body from answer")]
            files = {file.name: file.read_bytes() for file in client.home.rglob("*") if file.is_file()}

        assert all(KEY in asked.body for asked in server.asked)
        assert {type(error) for error in errors} == {RefusedError, ServiceDownError, InvalidKeyError}
        assert any(name.startswith("services.sqlite") for name in files)
        for text in (told, caplog.text, *map(repr, errors), *map(_with_causes, errors), str(bodies)):
            assert KEY not in text
        assert all(KEY.encode() not in content for content in files.values())


def _with_causes(error: BaseException | None) -> str:
    """Return an error's text and that of all that led to it."""
    return "" if error is None else f"{error} {error.args} {_with_causes(error.__cause__ or error.__context__)}"


class TestConsent:
    def test_nothing_is_sent_without_a_contact(self, serve):
        server, client = serve(FOUND, LINERNOTES_CONTACT="")

        with pytest.raises(NoContactError, match="LINERNOTES_CONTACT"):
            client.release()

        assert server.asked == []

    def test_nothing_is_sent_offline_but_what_is_known_is_an_answer(self, serve):
        server, client = serve(FOUND)
        client.release()
        client.given["LINERNOTES_OFFLINE"] = True

        assert client.release().is_cached
        with client.http() as http, pytest.raises(OfflineError):
            http.get(client.quick(musicbrainz), "release/another", {}, lifetimes=BY_ID)
        assert len(server.asked) == 1

    def test_nothing_is_sent_without_a_key(self, serve):
        server, client = serve(LOOKED_UP, ACOUSTID_API_KEY="")

        with client.http() as http, pytest.raises(NoKeyError, match="set ACOUSTID_API_KEY"):
            client.look_up(http)

        assert server.asked == []


class TestCalls:
    def test_each_attempt_and_each_known_answer_is_a_row_without_ids(self, serve):
        _, client = serve(DOWN, FOUND)

        with client.http() as http:
            client.release(http)
            client.release(http)
            calls = http.take_calls()

        assert [(call["status"], call["error_code"], call["is_cached"]) for call in calls] == [
            (500, "SERVICE_DOWN", False),
            (200, None, False),
            (200, None, True),
        ]
        first = calls[0]
        assert (first["service"], first["endpoint"], first["method"]) == ("musicbrainz", "release/{id}", "GET")
        assert first["run_id"] == "a run"
        assert first["milliseconds"] > 0
        assert first["requested_at"].tzinfo is not None
        assert MBID not in str(calls)

    def test_rows_stay_until_the_lake_holds_them(self, serve):
        _, client = serve(FOUND)
        client.release()
        with client.http() as http:
            taken = http.take_calls()
        client.release()

        with client.http() as later:
            again = later.take_calls()
            later.confirm_calls(taken)
            left = later.take_calls()

        assert again[:1] == taken
        assert left == again[1:]
        assert len(left) == 1


def test_old_answers_are_removed(serve):
    _, client = serve(FOUND)
    client.release()
    state = SqliteState(service_file(client.home))
    state.rows("update answer set expires_at = 5")

    client.http().close()

    assert state.rows("select * from answer") == []
    state.close()
