"""Several processes ask one service; the server says when they came."""

import json
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from resources.settings import PROJECT_ROOT
from tests.resources.service_places import PLACES, emptied
from tests.resources.service_server import Asked, Said, Server, said, serving

PROCESSES = 4
FOUND = said({"id": "x"})
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture(params=PLACES)
def start(request, tmp_path) -> Iterator[Start]:
    """Start a process that asks; it waits for `begin`."""
    database = emptied(request.param)
    started: list[subprocess.Popen[str]] = []

    def start_one(server: Server, **given: Any) -> "subprocess.Popen[str]":
        told = {"home": str(tmp_path / "home"), "url": server.url, "database": database, **given}
        command = [sys.executable, "-m", "tests.resources.asking_process", json.dumps(told)]
        started.append(
            subprocess.Popen(command, cwd=PROJECT_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        )
        return started[-1]

    yield start_one
    for process in started:
        process.kill()
        process.communicate()


def begin(*processes: "subprocess.Popen[str]") -> None:
    """Let processes ask, all at once."""
    for process in processes:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin
        process.stdin.write("\n")
        process.stdin.flush()


def finished(*processes: "subprocess.Popen[str]") -> Counter[str]:
    """Wait for processes and add up what came of their questions."""
    came: Counter[str] = Counter()
    for process in processes:
        out, _ = process.communicate(timeout=60)
        came.update(json.loads(out))
    return came


def paths(asked: list[Asked]) -> list[str]:
    return [each.path.removeprefix("/ws/2/") for each in asked]


def test_four_processes_keep_to_one_pace_and_ask_everything_once(start: Start) -> None:
    """S3-101."""
    interval = 0.1
    with serving(FOUND) as server:
        processes = [
            start(server, interval_seconds=interval, paths=[f"release/{number}-{asked}" for asked in range(8)])
            for number in range(PROCESSES)
        ]
        begin(*processes)
        came = finished(*processes)

    assert came == {"200": 32}
    assert Counter(paths(server.asked)).most_common(1)[0][1] == 1
    assert len(server.asked) == 32
    # a request may reach the server late, and then the next one comes soon after it: never many
    times = [each.at for each in server.asked]
    assert max(times) - min(times) >= 0.85 * 31 * interval
    assert max(sum(start <= each < start + 5 * interval for each in times) for start in times) <= 9


def test_four_processes_that_want_the_same_ask_once(start: Start) -> None:
    with serving(FOUND) as server:
        wanted = [f"release/{number}" for number in range(30)]
        processes = [start(server, paths=wanted) for _ in range(PROCESSES)]
        begin(*processes)
        came = finished(*processes)

    assert came == {"200": 30 * PROCESSES}
    assert sorted(paths(server.asked)) == sorted(wanted)


def test_four_processes_ask_once_for_parts_of_which_some_are_shared(start: Start) -> None:
    with serving(FOUND) as server:
        parts = [[f"{first + number}" for number in range(10)] for first in (0, 5, 10, 5)]
        processes = [start(server, parts=[own, *reversed(parts)]) for own in parts]
        begin(*processes)
        finished(*processes)

    asked = [part for path in paths(server.asked) for part in path.removeprefix("parts/").split("+")]
    assert sorted(asked, key=int) == [str(number) for number in range(20)]


def test_a_word_of_the_service_pauses_all_processes(start: Start) -> None:
    with serving(said({}, 503, Retry_After="1"), FOUND) as server:
        first = start(server, paths=["release/first"], interval_seconds=0.02)
        begin(first)
        others = [start(server, paths=[f"release/{number}"], interval_seconds=0.02) for number in range(2)]
        _wait_until(lambda: len(server.asked) == 1)
        begin(*others)
        came = finished(first, *others)

    assert came == {"200": 3}
    assert server.gaps[0] >= 0.95


def test_a_dead_service_gets_few_requests_from_four_processes(start: Start) -> None:
    with serving(said({"error": "oops"}, 500)) as server:
        processes = [
            start(server, paths=[f"release/{number}-{asked}" for asked in range(125)]) for number in range(PROCESSES)
        ]
        begin(*processes)
        came = finished(*processes)

    assert came == {"SERVICE_DOWN": 500}
    assert len(server.asked) <= 5 + PROCESSES


def test_after_the_rest_one_process_tries_first(start: Start) -> None:
    changes = {"cooldown_seconds": 0.5, "failures_until_open": 1}

    def answer(number: int, _: Asked) -> Said:
        return said({"error": "oops"}, 500) if number < 1 else Said(body=FOUND.body, silent_seconds=0.5)

    with serving(answer=answer) as server:
        failing = start(server, paths=["release/first"], changes={**changes, "retries": 0})
        begin(failing)
        assert finished(failing) == {"SERVICE_DOWN": 1}
        processes = [start(server, paths=[f"release/{number}"], changes=changes) for number in range(PROCESSES)]
        time.sleep(max(0.0, 0.6 - (time.time() - server.asked[0].at)))
        begin(*processes)
        came = finished(*processes)

    assert came == {"200": PROCESSES}
    assert server.gaps[1] >= 0.45  # the others came only when the first had its answer


def test_what_a_killed_process_was_asking_another_asks(start: Start) -> None:
    def answer(number: int, _: Asked) -> Said:
        return Said(body=FOUND.body, silent_seconds=30.0 if number == 0 else 0.0)

    with serving(answer=answer) as server:
        killed = start(server, paths=["release/x"])
        begin(killed)
        _wait_until(lambda: len(server.asked) == 1)
        other = start(server, paths=["release/x"])
        begin(other)
        time.sleep(0.3)
        assert other.poll() is None
        assert len(server.asked) == 1
        killed.send_signal(signal.SIGKILL)
        came = finished(other)

    assert came == {"200": 1}
    assert paths(server.asked) == ["release/x", "release/x"]


def _wait_until(happened: Callable[[], bool], *, seconds: float = 30.0) -> None:
    until = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.01)


def test_the_home_is_all_that_is_shared(tmp_path: Path) -> None:
    """Without Postgres no server is needed: a file is enough."""
    with serving(FOUND) as server:
        told = {"home": str(tmp_path / "new" / "home"), "url": server.url, "paths": ["release/x"]}
        command = [sys.executable, "-m", "tests.resources.asking_process", json.dumps(told)]
        subprocess.run(command, cwd=PROJECT_ROOT, input="\n", text=True, check=True, capture_output=True, timeout=60)

    assert (tmp_path / "new" / "home" / "services.sqlite").exists()
    assert list((tmp_path / "new" / "home" / "locks").glob("asking-*")) == []
