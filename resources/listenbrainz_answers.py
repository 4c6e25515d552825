"""What ListenBrainz answers about recordings (1/metadata/recording), as values."""

from dataclasses import dataclass

from music.releases import ArtistCredit
from resources.json_values import Thing, identifier, number, text, texts, thing, things, whole
from resources.musicbrainz_answers import most_voted


@dataclass(frozen=True, slots=True)
class Decoration:
    """What is worth knowing of a recording beyond who it is."""

    recording_mbid: str
    title: str | None = None
    artist: ArtistCredit | None = None
    length_seconds: float | None = None
    isrcs: tuple[str, ...] = ()
    first_release_date: str | None = None
    """YYYY, YYYY-MM or YYYY-MM-DD."""
    release_mbid: str | None = None
    """The release that stands for all that it is on."""
    release_group_mbid: str | None = None
    release_title: str | None = None
    release_year: int | None = None
    tags: tuple[str, ...] = ()
    """Of the recording and its release group, the most voted first, at most ten (S3-R12)."""
    artist_tags: tuple[str, ...] = ()
    """Of its artists, likewise."""
    cover_id: int | None = None
    """Of the front cover in the Cover Art Archive; None if there is none."""
    cover_release_mbid: str | None = None
    """The release that cover belongs to."""


def parse_decoration(recording_mbid: str, entry: object) -> Decoration:
    """Return what an answer says of a recording."""
    found = thing(entry)
    recording, release, tags = (thing(found.get(part)) for part in ("recording", "release", "tag"))
    milliseconds = number(recording.get("length"))
    return Decoration(
        recording_mbid=recording_mbid,
        title=text(recording.get("name")),
        artist=_credit(thing(found.get("artist"))),
        length_seconds=milliseconds / 1000 if milliseconds and milliseconds > 0 else None,
        isrcs=texts(recording.get("isrcs")),
        first_release_date=text(recording.get("first_release_date")),
        release_mbid=identifier(release.get("mbid")) or None,
        release_group_mbid=identifier(release.get("release_group_mbid")) or None,
        release_title=text(release.get("name")),
        release_year=whole(release.get("year")),
        tags=_most_voted(tags.get("recording"), tags.get("release_group")),
        artist_tags=_most_voted(tags.get("artist")),
        cover_id=whole(release.get("caa_id")),
        cover_release_mbid=identifier(release.get("caa_release_mbid")) or None,
    )


def _credit(artist: Thing) -> ArtistCredit | None:
    name = text(artist.get("name"))
    mbids = tuple(filter(None, (identifier(each.get("artist_mbid")) for each in things(artist.get("artists")))))
    return ArtistCredit(name=name, mbids=mbids) if name else None


def _most_voted(*voted: object) -> tuple[str, ...]:
    return most_voted(*({"genres": _named(tags, genres=True), "tags": _named(tags)} for tags in voted))


def _named(tags: object, *, genres: bool = False) -> list[dict[str, object]]:
    """Return tags in the words of MusicBrainz: all, or those that are genres."""
    named = [each for each in things(tags) if each.get("genre_mbid") or not genres]
    return [{"name": each.get("tag"), "count": each.get("count")} for each in named]
