"""Runs all parts, or those that are named, and prints what they found; nothing fails because something is slow."""

import argparse
import os
import tempfile
import time
from pathlib import Path

from benchmarks.parts import PARTS, end_on_sigterm, run_alone
from benchmarks.report import Part, goals_text, part_text


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all where none is named")
    parser.add_argument("--quick", action="store_true", help="fewer and shorter files: for development, not to compare")
    wanted = parser.parse_args()
    if unknown := set(wanted.parts) - set(PARTS):
        parser.error(f"there is no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    end_on_sigterm()
    begun = time.monotonic()
    found: list[Part] = []
    with tempfile.TemporaryDirectory(prefix="linernotes-benchmark-") as folder:
        for name in wanted.parts or PARTS:
            found.append(run_alone(name, Path(folder, name), quick=wanted.quick))
            print(part_text(found[-1]), flush=True)
    print(goals_text(found))
    if wanted.quick:
        print("\nquick: too few and too short files to compare with the goals")
    print(f"\n{time.monotonic() - begun:.0f} s on {os.cpu_count()} processors")


if __name__ == "__main__":
    main()
