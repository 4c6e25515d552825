import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from ingest_assets import ui_place
from ingest_assets.ui_place import PORT, address, port_of, remember, running_ui
from tests.house import House


class Answer(BaseHTTPRequestHandler):
    said = b'{"dagster_webserver_version":"1.13.27"}'

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.said)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def port() -> Iterator[int]:
    """Where something that answers as Dagster's web server does."""
    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        pytest.param([], PORT, id="none"),
        pytest.param(["-p", "3001"], 3001, id="short"),
        pytest.param(["-p3001"], 3001, id="in one"),
        pytest.param(["--port", "3001", "-h", "127.0.0.1"], 3001, id="long"),
        pytest.param(["--verbose", "--port=3001"], 3001, id="with a sign"),
        pytest.param(["-p"], PORT, id="without a number"),
    ],
)
def test_the_port_is_that_which_was_asked_for(arguments: list[str], expected: int) -> None:
    assert port_of(arguments) == expected


def test_a_ui_on_another_port_is_found(new_house: House, port: int) -> None:
    remember(new_house.settings, port)

    assert running_ui(new_house.settings) == address(port)


def test_what_is_no_ui_is_not_taken_for_one(new_house: House, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ui_place, "PORT", port)
    monkeypatch.setattr(Answer, "said", b"another program")

    assert running_ui(new_house.settings) is None
