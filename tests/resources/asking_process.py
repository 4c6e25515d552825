"""A process that asks a service; the test says what, with JSON, and when, with a line on standard input.

    python -m tests.resources.asking_process '{"home": …, "url": …, "paths": […]}'

Prints `ready`, waits for a line, asks, and prints what came of it as JSON.
"""

import json
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

from resources.http import Http
from resources.service_errors import ServiceError
from resources.services import BY_ID, DAY_SECONDS, musicbrainz
from resources.settings import Settings


def main(given: dict[str, Any]) -> None:
    settings = Settings(
        _env_file=None,
        LINERNOTES_CONTACT="tests@example.org",
        LINERNOTES_MUSICBRAINZ_URL=given["url"],
        LINERNOTES_MUSICBRAINZ_INTERVAL_SECONDS=given.get("interval_seconds", 0.0),
        LINERNOTES_SERVICES_DB=given.get("database") or None,
    )
    service = replace(musicbrainz(settings), backoff_seconds=0.01, **given.get("changes", {}))
    came: Counter[str] = Counter()
    with Http(Path(given["home"]), settings) as http:
        _tell("ready")
        sys.stdin.readline()
        for path in given.get("paths", ()):
            try:
                came[str(http.get(service, path, {}, lifetimes=BY_ID).status)] += 1
            except ServiceError as error:
                came[error.code] += 1
        for keys in given.get("parts", ()):
            with http.alone(service, keys):
                unknown = [key for key in keys if key not in http.remembered(service, keys)]
                if unknown:
                    http.get(service, f"parts/{'+'.join(unknown)}", {}, lifetimes=None)
                    http.remember(service, dict.fromkeys(unknown, (1, DAY_SECONDS)))
    _tell(json.dumps(came))


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
