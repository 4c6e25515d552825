"""Kills a command with all that it started, as a power cut would."""

import subprocess
from contextlib import suppress

import psutil

PATIENCE_SECONDS = 90.0


def kill_family(process: subprocess.Popen[bytes]) -> int:
    """Kill a process with all its descendants at once; return how many there were."""
    try:
        family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0
    for each in family:
        with suppress(psutil.NoSuchProcess):
            each.kill()
    process.wait(PATIENCE_SECONDS)
    psutil.wait_procs(family, timeout=PATIENCE_SECONDS)
    return len(family)
