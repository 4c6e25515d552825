"""What MusicBrainz answers (WS/2, fmt=json), as values.

Three tables of contents look alike and are not. A lookup or browse of releases lists all media. A lookup of a
recording lists, of each release, only the medium that this recording stands on, and only its own track there; a
search does so too, but adds the number of tracks of the whole release. `pregap` and `data-tracks` of a medium are
no tracks of the album and are left out; `track-count` in a search counts them.
"""

from collections import Counter
from collections.abc import Iterable

from music.releases import ArtistCredit, Medium, Recording, Release, ReleaseSummary, Track
from resources.json_values import Thing, identifier, number, text, texts, thing, things, whole, with_underscores

MOST_TAGS = 10
"""S3-R12."""
_NO_CATALOG_NUMBER = "[none]"
_NO_LABEL = "[no label]"
"""How editors of MusicBrainz write that there is none."""


def parse_release(body: object, *, requested: str = "") -> Release | None:
    """Return the release of a lookup; None if the answer holds none.

    Args:
        body: The answer.
        requested: The id that was asked for: a merged one is answered with another.
    """
    release = thing(with_underscores(body))
    mbid = identifier(release.get("id"))
    if not mbid:
        return None
    group = thing(release.get("release_group"))
    artist = artist_credit(release.get("artist_credit"))
    return Release(
        mbid=mbid,
        title=text(release.get("title")) or "",
        artist=artist,
        release_group_mbid=identifier(group.get("id")),
        media=tuple(_medium(medium, at, artist) for at, medium in enumerate(things(release.get("media")), start=1)),
        requested_mbid=_merged(mbid, requested),
        release_group_title=text(group.get("title")) or "",
        primary_type=text(group.get("primary_type")),
        secondary_types=texts(group.get("secondary_types")),
        status=text(release.get("status")),
        date=text(release.get("date")),
        first_release_date=text(group.get("first_release_date")),
        country=text(release.get("country")),
        barcode=text(release.get("barcode")),
        catalog_numbers=_catalog_numbers(release),
        labels=_labels(release),
        disambiguation=text(release.get("disambiguation")) or "",
        tags=most_voted(release, group),
        has_front_cover=_flag(thing(release.get("cover_art_archive")).get("front")),
    )


def parse_recording(body: object, *, requested: str = "") -> Recording | None:
    """Return the recording of a lookup; None if the answer holds none. Args as in `parse_release`."""
    return _recording(thing(with_underscores(body)), requested)


def parse_recordings(body: object) -> tuple[Recording, ...]:
    """Return the recordings of a search or of an ISRC, in their order."""
    found = [_recording(each, "") for each in things(thing(with_underscores(body)).get("recordings"))]
    return tuple(each for each in found if each)


def parse_summaries(body: object) -> tuple[ReleaseSummary, ...]:
    """Return the releases of a search or browse, in their order."""
    releases = things(thing(with_underscores(body)).get("releases"))
    return tuple(_summary(each, all_media=True) for each in releases if identifier(each.get("id")))


def artist_credit(value: object) -> ArtistCredit:
    """Return a credit as it is printed: names and join phrases as they come."""
    names, mbids = [], []
    for part in things(value):
        artist = thing(part.get("artist"))
        names.append(f"{part.get('name') or artist.get('name') or ''}{part.get('joinphrase') or ''}")
        mbids.append(identifier(artist.get("id")))
    return ArtistCredit(name=text("".join(names)) or "", mbids=tuple(filter(None, mbids)))


def most_voted(*voted: Thing) -> tuple[str, ...]:
    """Return the genres and tags of things that belong together, those with the most votes first (S3-R12).

    A genre stands in both lists of a thing with the same votes: it counts once. With equal votes genres come first.
    """
    votes: Counter[str] = Counter()
    genres: set[str] = set()
    for each in voted:
        of_one: Counter[str] = Counter()
        for kind in ("genres", "tags"):
            for name, count in _votes(each.get(kind)):
                of_one[name] = max(of_one[name], count)
                genres |= {name} if kind == "genres" else set()
        votes += of_one
    return tuple(sorted(votes, key=lambda name: (-votes[name], name not in genres, name))[:MOST_TAGS])


def _votes(value: object) -> Iterable[tuple[str, int]]:
    for each in things(value):
        name, count = text(each.get("name")), whole(each.get("count"))
        if name and count and count > 0:
            yield name, count


def _medium(medium: Thing, at: int, artist: ArtistCredit) -> Medium:
    offset = whole(medium.get("track_offset")) or 0
    tracks = things(medium.get("tracks"))
    return Medium(
        position=whole(medium.get("position")) or at,
        tracks=tuple(_track(track, offset + index, artist) for index, track in enumerate(tracks, start=1)),
        format=text(medium.get("format")),
        title=text(medium.get("title")) or "",
    )


