"""What the workers of the tests do; each is named to a pool as `tests.resources.worker_tasks:<name>`."""

import os
import signal
import struct
import time

from music.error_codes import AudioFileError, ErrorCode
from resources.worker_process import Talk


def double(task, _talk: Talk):
    return task * 2


def process_number(_task, _talk: Talk):
    return os.getpid()


def environment(task, _talk: Talk):
    return {name: os.environ.get(name) for name in task}


def ask_for_sum(task, talk: Talk):
    return sum(talk.ask((task, step)) for step in range(3))


def ask_unpicklable(_task, talk: Talk):
    return talk.ask(lambda: None)


def many_bytes(task, _talk: Talk):
    return bytes(task)


class NotReadableBack(Exception):  # noqa: N818
    def __init__(self, code, detail):
        super().__init__(f"{code}: {detail}")


class OnlyForTheWorker:
    """Can be written, but not read where the parent is."""

    def __reduce__(self):
        return (_only_there, (os.getpid(),))


def _only_there(process_number):
    if os.getpid() != process_number:
        raise OSError("not here")


def go_wrong(task, talk: Talk):
    return WAYS[task](talk) if task in WAYS else task


def _raise(error):
    raise error


def _hang_at_a_note(talk):
    time.sleep(0.6)
    talk.tick("hashing")
    time.sleep(600)


def _half_a_message(talk):
    os.write(talk._connection.fileno(), struct.pack("!i", 100) + b"half")


def _hang_amid_a_message(talk):
    _half_a_message(talk)
    time.sleep(600)


def _die_amid_a_message(talk):
    _half_a_message(talk)
    os.kill(os.getpid(), signal.SIGKILL)


WAYS = {
    "file error": lambda _: _raise(AudioFileError(ErrorCode.DECODE_ERROR, "no frames")),
    "end of file": lambda _: _raise(EOFError("the header ends early")),
    "not readable back": lambda _: _raise(NotReadableBack(7, "odd")),
    "unwritable result": lambda _: lambda: None,
    "unreadable result": lambda _: OnlyForTheWorker(),
    "abort": lambda _: os.abort(),
    "exit": lambda _: os._exit(3),
    "killed": lambda _: os.kill(os.getpid(), signal.SIGKILL),
    "hang": lambda _: time.sleep(600),
    "hang at a note": _hang_at_a_note,
    "hang amid a message": _hang_amid_a_message,
    "killed amid a message": _die_amid_a_message,
}


def tick_for(task, talk: Talk):
    until = time.monotonic() + task
    while time.monotonic() < until:
        talk.tick("ticking")
        time.sleep(0.01)
    return "done"


def interrupt_itself(_task, _talk: Talk):
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(0.05)
    return "still here"
