import os
import signal
import sys
import threading
from multiprocessing import Pipe
from pathlib import Path

import pytest

from resources.worker_messages import Done, Failed, Question, Ready, Tick
from resources.worker_process import ParentTalk, end_with, load, main, peak_rss_bytes, serve

TASKS = "tests.resources.worker_tasks"


@pytest.fixture
def line():
    """A worker in a thread of this process; gives the parent's end of its line."""
    lines = []

    def start(name):
        ours, theirs = Pipe()
        codes = []
        thread = threading.Thread(target=lambda: codes.append(serve(theirs, f"{TASKS}:{name}")))
        thread.start()
        lines.append((ours, theirs, thread, codes))
        return ours

    yield start
    for ours, theirs, thread, codes in lines:
        ours.close()
        thread.join(5)
        theirs.close()
        assert codes in ([0], [1])


def test_a_worker_is_ready_then_does_what_comes(line):
    parent = line("double")

    assert parent.recv() == Ready()
    for number in (1, 2):
        parent.send(number)
        done = parent.recv()
        assert isinstance(done, Done)
        assert done.result == 2 * number


def test_a_worker_says_what_it_cannot_import(line):
    assert "no_such_function" in line("no_such_function").recv().traceback


def test_questions_and_failures_are_told(line):
    parent = line("ask_for_sum")
    parent.recv()
    parent.send("a")

    assert parent.recv() == Question(("a", 0))
    parent.send("no number")

    failed = parent.recv()
    assert isinstance(failed, Failed)
    assert isinstance(failed.error, TypeError)


def test_an_error_that_cannot_be_read_back_is_named(line):
    parent = line("go_wrong")
    parent.recv()
    parent.send("not readable back")

    assert str(parent.recv().error).endswith("NotReadableBack: 7: odd")


def test_ticks_are_rare_and_carry_the_last_note():
    ours, theirs = Pipe()
    times = iter([0.0, 0.1, 0.2, 0.6, 0.7, 1.3])
    talk = ParentTalk(theirs, clock=lambda: next(times))

    for note in ("hashing", "decoding", "", "measuring", ""):
        talk.tick(note)

    assert [ours.recv(), ours.recv()] == [Tick("decoding"), Tick("measuring")]
    assert not ours.poll()
    ours.close()
    theirs.close()


def test_a_function_is_named_by_its_module():
    assert load("os.path:join") is os.path.join
    with pytest.raises(ModuleNotFoundError):
        load("no_such_module:f")


def test_the_peak_of_memory_is_read_without_proc_too(monkeypatch):
    from_proc = peak_rss_bytes()
    monkeypatch.setattr(Path, "exists", lambda _: False)

    from_kernel = peak_rss_bytes()

    assert from_proc == pytest.approx(from_kernel, rel=0.5)
    monkeypatch.setattr(sys, "platform", "darwin")
    assert peak_rss_bytes() * 1024 == pytest.approx(from_kernel, rel=0.1)


def test_a_worker_whose_parent_is_another_ends_at_once(monkeypatch):
    codes = []
    monkeypatch.setattr(os, "_exit", codes.append)
    monkeypatch.setattr("resources.worker_process.PARENT_CHECK_SECONDS", 0.001)
    parents = iter([7, 7, 1])
    monkeypatch.setattr(os, "getppid", lambda: next(parents))

    end_with(7)

    assert codes == [1]


def test_the_command_serves_its_line(monkeypatch):
    ours, theirs = Pipe()
    handle = os.dup(theirs.fileno())
    theirs.close()
    monkeypatch.setattr("resources.worker_process.end_with", lambda _: None)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    ours.send(21)
    thread = threading.Thread(target=main, args=([str(handle), f"{TASKS}:double", str(os.getppid())],))
    thread.start()

    assert ours.recv() == Ready()
    assert ours.recv().result == 42

    ours.close()
    thread.join(5)
    assert not thread.is_alive()
