import errno
import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from filelock import Timeout

from resources import locks

PROJECT = Path(__file__).resolve().parents[2]


@contextmanager
def child(home, body, *names):
    """Run a program that prints a line when it has its locks and then waits."""
    program = (
        "import sys, time; from pathlib import Path; from resources import locks\n"
        f"home, names = Path(sys.argv[1]), sys.argv[2:]\n{body}\nprint('ready', flush=True)\nsys.stdin.read()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(home), *names],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout.readline() == "ready\n"
        yield process
    finally:
        process.kill()
        process.communicate()


HOLD = "for name in names: locks.hold(home, name)"


@pytest.fixture(autouse=True)
def let_everything_go(tmp_path):
    yield
    for path in [path for path in locks._held if path.is_relative_to(tmp_path)]:
        locks.let_go(tmp_path, path.stem)


class TestOwnLocks:
    def test_nobody_has_taken_a_lock_yet(self, tmp_path):
        assert locks.state_of(tmp_path, "run-1") == "never"
        assert not locks.is_held(tmp_path, "run-1")
        assert list(tmp_path.iterdir()) == [], "asking makes no file"

    def test_a_lock_is_held_until_it_is_let_go(self, tmp_path):
        locks.hold(tmp_path, "run-1")
        locks.hold(tmp_path, "run-1")
        held = locks.is_held(tmp_path, "run-1"), locks.is_held(tmp_path, "run-2")

        locks.let_go(tmp_path, "run-1")
        locks.let_go(tmp_path, "run-1")

        assert held == (True, False)
        assert locks.state_of(tmp_path, "run-1") == "never"
        assert list((tmp_path / "locks").iterdir()) == []

    def test_homes_have_locks_of_their_own(self, tmp_path):
        locks.hold(tmp_path / "a", "run")

        assert locks.state_of(tmp_path / "b", "run") == "never"
        locks.let_go(tmp_path / "a", "run")

    def test_owners_have_names_of_their_own(self):
        names = {locks.owner_name("cli") for _ in range(100)}

        assert len(names) > 1
        assert all(name.startswith(f"cli-{os.getpid()}-") for name in names)


class TestLocksOfOthers:
    def test_a_living_process_holds_its_lock(self, tmp_path):
        with child(tmp_path, HOLD, "run-1"):
            assert locks.state_of(tmp_path, "run-1") == "held"
            with pytest.raises(Timeout):
                locks.hold(tmp_path, "run-1")

    @pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM], ids=["kill -9", "terminate"])
    def test_a_killed_processs_lock_is_free_at_once(self, tmp_path, how):
        with child(tmp_path, HOLD, "run-1", "run-2") as process:
            process.send_signal(how)
            process.wait()

            states = [locks.state_of(tmp_path, name) for name in ("run-1", "run-2")]
            locks.hold(tmp_path, "run-1")

        assert states == ["free", "free"]
        assert locks.state_of(tmp_path, "run-1") == "held"

    def test_a_lock_does_not_live_on_in_the_children_of_its_process(self, tmp_path):
        body = HOLD + "\nimport subprocess; subprocess.Popen(['sleep', '30'], stdin=0, stdout=2, close_fds=False)"
        with child(tmp_path, body, "run-1") as process:
            process.kill()
            process.wait()

            assert locks.state_of(tmp_path, "run-1") == "free"

    def test_a_lock_that_was_let_go_is_gone_with_its_file(self, tmp_path):
        with child(tmp_path, HOLD + "\nlocks.let_go(home, 'run-1')", "run-1"):
            assert locks.state_of(tmp_path, "run-1") == "never"

    def test_a_lock_between_making_and_taking_is_not_taken_for_a_dead_ones(self, tmp_path):
        (tmp_path / "locks").mkdir()
        (tmp_path / "locks" / "run-1.lock").touch()

        assert locks.state_of(tmp_path, "run-1") == "never"


