import threading
import time
from dataclasses import replace
from multiprocessing import get_context

import pytest

from resources.acoustid import AT_MOST, META, AcoustId
from resources.http import Http
from resources.service_errors import InvalidKeyError, OfflineError, RefusedError, ServiceDownError
from resources.service_state import Clock
from resources.services import DAY_SECONDS, acoustid
from resources.settings import load_settings
from tests.resources.json_service import serving
from tests.resources.service_replies import mbid

KEY = "a-secret-key"
UNKNOWN, BROKEN = "silence", "broken"
pytestmark = pytest.mark.usefixtures("environment")


def pieces(count, *, first=0):
    return [(f"AQAA-fingerprint_{number}", 180 + number) for number in range(first, first + count)]


def results(fingerprint):
    """Return what a world knows of a fingerprint: its recording has the number it ends in."""
    if fingerprint.startswith(UNKNOWN):
        return []
    number = int(fingerprint.rpartition("_")[2])
    linked = [{"id": mbid("recording", number), "sources": 7, "title": f"Song {number}"}]
    return [{"id": mbid("acoustid", number), "score": 0.97, "recordings": linked}]


def fault(code, *, status=400):
    return status, {"status": "error", "error": {"code": code, "message": "as the server says"}}


class World:
    """An AcoustID of its own; `strict` ones fail a whole batch for one broken fingerprint, others leave it out."""

    strict = False
    most = 20
    broken_fault = 3
    index = int

    def __init__(self):
        self.asked = []

    def __call__(self, request):
        fingerprints = {
            int(name.partition(".")[2]): value
            for name, value in request.parameters.items()
            if name.startswith("fingerprint.")
        }
        self.asked.append([fingerprints[index] for index in sorted(fingerprints)])
        if request.parameters["client"] != KEY:
            return fault(4)
        if len(fingerprints) > self.most:
            return fault(19, status=413)
        readable = {index: text for index, text in fingerprints.items() if not text.startswith(BROKEN)}
        if len(readable) < len(fingerprints) and (self.strict or not readable):
            return fault(self.broken_fault)
        found = [{"index": self.index(index), "results": results(text)} for index, text in readable.items()]
        return 200, {"status": "ok", "fingerprints": found}


@pytest.fixture
def world():
    return World()


@pytest.fixture
def server(world):
    with serving(world) as serving_world:
        yield serving_world


@pytest.fixture
def environment(server, monkeypatch):
    monkeypatch.setenv("LINERNOTES_CONTACT", "me@example.org")
    monkeypatch.setenv("ACOUSTID_API_KEY", KEY)
    monkeypatch.setenv("LINERNOTES_ACOUSTID_URL", server.url)
    monkeypatch.setenv("LINERNOTES_ACOUSTID_INTERVAL_SECONDS", "0")


@pytest.fixture
def asking(tmp_path):
    """Return a way to ask as a process of its own, all with the same state."""
    opened = []

    def open_one(*, days_later=0.0):
        settings = load_settings()
        clock = Clock(now=lambda: time.time() + days_later * DAY_SECONDS)
        http = Http(tmp_path, settings, clock=clock)
        opened.append(http)
        return AcoustId(http, replace(acoustid(settings), backoff_seconds=0.0))

    yield open_one
    for http in opened:
        http.close()


class TestRequest:
    def test_many_fingerprints_go_in_one_form(self, asking, server):
        asking().lookup(pieces(2))

        (request,) = server.requests
        assert (request.method, request.path) == ("POST", "/v2/lookup")
        assert request.parameters == {
            "client": KEY,
            "format": "json",
            "batch": "1",
            "meta": META,
            "fingerprint.0": "AQAA-fingerprint_0",
            "duration.0": "180",
            "fingerprint.1": "AQAA-fingerprint_1",
            "duration.1": "181",
        }
        assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
        assert request.headers["User-Agent"].endswith("( me@example.org )")

    def test_ten_at_a_time(self, asking, world):
        found = asking().lookup(pieces(23))
        assert [len(batch) for batch in world.asked] == [AT_MOST, AT_MOST, 3]
        assert len(found) == 23

    def test_equal_fingerprints_are_asked_for_once(self, asking, world):
        found = asking().lookup([*pieces(2), *pieces(2)])
        assert [len(batch) for batch in world.asked] == [2]
        assert len(found) == 2

    def test_another_length_is_another_question(self, asking, world):
        asking().lookup([("AQAA-fingerprint_1", 180), ("AQAA-fingerprint_1", 190)])
        assert [len(batch) for batch in world.asked] == [2]

    @pytest.mark.parametrize("nothing", [("", 180), ("AQAA-fingerprint_1", 0), ("AQAA-fingerprint_1", -3)])
    def test_what_cannot_be_looked_up_is_not_asked_for(self, asking, world, nothing):
        assert asking().lookup([nothing]) == {nothing: ()}
        assert world.asked == []


