"""The parts of the benchmark, each in a process of its own: nothing was imported, cached or forgotten there before."""

import os
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from typing import ParamSpec, TypeVar

from benchmarks.report import Part

Given = ParamSpec("Given")
Found = TypeVar("Found")
PARTS = ("analysis", "batch", "memory", "scan", "reads")
"""Modules of this package, each with `measure(folder, quick=…) -> Part`."""
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
"""As in a worker."""


def run_alone(name: str, folder: Path, *, quick: bool) -> Part:
    """Run a part in a new process, with an empty folder and the settings of nobody."""
    folder.mkdir()
    os.environ.update(ONE_THREAD)
    os.environ.update(LINERNOTES_HOME=str(folder / "home"), LINERNOTES_MUSIC=str(folder / "music"))
    return in_new_process(_run, name, folder, quick=quick)


def in_new_process(function: Callable[Given, Found], *given: Given.args, **named: Given.kwargs) -> Found:
    """Call a function of a module in a process that imports only what that module needs."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executor:
        return executor.submit(function, *given, **named).result()


def _run(name: str, folder: Path, *, quick: bool) -> Part:
    sys.modules["__main__"].__file__ = __file__  # DuckDB draws progress bars where it takes the process for a notebook
    measure: Callable[..., Part] = import_module(f"benchmarks.{name}").measure
    return measure(folder, quick=quick)
