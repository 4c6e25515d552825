"""What each kind of tag calls the facts that Linernotes knows.

The names are those that MusicBrainz Picard writes (picard-docs.musicbrainz.org, "Tag Mapping"), and what
older programs used. They are compared in lower case.
"""

from collections.abc import Iterable
from typing import Final, Literal

Dialect = Literal["id3", "free", "mp4", "asf", "riff", "iff"]
Field = Literal[
    "title", "artist", "album", "album_artist", "track", "track_total", "disc", "disc_total", "date", "genre",
    "isrc", "barcode", "catalog_number", "medium", "recording_mbid", "release_mbid", "release_group_mbid", "cue_sheet",
]  # fmt: skip

NAMES: Final[dict[Field, dict[Dialect, tuple[str, ...]]]] = {
    "title": {
        "id3": ("tit2",), "free": ("title",), "mp4": ("©nam",), "asf": ("title",), "riff": ("inam",),
        "iff": ("name",),
    },
    "artist": {
        "id3": ("tpe1",), "free": ("artist",), "mp4": ("©art",), "asf": ("author",), "riff": ("iart",),
        "iff": ("auth",),
    },
    "album": {
        "id3": ("talb",), "free": ("album",), "mp4": ("©alb",), "asf": ("wm/albumtitle",), "riff": ("iprd",),
    },
    "album_artist": {
        "id3": ("tpe2", "txxx:album artist"), "free": ("albumartist", "album artist", "album_artist"),
        "mp4": ("aart",), "asf": ("wm/albumartist",), "riff": ("iaar",),
    },
    "track": {
        "id3": ("trck",), "free": ("tracknumber", "track"), "mp4": ("trkn",), "asf": ("wm/tracknumber",),
        "riff": ("itrk", "iprt"),
    },
    "track_total": {"free": ("tracktotal", "totaltracks"), "id3": ("txxx:totaltracks", "txxx:tracktotal")},
    "disc": {
        "id3": ("tpos",), "free": ("discnumber", "disc", "disk"), "mp4": ("disk",), "asf": ("wm/partofset",),
    },
    "disc_total": {"free": ("disctotal", "totaldiscs"), "id3": ("txxx:totaldiscs", "txxx:disctotal")},
    "date": {
        "id3": ("tdrc", "tyer", "tdrl", "tdor", "tory"), "free": ("date", "year", "originaldate"),
        "mp4": ("©day",), "asf": ("wm/year", "wm/originalreleaseyear"), "riff": ("icrd",),
    },
    "genre": {
        "id3": ("tcon",), "free": ("genre",), "mp4": ("©gen",), "asf": ("wm/genre",), "riff": ("ignr",),
    },
    "isrc": {"id3": ("tsrc",), "free": ("isrc",), "mp4": ("isrc",), "asf": ("wm/isrc",)},
    "barcode": {
        "id3": ("txxx:barcode", "txxx:upc", "txxx:ean", "txxx:ean/upn"), "free": ("barcode", "upc", "ean", "ean/upn"),
        "mp4": ("barcode", "upc", "ean"), "asf": ("wm/barcode", "wm/upc"),
    },
    "catalog_number": {
        "id3": ("txxx:catalognumber", "txxx:catalog #"), "free": ("catalognumber", "catalog", "labelno"),
        "mp4": ("catalognumber",), "asf": ("wm/catalogno", "wm/catalognumber"),
    },
    "medium": {
        "id3": ("tmed",), "free": ("media", "sourcemedia"), "mp4": ("media",), "asf": ("wm/media",),
        "riff": ("imed",),
    },
    "recording_mbid": {
        "id3": ("ufid:http://musicbrainz.org", "txxx:musicbrainz track id"), "free": ("musicbrainz_trackid",),
        "mp4": ("musicbrainz track id",), "asf": ("musicbrainz/track id",),
    },
    "release_mbid": {
        "id3": ("txxx:musicbrainz album id",), "free": ("musicbrainz_albumid",),
        "mp4": ("musicbrainz album id",), "asf": ("musicbrainz/album id",),
    },
    "release_group_mbid": {
        "id3": ("txxx:musicbrainz release group id",), "free": ("musicbrainz_releasegroupid",),
        "mp4": ("musicbrainz release group id",), "asf": ("musicbrainz/release group id",),
    },
    "cue_sheet": {"id3": ("txxx:cuesheet",), "free": ("cuesheet",), "mp4": ("cuesheet",)},
}  # fmt: skip
"""`free` is what Vorbis comments and APEv2 share."""


def collect(dialect: Dialect, pairs: Iterable[tuple[str, list[str]]]) -> dict[Field, list[str]]:
    """Return what the names and values of a dialect say; only fields with something in them."""
    said: dict[str, list[str]] = {}
    for name, values in pairs:
        said.setdefault(name.lower(), []).extend(values)
    found: dict[Field, list[str]] = {}
    for fact, names in NAMES.items():
        values = next((said[name] for name in names.get(dialect, ()) if any(said.get(name, ()))), None)
        if values is not None:
            found[fact] = values
    return found