class TestAsking:
    def test_whoever_asks_does_not_keep_an_owner_from_its_lock(self, tmp_path):
        (tmp_path / "locks").mkdir()
        asking = os.open(tmp_path / "locks" / "run-1.lock", os.O_RDWR | os.O_CREAT)
        fcntl.flock(asking, fcntl.LOCK_SH)
        done = threading.Timer(0.1, os.close, [asking])
        done.start()

        locks.hold(tmp_path, "run-1")

        done.join()
        assert locks.state_of(tmp_path, "run-1") == "held"

    def test_two_may_ask_at_once(self, tmp_path):
        with child(tmp_path, HOLD, "run-1") as process:
            process.kill()
            process.wait()
        asking = os.open(tmp_path / "locks" / "run-1.lock", os.O_RDONLY)
        fcntl.flock(asking, fcntl.LOCK_SH)

        state = locks.state_of(tmp_path, "run-1")

        os.close(asking)
        assert state == "free"

    def test_a_file_system_without_locks_is_an_error_and_no_free_lock(self, tmp_path, monkeypatch):
        def without_locks(*_):
            raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

        (tmp_path / "locks").mkdir()
        (tmp_path / "locks" / "run-1.lock").touch()
        monkeypatch.setattr(locks.fcntl, "flock", without_locks)

        with pytest.raises(OSError, match="lock"):
            locks.state_of(tmp_path, "run-1")


class TestWaiting:
    def test_a_free_lane_is_taken_at_once(self, tmp_path):
        lock = locks.wait_for(tmp_path, "lane", waiting=lambda: pytest.fail("nobody holds it"))

        assert locks.state_of(tmp_path, "lane") == "held"
        lock.release()
        assert locks.state_of(tmp_path, "lane") == "free"

    def test_a_lane_is_free_the_moment_its_process_is_killed(self, tmp_path):
        with child(tmp_path, "lock = locks.wait_for(home, 'lane', waiting=print)") as process:
            waited = []

            def waiting():
                waited.append(time.monotonic())
                if len(waited) == 2:
                    process.kill()

            lock = locks.wait_for(tmp_path, "lane", waiting=waiting, poll_seconds=0.05)

        assert len(waited) >= 2
        lock.release()

    def test_whoever_waits_may_give_up(self, tmp_path):
        class GivenUpError(Exception):
            pass

        def give_up():
            raise GivenUpError

        with child(tmp_path, "lock = locks.wait_for(home, 'lane', waiting=print)"), pytest.raises(GivenUpError):
            locks.wait_for(tmp_path, "lane", waiting=give_up, poll_seconds=0.01)

    def test_one_process_at_a_time_is_in_a_lane(self, tmp_path):
        log = tmp_path / "log"
        body = (
            "for _ in range(10):\n"
            "    lock = locks.wait_for(home, 'lane', waiting=lambda: None, poll_seconds=0.01)\n"
            f"    with open({str(log)!r}, 'a') as log: log.write('in '); log.flush(); log.write('out ')\n"
            "    lock.release()\n"
        )
        with child(tmp_path, body), child(tmp_path, body):
            pass

        assert log.read_text() == "in out " * 20


class TestSweeping:
    @pytest.fixture
    def dead(self, tmp_path):
        """Two locks of a process that was killed, and one of a lane, all two days old."""
        with child(tmp_path, HOLD, "run-1", "cli-2", "lane-ingest") as process:
            process.kill()
            process.wait()
        for path in (tmp_path / "locks").iterdir():
            os.utime(path, (time.time() - 2 * 86_400,) * 2)
        return tmp_path / "locks"

    def test_files_of_the_dead_go_and_lanes_stay(self, dead, tmp_path):
        assert locks.sweep(tmp_path) == 2
        assert [path.name for path in dead.iterdir()] == ["lane-ingest.lock"]

    @pytest.mark.usefixtures("dead")
    def test_what_died_lately_is_still_asked_about(self, tmp_path):
        assert locks.sweep(tmp_path, older_than_seconds=3 * 86_400) == 0

    def test_a_lock_that_is_held_for_days_stays(self, tmp_path):
        with child(tmp_path, HOLD, "run-1"):
            os.utime(tmp_path / "locks" / "run-1.lock", (0, 0))

            assert locks.sweep(tmp_path) == 0
            assert locks.is_held(tmp_path, "run-1")

    def test_two_may_sweep_at_once(self, dead, tmp_path, monkeypatch):
        real = locks.state_of

        def sweep_first(home, name):
            state = real(home, name)
            (dead / f"{name}.lock").unlink()
            return state

        monkeypatch.setattr(locks, "state_of", sweep_first)

        assert locks.sweep(tmp_path) == 0

    def test_without_locks_there_is_nothing_to_sweep(self, tmp_path):
        assert locks.sweep(tmp_path) == 0
