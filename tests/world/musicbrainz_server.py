"""MusicBrainz' web service 2 (fmt=json) over a catalogue: lookups, browse, ISRCs and searches, with its limits.

Above the average rate everything is declined with 503 until the rate drops, as the real one does; an agent that says
nothing of itself is turned away.
"""

import re
from collections.abc import Callable, Collection, Iterable
from typing import Any

from tests.world.lucene import QueryError, Search
from tests.world.model import Catalogue, Credit, Medium, Recording, Release, Track
from tests.world.serving import Answered, Asked, Server, Window

HELP = "For usage, please see: https://musicbrainz.org/development/mmd"
_MBID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_MOST_LINKED = 25
"""Releases that a lookup of a recording names."""
_MOST_BROWSED_TRACKS = 500
_INCLUDES = {
    "release": "artists collections labels recordings release-groups media artist-credits discids isrcs aliases "
    "annotation tags genres ratings recording-level-rels release-group-level-rels work-level-rels",
    "recording": "artists releases release-groups artist-credits isrcs media discids aliases annotation tags genres "
    "ratings work-level-rels",
}
_RELATIONS = [
    "area",
    "artist",
    "event",
    "genre",
    "instrument",
    "label",
    "place",
    "recording",
    "release",
    "release-group",
    "series",
    "url",
    "work",
]
_TYPE_IDS = {
    "Album": "f529b476-6e62-324f-b0aa-1f3e33d313fc",
    "Single": "d6038452-8ee0-3f68-affc-2de9a1ede0b9",
    "EP": "6d0c5bf6-7a33-3420-a519-44fc63eedebf",
    "Compilation": "dd2a21e1-0c00-3729-a7a0-de60b84eb5d1",
    "Live": "6fd474e2-6b58-3102-9d17-d6f7eb7da0a0",
    "Official": "4e304316-386d-3409-af2e-78857eec5cfe",
    "Promotion": "518ffc83-5cde-34df-8627-81bff5093d92",
    "Pseudo-Release": "41121bb9-3413-3818-8a9a-9742318349aa",
    "Song": "f061270a-2fd6-32f1-a641-f0f8676d14e6",
    "CD": "9712d52a-4509-3d4b-a1a2-67c88c643e31",
    "performance": "a3005666-a872-32c3-ad06-98af558e99b0",
}