def _track(track: Thing, at: int, artist: ArtistCredit) -> Track:
    recording = thing(track.get("recording"))
    credits_ = (artist_credit(each.get("artist_credit")) for each in (track, recording))
    return Track(
        position=whole(track.get("position")) or at,
        title=text(track.get("title")) or text(recording.get("title")) or "",
        artist=next((credit for credit in credits_ if credit.name), artist),
        length_seconds=_seconds(track.get("length")) or _seconds(recording.get("length")),
        recording_mbid=identifier(recording.get("id")),
        recording_title=text(recording.get("title")) or "",
        isrcs=_isrcs(recording),
        work_mbids=_works(recording),
        number=text(track.get("number")) or "",
        is_video=recording.get("video") is True,
    )


def _recording(recording: Thing, requested: str) -> Recording | None:
    mbid = identifier(recording.get("id"))
    if not mbid:
        return None
    releases = [each for each in things(recording.get("releases")) if identifier(each.get("id"))]
    return Recording(
        mbid=mbid,
        title=text(recording.get("title")) or "",
        artist=artist_credit(recording.get("artist_credit")),
        length_seconds=_seconds(recording.get("length")),
        requested_mbid=_merged(mbid, requested),
        isrcs=_isrcs(recording),
        work_mbids=_works(recording),
        releases=tuple(_summary(each, all_media=False) for each in releases),
        disambiguation=text(recording.get("disambiguation")) or "",
        is_video=recording.get("video") is True,
        tags=most_voted(recording),
        score=_score(recording),
    )


def _summary(release: Thing, *, all_media: bool) -> ReleaseSummary:
    """Return what is said of a release.

    Args:
        release: One of an answer's releases.
        all_media: Its media are all that it has, not only those with the recording that was asked about.
    """
    group, media = thing(release.get("release_group")), things(release.get("media"))
    credit = artist_credit(release.get("artist_credit"))
    disc, track = _place(media) if not all_media else (None, None)
    return ReleaseSummary(
        mbid=identifier(release.get("id")),
        title=text(release.get("title")) or text(group.get("title")) or "",
        release_group_mbid=identifier(group.get("id")),
        artist=credit if credit.name else None,
        primary_type=text(group.get("primary_type")),
        secondary_types=texts(group.get("secondary_types")),
        status=text(release.get("status")),
        date=text(release.get("date")),
        country=text(release.get("country")),
        track_count=whole(release.get("track_count")) or (_tracks_of(media) if all_media else None),
        medium_count=whole(release.get("count")) or (len(media) or None if all_media else None),
        formats=tuple(filter(None, (text(medium.get("format")) for medium in media))),
        barcode=text(release.get("barcode")),
        catalog_numbers=_catalog_numbers(release),
        disc_position=disc,
        track_position=track,
        score=_score(release),
    )


def _tracks_of(media: list[Thing]) -> int | None:
    counts = [whole(medium.get("track_count")) for medium in media]
    return sum(filter(None, counts)) or None if None not in counts else None


def _place(media: list[Thing]) -> tuple[int | None, int | None]:
    """Return where the one recording that was asked about stands: disc and track."""
    for medium in media:
        for track in things(medium.get("tracks")) or things(medium.get("track")):
            offset = whole(medium.get("track_offset"))
            position = whole(track.get("position")) or (offset + 1 if offset is not None else None)
            return whole(medium.get("position")), position or whole(track.get("number"))
    return None, None


def _isrcs(recording: Thing) -> tuple[str, ...]:
    """Return the codes, which older answers of a search hold as objects."""
    codes = recording.get("isrcs")
    return texts(codes) or texts([each.get("id") for each in things(codes)])


def _works(recording: Thing) -> tuple[str, ...]:
    """Return the works that are performed; some programs that record answers sort relations by their target."""
    relations = [*things(recording.get("relations")), *things(recording.get("work_relations"))]
    works = (thing(each.get("work")) for each in relations if each.get("type") in ("performance", None))
    return tuple(dict.fromkeys(filter(None, (identifier(work.get("id")) for work in works))))


def _catalog_numbers(release: Thing) -> tuple[str, ...]:
    found = texts([each.get("catalog_number") for each in things(release.get("label_info"))])
    return tuple(each for each in found if each.casefold() != _NO_CATALOG_NUMBER)


def _labels(release: Thing) -> tuple[str, ...]:
    found = texts([thing(each.get("label")).get("name") for each in things(release.get("label_info"))])
    return tuple(each for each in found if each.casefold() != _NO_LABEL)


def _seconds(milliseconds: object) -> float | None:
    found = number(milliseconds)
    return found / 1000 if found and found > 0 else None


def _score(found: Thing) -> float | None:
    score = number(found.get("score"))
    return min(max(score / 100, 0.0), 1.0) if score is not None else None


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _merged(mbid: str, requested: str) -> str:
    return requested if requested and requested.lower() != mbid else ""
