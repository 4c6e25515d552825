"""The command itself, as a person calls it."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.costs import children_seconds


@dataclass(frozen=True, slots=True)
class Call:
    """What a call took, with all that it started."""

    clock_seconds: float
    cpu_seconds: float


def called(*arguments: str, settings: Mapping[str, str] | None = None) -> Call:
    """Call `linernotes` and return what it took.

    Args:
        arguments: Of the command line.
        settings: On top of those of this process.
    """
    begun = time.monotonic(), children_seconds()
    subprocess.run(
        [sys.executable, "-m", "ingest_assets.cli", *arguments],
        check=True,
        capture_output=True,
        env=os.environ | dict(settings or {}),
    )
    return Call(time.monotonic() - begun[0], children_seconds() - begun[1])


def command_seconds(*arguments: str) -> float:
    """Return the processor time of a call of `linernotes` and of all that it starts."""
    return called(*arguments).cpu_seconds
