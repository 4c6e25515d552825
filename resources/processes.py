"""The pool of reading processes of this process: made at the first batch, kept warm for the next ones."""

import atexit

from resources.settings import Settings
from resources.worker_pool import WorkerPool

READ_FILE = "resources.reading:read_file"
_pools: dict[tuple[str, int], WorkerPool] = {}


def reading_pool(settings: Settings) -> WorkerPool:
    """Return the pool, making it where there is none."""
    key = (str(settings.home), settings.worker_count)
    if key not in _pools:
        log = settings.home / "logs" / "workers.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        _pools[key] = WorkerPool(READ_FILE, workers=settings.worker_count, log=log)
    return _pools[key]


def end_pools() -> None:
    """End all reading processes at once, whatever they are at."""
    while _pools:
        _pools.popitem()[1].kill()


atexit.register(end_pools)