class TestAnswers:
    @pytest.mark.parametrize("index", [int, str])
    def test_each_fingerprint_gets_its_own(self, asking, world, index):
        world.index = index
        asked = pieces(12)
        found = asking().lookup(asked)
        for number, piece in enumerate(asked):
            (match,) = found[piece]
            assert [each.mbid for each in match.recordings] == [mbid("recording", number)]

    def test_unknown_music_has_no_match(self, asking):
        unknown = (f"{UNKNOWN}_1", 200)
        acoustid = asking()
        assert acoustid.lookup([unknown, *pieces(1)])[unknown] == ()
        assert acoustid.unreadable == set()

    def test_a_second_look_asks_nobody(self, asking, world):
        asked = [*pieces(11), (f"{UNKNOWN}_1", 200), (f"{BROKEN}_1", 200)]
        first = asking().lookup(asked)
        world.asked.clear()
        again = asking()
        assert again.lookup(asked) == first
        assert again.unreadable == {(f"{BROKEN}_1", 200)}
        assert world.asked == []

    def test_only_what_is_lacking_is_asked_for(self, asking, world):
        asking().lookup(pieces(5))
        world.asked.clear()
        assert len(asking().lookup(pieces(8))) == 8
        assert world.asked == [[f"AQAA-fingerprint_{number}" for number in (5, 6, 7)]]

    def test_what_is_kept_is_told_without_asking(self, asking, world):
        asking().lookup(pieces(2))
        world.asked.clear()
        assert set(asking().kept(pieces(4))) == set(pieces(2))
        assert world.asked == []

    def test_music_that_was_known_holds_for_months_and_unknown_music_for_a_week(self, asking, world):
        known, unknown = pieces(1)[0], (f"{UNKNOWN}_1", 200)
        asking().lookup([known, unknown])

        for days, again in [(6, []), (8, [unknown]), (80, [unknown]), (100, [known, unknown])]:
            world.asked.clear()
            asking(days_later=days).lookup([known, unknown])
            assert world.asked == ([[fingerprint for fingerprint, _ in again]] if again else [])


class TestBrokenFingerprints:
    @pytest.mark.parametrize("strict", [True, False], ids=["the whole batch fails", "it is left out"])
    @pytest.mark.parametrize("code", [2, 3])
    def test_one_of_them_costs_the_others_nothing(self, asking, world, strict, code):
        world.strict, world.broken_fault = strict, code
        broken = (f"{BROKEN}_1", 200)
        asked = [*pieces(4), broken, *pieces(4, first=4)]
        acoustid = asking()
        found = acoustid.lookup(asked)
        assert found[broken] == ()
        assert all(found[piece] for piece in pieces(8))
        assert acoustid.unreadable == {broken}

    def test_a_batch_is_halved_until_the_broken_one_stands_alone(self, asking, world):
        world.strict = True
        asking().lookup([*pieces(5), (f"{BROKEN}_1", 200), *pieces(4, first=5)])
        assert len(world.asked[0]) == 10
        assert [f"{BROKEN}_1"] in world.asked
        assert len(world.asked) <= 9

    def test_a_batch_that_is_too_large_is_halved(self, asking, world):
        world.most = 5
        assert all(asking().lookup(pieces(10)).values())
        assert [len(batch) for batch in world.asked] == [10, 5, 5]

    def test_a_fault_of_another_kind_is_told(self, asking, server):
        server.answer = lambda _: fault(17)
        with pytest.raises(RefusedError) as refused:
            asking().lookup(pieces(3))
        assert refused.value.fault == 17
        assert len(server.requests) == 1


class TestNoAnswer:
    def test_a_bad_key_is_tried_once(self, asking, world, monkeypatch):
        monkeypatch.setenv("ACOUSTID_API_KEY", "another")
        for piece in pieces(20):
            with pytest.raises(InvalidKeyError):
                asking().lookup([piece])
        assert len(world.asked) == 1

    @pytest.mark.parametrize("code", [5, 13, 14])
    def test_a_passing_fault_is_asked_again(self, asking, server, world, code):
        faults = [fault(code, status={5: 500, 13: 503, 14: 429}[code])]
        server.answer = lambda request: faults.pop() if faults else world(request)
        assert all(asking().lookup(pieces(2)).values())
        assert len(server.requests) == 2

    def test_what_came_before_a_failure_is_kept(self, asking, server, world):
        server.answer = lambda request: world(request) if len(server.requests) < 2 else (500, "<html>")
        with pytest.raises(ServiceDownError):
            asking().lookup(pieces(15))
        assert set(asking().kept(pieces(15))) == set(pieces(10))

    def test_a_server_without_batches_is_not_taken_for_ignorance(self, asking, server):
        server.answer = lambda _: (200, {"status": "ok", "results": []})
        with pytest.raises(ServiceDownError, match="batches"):
            asking().lookup(pieces(2))
        assert asking().kept(pieces(2)) == {}

    def test_offline_only_what_is_kept_counts(self, asking, world, monkeypatch):
        asking().lookup(pieces(2))
        world.asked.clear()
        monkeypatch.setenv("LINERNOTES_OFFLINE", "1")
        assert all(asking().lookup(pieces(2)).values())
        with pytest.raises(OfflineError):
            asking().lookup(pieces(3))
        assert world.asked == []


def look_up_all(home, count):
    """Look up the same fingerprints as others do, in a process of its own."""
    settings = load_settings()
    with Http(home, settings) as http:
        found = AcoustId(http, acoustid(settings)).lookup(pieces(count))
    assert all(found.values())


def test_four_processes_that_ask_the_same_ask_once(world, tmp_path):
    processes = [get_context("spawn").Process(target=look_up_all, args=(tmp_path, 40)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()

    assert [process.exitcode for process in processes] == [0, 0, 0, 0]
    asked = [fingerprint for batch in world.asked for fingerprint in batch]
    assert len(asked) == len(set(asked)) == 40


def test_threads_of_one_process_ask_once_too(world, tmp_path):
    settings = load_settings()

    def look_up():
        with Http(tmp_path, settings) as http:
            AcoustId(http, acoustid(settings)).lookup(pieces(20))

    threads = [threading.Thread(target=look_up) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(len(batch) for batch in world.asked) == [10, 10]
