"""A program that writes a lake from child processes, for tests that kill them or let them write at once.

Each line of its input is a command; each answer is one line. A child is forked from here, where everything is
imported already: a writer starts within a fraction of a second.

    generations HOME     a child writes generation after generation until it is killed; answers its process id
    batches HOME N TAG   a child writes N batches with keys of its own; answers its process id
    unpublished HOME     a child commits and dies before it publishes; answers its process id
    wait ID              waits for a child; answers its exit code, negative for a signal
"""

import os
import signal
import sys
from pathlib import Path

import lake.store
from lake import transaction  # noqa: F401  imported before the fork: it brings pyarrow
from lake.store import Lake

KEYS = [f"file-{number}" for number in range(4)]


def write_generation(lake: Lake, generation: int) -> None:
    """Write one number into the rows of four tables, in one transaction."""
    with lake.write(run_id=f"run-{generation}") as tx:
        tx.replace(
            "segments", KEYS, [{"file_key": key, "segment_index": 0, "start_time_ticks": generation} for key in KEYS]
        )
        tx.replace("source_media", KEYS, [{"file_key": key, "segment_count": generation} for key in KEYS])
        tx.record_outcomes([{"asset": "segments", "file_key": key, "attempts": generation} for key in KEYS])
        tx.upsert("runs", [{"run_id": "only", "files_done": generation}])


def generations(home: str) -> None:
    """Write on from the last generation, for ever."""
    store = Lake(Path(home))
    with store.read() as snapshot:
        generation = snapshot.tuples("select coalesce(max(files_done), 0) from runs")[0][0]
    while True:
        generation += 1
        write_generation(store, generation)


def batches(home: str, count: str, tag: str) -> None:
    """Write some batches, each of two files with two pieces."""
    store = Lake(Path(home))
    for batch in range(int(count)):
        keys = [f"{tag}-{batch}-{number}" for number in range(2)]
        with store.write(run_id=tag) as tx:
            rows = [{"file_key": key, "segment_index": index} for key in keys for index in range(2)]
            tx.replace("segments", keys, rows)
            tx.record_outcomes([{"asset": "segments", "file_key": key, "status": "done"} for key in keys])


def unpublished(home: str) -> None:
    """Die by a signal at the moment the copy is to be made."""
    lake.store.publish = lambda _: os.kill(os.getpid(), signal.SIGKILL)
    write_generation(Lake(Path(home)), 1)


def wait(child: str) -> int:
    """Return how a child ended."""
    return os.waitstatus_to_exitcode(os.waitpid(int(child), 0)[1])


def fork(work: str, arguments: list[str]) -> int:
    """Do a piece of work in a child."""
    child = os.fork()
    if child == 0:
        {"generations": generations, "batches": batches, "unpublished": unpublished}[work](*arguments)
        os._exit(0)
    return child


def main() -> None:
    for line in sys.stdin:
        command, *arguments = line.rstrip("\n").split("\t")
        answer = wait(*arguments) if command == "wait" else fork(command, arguments)
        print(answer, flush=True)  # noqa: T201  this is how it answers


if __name__ == "__main__":
    main()
