"""MusicBrainz (WS/2): releases and recordings by id, by browsing and by search.

It grants one request a second, so each question brings everything that may be of use. Ids, ISRCs and names that cannot
be right are not asked for: they are known to nobody.
"""

import math
import re
from collections.abc import Sequence
from http import HTTPStatus

from music.releases import Recording, Release, ReleaseSummary
from resources.http import Answer, Http
from resources.json_values import is_mbid, thing, whole
from resources.lucene import all_of, any_of, between, phrase, some_words
from resources.musicbrainz_answers import parse_recording, parse_recordings, parse_release, parse_summaries
from resources.services import BY_ID, SEARCH, Lifetimes, Service

RELEASE_PARTS = (
    "recordings artist-credits release-groups isrcs labels media genres tags url-rels recording-level-rels work-rels"
)
RECORDING_PARTS = "artist-credits releases release-groups media isrcs genres tags work-rels"
ISRC_PARTS = "artist-credits isrcs work-rels"
BROWSE_PARTS = "artist-credits release-groups media labels"
BROWSED_AT_ONCE, MOST_PAGES = 100, 3
MOST_FOUND = 100
"""Of one search; the server gives no more."""
DURATION_TOLERANCE = 0.1
"""S3-53."""
_ISRC = re.compile(r"[A-Z]{2}[A-Z0-9]{3}[0-9]{7}")
_UPC_DIGITS = 12


class MusicBrainz:
    """Asks MusicBrainz.

    All questions may raise a ServiceError: there is no answer, which is not the same as that there is no such thing.

    Args:
        http: Asks, and keeps the answers.
        service: MusicBrainz as the settings have it.
    """

    def __init__(self, http: Http, service: Service) -> None:
        self._http = http
        self._service = service

    def release(self, mbid: str) -> Release | None:
        """Return a release with all its media, in one request; None if there is none of this id."""
        answer = self._by_id("release", mbid, RELEASE_PARTS)
        return parse_release(answer.body, requested=mbid) if answer else None

    def recording(self, mbid: str) -> Recording | None:
        """Return a recording with at most 25 of its releases, and where it stands on each; None if there is none."""
        answer = self._by_id("recording", mbid, RECORDING_PARTS)
        return parse_recording(answer.body, requested=mbid) if answer else None

    def releases_of_recording(self, mbid: str) -> tuple[ReleaseSummary, ...]:
        """Return the releases that a recording is on, at most 300, each with its number of tracks and media."""
        found: list[ReleaseSummary] = []
        if not is_mbid(mbid.strip().lower()):
            return ()
        for page in range(MOST_PAGES):
            paging = {"limit": str(BROWSED_AT_ONCE), "offset": str(page * BROWSED_AT_ONCE)}
            parameters = {"recording": mbid.strip().lower(), "inc": BROWSE_PARTS} | paging
            answer = self._get("release", parameters, BY_ID)
            if not answer:
                break
            found += parse_summaries(answer.body)
            if (page + 1) * BROWSED_AT_ONCE >= (whole(thing(answer.body).get("release-count")) or 0):
                break
        return tuple(found)

    def recordings_of_isrc(self, isrc: str) -> tuple[Recording, ...]:
        """Return the recordings of a code, without their releases, which MusicBrainz does not say here."""
        code = re.sub(r"[\s:-]", "", isrc.upper()).removeprefix("ISRC")
        answer = self._get(f"isrc/{code}", {"inc": ISRC_PARTS}, BY_ID) if _ISRC.fullmatch(code) else None
        return parse_recordings(answer.body) if answer else ()

    def search_releases(
        self,
        *,
        artist: str | None,
        album: str | None,
        track_count: int | None = None,
        barcode: str | None = None,
        catalog_number: str | None = None,
        limit: int = 10,
    ) -> tuple[ReleaseSummary, ...]:
        """Return releases that fit what is known, the best first.

        A barcode is enough by itself; a catalogue number goes with the artist. Else the names are asked for word for
        word, or, where the number of tracks is given, loosely: some of their words, perhaps misspelt, on releases with
        that many tracks. The second question is for where the first finds nothing.

        Args:
            artist: Who; None leaves it open.
            album: What; None leaves it open.
            track_count: On all media.
            barcode: Digits, with or without a leading zero.
            catalog_number: Of a label.
            limit: How many to return.
        """
        if barcode := re.sub(r"\D", "", barcode or ""):
            query = any_of(phrase("barcode", each) for each in _barcodes(barcode))
        elif catalog_number and catalog_number.strip():
            query = all_of((phrase("catno", catalog_number), phrase("artist", artist)))
        elif track_count is None:
            query = all_of((phrase("release", album), phrase("artist", artist)))
        else:
            names = all_of((some_words("release", album), some_words("artist", artist)))
            query = all_of((names, f"tracks:{track_count}")) if names else ""
        answer = self._search("release", query, limit)
        return parse_summaries(answer.body) if answer else ()

    def search_recordings(
        self,
        *,
        title: str | None,
        artist: str | None = None,
        album: str | None = None,
        duration_seconds: float | None = None,
        limit: int = 10,
        is_loose: bool = False,
    ) -> tuple[Recording, ...]:
        """Return recordings that fit what is known, the best first, each with the releases that fit.

        Args:
            title: Of the recording or one of its tracks.
            artist: Who; None leaves it open.
            album: Which; None leaves it open.
            duration_seconds: Only recordings within 10 % of it (S3-53); those of unknown length are then not found.
            limit: How many to return.
            is_loose: Some words of the names, perhaps misspelt, in place of the names word for word.
        """
        named = some_words if is_loose else phrase
        names = [named("recording", title), named("artist", artist), named("release", album)]
        query = all_of((*names, _duration(duration_seconds))) if names[0] else ""
        answer = self._search("recording", query, limit)
        return parse_recordings(answer.body) if answer else ()

    def _by_id(self, entity: str, mbid: str, parts: str) -> Answer | None:
        plain = mbid.strip().lower()
        return self._get(f"{entity}/{plain}", {"inc": parts}, BY_ID) if is_mbid(plain) else None

    def _search(self, entity: str, query: str, limit: int) -> Answer | None:
        found = str(min(max(limit, 1), MOST_FOUND))
        return self._get(entity, {"query": query, "limit": found}, SEARCH) if query else None

    def _get(self, path: str, parameters: dict[str, str], lifetimes: Lifetimes) -> Answer | None:
        answer = self._http.get(self._service, path, {"fmt": "json"} | parameters, lifetimes=lifetimes)
        return answer if answer.status == HTTPStatus.OK else None


def _barcodes(digits: str) -> Sequence[str]:
    """Return the ways to write a code: an American one is a European one without the zero in front."""
    plain = digits.lstrip("0")
    if not plain:
        return ()
    return tuple(dict.fromkeys((digits, plain.zfill(_UPC_DIGITS), plain.zfill(_UPC_DIGITS + 1))))


def _duration(seconds: float | None) -> str:
    """Return the condition on the length, in milliseconds; bounds on whole seconds make equal questions equal."""
    if not seconds or seconds <= 0:
        return ""
    least, most = seconds * (1 - DURATION_TOLERANCE), seconds * (1 + DURATION_TOLERANCE)
    return between("dur", math.floor(least) * 1000, math.ceil(most) * 1000)
