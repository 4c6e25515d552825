"""A server on 127.0.0.1 that answers as a test wants, and remembers when it was asked what."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from threading import Event, Thread


@dataclass(frozen=True)
class Asked:
    """A request as it arrived."""

    at: float
    method: str
    path: str
    headers: Mapping[str, str]
    body: str


@dataclass(frozen=True)
class Said:
    """What the server answers."""

    status: int = 200
    body: bytes = b'{"id": "x"}'
    headers: Mapping[str, str] = field(default_factory=dict)
    promised_bytes: int | None = None
    """What the header says of the length, where that is a lie."""
    silent_seconds: float = 0.0
    """Before anything."""
    piece_seconds: float = 0.0
    """Before each byte."""


def said(document: object, status: int = 200, **headers: str) -> Said:
    return Said(status, json.dumps(document).encode(), {name.replace("_", "-"): text for name, text in headers.items()})


PAGE = Said(200, b"<html>Please log in to the hotel's network</html>", {"Content-Type": "text/html"})
HALF = Said(200, b'{"id": "x", "title": "Har')
BROKEN_OFF = Said(200, b'{"id": "x"}', promised_bytes=1_000)
EMPTY = Said(200, b"")
NOT_FOUND = said({"error": "Not Found"}, 404)
BAD_KEY = said({"status": "error", "error": {"code": 4, "message": "invalid API key"}}, 400)
BAD_FINGERPRINT = said({"status": "error", "error": {"code": 3, "message": "invalid fingerprint"}}, 400)


@dataclass
class Server:
    """A running server."""

    url: str
    answer: Callable[[int, Asked], Said]
    """From how many requests came before and this one."""
    asked: list[Asked] = field(default_factory=list)
    ended: Event = field(default_factory=Event)

    @property
    def gaps(self) -> list[float]:
        """Return the times between arrivals, in seconds."""
        times = sorted(asked.at for asked in self.asked)
        return [after - before for before, after in pairwise(times)]


class _Quiet(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serving(*answers: Said, answer: Callable[[int, Asked], Said] | None = None) -> Iterator[Server]:
    """Serve answers in their order, the last one for all that comes after; or what `answer` returns."""

    def in_order(number: int, _: Asked) -> Said:
        return answers[min(number, len(answers) - 1)]

    server = Server("", answer or in_order)

    def respond(handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers.get("Content-Length", 0))).decode()
        asked = Asked(time.time(), handler.command, handler.path, dict(handler.headers), body)
        server.asked.append(asked)
        _send(handler, server.answer(len(server.asked) - 1, asked), server.ended)

    handler = type("Handler", (_Quiet,), {"do_GET": respond, "do_POST": respond})
    listening = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    listening.daemon_threads = True
    listening.block_on_close = False
    server.url = f"http://127.0.0.1:{listening.server_port}"
    thread = Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.ended.set()
        listening.shutdown()
        listening.server_close()
        thread.join()


def _send(handler: BaseHTTPRequestHandler, answer: Said, ended: Event) -> None:
    if answer.silent_seconds:
        ended.wait(answer.silent_seconds)
    try:
        handler.send_response(answer.status)
        for name, text in answer.headers.items():
            handler.send_header(name, text)
        length = len(answer.body) if answer.promised_bytes is None else answer.promised_bytes
        handler.send_header("Content-Length", str(length))
        handler.end_headers()
        pieces = [answer.body[at : at + 1] for at in range(len(answer.body))] if answer.piece_seconds else [answer.body]
        for piece in pieces:
            if answer.piece_seconds and ended.wait(answer.piece_seconds):
                return
            handler.wfile.write(piece)
            handler.wfile.flush()
        handler.close_connection = answer.promised_bytes is not None
    except (BrokenPipeError, ConnectionResetError):
        handler.close_connection = True
