"""AcoustID: which recordings people have heard where a fingerprint sounds like this.

Ten fingerprints go in one request, and each answer is kept by itself. A fingerprint that the server cannot read fails a
whole request on some servers and is left out of the answer on others: both ways only that one counts as unmatched.
"""

import hashlib
from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Any

from music.releases import FingerprintMatch
from resources.acoustid_answers import parse_matches, results_by_index
from resources.asked_parts import answers
from resources.http import Http
from resources.service_errors import RefusedError
from resources.services import FINGERPRINT, Service

META = "recordings releasegroups releases tracks compress sources isrcs"
AT_MOST = 10
"""Fingerprints in one request; the server takes 20 and means to take fewer."""
_UNREADABLE = frozenset({2, 3, 8})
"""AcoustID's numbers for a missing parameter, a bad fingerprint, a bad duration."""
_TOO_LARGE = 19

Asked = tuple[str, int]
"""A compressed fingerprint, and the length in whole seconds of the piece that it is of."""


class AcoustId:
    """Looks fingerprints up.

    Args:
        http: Asks, and keeps the answers.
        service: AcoustID as the settings have it.
    """

    def __init__(self, http: Http, service: Service) -> None:
        self._http = http
        self._service = service
        self.unreadable: set[Asked] = set()
        """Of those that were looked up here: what AcoustID could not read. They count as unmatched."""

    def lookup(self, asked: Sequence[Asked]) -> dict[Asked, tuple[FingerprintMatch, ...]]:
        """Return what each fingerprint is like; nothing where it is like nothing.

        A piece is found only within 7 s of the length of the whole track.

        Raises:
            ServiceError: Some have no answer. Those that came before are kept, and are not asked for again.
        """
        by_key = _by_key(asked)

        def ask(keys: Sequence[str]) -> dict[str, tuple[Any, float]]:
            return self._ask([(key, by_key[key]) for key in keys])

        found = answers(self._http, self._service, by_key, ask=ask, at_most=AT_MOST)
        return dict.fromkeys(asked, ()) | self._matches(by_key, found)

    def kept(self, asked: Sequence[Asked]) -> dict[Asked, tuple[FingerprintMatch, ...]]:
        """Return what is known without asking anybody; a fingerprint that was never looked up is left out."""
        by_key = _by_key(asked)
        return self._matches(by_key, self._http.remembered(self._service, list(by_key)))

    def _matches(self, by_key: dict[str, Asked], found: dict[str, Any]) -> dict[Asked, tuple[FingerprintMatch, ...]]:
        self.unreadable |= {by_key[key] for key, part in found.items() if part.get("fault")}
        return {by_key[key]: parse_matches(part.get("results")) for key, part in found.items()}

    def _ask(self, batch: list[tuple[str, Asked]]) -> dict[str, tuple[Any, float]]:
        """Ask for some fingerprints, by halves where the server cannot read the whole request."""
        try:
            answer = self._http.post_form(self._service, "lookup", _parameters(batch), lifetimes=None)
        except RefusedError as refused:
            if not _may_be_halved(refused):
                raise
            if len(batch) == 1:
                return {batch[0][0]: _unreadable(refused.fault)}
            middle = len(batch) // 2
            return self._ask(batch[:middle]) | self._ask(batch[middle:])
        found = results_by_index(answer.body)
        return {
            key: _part(found[index]) if index in found else _unreadable(None) for index, (key, _) in enumerate(batch)
        }


def _by_key(asked: Iterable[Asked]) -> dict[str, Asked]:
    """Return what is asked by the key under which its answer is kept: never the fingerprint itself, which is long."""
    askable = [(fingerprint, seconds) for fingerprint, seconds in asked if fingerprint and seconds > 0]
    return {_key(fingerprint, seconds): (fingerprint, seconds) for fingerprint, seconds in askable}


def _key(fingerprint: str, seconds: int) -> str:
    digest = hashlib.sha256(f"{META}\n{seconds}\n{fingerprint}".encode()).hexdigest()
    return f"lookup:{digest}"


def _parameters(batch: Sequence[tuple[str, Asked]]) -> dict[str, str]:
    parameters = {"format": "json", "meta": META, "batch": "1"}
    for index, (_, (fingerprint, seconds)) in enumerate(batch):
        parameters |= {f"fingerprint.{index}": fingerprint, f"duration.{index}": str(seconds)}
    return parameters


def _part(results: Sequence[Any]) -> tuple[Any, float]:
    """Return what is kept of one fingerprint: long where recordings are linked, else until some may be."""
    is_linked = any(match.recordings for match in parse_matches(list(results)))
    return {"results": results}, FINGERPRINT.found if is_linked else FINGERPRINT.missing


def _unreadable(fault: int | None) -> tuple[Any, float]:
    return {"results": [], "fault": fault or min(_UNREADABLE)}, FINGERPRINT.missing


def _may_be_halved(refused: RefusedError) -> bool:
    is_too_large = refused.fault == _TOO_LARGE or refused.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    return is_too_large or refused.fault in _UNREADABLE
