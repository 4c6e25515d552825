"""What the services of the world share: a server on 127.0.0.1, faults to switch on, and counters."""

import json
import threading
import time
from collections import Counter, deque
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from urllib.parse import parse_qsl, urlsplit

Fault = Literal["none", "down", "busy", "html", "torn", "empty", "hang", "error"]
"""down: the connection is cut · busy: 503 for everything · html: a captive portal's 200 · torn: half an answer ·
empty: 200 and nothing · hang: no answer for `hang_seconds` · error: 500."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it came."""

    method: str
    path: str
    parameters: dict[str, str]
    headers: dict[str, str]
    at: float
    """Seconds of the monotonic clock."""
    body: Any = None
    """Of a POST with JSON."""


@dataclass(frozen=True, slots=True)
class Answered:
    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)


_FAULTY: dict[str, Answered | bytes | None] = {
    "down": None,
    "hang": None,
    "error": Answered(500, {"error": "Internal Server Error"}),
    "html": b"<!DOCTYPE html><html><head><title>Welcome to Airport WiFi</title></head></html>",
    "empty": b"",
}


class Window:
    """Counts requests of the last seconds; what is declined counts too, so only patience helps."""

    def __init__(self, limit: float, seconds: float) -> None:
        self.limit, self.seconds = limit, seconds
        self._times: deque[float] = deque()
        self._lock = threading.Lock()

    def admits(self, now: float) -> bool:
        with self._lock:
            while self._times and self._times[0] <= now - self.seconds:
                self._times.popleft()
            self._times.append(now)
            return len(self._times) <= self.limit


class Server(AbstractContextManager["Server"]):
    """A service. Subclasses say what it answers; `paths` counts what was asked, `statuses` what came of it.

    Args:
        port: 0 for any that is free.
    """

    name = "service"

    def __init__(self, *, port: int = 0) -> None:
        self.fault: Fault = "none"
        self.hang_seconds = 60.0
        self.delay_seconds = 0.0
        self.asked: list[Asked] = []
        self.statuses: Counter[int] = Counter()
        self._lock = threading.Lock()
        self._released = threading.Event()
        self._http = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def answer(self, asked: Asked) -> Answered:
        raise NotImplementedError

    def busy(self) -> Answered:
        return Answered(503, {"error": "busy"})

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    @property
    def paths(self) -> Counter[str]:
        """How often each path was asked, without ids."""
        return Counter(each.path for each in self.asked)

    def forget(self) -> None:
        """Count from nought."""
        with self._lock:
            self.asked.clear()
            self.statuses.clear()

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._released.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def respond(self, asked: Asked) -> Answered | bytes | None:
        """Return the answer, its raw bytes where it is none, or None to cut the connection."""
        if self.delay_seconds:
            self._released.wait(self.delay_seconds)
        if self.fault == "hang":
            self._released.wait(self.hang_seconds)
        if self.fault == "torn":
            return json.dumps(self.answer(asked).body).encode()[:-20]
        if self.fault in _FAULTY:
            return _FAULTY[self.fault]
        return self.busy() if self.fault == "busy" else self.answer(asked)

    def count(self, asked: Asked, status: int) -> None:
        with self._lock:
            self.asked.append(asked)
            self.statuses[status] += 1

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                self._serve(b"")

            def do_POST(self) -> None:
                self._serve(self.rfile.read(int(self.headers.get("Content-Length") or 0)))

            def _serve(self, body: bytes) -> None:
                asked = _asked(self, body)
                answered = server.respond(asked)
                server.count(asked, _status(answered))
                if answered is None:
                    self.close_connection = True
                    return
                try:
                    self._send(answered)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True

            def _send(self, answered: Answered | bytes) -> None:
                is_raw = isinstance(answered, bytes)
                data = answered if is_raw else json.dumps(answered.body, ensure_ascii=False).encode()
                self.send_response(_status(answered))
                self.send_header("Content-Type", "text/html" if is_raw else "application/json; charset=utf-8")
                self.send_header("Content-Length", str(len(data)))
                for name, value in () if is_raw else answered.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                pass

        return Handler


def _status(answered: Answered | bytes | None) -> int:
    if answered is None:
        return 0
    return 200 if isinstance(answered, bytes) else answered.status


def _asked(handler: BaseHTTPRequestHandler, body: bytes) -> Asked:
    parts = urlsplit(handler.path)
    parameters, parsed = dict(parse_qsl(parts.query, keep_blank_values=True)), None
    if body:
        if "json" in (handler.headers.get("Content-Type") or ""):
            parsed = json.loads(body)
        else:
            parameters |= dict(parse_qsl(body.decode(), keep_blank_values=True))
    headers = {name.lower(): value for name, value in handler.headers.items()}
    path = parts.path.rstrip("/")
    return Asked(handler.command, path, parameters, headers, time.monotonic(), parsed)
