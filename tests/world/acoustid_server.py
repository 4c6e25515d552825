"""AcoustID's lookup as its own source answers it, over the sounds of a catalogue.

A fingerprint is laid over each that is known, at offsets up to three seconds; the score is the share of bits that agree
there beyond chance, times the share of the longer one that is covered. What is 7 s longer or shorter is not looked at.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from music.fingerprint_text import decode_fingerprint
from tests.world.model import AcoustIdTrack, Catalogue, Credit, Medium, Recording, Release, Track
from tests.world.serving import Answered, Asked, Server, Window

LEAST_SCORE = 0.5
_LENGTH_DIFFERENCE, _LARGEST_LENGTH_DIFFERENCE = 7, 30
_MOST_FINGERPRINTS, _MOST_RESULTS = 20, 10
_MOST_OFFSET = 24
_LEAST_WORDS = 40
Words = NDArray[np.uint32]


class _RefusedError(Exception):
    """What the server says no to."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


class AcoustIdServer(Server):
    """Args:
    catalogue: What it knows.
    sounds: Of each sound of it: words and length in seconds, by the recording's id.
    key: The application key that is valid.
    per_second: Requests that one address may make, averaged over 20 s; None: any number.
    """

    name = "acoustid"

    def __init__(
        self,
        catalogue: Catalogue,
        sounds: Mapping[str, tuple[Words, float]],
        *,
        key: str = "worldkey",
        per_second: float | None = None,
        port: int = 0,
    ) -> None:
        super().__init__(port=port)
        self.key = key
        self.fingerprints_asked = 0
        self._tracks = catalogue.acoustid
        self._known = Sounds([sounds[track.sound.sound][0] for track in self._tracks])
        self._seconds = np.array([round(sounds[track.sound.sound][1]) for track in self._tracks])
        self._recordings = catalogue.recordings()
        self._places: dict[str, list[tuple[Release, Medium, Track]]] = {}
        for release in catalogue.releases:
            for medium, track in release.tracks():
                self._places.setdefault(track.recording.mbid, []).append((release, medium, track))
        self._compared: dict[tuple[bytes, int, int], list[tuple[float, AcoustIdTrack]]] = {}
        self._window = Window(per_second * 20, 20.0) if per_second else None
        self._per_second = per_second or 0.0

    def busy(self) -> Answered:
        return _error(503, 13, "service currently unavailable, try again later")

    def answer(self, asked: Asked) -> Answered:
        if asked.path != "/v2/lookup":
            return Answered(404, {"error": "Not Found"})
        try:
            return Answered(200, {"status": "ok"} | self._lookup(asked))
        except _RefusedError as refused:
            return _error(refused.status, refused.code, str(refused))

    def _lookup(self, asked: Asked) -> dict[str, Any]:
        said = asked.parameters
        if not said.get("client"):
            raise _RefusedError(400, 2, 'missing required parameter "client"')
        if said["client"] != self.key:
            raise _RefusedError(400, 4, "invalid API key")
        if self._window and not self._window.admits(asked.at):
            message = f"rate limit ({self._per_second:f} requests per second) exceeded, try again later"
            raise _RefusedError(429, 14, message)
        suffixes = _suffixes(said)
        if not suffixes:
            raise _RefusedError(400, 2, 'missing required parameter "fingerprint"')
        if len(suffixes) > _MOST_FINGERPRINTS:
            raise _RefusedError(413, 19, "request too large")
        questions = _questions(said, suffixes)
        meta = (said.get("meta") or "").split()
        most = int(said.get("maxdurationdiff") or _LENGTH_DIFFERENCE)
        if not 1 <= most <= _LARGEST_LENGTH_DIFFERENCE:
            raise _RefusedError(400, 11, 'parameter "maxdurationdiff" must be between 1 and 30')
        is_batch = said.get("batch") == "1"
        found = []
        for suffix, words, seconds in questions if is_batch else questions[:1]:
            self.fingerprints_asked += 1
            results = self._results(words, seconds, most, meta)
            found.append({"index": int(suffix[1:] or 0) if suffix else 0, "results": results})
        return {"fingerprints": found} if is_batch else {"results": found[0]["results"]}

    def _results(self, words: Words, seconds: int, most: int, meta: Sequence[str]) -> list[dict[str, Any]]:
        results: list[dict[str, Any]] = []
        for score, track in self._alike(words, seconds, most)[:_MOST_RESULTS]:
            result: dict[str, Any] = {"id": track.acoustid, "score": round(score, 6)}
            if {"recordings", "recordingids"} & set(meta):
                result["recordings"] = [
                    self._recording(mbid, sources, meta, is_bare=track.is_bare) for mbid, sources in track.links
                ]
            results.append(result)
        return results

    def compare(self, fingerprint: str, seconds: int) -> None:
        """Compare a fingerprint before it is asked about, so that its answer takes no time."""
        self._alike(decode_fingerprint(fingerprint)[1], seconds, _LENGTH_DIFFERENCE)

    def _alike(self, words: Words, seconds: int, most: int) -> list[tuple[float, AcoustIdTrack]]:
        """Return the tracks that sound like it, the best first."""
        key = (words.tobytes(), seconds, most)
        if key not in self._compared:
            near = np.flatnonzero(np.abs(self._seconds - seconds) <= most)
            scores = self._known.likeness(words, near)
            alike = [
                (float(score), self._tracks[at]) for score, at in zip(scores, near, strict=True) if score >= LEAST_SCORE
            ]
            self._compared[key] = sorted(alike, key=lambda pair: (-pair[0], pair[1].acoustid))
        return self._compared[key]

    def _recording(self, mbid: str, sources: int, meta: Sequence[str], *, is_bare: bool) -> dict[str, Any]:
        found: dict[str, Any] = {"id": mbid}
        if "sources" in meta:
            found["sources"] = sources
        recording = self._recordings.get(mbid)
        if is_bare or recording is None or "recordings" not in meta:
            return found
        found |= {"title": recording.title, "duration": float(round(recording.seconds))}
        found["artists"] = _artists(recording.credit)
        if "isrcs" in meta and recording.isrc:
            found["isrcs"] = [recording.isrc]
        places = self._places.get(mbid, ())
        if "releasegroups" in meta or "releasegroupids" in meta:
            found["releasegroups"] = _groups(recording, places, meta)
        elif "releases" in meta or "releaseids" in meta:
            found["releases"] = [_release(recording, *place, meta, above="") for place in places]
        return found


