import json
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest

from ingest_assets import identification_run
from ingest_assets.identification_due import Wish
from resources.settings import PROJECT_ROOT
from resources.state import opened
from tests.house import PATHS, House
from tests.ingest_assets.asking_judge import ask_and_accept
from tests.ingest_assets.identifying import Judge

Asked = Counter[str]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[Asked]:
    """Services that know nothing, and how often each of them was asked what."""
    counted: Asked = Counter()

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            counted[self.path.partition("?")[0]] += 1
            self._answer(404, {"error": "Not Found"})

        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            fingerprints = {name.partition(".")[2]: each[0] for name, each in form.items() if "fingerprint" in name}
            counted.update(fingerprints.values())
            told = [{"index": index, "results": []} for index in fingerprints]
            self._answer(200, {"status": "ok", "fingerprints": told})

        def _answer(self, status: int, document: object) -> None:
            body = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for service in ("MUSICBRAINZ", "ACOUSTID", "LISTENBRAINZ"):
            monkeypatch.setenv(f"LINERNOTES_{service}_URL", f"http://127.0.0.1:{server.server_port}")
            monkeypatch.setenv(f"LINERNOTES_{service}_INTERVAL_SECONDS", "0")
        monkeypatch.setenv("LINERNOTES_CONTACT", "listener@example.org")
        monkeypatch.setenv("ACOUSTID_API_KEY", "a-key")
        yield counted
        server.shutdown()


@pytest.fixture
def judge(house: House, asked: Asked, monkeypatch: pytest.MonkeyPatch) -> Judge:
    """A lane that asks the services themselves."""
    del asked
    monkeypatch.setattr(identification_run, "identify_group", ask_and_accept)
    return Judge(house)


def kill_in_the_middle(house: House, judge: Judge) -> None:
    [lease] = judge.plan()
    killed = subprocess.run(
        [sys.executable, "-m", "tests.ingest_assets.asking_judge", lease.id, "2"],
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    with opened(house.home) as connection:
        house.planner(connection).reap()


def test_a_run_that_is_killed_leaves_no_row_twice_and_repeats_no_request(
    house: House, judge: Judge, asked: Asked
) -> None:
    kill_in_the_middle(house, judge)
    written = len(judge.status())
    assert 0 < written < len(PATHS)

    assert judge.identify() == [True]

    assert judge.status() == dict.fromkeys(PATHS, ("done", None))
    assert house.tuples("select count(*), count(distinct file_key) from identifications") == [(len(PATHS), len(PATHS))]
    assert set(asked.values()) == {1}
    assert set(house.partition_states("identifications").values()) == {"MATERIALIZED"}
    calls = house.tuples("select count(*), count(distinct call_id) from api_calls where not is_cached")
    assert calls == [(calls[0][1], calls[0][1])]
    assert calls[0][0] == sum(path.startswith("/ws/2") for path in asked) + 1
    assert judge.identify() == []


def test_offline_only_what_is_kept_counts_and_the_rest_waits(
    house: House, judge: Judge, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge.identify(Wish(("shelf", b"Lamps")))
    known = dict(asked)
    monkeypatch.setenv("LINERNOTES_OFFLINE", "1")
    assert house.ask(tags={"dagster/partition": house.key(PATHS[-1])}, job="identify_files").success

    judge.identify()

    assert dict(asked) == known
    waits = {path: status for path, status in judge.status().items() if "Lamps" not in path}
    assert set(waits.values()) == {("deferred", "OFFLINE")}
    assert judge.identify() == []
    monkeypatch.delenv("LINERNOTES_OFFLINE")
    judge.identify()
    assert judge.status() == dict.fromkeys(PATHS, ("done", None))


def test_a_dead_service_puts_everything_off_and_back_again_it_is_done_without_opening_a_file(
    house: House, judge: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as dead:
        dead.setenv("LINERNOTES_MUSICBRAINZ_URL", "http://127.0.0.1:9")
        judge.identify()
    assert set(judge.status().values()) == {("deferred", "SERVICE_DOWN")}
    house.pool.opened.clear()

    judge.identify(Wish(is_asked=True))

    assert judge.status() == dict.fromkeys(PATHS, ("done", None))
    assert house.pool.opened == []