class MusicBrainzServer(Server):
    """Args:
    catalogue: What it knows.
    per_second: Requests that may be made on average; None: any number.
    over_seconds: Over which the average is taken.
    """

    name = "musicbrainz"

    def __init__(
        self, catalogue: Catalogue, *, per_second: float | None = None, over_seconds: float = 10.0, port: int = 0
    ) -> None:
        super().__init__(port=port)
        self._catalogue = catalogue
        self._window = Window(per_second * over_seconds + 1, over_seconds) if per_second else None
        self._releases = {release.mbid: release for release in catalogue.releases}
        self._recordings = catalogue.recordings()
        self._on: dict[str, list[Release]] = {}
        for release in catalogue.releases:
            for mbid in dict.fromkeys(recording.mbid for recording in release.recordings):
                self._on.setdefault(mbid, []).append(release)
        texts = {
            "release": [_release_texts(each) for each in self._releases.values()],
            "recording": [self._recording_texts(each) for each in self._recordings.values()],
        }
        self._search = {kind: Search(said, default=kind, exact=_EXACT) for kind, said in texts.items()}

    def busy(self) -> Answered:
        headers = {
            "Retry-After": "0",
            "X-RateLimit-Zone": "global",
            "X-RateLimit-Limit": "15",
            "X-RateLimit-Remaining": "12",
        }
        return Answered(
            503, {"error": "The MusicBrainz web server is currently busy. Please try again later."}, headers
        )

    def answer(self, asked: Asked) -> Answered:
        if _is_nameless(asked.headers.get("user-agent", "")):
            return Answered(403, {"error": "Your user agent says nothing of you.", "help": HELP})
        if self._window and not self._window.admits(asked.at):
            return _too_fast()
        said = asked.parameters
        inc = re.split(r"[+ ]", said.get("inc") or "")
        if asked.path.startswith("/ws/2/") and said.get("fmt") == "json":
            kind, _, of = asked.path.removeprefix("/ws/2/").partition("/")
            return self._one(kind, of, inc) if of else self._several(kind, said, inc)
        return _not_found()

    def _one(self, kind: str, of: str, inc: list[str]) -> Answered:
        if kind == "isrc":
            return self._of_isrc(of, inc)
        if kind == "release":
            return self._looked_up(kind, of, inc, self._releases, _release_json)
        return (
            self._looked_up(kind, of, inc, self._recordings, self._recording_json)
            if kind == "recording"
            else _not_found()
        )

    def _several(self, kind: str, said: dict[str, str], inc: list[str]) -> Answered:
        if kind == "release" and "recording" in said:
            return self._browsed(said, inc)
        return self._searched(kind, said) if kind in self._search else _not_found()

    def _looked_up(
        self,
        kind: str,
        mbid: str,
        inc: list[str],
        known: dict[str, Any],
        to_json: Callable[[Any, Collection[str]], Any],
    ) -> Answered:
        if not _MBID.fullmatch(mbid):
            return Answered(400, {"error": "Invalid mbid.", "help": HELP})
        if wrong := _wrong_includes(kind, inc):
            return Answered(
                400, {"error": f"{wrong} is not a valid inc parameter for the {kind} resource.", "help": HELP}
            )
        mbid = mbid.lower()
        found = known.get(self._catalogue.merged.get(mbid, mbid))
        return Answered(200, to_json(found, inc)) if found else _not_found()

    def _of_isrc(self, isrc: str, inc: list[str]) -> Answered:
        if not re.fullmatch(r"[A-Z]{2}[A-Z0-9]{3}[0-9]{7}", isrc):
            return Answered(400, {"error": "Invalid isrc.", "help": HELP})
        found = [each for each in self._recordings.values() if each.isrc == isrc]
        if not found:
            return _not_found()
        return Answered(200, {"isrc": isrc, "recordings": [self._recording_json(each, inc) for each in found]})

    def _browsed(self, said: dict[str, str], inc: list[str]) -> Answered:
        mbid = self._catalogue.merged.get(said["recording"], said["recording"])
        if mbid not in self._recordings:
            return _not_found()
        found = self._on[mbid]
        offset, limit = int(said.get("offset") or 0), min(100, int(said.get("limit") or 25))
        page, tracks = [], 0
        for release in found[offset : offset + limit]:
            tracks += len(release.recordings) if "recordings" in inc else 0
            if tracks > _MOST_BROWSED_TRACKS and page:
                break
            page.append(_release_json(release, inc))
        return Answered(200, {"releases": page, "release-count": len(found), "release-offset": offset})

    def _searched(self, kind: str, said: dict[str, str]) -> Answered:
        query = said.get("query", "")
        things: list[Any] = list((self._releases if kind == "release" else self._recordings).values())
        if not query.strip():
            return Answered(400, {"error": "Parameter 'query' is missing.", "help": HELP})
        try:
            found = self._search[kind].find(query)
        except QueryError:
            return Answered(400, {"error": "Unable to parse search: " + query, "help": HELP})
        offset, limit = int(said.get("offset") or 0), min(100, int(said.get("limit") or 25))
        page = []
        for place, score in found[offset : offset + limit]:
            thing = things[place]
            shown = _found_release(thing) if kind == "release" else self._found_recording(thing)
            page.append({"id": thing.mbid, "score": score} | shown)
        created = "2026-01-15T12:00:00.000Z"
        return Answered(200, {"created": created, "count": len(found), "offset": offset, f"{kind}s": page})

    def _recording_json(self, recording: Recording, inc: Collection[str]) -> dict[str, Any]:
        on = self._on.get(recording.mbid, [])
        found = _recording_stub(recording, on)
        if "artist-credits" in inc or "artists" in inc:
            found["artist-credit"] = _credit_json(recording.credit)
        if "isrcs" in inc:
            found["isrcs"] = [recording.isrc] if recording.isrc else []
        if "releases" in inc:
            found["releases"] = [self._release_of(recording, release, inc) for release in on[:_MOST_LINKED]]
        if "work-rels" in inc:
            found["relations"] = [_performance(recording)]
        for kind in ("genres", "tags"):
            if kind in inc:
                found[kind] = []
        return found

    def _release_of(self, recording: Recording, release: Release, inc: Collection[str]) -> dict[str, Any]:
        found = _release_facts(release)
        if "artist-credits" in inc:
            found["artist-credit"] = _credit_json(release.credit)
        if "release-groups" in inc:
            found["release-group"] = self._group_json(release, inc)
        if "media" in inc:
            found["media"] = _places(recording, release, "tracks")
        return found

    def _group_json(self, release: Release, inc: Collection[str]) -> dict[str, Any]:
        return _group_facts(release, self._catalogue.editions(release.group), inc)

    def _found_recording(self, recording: Recording) -> dict[str, Any]:
        on = self._on.get(recording.mbid, [])
        stub = _recording_stub(recording, on)
        found = {"title": stub["title"], "length": stub["length"], "video": None}
        if recording.disambiguation:
            found["disambiguation"] = recording.disambiguation
        found |= {"artist-credit": _found_credit(recording.credit), "first-release-date": stub["first-release-date"]}
        found["releases"] = []
        for release in on:
            shown = _found_release(release)
            for name in ("barcode", "label-info"):
                shown.pop(name, None)
            shown["media"] = _places(recording, release, "track")
            found["releases"].append({"id": release.mbid} | shown)
        return found | ({"isrcs": [recording.isrc]} if recording.isrc else {})

    def _recording_texts(self, recording: Recording) -> dict[str, list[str]]:
        on = self._on.get(recording.mbid, [])
        places = [track for release in on for _, track in release.tracks() if track.recording.mbid == recording.mbid]
        titles = list(dict.fromkeys([recording.title, *(track.title for track in places)]))
        millis = round(recording.seconds * 1000)
        texts = {
            "recording": titles[:1],
            "recordingaccent": titles[:1],
            "rid": [recording.mbid],
            "release": [release.title for release in on],
            "reid": [release.mbid for release in on],
            "rgid": [release.group.mbid for release in on],
            "status": [release.status for release in on],
            "primarytype": [release.group.primary for release in on],
            "date": [release.date for release in on],
            "dur": [str(millis)],
            "qdur": [str(millis // 2000)],
            "isrc": [recording.isrc],
            "tnum": [str(track.position) for track in places],
            "tracks": [str(len(medium.tracks)) for release in on for medium in release.media],
            "tracksrelease": [str(len(release.recordings)) for release in on],
            "comment": [recording.disambiguation],
            "video": ["false"],
        }
        return texts | _credit_texts(recording.credit)


def _is_nameless(agent: str) -> bool:
    return not agent or agent.startswith(("python-requests", "Python-urllib", "Mozilla")) or "(" not in agent


def _too_fast() -> Answered:
    message = (
        "Your requests are exceeding the allowable rate limit. "
        "Please see http://wiki.musicbrainz.org/XMLWebService for more information."
    )
    headers = {"Retry-After": "1", "X-RateLimit-Zone": "ws ip=127.0.0.1", "X-RateLimit-Remaining": "0"}
    return Answered(503, {"error": message}, headers)


def _not_found() -> Answered:
    return Answered(404, {"error": "Not Found", "help": HELP})


def _wrong_includes(kind: str, inc: Iterable[str]) -> str:
    known = {*_INCLUDES[kind].split(), *(f"{each}-rels" for each in _RELATIONS), ""}
    return next((each for each in inc if each not in known), "")


def _sorted_name(name: str) -> str:
    return f"{name[4:]}, The" if name.startswith("The ") else name


def _credit_json(credit: Credit) -> list[dict[str, Any]]:
    return [
        {
            "name": artist.name,
            "joinphrase": join,
            "artist": {
                "id": artist.mbid,
                "name": artist.name,
                "sort-name": _sorted_name(artist.name),
                "disambiguation": artist.disambiguation,
                "type": "Group",
                "type-id": "e431f5f6-b5d2-343d-8b36-72607fffb74b",
            },
        }
        for artist, join in credit.parts
    ]


def _found_credit(credit: Credit) -> list[dict[str, Any]]:
    """Return a credit as the search engine writes it: what is empty is left out."""
    found = []
    for each in _credit_json(credit):
        artist = {name: value for name, value in each["artist"].items() if value and not name.startswith("type")}
        joined = {"joinphrase": each["joinphrase"]} if each["joinphrase"] else {}
        found.append({"name": each["name"], "artist": artist} | joined)
    return found


def _release_facts(release: Release) -> dict[str, Any]:
    dated = bool(release.date)
    return {
        "id": release.mbid,
        "title": release.title,
        "status": release.status,
        "status-id": _TYPE_IDS.get(release.status),
        "quality": "normal",
        "disambiguation": release.disambiguation,
        "packaging": None,
        "packaging-id": None,
        "text-representation": {"language": "eng", "script": "Latn"},
        "barcode": release.barcode or None,
        **({"date": release.date, "country": release.country, "release-events": [_event(release)]} if dated else {}),
    }


def _event(release: Release) -> dict[str, Any]:
    code = release.country
    area = {"id": _TYPE_IDS["Live"], "name": code, "sort-name": code, "disambiguation": "", "iso-3166-1-codes": [code]}
    return {"date": release.date, "area": area | {"type": None, "type-id": None}}


def _release_json(release: Release, inc: Collection[str]) -> dict[str, Any]:
    found = _release_facts(release)
    found |= {"asin": None}
    found["cover-art-archive"] = {"artwork": True, "front": True, "back": False, "count": 1, "darkened": False}
    if "artist-credits" in inc or "artists" in inc:
        found["artist-credit"] = _credit_json(release.credit)
    if "release-groups" in inc:
        found["release-group"] = _group_facts(release, [release], inc)
    if "labels" in inc:
        found["label-info"] = _labels(release)
    if "media" in inc or "recordings" in inc or "discids" in inc:
        found["media"] = [_medium_json(medium, inc) for medium in release.media]
    if any(each.endswith("-rels") and each not in {"recording-level-rels", "work-rels"} for each in inc):
        found["relations"] = []
    for kind in ("genres", "tags"):
        if kind in inc:
            found[kind] = []
    return found


def _group_facts(release: Release, editions: Collection[Release], inc: Collection[str]) -> dict[str, Any]:
    group = release.group
    found: dict[str, Any] = {
        "id": group.mbid,
        "title": group.title,
        "disambiguation": "",
        "primary-type": group.primary,
        "primary-type-id": _TYPE_IDS.get(group.primary),
        "secondary-types": list(group.secondary),
        "secondary-type-ids": [_TYPE_IDS.get(each) for each in group.secondary],
        "first-release-date": min((each.date for each in editions if each.date), default=""),
    }
    if "artist-credits" in inc:
        found["artist-credit"] = _credit_json(group.credit)
    for kind in ("genres", "tags"):
        if kind in inc:
            found[kind] = [{"name": "rock", "count": 2, "disambiguation": "", "id": _TYPE_IDS["Album"]}]
    return found


def _labels(release: Release) -> list[dict[str, Any]]:
    if not release.label:
        return []
    label = {"id": release.mbid, "name": release.label, "sort-name": release.label, "disambiguation": "",
             "label-code": None, "type": None, "type-id": None}  # fmt: skip
    return [{"catalog-number": release.catalog_number or None, "label": label}]


def _medium_json(medium: Medium, inc: Collection[str]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "position": medium.position,
        "format": medium.format,
        "format-id": _TYPE_IDS.get(medium.format),
        "title": medium.title,
        "track-count": len(medium.tracks),
    }
    if "recordings" in inc:
        found |= {"track-offset": 0, "tracks": [_track_json(track, inc) for track in medium.tracks]}
    return found


def _track_json(track: Track, inc: Collection[str]) -> dict[str, Any]:
    recording = track.recording
    inner = _recording_stub(recording, [])
    inner.pop("first-release-date")
    found = _track_stub(track) | {"position": track.position}
    if "artist-credits" in inc:
        inner["artist-credit"] = _credit_json(recording.credit)
        found["artist-credit"] = _credit_json(recording.credit)
    if "isrcs" in inc:
        inner["isrcs"] = [recording.isrc] if recording.isrc else []
    if "recording-level-rels" in inc:
        inner["relations"] = [_performance(recording)] if "work-rels" in inc else []
    for kind in ("genres", "tags"):
        if kind in inc:
            inner[kind] = []
    return found | {"recording": inner}


def _track_stub(track: Track) -> dict[str, Any]:
    return {"id": track.mbid, "number": track.number, "title": track.title, "length": track.length_ms}


def _places(recording: Recording, release: Release, tracks: str) -> list[dict[str, Any]]:
    """Return the media on which a recording stands, each with its one track."""
    found = []
    for medium, track in release.tracks():
        if track.recording.mbid == recording.mbid:
            counts = {"track-count": len(medium.tracks), "track-offset": track.position - 1}
            found.append({"position": medium.position, "format": medium.format, **counts, tracks: [_track_stub(track)]})
    return found


def _recording_stub(recording: Recording, on: Collection[Release]) -> dict[str, Any]:
    return {
        "id": recording.mbid,
        "title": recording.title,
        "length": round(recording.seconds * 1000),
        "disambiguation": recording.disambiguation,
        "video": False,
        "first-release-date": min((release.date for release in on if release.date), default=""),
    }


def _performance(recording: Recording) -> dict[str, Any]:
    work = {"id": recording.work.mbid, "title": recording.work.title, "disambiguation": "", "iswcs": []}
    work |= {"attributes": [], "language": None, "languages": [], "type": "Song", "type-id": _TYPE_IDS["Song"]}
    attributes = [recording.take] if recording.take in {"live", "cover"} else []
    return {"type": "performance", "type-id": _TYPE_IDS["performance"], "target-type": "work", "direction": "forward",
            "attributes": attributes, "attribute-values": {}, "attribute-ids": {}, "begin": None, "end": None,
            "ended": False, "source-credit": "", "target-credit": "", "work": work}  # fmt: skip


def _found_release(release: Release) -> dict[str, Any]:
    """Return a release as the search engine writes it: what is empty is left out, media are counted."""
    facts = _release_facts(release)
    found: dict[str, Any] = {"status-id": facts["status-id"], "count": len(release.media), "title": release.title}
    found["status"] = release.status
    found |= {"disambiguation": release.disambiguation} if release.disambiguation else {}
    found["text-representation"] = facts["text-representation"]
    found["artist-credit"] = _found_credit(release.credit)
    group = _group_facts(release, [release], ())
    kept = (
        "id",
        "title",
        "primary-type",
        "primary-type-id",
        *(("secondary-types",) if release.group.secondary else ()),
    )
    found["release-group"] = {name: group[name] for name in kept} | {"type-id": group["primary-type-id"]}
    found |= {name: facts[name] for name in ("date", "country", "release-events") if name in facts}
    found |= {"barcode": release.barcode} if release.barcode else {}
    if release.label:
        numbered = {"catalog-number": release.catalog_number}
        found["label-info"] = [numbered | {"label": {"id": release.mbid, "name": release.label}}]
    found["track-count"] = len(release.recordings)
    found["media"] = [
        {"format": each.format, "disc-count": 0, "track-count": len(each.tracks)} for each in release.media
    ]
    return found


def _credit_texts(credit: Credit) -> dict[str, list[str]]:
    names = [artist.name for artist, _ in credit.parts]
    return {"artist": [credit.name, *names], "artistname": names, "creditname": [credit.name, *names],
            "arid": [artist.mbid for artist, _ in credit.parts]}  # fmt: skip


def _release_texts(release: Release) -> dict[str, list[str]]:
    texts = {
        "release": [release.title],
        "releaseaccent": [release.title],
        "reid": [release.mbid],
        "rgid": [release.group.mbid],
        "barcode": [release.barcode],
        "catno": [release.catalog_number, release.catalog_number.replace(" ", "")],
        "label": [release.label],
        "tracks": [str(len(release.recordings))],
        "tracksmedium": [str(len(medium.tracks)) for medium in release.media],
        "mediums": [str(len(release.media))],
        "format": [medium.format for medium in release.media],
        "date": [release.date],
        "country": [release.country],
        "status": [release.status],
        "primarytype": [release.group.primary],
        "secondarytype": list(release.group.secondary),
        "comment": [release.disambiguation],
    }
    return texts | _credit_texts(release.credit)


_EXACT = frozenset(
    [
        "reid",
        "rid",
        "rgid",
        "arid",
        "barcode",
        "isrc",
        "tracks",
        "tracksmedium",
        "tracksrelease",
        "mediums",
        "date",
        "country",
        "dur",
        "qdur",
        "tnum",
        "catno",
        "video",
    ]
)
