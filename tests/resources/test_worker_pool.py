import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from music.error_codes import AudioFileError, ErrorCode
from resources.worker_messages import RemoteError
from resources.worker_pool import (
    Asked,
    Crashed,
    Finished,
    Hung,
    PoolFullError,
    Raised,
    WorkerPool,
    WorkerStartError,
)

ROOT = Path(__file__).resolve().parents[2]
TASKS = "tests.resources.worker_tasks"


OTHERS: set[psutil.Process] = set()


@pytest.fixture(autouse=True)
def _others():
    """Remember the processes that other tests share: they are not to be counted, still less killed."""
    OTHERS.clear()
    OTHERS.update(psutil.Process().children(recursive=True))


def own_children():
    return [child for child in psutil.Process().children() if child not in OTHERS]


@contextmanager
def pool_for(name, *, workers=2, module=TASKS, **options):
    before = set(psutil.Process().children(recursive=True))
    with WorkerPool(f"{module}:{name}", workers=workers, **options) as pool:
        yield pool
    assert set(psutil.Process().children(recursive=True)) == before, "a worker was left behind"


def all_events(pool, answer=None, *, limit_seconds=20.0):
    """Drive a pool until nothing is pending, answering what it asks."""
    events = []
    until = time.monotonic() + limit_seconds
    while pool.pending:
        assert time.monotonic() < until, f"still pending after {events}"
        for event in pool.events(1.0):
            events.append(event)
            if isinstance(event, Asked):
                pool.answer(event.task_id, answer(event.question))
    return events


def one_event(pool, task):
    pool.submit("the task", task)
    (event,) = all_events(pool)
    return event


def kill(worker):
    """End a process from outside, and wait until it and its threads are no more than a name for its parent."""
    worker.kill()
    while worker.status() != psutil.STATUS_ZOMBIE or worker.num_threads() > 1:
        time.sleep(0.01)


def test_every_task_comes_to_its_result():
    with pool_for("double") as pool:
        for number in range(5):
            pool.submit(f"task {number}", number)

        events = all_events(pool)

    assert {event.task_id: event.result for event in events} == {f"task {n}": 2 * n for n in range(5)}
    assert all(event.cpu_seconds >= 0 for event in events)
    assert all(10**6 < event.peak_rss_bytes < 10**9 for event in events)


def test_workers_stay_warm_and_start_only_when_there_is_work():
    with pool_for("process_number", workers=2) as pool:
        assert not own_children()

        numbers = {one_event(pool, None).result for _ in range(4)}

        assert len(numbers) == 1
        assert {child.pid for child in own_children()} == numbers


def test_a_task_asks_and_goes_on_with_the_answer():
    with pool_for("ask_for_sum") as pool:
        for name in ("a", "b", "c"):
            pool.submit(name, name)

        events = all_events(pool, answer=lambda question: 10 * question[1])

    assert {event.task_id: event.result for event in events if isinstance(event, Finished)} == dict.fromkeys("abc", 30)
    assert [event.question for event in events if isinstance(event, Asked) and event.task_id == "c"] == [
        ("c", 0),
        ("c", 1),
        ("c", 2),
    ]


def test_a_task_that_waits_for_an_answer_is_not_hung():
    with pool_for("ask_for_sum", silence_seconds=0.2) as pool:
        pool.submit("slow parent", "")
        (asked,) = pool.events(20)

        assert pool.events(0.6) == []

        pool.answer(asked.task_id, 1)
        assert isinstance(all_events(pool, answer=lambda _: 1)[-1], Finished)


def test_a_result_may_be_large():
    with pool_for("many_bytes") as pool:
        event = one_event(pool, 20_000_000)

    assert event.result == bytes(20_000_000)


def test_an_exception_arrives_with_its_traceback_and_the_worker_goes_on():
    with pool_for("go_wrong", workers=1) as pool:
        raised = one_event(pool, "file error")
        after = one_event(pool, "harmless")

    assert isinstance(raised, Raised)
    assert isinstance(raised.error, AudioFileError)
    assert raised.error.code is ErrorCode.DECODE_ERROR
    assert "in go_wrong" in raised.traceback
    assert after.result == "harmless"


@pytest.mark.parametrize(
    ("task", "words"),
    [
        pytest.param("not readable back", "NotReadableBack: 7: odd", id="an exception that cannot be read back"),
        pytest.param("unwritable result", "lambda", id="a result that cannot be written"),
        pytest.param("unreadable result", "not here", id="a result that cannot be read here"),
        pytest.param("end of file", "the header ends early", id="the task's own EOFError"),
    ],
)
def test_what_cannot_travel_is_told_in_words(task, words):
    with pool_for("go_wrong", workers=1) as pool:
        event = one_event(pool, task)
        after = one_event(pool, "harmless")

    assert isinstance(event, Raised)
    assert words in str(event.error)
    assert after.result == "harmless"


