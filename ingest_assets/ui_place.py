"""Where the Dagster UI is: the port that a person asked for, remembered so that the doctor finds it."""

import http.client
import json
from collections.abc import Sequence
from typing import Final

from resources.settings import Settings
from resources.state import copy_in_memory, opened

PORT: Final = 3000
"""Dagster's own."""
HOST: Final = "127.0.0.1"
ANSWER_SECONDS: Final = 1.0
_NAMES: Final = ("--port", "-p")


def port_of(arguments: Sequence[str]) -> int:
    """Return the port in what is said to `dagster dev`: `-p 3001`, `-p3001`, `--port 3001` or `--port=3001`."""
    for number, argument in enumerate(arguments):
        for name in _NAMES:
            following = arguments[number + 1] if argument == name and number + 1 < len(arguments) else ""
            said = following or argument.removeprefix(name).removeprefix("=")
            if argument.startswith(name) and said.isdecimal():
                return int(said)
    return PORT


def address(port: int) -> str:
    """Return what to type into a browser."""
    return f"http://localhost:{port}"


def remember(settings: Settings, port: int) -> None:
    """Write down where the UI will be."""
    with opened(settings.home) as connection:
        connection.execute("insert or replace into meta values ('ui', ?)", (json.dumps({"port": port}),))


def running_ui(settings: Settings) -> str | None:
    """Return where a Dagster UI answers on this machine, at the port of last time or Dagster's own; None nowhere."""
    connection = copy_in_memory(settings.home)
    try:
        row = connection.execute("select value from meta where name = 'ui'").fetchone()
    finally:
        connection.close()
    ports = dict.fromkeys(([json.loads(row["value"])["port"]] if row else []) + [PORT])
    return next((address(port) for port in ports if _answers(port)), None)


def _answers(port: int) -> bool:
    """Tell whether Dagster's web server is what listens there."""
    connection = http.client.HTTPConnection(HOST, port, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", "/server_info")
        return b"dagster_webserver_version" in connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
