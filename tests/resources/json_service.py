"""A server on 127.0.0.1 in the place of a service: it reads requests as the service does, and answers with JSON."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.resources import service_server
from tests.resources.service_server import Asked, Said


@dataclass(frozen=True)
class Request:
    """A request as it was read."""

    method: str
    path: str
    parameters: dict[str, str]
    """Of the address and of the form, decoded."""
    document: Any
    headers: dict[str, str]


Reply = tuple[int, Any]
"""Status and JSON; a text is sent as it is."""


@dataclass
class JsonService:
    """The server; what it answers may be changed."""

    answer: Callable[[Request], Reply]
    url: str = ""
    requests: list[Request] = field(default_factory=list)

    @property
    def paths(self) -> list[str]:
        return [request.path for request in self.requests]

    def respond(self, asked: Asked) -> Said:
        request = _read(asked)
        self.requests.append(request)
        status, body = self.answer(request)
        sent = body if isinstance(body, str) else json.dumps(body)
        return Said(status, sent.encode(), {"Content-Type": "application/json; charset=utf-8"})


@contextmanager
def serving(answer: Callable[[Request], Reply]) -> Iterator[JsonService]:
    """Serve for a block."""
    service = JsonService(answer)
    with service_server.serving(answer=lambda _, asked: service.respond(asked)) as server:
        service.url = server.url
        yield service


def _read(asked: Asked) -> Request:
    parts = urlsplit(asked.path)
    parameters = dict(parse_qsl(parts.query, keep_blank_values=True))
    is_form = asked.headers.get("Content-Type") == "application/x-www-form-urlencoded"
    if is_form:
        parameters |= parse_qsl(asked.body, keep_blank_values=True, strict_parsing=True)
    document = json.loads(asked.body) if asked.body and not is_form else None
    return Request(asked.method, parts.path, parameters, document, dict(asked.headers))