def test_a_question_that_cannot_travel_raises_inside_the_task():
    with pool_for("ask_unpicklable") as pool:
        event = one_event(pool, None)

    assert isinstance(event, Raised)
    assert "lambda" in str(event.error)
    assert not isinstance(event.error, RemoteError)


@pytest.mark.parametrize(
    ("task", "words"),
    [
        pytest.param("abort", "signal 6 (SIGABRT)", id="abort"),
        pytest.param("exit", "exit code 3", id="exit"),
        pytest.param("killed", "out of memory", id="killed as by the kernel"),
        pytest.param("killed amid a message", "SIGKILL", id="killed amid a message"),
    ],
)
def test_a_crash_costs_one_task(task, words, tmp_path):
    with pool_for("go_wrong", workers=2, log=tmp_path / "logs" / "workers.log") as pool:
        for name in ("first", task, "third", "fourth"):
            pool.submit(name, name)

        events = {event.task_id: event for event in all_events(pool)}

    assert isinstance(events[task], Crashed)
    assert words in events[task].message
    assert [events[name].result for name in ("first", "third", "fourth")] == ["first", "third", "fourth"]


def test_a_crash_leaves_its_stack_in_the_log(tmp_path):
    log = tmp_path / "logs" / "workers.log"
    with pool_for("go_wrong", log=log) as pool:
        one_event(pool, "abort")

    assert "in go_wrong" in log.read_text()


@pytest.mark.parametrize(
    ("task", "words"),
    [
        pytest.param("hang", "no sign of life for 0.5 s", id="no tick"),
        pytest.param("hang at a note", "at 'hashing'", id="ticks that end"),
        pytest.param("hang amid a message", "no sign of life", id="amid a message"),
    ],
)
def test_a_hang_costs_one_task(task, words):
    with pool_for("go_wrong", workers=2, silence_seconds=0.8 if "note" in task else 0.5) as pool:
        for name in (task, "second", "third"):
            pool.submit(name, name)

        events = {event.task_id: event for event in all_events(pool)}

    assert isinstance(events[task], Hung)
    assert words in events[task].message
    assert events["second"].result == "second"
    assert events["third"].result == "third"


def test_a_task_that_ticks_is_not_hung_and_says_what_it_is_at():
    with pool_for("tick_for", silence_seconds=0.9) as pool:
        pool.submit("slow", 1.3)
        notes = []
        while pool.pending:
            events = pool.events(0.3)
            notes.append(pool.notes())

    assert events[0].result == "done"
    assert {"slow": "ticking"} in notes
    assert pool.notes() == {}


def test_ticks_that_wait_unread_while_the_parent_is_busy_are_heard_first():
    with pool_for("tick_for", silence_seconds=0.7) as pool:
        pool.submit("slow", 1.6)
        while not pool.notes().get("slow"):
            pool.events(0.1)

        time.sleep(0.9)

        assert isinstance(all_events(pool)[0], Finished)


def test_an_idle_worker_that_dies_is_replaced_without_a_word():
    with pool_for("process_number", workers=1) as pool:
        first = one_event(pool, None).result
        kill(psutil.Process(first))

        second = one_event(pool, None).result

    assert second != first


def test_an_idle_worker_that_dies_while_others_work_is_taken_out():
    with pool_for("tick_for", workers=2) as pool:
        pool.submit("a", 0)
        pool.submit("b", 0)
        all_events(pool)
        kill(own_children()[0])

        pool.submit("c", 0.2)
        pool.submit("d", 0.2)

        assert {event.result for event in all_events(pool)} == {"done"}


def test_workers_that_cannot_start_are_our_fault_and_not_a_tasks():
    module = "tests.resources.worker_tasks_broken"
    with pool_for("double", module=module) as pool:
        pool.submit("a", 1)

        with pytest.raises(WorkerStartError, match=r"3 workers in a row(.|\n)*a broken worker"):
            all_events(pool)


def test_workers_that_die_at_their_start_are_not_started_for_ever(tmp_path):
    (tmp_path / "dies_at_import.py").write_text("import os\nos._exit(5)\n")
    path = os.pathsep.join([str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])])
    with pool_for("double", module="dies_at_import", environment={"PYTHONPATH": path}) as pool:
        pool.submit("a", 1)

        with pytest.raises(WorkerStartError, match="exit code 5"):
            all_events(pool)


