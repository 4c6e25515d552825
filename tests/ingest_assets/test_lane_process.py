import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from ingest_assets import lane_process
from ingest_assets.lane_process import LaneDiedError, LaneProcess
from resources.leases import Lease

LEASE = Lease("a batch", "ingest_files", ("key",), stale=False)
PRELUDE = """#!{python}
import json, sys, time

def tell(**message):
    print(json.dumps(message), flush=True)

sys.stderr.write("called with " + " ".join(sys.argv[1:]))
"""
OBEDIENT = """
tell(ready=1)
for line in sys.stdin:
    message = json.loads(line)
    if "batch" in message:
        tell(batch=message["batch"], ok=True, run_id=message["session"])
    else:
        sys.stderr.write(" and ended by " + line)
        break
"""
DYING = "sys.exit(3)\n"
STUBBORN = "tell(ready=1)\ntime.sleep(600)\n"
Program = Callable[[str], LaneProcess]


@pytest.fixture
def lane_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    """Return a lane whose process is another program."""

    def make(program: str) -> LaneProcess:
        script = tmp_path / "program"
        script.write_text(PRELUDE.format(python=sys.executable) + program, encoding="utf-8")
        script.chmod(0o755)
        monkeypatch.setattr(lane_process, "sys", SimpleNamespace(executable=str(script)))
        return LaneProcess("ingest_files", tmp_path, session="a session")

    return make


def next_result(lane: LaneProcess) -> dict[str, object]:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        message = lane.result(1.0)
        if message is not None and "batch" in message:
            return message
    raise AssertionError("nothing came")


def test_a_batch_goes_out_and_its_result_comes_back(lane_of: Program) -> None:
    lane = lane_of(OBEDIENT)

    lane.execute(LEASE)

    assert lane.busy == "a batch"
    assert next_result(lane) == {"batch": "a batch", "ok": True, "run_id": "a session"}
    assert lane.busy is None
    lane.end(now=False)
    assert (
        lane.log.read_text()
        == f"called with -m ingest_assets.lane ingest_files and ended by {json.dumps({'quit': True})}\n"
    )


def test_nothing_comes_of_a_lane_that_has_nothing_to_do(lane_of: Program) -> None:
    lane = lane_of(OBEDIENT)

    assert lane.result(0.01) is None
    lane.end(now=True)

    assert not lane.log.exists()


def test_ending_at_once_says_so(lane_of: Program) -> None:
    lane = lane_of(OBEDIENT)
    lane.execute(LEASE)

    lane.end(now=True)
    lane.end(now=True)

    assert lane.log.read_text().endswith('ended by {"stop": true}\n')


def test_a_lane_that_dies_is_said_with_its_log(lane_of: Program) -> None:
    lane = lane_of(DYING)
    lane.execute(LEASE)

    with pytest.raises(LaneDiedError, match=r"lane ingest_files ended; its log: .*lane-ingest_files\.log"):
        next_result(lane)

    lane.execute(LEASE)  # nobody hears it: the results say so
    lane.end(now=False)


def test_a_lane_that_does_not_end_is_killed(lane_of: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lane_process, "STOP_SECONDS", 0.2)
    lane = lane_of(STUBBORN)
    lane.execute(LEASE)

    lane.end(now=True)

    with pytest.raises(LaneDiedError):
        next_result(lane)