class Sounds:
    """Fingerprints to lay others over.

    Args:
        known: The words of each.
    """

    def __init__(self, known: Sequence[Words]) -> None:
        self._sizes = np.array([words.size for words in known])
        width = int(self._sizes.max()) + 2 * _MOST_OFFSET
        self._words = np.zeros((len(known), width), np.uint32)
        self._is_word = np.zeros((len(known), width), bool)
        for row, words in enumerate(known):
            self._words[row, _MOST_OFFSET : _MOST_OFFSET + words.size] = words
            self._is_word[row, _MOST_OFFSET : _MOST_OFFSET + words.size] = True

    def likeness(self, words: Words, rows: NDArray[np.intp]) -> NDArray[np.float64]:
        """Return how alike a fingerprint is to some of them, 0 to 1: about 0.1 for unrelated music."""
        best = np.zeros(rows.size)
        known, is_word = self._words[rows], self._is_word[rows]
        longer = np.maximum(self._sizes[rows], words.size)
        for offset in range(2 * _MOST_OFFSET + 1):
            window = slice(offset, min(offset + words.size, known.shape[1]))
            over = is_word[:, window]
            wrong = np.bitwise_count(known[:, window] ^ words[: over.shape[1]])
            size = over.sum(axis=1)
            share = 1.0 - (wrong * over).sum(axis=1) / np.maximum(1, 16 * size)
            covered = np.minimum(1.0, size / np.maximum(1, longer - _MOST_OFFSET))
            best = np.maximum(best, np.where(size >= min(_LEAST_WORDS, words.size), share * covered, 0.0))
        return best


