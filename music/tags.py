"""What a file's own tags say about it, in one form for every format (S3-04, S3-90).

Values come as someone wrote them: cut to one line, without characters that cannot be stored, never longer
than `plain_text.MOST_CHARACTERS`; an empty one is None. Several values of one field are joined with "; ". A
tag that cannot be read costs only itself: the file stays, and `Tags.warning` says what was wrong.
"""

import re
import struct
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Final

from mutagen import MutagenError

from music.formats import AudioFormat
from music.marks import Mark
from music.plain_text import plain_text
from music.tag_dialects import (
    RawTags,
    read_aiff,
    read_apev2,
    read_asf,
    read_flac,
    read_id3,
    read_mp4,
    read_ogg,
    read_wav,
)
from music.tag_names import Field


@dataclass(frozen=True, slots=True)
class Tags:
    """What the tags say; None where they say nothing."""

    title: str | None = None
    artist: str | None = None
    """The performer of this piece."""
    album: str | None = None
    album_artist: str | None = None
    track_number: int | None = None
    """From 1."""
    track_total: int | None = None
    """Of the disc."""
    disc_number: int | None = None
    """From 1."""
    disc_total: int | None = None
    year: int | None = None
    """Of the release, else the recording."""
    genre: str | None = None
    isrc: str | None = None
    """Twelve characters, without hyphens."""
    barcode: str | None = None
    """Of the release: 8 to 14 digits, without gaps."""
    catalog_number: str | None = None
    """Of the release, as its label writes it."""
    recording_mbid: str | None = None
    """A MusicBrainz id in lower case."""
    release_mbid: str | None = None
    release_group_mbid: str | None = None
    medium: str | None = None
    """What the audio was copied from, as the tags say: "CD", "Vinyl", '12" Vinyl'."""
    has_embedded_art: bool = False
    """Whether a picture is embedded."""
    cue_sheet: str | None = None
    """The text of an embedded CUE sheet."""
    cue_marks: tuple[Mark, ...] = ()
    """The same from a FLAC's own table, which counts in samples."""
    warning: str | None = None
    """What could not be read."""


_Read = Callable[[BinaryIO], RawTags]
_READERS: Final[Mapping[str, Sequence[_Read]]] = {
    "flac": (read_flac, read_id3),
    "mp3": (read_id3, read_apev2),
    "aac": (read_id3, read_apev2),
    "ogg": (read_ogg,),
    "mp4": (read_mp4,),
    "wav": (read_wav,),
    "aiff": (read_aiff,),
    "asf": (read_asf,),
    "ape": (read_apev2, read_id3),
    "wavpack": (read_apev2, read_id3),
}
"""By the container's name; what the first says counts."""

_FAULTS: Final = (
    MutagenError, ValueError, LookupError, ArithmeticError, TypeError, AttributeError, AssertionError,
    EOFError, NotImplementedError, RecursionError, MemoryError, struct.error, zlib.error,
)  # fmt: skip
"""What the parsers of broken tags have been seen to raise, and their kin."""

_MBID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ISRC: Final = re.compile(r"(?<![A-Z0-9])[A-Z]{2}[A-Z0-9]{3}[0-9]{7}(?![A-Z0-9])")
_BARCODE: Final = re.compile(r"[0-9]{8,14}")
_NUMBER: Final = re.compile(r"\s*([0-9]{1,4})(?![0-9])\s*(?:(?:/|of|von|de)\s*([0-9]{1,4})(?![0-9]))?", re.IGNORECASE)
_YEAR: Final = re.compile(r"(?<![0-9])(1[5-9][0-9]{2}|2[01][0-9]{2})(?=(?:[01][0-9][0-3][0-9])?(?![0-9]))")
MOST_SHEET_CHARACTERS: Final = 500_000


def read_tags(file: BinaryIO, audio_format: AudioFormat) -> Tags:
    """Return what the tags of an open file say; the file is read, never written."""
    read = [_try(reader, file) for reader in _READERS[audio_format.name]]
    values: dict[Field, list[str]] = {}
    for raw, _ in read:
        values = raw.values | values
    faults = "; ".join(fault for _, fault in read if fault)
    return Tags(
        title=_text(values, "title"),
        artist=_text(values, "artist"),
        album=_text(values, "album"),
        album_artist=_text(values, "album_artist"),
        track_number=_number(values, "track"),
        track_total=_total(values, "track", "track_total"),
        disc_number=_number(values, "disc"),
        disc_total=_total(values, "disc", "disc_total"),
        year=_year(values),
        genre=_text(values, "genre"),
        isrc=_isrc(values),
        barcode=_barcode(values),
        catalog_number=_text(values, "catalog_number"),
        recording_mbid=_mbid(values, "recording_mbid"),
        release_mbid=_mbid(values, "release_mbid"),
        release_group_mbid=_mbid(values, "release_group_mbid"),
        medium=_text(values, "medium"),
        has_embedded_art=any(raw.has_art for raw, _ in read),
        cue_sheet=_sheet(values),
        cue_marks=next((raw.cue_marks for raw, _ in read if raw.cue_marks), ()),
        warning=plain_text(faults),
    )


def _try(reader: _Read, file: BinaryIO) -> tuple[RawTags, str | None]:
    """Return what a reader finds, or nothing and what is wrong."""
    try:
        return reader(file), None
    except _FAULTS as fault:
        return RawTags(), f"{reader.__name__}: {type(fault).__name__}: {fault}"


def _text(values: Mapping[Field, list[str]], fact: Field) -> str | None:
    """Return a field's different values, joined."""
    plain = dict.fromkeys(filter(None, map(plain_text, values.get(fact, ()))))
    return plain_text("; ".join(plain))


def _number(values: Mapping[Field, list[str]], fact: Field) -> int | None:
    found = _NUMBER.match(_text(values, fact) or "")
    return int(found[1]) or None if found else None


def _total(values: Mapping[Field, list[str]], fact: Field, total: Field) -> int | None:
    """Return the total of a field of its own, else what stands behind `3/12`."""
    found = _NUMBER.match(_text(values, fact) or "")
    return _number(values, total) or (int(found[2] or 0) or None if found else None)


def _year(values: Mapping[Field, list[str]]) -> int | None:
    """Return the year of a date in whatever form: 1977, 1977-01-23, 23.1.1977, 19770123."""
    found = _YEAR.search(_text(values, "date") or "")
    return int(found[1]) if found else None


def _isrc(values: Mapping[Field, list[str]]) -> str | None:
    candidates = (re.sub(r"^ISRC|[\s:-]", "", value.upper()) for value in values.get("isrc", ()))
    return next((found[0] for found in map(_ISRC.search, candidates) if found), None)


def _barcode(values: Mapping[Field, list[str]]) -> str | None:
    """Return the first value that can be a UPC, EAN or GTIN, however it is spaced."""
    plain = (re.sub(r"[\s-]", "", value) for value in values.get("barcode", ()))
    return next((digits for digits in plain if _BARCODE.fullmatch(digits) and int(digits)), None)


def _mbid(values: Mapping[Field, list[str]], fact: Field) -> str | None:
    return next((found[0] for value in values.get(fact, ()) if (found := _MBID.search(value.lower()))), None)


def _sheet(values: Mapping[Field, list[str]]) -> str | None:
    sheets = values.get("cue_sheet", [""])
    return sheets[0].replace("\0", "")[:MOST_SHEET_CHARACTERS].encode("utf-8", "replace").decode() or None
