"""One request over the network, and whatever comes back as a value: nothing is raised, nothing is tried again.

An error of the network may hold the address with its parameters; only its kind is told, in our own words. A server may
give an answer drop by drop: the whole of it has a time limit and a size limit too.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import requests
from urllib3.exceptions import HTTPError

from resources.service_verdicts import NO_JSON
from resources.services import Service

LARGEST_BYTES = 64_000_000
PIECE_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked."""

    method: str
    """GET or POST."""
    path: str
    """Below the service's root; a slash at its end is sent, since ListenBrainz redirects without it."""
    parameters: Mapping[str, str]
    """Of the address with GET, of a form with POST; without secrets."""
    document: object = None
    """JSON to post instead of a form."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back."""

    status: int | None
    """None: no answer came, or not the whole one."""
    body: Any = NO_JSON
    """The JSON."""
    failure: str = ""
    """What happened instead of an answer."""
    retry_after: str = ""
    """What the service says about when to come back: seconds or a date."""
    milliseconds: float = 0.0


class Wire:
    """Connections to the services, which are kept open.

    Args:
        contact: Whom a service may write to.
    """

    def __init__(self, contact: str) -> None:
        self._session = requests.Session()
        self._session.auth = _no_password  # else a password for this host in ~/.netrc would be sent
        self._session.headers["User-Agent"] = user_agent(contact)
        self._session.headers["Accept"] = "application/json"

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def send(self, service: Service, question: Question) -> Reply:
        """Ask once. Redirects are not followed: a key would go where they lead."""
        began = time.monotonic()
        try:
            with self._session.request(
                question.method,
                f"{service.url}/{question.path.lstrip('/')}",
                **_content(service, question),
                timeout=(service.connect_seconds, service.read_seconds),
                allow_redirects=False,
                stream=True,
            ) as response:
                body = _whole(response, until=began + service.connect_seconds + 2 * service.read_seconds)
        except (requests.RequestException, HTTPError) as error:
            return Reply(None, failure=_in_words(error, service), milliseconds=_since(began))
        headers = response.headers
        return Reply(
            response.status_code,
            body=_json(body),
            retry_after=headers.get("Retry-After") or _budget_end(headers),
            milliseconds=_since(began),
        )


def user_agent(contact: str) -> str:
    """Return who we are, in the form that MusicBrainz asks for."""
    return f"Linernotes/{version('linernotes')} ( {contact} )"


def _content(service: Service, question: Question) -> dict[str, Any]:
    """Return what is sent, and where in the request it stands; a key is in none but a form."""
    if question.method == "GET":
        return {"params": question.parameters}
    if question.document is not None:
        return {"json": question.document}
    return {"data": {**question.parameters, **dict.fromkeys(service.secret_parameters, service.key)}}


def _no_password(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _whole(response: requests.Response, *, until: float) -> bytes:
    """Read an answer to its end.

    Raises:
        requests.ReadTimeout: It takes too long.
        requests.exceptions.ContentDecodingError: It is too large.
        urllib3.exceptions.HTTPError: The connection broke.
    """
    body = bytearray()
    while piece := response.raw.read1(PIECE_BYTES, decode_content=True):
        body += piece
        if time.monotonic() > until:
            raise requests.ReadTimeout
        if len(body) > LARGEST_BYTES:
            raise requests.exceptions.ContentDecodingError
    return bytes(body)


def _json(body: bytes) -> Any:  # noqa: ANN401  any JSON
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return NO_JSON


def _budget_end(headers: Mapping[str, str]) -> str:
    """Return when a budget that is used up is full again, as ListenBrainz says it."""
    return headers.get("X-RateLimit-Reset-In", "") if headers.get("X-RateLimit-Remaining") == "0" else ""


def _in_words(error: Exception, service: Service) -> str:
    if isinstance(error, requests.ConnectTimeout):
        return f"no connection within {service.connect_seconds:g} s"
    if isinstance(error, (requests.ReadTimeout, TimeoutError)) or "Timeout" in type(error).__name__:
        return f"no whole answer within {service.read_seconds:g} s"
    if isinstance(error, requests.exceptions.SSLError):
        return "its certificate is not valid"
    if isinstance(error, requests.exceptions.ProxyError):
        return "the proxy gives no connection"
    if isinstance(error, requests.ConnectionError):
        return "no connection"
    return f"the answer broke off ({type(error).__name__})"


def _since(began: float) -> float:
    return 1_000 * (time.monotonic() - began)