def _suffixes(said: Mapping[str, str]) -> list[str]:
    found = {name.removeprefix("fingerprint") for name in said if re.fullmatch(r"fingerprint(\.\d+)?", name)}
    return sorted(found, key=lambda suffix: int(suffix[1:] or -1) if suffix else -1)


def _questions(said: Mapping[str, str], suffixes: Sequence[str]) -> list[tuple[str, Words, int]]:
    """Return what can be read of the questions; what cannot is dropped unless nothing else is there."""
    found: list[tuple[str, Words, int]] = []
    for place, suffix in enumerate(suffixes):
        try:
            found.append((suffix, *_question(said, suffix)))
        except _RefusedError:
            if not found and place + 1 == len(suffixes):
                raise
    return found


def _question(said: Mapping[str, str], suffix: str) -> tuple[Words, int]:
    duration = said.get(f"duration{suffix}", "")
    if not duration.isdigit() or not int(duration):
        raise _RefusedError(400, 2, f'missing required parameter "duration{suffix}"')
    if not (text := said.get(f"fingerprint{suffix}")):
        raise _RefusedError(400, 2, f'missing required parameter "fingerprint{suffix}"')
    try:
        algorithm, words = decode_fingerprint(text)
    except ValueError as error:
        raise _RefusedError(400, 3, "invalid fingerprint") from error
    if algorithm != 1 or not words.size:
        raise _RefusedError(400, 3, "invalid fingerprint")
    return words, int(duration)


def _error(status: int, code: int, message: str) -> Answered:
    return Answered(status, {"status": "error", "error": {"code": code, "message": message}})


def _artists(credit: Credit) -> list[dict[str, str]]:
    found = []
    for artist, join in credit.parts:
        found.append({"id": artist.mbid, "name": artist.name} | ({"joinphrase": join} if join else {}))
    return found


def _groups(
    recording: Recording, places: Sequence[tuple[Release, Medium, Track]], meta: Sequence[str]
) -> list[dict[str, Any]]:
    by_group: dict[str, dict[str, Any]] = {}
    for release, medium, track in places:
        group = release.group
        found = by_group.setdefault(group.mbid, {"id": group.mbid})
        if "releasegroups" in meta:
            found |= {"title": group.title, "type": group.primary}
            if group.secondary:
                found["secondarytypes"] = list(group.secondary)
            if "compress" not in meta or group.credit != recording.credit:
                found["artists"] = _artists(group.credit)
        if "releases" in meta or "releaseids" in meta:
            found.setdefault("releases", []).append(
                _release(recording, release, medium, track, meta, above=group.title)
            )
    return list(by_group.values())


def _release(
    recording: Recording, release: Release, medium: Medium, track: Track, meta: Sequence[str], *, above: str
) -> dict[str, Any]:
    found: dict[str, Any] = {"id": release.mbid}
    if "releases" not in meta:
        return found
    is_compressed = "compress" in meta
    if not (is_compressed and release.title == above):
        found["title"] = release.title
    found |= {"medium_count": len(release.media), "track_count": len(release.recordings)}
    if not (is_compressed and release.credit == release.group.credit):
        found["artists"] = _artists(release.credit)
    parts = [int(part) for part in release.date.split("-") if part]
    event = {"country": release.country, "date": dict(zip(("year", "month", "day"), parts, strict=False))}
    event = {name: value for name, value in event.items() if value}
    found |= {"releaseevents": [event], **event}
    if "tracks" in meta:
        place: dict[str, Any] = {"id": track.mbid, "position": track.position}
        if not (is_compressed and track.title == recording.title):
            place["title"] = track.title
        if not (is_compressed and recording.credit == release.credit):
            place["artists"] = _artists(recording.credit)
        mediums = {"position": medium.position, "format": medium.format, "track_count": len(medium.tracks)}
        found["mediums"] = [mediums | {"tracks": [place]}]
    return found
