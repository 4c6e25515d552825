"""What an answer of a service means, from its status and its JSON alone.

A captive portal answers 200 with a page, a proxy 404 with a page: without JSON of the service's own shape an answer is
a failure of the service, whatever its status.
"""

from dataclasses import dataclass
from enum import Enum, auto
from http import HTTPStatus
from typing import Final

NO_JSON: Final = object()
"""Stands for a body that is no JSON, or not whole."""
ACOUSTID_BAD_KEY, ACOUSTID_NOT_FOUND = 4, 18
ACOUSTID_BUSY = frozenset({13, 14})
ACOUSTID_FAILED = frozenset({5})


class Verdict(Enum):
    """What becomes of an answer."""

    FOUND = auto()
    """Kept for long."""
    EMPTY = auto()
    """Well, but nothing is in it: kept for a short time, since databases grow."""
    MISSING = auto()
    """There is no such thing: an answer too."""
    BUSY = auto()
    """Too fast, or overloaded: everybody pauses, then once more."""
    FAILED = auto()
    """The service is broken, or it is not the service that answers: once more."""
    BAD_KEY = auto()
    """The key is not known: no further call with it."""
    BARRED = auto()
    """We are turned away, whatever we ask: not once more, and it counts as a failure."""
    REFUSED = auto()
    """This question is not answered: not once more."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict and the service's own number of the error, where it has one."""

    verdict: Verdict
    fault: int | None = None


def _by_status(status: int) -> Verdict:
    """Return what a status other than 200 means."""
    if status in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}:
        return Verdict.BUSY
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return Verdict.BARRED
    if status == HTTPStatus.NOT_FOUND:
        return Verdict.MISSING
    return Verdict.REFUSED if HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR else Verdict.FAILED


def _plain(status: int, body: object) -> Verdict:
    """Return what a status means together with whether there is JSON."""
    by_status = _by_status(status)
    needs_json = by_status in {Verdict.MISSING, Verdict.REFUSED}
    return Verdict.FAILED if needs_json and not isinstance(body, dict) else by_status


def judge_musicbrainz(status: int, body: object) -> Judgement:
    """Judge an answer of MusicBrainz: a thing with its id, or a list with its count."""
    if status != HTTPStatus.OK:
        return Judgement(_plain(status, body))
    if not isinstance(body, dict) or "error" in body:
        return Judgement(Verdict.FAILED)
    counts = [value for name, value in body.items() if name.endswith("count") and isinstance(value, int)]
    if "id" in body or "isrc" in body:
        return Judgement(Verdict.FOUND)
    if not counts:
        return Judgement(Verdict.FAILED)
    return Judgement(Verdict.FOUND if any(counts) else Verdict.EMPTY)


def judge_acoustid(status: int, body: object) -> Judgement:
    """Judge an answer of AcoustID, which says in its JSON what is wrong."""
    said = body if isinstance(body, dict) else {}
    if status == HTTPStatus.OK and said.get("status") == "ok":
        return Judgement(Verdict.FOUND)
    error = said.get("error")
    fault = error.get("code") if isinstance(error, dict) else None
    if fault is None:
        by_status = _by_status(status)
        return Judgement(Verdict.BUSY if by_status is Verdict.BUSY else Verdict.FAILED)
    known = {ACOUSTID_BAD_KEY: Verdict.BAD_KEY, ACOUSTID_NOT_FOUND: Verdict.MISSING}
    known |= dict.fromkeys(ACOUSTID_BUSY, Verdict.BUSY) | dict.fromkeys(ACOUSTID_FAILED, Verdict.FAILED)
    by_status = _by_status(status)
    if by_status in {Verdict.BUSY, Verdict.FAILED} and fault not in known:
        return Judgement(by_status, fault)
    return Judgement(known.get(fault, Verdict.REFUSED), fault)


def judge_listenbrainz(status: int, body: object) -> Judgement:
    """Judge an answer of ListenBrainz: an object by recording id, empty where it knows none of them."""
    if status != HTTPStatus.OK:
        return Judgement(_plain(status, body))
    if not isinstance(body, dict) or "error" in body:
        return Judgement(Verdict.FAILED)
    return Judgement(Verdict.FOUND if body else Verdict.EMPTY)
