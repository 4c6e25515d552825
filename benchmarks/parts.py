"""The parts of the benchmark, each in a process of its own: nothing was imported, cached or forgotten there before."""

import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import ParamSpec, TypeVar

from benchmarks.report import Part
from resources.worker_handle import KEPT_MEMORY, ONE_THREAD

Given = ParamSpec("Given")
Found = TypeVar("Found")
PARTS = ("analysis", "truth", "peers", "duplicates", "batch", "identification", "memory", "scan", "reads")
"""Modules of this package, each with `measure(folder, quick=…) -> Part`."""


def run_alone(name: str, folder: Path, *, quick: bool) -> Part:
    """Run a part in a new process, with an empty folder and the settings of nobody."""
    folder.mkdir()
    os.environ.update(ONE_THREAD | KEPT_MEMORY)  # as in a worker
    os.environ.update(LINERNOTES_HOME=str(folder / "home"), LINERNOTES_MUSIC=str(folder / "music"))
    return in_new_process(_run, name, folder, quick=quick)


def in_new_process(function: Callable[Given, Found], *given: Given.args, **named: Given.kwargs) -> Found:
    """Call a function of a module in a process that imports only what that module needs.

    Raises:
        EOFError: The process ended without an answer; it has said why on stderr.
    """
    context = get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_answer, args=(theirs, function, given, named))
    process.start()
    theirs.close()
    try:
        return ours.recv()
    except BaseException:
        process.terminate()
        raise
    finally:
        process.join()


def end_on_sigterm() -> None:
    """Let SIGTERM end this process as Ctrl-C does, so that what it started and what it wrote goes with it."""
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))


def _answer(
    line: Connection, function: Callable[..., object], given: Sequence[object], named: Mapping[str, object]
) -> None:
    end_on_sigterm()
    sys.modules["__main__"].__file__ = __file__  # DuckDB draws progress bars where it takes the process for a notebook
    line.send(function(*given, **named))
    line.close()


def _run(name: str, folder: Path, *, quick: bool) -> Part:
    measure: Callable[..., Part] = import_module(f"benchmarks.{name}").measure
    return measure(folder, quick=quick)
