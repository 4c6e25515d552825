"""The command itself, as a person calls it."""

import subprocess
import sys

from benchmarks.costs import children_seconds


def command_seconds(*arguments: str) -> float:
    """Return the processor time of a call of `linernotes` and of all that it starts."""
    begun = children_seconds()
    subprocess.run([sys.executable, "-m", "ingest_assets.cli", *arguments], check=True, capture_output=True)
    return children_seconds() - begun
