"""The programs that our numbers are compared with, where the machine has them."""

import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

needs_fpcalc = pytest.mark.skipif(shutil.which("fpcalc") is None, reason="fpcalc is not installed")
needs_ffmpeg = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")


def fpcalc(path: Path) -> str | None:
    """Return the compressed fingerprint, None where there is none."""
    return _said_by_fpcalc(path)


def fpcalc_words(path: Path) -> np.ndarray:
    words = _said_by_fpcalc(path, "-raw")
    return np.array([int(word) for word in (words or "").split(",") if word], np.uint32)


def _said_by_fpcalc(path: Path, *options: str) -> str | None:
    command = ["fpcalc", "-length", "120", *options, path]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    found = re.search(r"^FINGERPRINT=(.+)$", said, re.MULTILINE)
    return found[1] if found else None


def ebur128(path: Path) -> dict[str, float]:
    """Return what FFmpeg's meter says, each to a tenth: I, LRA, Sample peak, True peak."""
    command = ["ffmpeg", "-nostats", "-i", path, "-filter:a", "ebur128=peak=true+sample", "-f", "null", "-"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    summary = said[said.rindex("Summary:") :]
    found = re.findall(r"(I|LRA|Sample peak|True peak):\s+(?:Peak:\s+)?(-?[\d.]+)", summary)
    return {name: float(value) for name, value in found}
