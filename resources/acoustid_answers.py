"""What AcoustID answers (v2/lookup), as values.

`compress` in the request leaves out of each release what stands one level above it: a release without title bears
that of its release group; a release without artists those of its release group, or of the recording. So nothing is
ambiguous: what is absent is inherited. A recording with nothing but an id is one whose name AcoustID does not know:
one that was merged or removed, or that is on no release.
"""

from collections.abc import Iterable, Sequence

from music.releases import ArtistCredit, FingerprintMatch, LinkedRecording, ReleaseSummary
from resources.json_values import Thing, identifier, number, text, texts, thing, things, whole


def results_by_index(body: object) -> dict[int, list[Thing]]:
    """Return the results of a batch by the index of their fingerprint, which is a number or a text.

    A fingerprint that the server could not read is missing.
    """
    found = {whole(each.get("index")): things(each.get("results")) for each in things(thing(body).get("fingerprints"))}
    return {index: results for index, results in found.items() if index is not None}


def parse_matches(results: object) -> tuple[FingerprintMatch, ...]:
    """Return what a fingerprint is like, the likest first."""
    found = [_match(result) for result in things(results) if identifier(result.get("id"))]
    return tuple(sorted(found, key=lambda match: -match.score))


def _match(result: Thing) -> FingerprintMatch:
    score = number(result.get("score"))
    return FingerprintMatch(
        acoustid=identifier(result.get("id")),
        score=min(max(score, 0.0), 1.0) if score is not None else 0.0,
        recordings=tuple(_recordings(things(result.get("recordings")))),
    )


def _recordings(recordings: Iterable[Thing]) -> Iterable[LinkedRecording]:
    """Yield each recording once, the most submitted first."""
    linked = {}
    for recording in recordings:
        mbid = identifier(recording.get("id"))
        if mbid and mbid not in linked:
            linked[mbid] = _recording(mbid, recording)
    return sorted(linked.values(), key=lambda each: -each.sources)


def _recording(mbid: str, recording: Thing) -> LinkedRecording:
    artist = _credit(recording)
    duration = number(recording.get("duration"))
    groups = [(group, release) for group in _groups(recording) for release in things(group.get("releases"))]
    return LinkedRecording(
        mbid=mbid,
        sources=max(whole(recording.get("sources")) or 1, 1),
        title=text(recording.get("title")),
        artist=artist,
        duration_seconds=duration if duration and duration > 0 else None,
        isrcs=texts(recording.get("isrcs")),
        releases=tuple(_release(release, group, artist) for group, release in groups if identifier(release.get("id"))),
    )


def _groups(recording: Thing) -> Sequence[Thing]:
    """Return the release groups; releases that stand directly under a recording have none."""
    return [*things(recording.get("releasegroups")), {"releases": recording.get("releases")}]


def _release(release: Thing, group: Thing, artist: ArtistCredit | None) -> ReleaseSummary:
    media = things(release.get("mediums"))
    date, country = _first_event(release)
    disc, track = _place(media)
    return ReleaseSummary(
        mbid=identifier(release.get("id")),
        title=text(release.get("title")) or text(group.get("title")) or "",
        release_group_mbid=identifier(group.get("id")),
        artist=_credit(release) or _credit(group) or artist,
        primary_type=text(group.get("type")),
        secondary_types=texts(group.get("secondarytypes")),
        date=date,
        country=country,
        track_count=whole(release.get("track_count")),
        medium_count=whole(release.get("medium_count")),
        formats=tuple(filter(None, (text(medium.get("format")) for medium in media))),
        disc_position=disc,
        track_position=track,
    )


def _credit(credited: Thing) -> ArtistCredit | None:
    artists = [artist for artist in things(credited.get("artists")) if text(artist.get("name"))]
    if not artists:
        return None
    joined = [str(artist.get("joinphrase") or "") for artist in artists]
    if not any(joined[:-1]):
        joined = [", "] * (len(artists) - 1) + [""]
    name = "".join(f"{artist['name']}{phrase}" for artist, phrase in zip(artists, joined, strict=True))
    mbids = tuple(filter(None, (identifier(artist.get("id")) for artist in artists)))
    return ArtistCredit(name=text(name) or "", mbids=mbids)


def _place(media: list[Thing]) -> tuple[int | None, int | None]:
    """Return the disc and track of the recording; a release may hold it twice: the first."""
    places = [
        (whole(medium.get("position")) or 0, whole(track.get("position")) or 0)
        for medium in media
        for track in things(medium.get("tracks"))
    ]
    disc, track = min(places, default=(0, 0))
    return disc or None, track or None


def _first_event(release: Thing) -> tuple[str | None, str | None]:
    """Return the date and the country of a release's first day; AcoustID names its events in no order."""
    events = [event for event in (*things(release.get("releaseevents")), release) if _parts(event)]
    first = min(events, key=lambda event: (*_parts(event), 99, 99)[:3], default=release)
    return _date(_parts(first)), text(first.get("country"))


def _parts(event: Thing) -> tuple[int, ...]:
    """Return year, month and day, as far as they are known."""
    date = thing(event.get("date"))
    known: list[int] = []
    for part in ("year", "month", "day"):
        value = whole(date.get(part))
        if not value:
            break
        known.append(value)
    return tuple(known)


def _date(parts: tuple[int, ...]) -> str | None:
    return "-".join(f"{part:0{width}d}" for part, width in zip(parts, (4, 2, 2), strict=False)) or None
