"""ListenBrainz: genres, first release and cover of recordings, a thousand in one request."""

from collections.abc import Iterable, Sequence
from typing import Any

from resources.asked_parts import answers
from resources.http import Http
from resources.json_values import Thing, is_mbid, thing
from resources.listenbrainz_answers import Decoration, parse_decoration
from resources.services import BY_ID, Service

PARTS = "artist tag release"
AT_MOST = 1_000
"""Recordings in one request."""
_KEY = "recording:"


class ListenBrainz:
    """Asks ListenBrainz.

    Args:
        http: Asks, and keeps the answers.
        service: ListenBrainz as the settings have it.
    """

    def __init__(self, http: Http, service: Service) -> None:
        self._http = http
        self._service = service

    def decorate(self, recording_mbids: Iterable[str]) -> dict[str, Decoration]:
        """Return what is known of recordings, by their ids; those it does not know are left out.

        Raises:
            ServiceError: Some have no answer. Those that came before are kept, and are not asked for again.
        """
        plain = {mbid: mbid.strip().lower() for mbid in recording_mbids}
        keys = [f"{_KEY}{each}" for each in plain.values() if is_mbid(each)]
        found = answers(self._http, self._service, keys, ask=self._ask, at_most=AT_MOST)
        known = {mbid: found.get(f"{_KEY}{each}") for mbid, each in plain.items()}
        return {mbid: parse_decoration(plain[mbid], entry) for mbid, entry in known.items() if entry}

    def _ask(self, keys: Sequence[str]) -> dict[str, tuple[Any, float]]:
        document = {"recording_mbids": [key.removeprefix(_KEY) for key in keys], "inc": PARTS}
        answer = self._http.post_json(self._service, "metadata/recording/", document, lifetimes=None)
        found = {str(mbid).lower(): thing(entry) for mbid, entry in thing(answer.body).items()}
        return {key: _part(found.get(key.removeprefix(_KEY))) for key in keys}


def _part(entry: Thing | None) -> tuple[Any, float]:
    return (entry, BY_ID.found) if entry else (None, BY_ID.missing)
