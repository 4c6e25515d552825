"""A parent of two busy workers and an idle one, to be killed by a test; says when they are at it."""

import sys

from resources.worker_pool import WorkerPool

with WorkerPool("tests.resources.worker_tasks:go_wrong", workers=3) as pool:
    for task_id in ("hang", "hang at a note", "harmless"):
        pool.submit(task_id, task_id)
    while pool.pending > 2:
        pool.events(5)
    sys.stdout.write("busy\n")
    sys.stdout.flush()
    pool.events(600)