def test_a_worker_that_never_becomes_ready_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr("resources.worker_pool.START_SECONDS", 0.2)
    (tmp_path / "sleeps_at_import.py").write_text("import time\ntime.sleep(600)\n")
    with pool_for("f", module="sleeps_at_import", environment={"PYTHONPATH": str(tmp_path)}) as pool:
        pool.submit("a", 1)

        with pytest.raises(WorkerStartError, match="no sign of life"):
            all_events(pool)


def test_the_queue_is_eight_tasks_deep_for_each_worker():
    with pool_for("double", workers=2) as pool:
        assert (pool.idle, pool.room) == (2, 18)
        for number in range(18):
            pool.submit(str(number), number)
        assert (pool.idle, pool.room, pool.pending) == (0, 0, 18)

        with pytest.raises(PoolFullError, match="18 tasks"):
            pool.submit("one more", 1)

        assert len(all_events(pool)) == 18


def test_one_name_stands_for_one_task():
    with pool_for("double", workers=1) as pool:
        pool.submit("under way", 1)
        pool.submit("waiting", 1)

        for name in ("under way", "waiting"):
            with pytest.raises(ValueError, match="under way already"):
                pool.submit(name, 1)

        all_events(pool)
        pool.submit("under way", 2)


def test_only_a_question_is_answered_and_a_dead_asker_is_no_fault():
    with pool_for("ask_for_sum", workers=1) as pool:
        pool.answer("never heard of", 1)
        pool.submit("a", "a")
        (asked,) = pool.events(20)
        kill(own_children()[0])
        pool.answer(asked.task_id, 1)

        with pytest.raises(ValueError, match="has asked nothing"):
            pool.answer(asked.task_id, 1)

        assert isinstance(all_events(pool)[0], Crashed)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        pytest.param({"workers": 0}, "at least one worker, got 0", id="no worker"),
        pytest.param({"workers": 1, "silence_seconds": 0}, "may be silent, got 0", id="no patience"),
    ],
)
def test_a_pool_that_could_do_nothing_is_refused(options, words):
    with pytest.raises(ValueError, match=words):
        WorkerPool("a:b", **options)


def test_nothing_pending_means_nothing_to_wait_for():
    with pool_for("double") as pool:
        started = time.monotonic()

        assert pool.events(30) == []

    assert time.monotonic() - started < 5


@pytest.mark.parametrize("end", ["close", "kill"])
def test_closing_while_busy_leaves_no_worker(end):
    with pool_for("go_wrong", workers=2) as pool:
        pool.submit("harmless", "harmless")
        pool.submit("hang", "hang")
        pool.submit("waiting", "hang at a note")
        pool.events(20)
        started = time.monotonic()

        getattr(pool, end)()

        assert time.monotonic() - started < 2
        assert pool.pending == 0
        assert not own_children()
        assert one_event(pool, "harmless").result == "harmless"


def test_workers_end_with_a_parent_that_is_killed():
    parent = subprocess.Popen(
        [sys.executable, "-m", "tests.resources.worker_parent"], stdout=subprocess.PIPE, cwd=ROOT, text=True
    )
    with parent:
        assert parent.stdout.readline() == "busy\n"
        workers = psutil.Process(parent.pid).children(recursive=True)
        assert len(workers) == 3

        parent.kill()

        _, alive = psutil.wait_procs(workers, timeout=5)
    assert alive == []


def test_ctrl_c_is_not_for_workers():
    with pool_for("interrupt_itself") as pool:
        assert one_event(pool, None).result == "still here"


def test_workers_compute_on_one_thread_each_and_take_more_variables():
    names = ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "MORE"]
    with pool_for("environment", environment={"MORE": "x"}) as pool:
        assert one_event(pool, names).result == dict(zip(names, ["1", "1", "1", "x"], strict=True))


def test_workers_keep_the_memory_that_they_needed_for_a_block():
    names = ["MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_"]
    with pool_for("environment") as pool:
        assert one_event(pool, names).result == dict(zip(names, ["4194304", "33554432"], strict=True))


def test_a_thousand_small_tasks_take_little_time():
    with pool_for("double", workers=2) as pool:
        waiting = list(range(1000))
        results = []
        started = time.monotonic()
        while waiting or pool.pending:
            while waiting and pool.room:
                pool.submit(str(waiting[-1]), waiting.pop())
            results += [event.result for event in pool.events(1.0)]

    assert sorted(results) == list(range(0, 2000, 2))
    assert time.monotonic() - started < 5
