"""What a file's name and its folders suggest about the music in it (S3-R8).

Names that people give: `Artist - Album - 01 - Title`, `01 - Title`, `01. Title`, `1-05 Title`,
`Artist - Title`, `Title`; in folders `Artist/Album`, `Artist - Album (1977)`, `Artist/Album/CD1`. A guess is
made only where the form of the name says what a part is; else there is none, and "Unknown Artist" is no guess.
"""

import re
from dataclasses import dataclass, replace
from typing import Final

from music.album_folder import disc_of_folder
from music.plain_text import plain_text


@dataclass(frozen=True, slots=True)
class PathClues:
    """What a path suggests; None where it says nothing."""

    artist: str | None = None
    """The performer of this piece."""
    album: str | None = None
    """Without its year."""
    title: str | None = None
    """Without the track's number."""
    track_number: int | None = None
    """From 1."""
    disc_number: int | None = None
    """From 1."""


_DASH: Final = re.compile(r"\s+[-\u2010-\u2015\u2212]+\s+")
_NUMBER: Final = re.compile(r"(?:(?P<disc>[0-9]{1,2})[-.])?(?P<track>[0-9]{1,3})")
_NUMBERED: Final = re.compile(
    rf"[(\[]?{_NUMBER.pattern}(?P<mark>\s*[.)\]](?![0-9])\s*|\s*[-\u2010-\u2015]\s+|\s+)(?P<title>\S.*)"
)
_ONLY_NUMBER: Final = re.compile(
    r"(?:(?:audio\s*)?(?:track|titel|piste|pista|spur)\s*)?(?P<track>[0-9]{1,3})", re.IGNORECASE
)
_SIDE_LABEL: Final = re.compile(r"[A-D][0-9]{1,2}\s*[-.)]\s*(?=\S)")
"""A record's own numbering, `A1. Title`: no number on its album."""
_DISC_AT_END: Final = re.compile(
    r"(?<=\S)(?:\s+[-\u2010-\u2015,]?\s*|\s*[,(\[]\s*)(?:cd|dis[ck])\s*[-.#]?\s*(?P<disc>[0-9]{1,2})\s*[)\]]?$",
    re.IGNORECASE,
)
_YEAR: Final = r"(?:[(\[{](?:19|20)[0-9]{2}[)\]}]|(?:19|20)[0-9]{2})"
_YEAR_PART: Final = re.compile(_YEAR)
_YEAR_IN_FRONT: Final = re.compile(r"[(\[{](?:19|20)[0-9]{2}[)\]}]\s*|(?:19|20)[0-9]{2}\s*[-\u2010-\u2015.]\s+")
_YEAR_AT_END: Final = re.compile(r"\s*[(\[{](?:19|20)[0-9]{2}[)\]}]$")
_ENCODING_AT_END: Final = re.compile(
    r"\s*[(\[{][^()\[\]{}]*\b(?:flac|alac|mp3|aac|ogg|opus|wav|ape|kbps|320|v0|24bit)\b[^()\[\]{}]*[)\]}]$",
    re.IGNORECASE,
)
_REMARK: Final = re.compile(
    r"\b(?:live|unplugged|remix(?:es|ed)?|demos?|remaster(?:ed)?|deluxe|edition|soundtrack|ost|ep|single|bootleg|vol(?:ume)?"
    r"|part|cd ?[0-9]|dis[ck])\b",
    re.IGNORECASE,
)
"""What follows the dash in the name of an album, not of an artist."""
_NO_NAME: Final = frozenset(
    {"music", "musik", "musica", "musique", "audio", "songs", "media", "library", "itunes", "itunes media"}
    | {
        "download",
        "downloads",
        "unsorted",
        "new",
        "misc",
        "loose",
        "tmp",
        "flac",
        "mp3",
        "ogg",
        "wav",
        "rips",
    }
    | {"various", "va", "various artists", "unknown", "unknown artist", "unknown album", "artists", "albums"}
    | {
        "singles",
        "compilations",
        "soundtracks",
        "cds",
        "vinyl",
        "cassette",
        "cassettes",
        "rock",
        "pop",
        "jazz",
    }
    | {"classical", "electronic", "hip hop", "hip-hop", "metal", "folk", "country", "blues", "reggae", "soul"}
    | {"techno", "house", "ambient", "demos", "mixtape", "mixtapes", "bootlegs", "inbox"}
)
"""Folders that are called after what kind of thing they hold, not after an artist or an album."""
_MOST_CHARACTERS: Final = 500
"""Of a name that is looked at; a file system allows 255 bytes."""
_MOST_BARE_NUMBER: Final = 29
"""`12 Title` begins with a track's number, `99 Luftballons` with a title."""
_LONGEST_SUFFIX: Final = 5


def read_path_clues(relative_path: str) -> PathClues:
    """Return what a path below its library's root suggests.

    Args:
        relative_path: Folders and name, separated by `/`.
    """
    *folders, name = relative_path.split("/")
    return _read_name(_spaced(_without_suffix(name)), _read_folders([_spaced(each) for each in folders[-4:]]))


def _without_suffix(name: str) -> str:
    stem, _, suffix = name.rpartition(".")
    return stem if stem and suffix.isalnum() and len(suffix) <= _LONGEST_SUFFIX else name


def _spaced(name: str) -> str:
    """Return a name with gaps for underscores, if it has no gaps of its own."""
    text = plain_text(name[:_MOST_CHARACTERS]) or ""
    return text if " " in text else " ".join(text.replace("_", " ").split())


def _read_folders(folders: list[str]) -> PathClues:
    """Return artist, album and disc as the folders say them."""
    disc = disc_of_folder(folders[-1]) if folders else None
    named = folders[:-1] if disc is not None else folders
    if not named:
        return PathClues(disc_number=disc)
    if disc is None and (at_end := _DISC_AT_END.search(named[-1])):  # `Album CD1` beside `Album CD2`
        disc, named = int(at_end["disc"]) or None, [*named[:-1], named[-1][: at_end.start()]]
    artist, album = _read_album_folder(named[-1], _name(named[-2]) if len(named) > 1 else None)
    return PathClues(artist=_name(artist), album=_name(album), disc_number=disc)


def _read_album_folder(folder: str, above: str | None) -> tuple[str | None, str]:
    """Return the artist and the album that a folder and the one above it name."""
    album = _YEAR_IN_FRONT.sub("", _YEAR_AT_END.sub("", _ENCODING_AT_END.sub("", folder)), count=1)
    parts = [part for part in _DASH.split(album) if not _YEAR_PART.fullmatch(part)]
    if len(parts) > 1 and (above is None or _same(parts[0], above) or _is_release(folder, parts)):
        return parts[0], " - ".join(parts[1:])
    return above, album


def _is_release(folder: str, parts: list[str]) -> bool:
    """Tell whether a folder is called `VA - Album`, or `Artist - Album (1977)`, which is no album with a subtitle."""
    is_dated = _YEAR_AT_END.search(_ENCODING_AT_END.sub("", folder)) is not None
    return parts[0].casefold() in _NO_NAME or (is_dated and not _REMARK.search(parts[1]))


def _read_name(stem: str, folder: PathClues) -> PathClues:
    """Return what a file's name says, and its folders where it is silent."""
    parts = [part.strip() for part in _DASH.split(stem)]
    numbers = ((at, found) for at in range(1, len(parts) - 1) if (found := _NUMBER.fullmatch(parts[at])))
    middle = None if _NUMBER.fullmatch(parts[0]) else next(numbers, None)
    if middle is not None:
        at, found = middle
        return _read_around_number(parts[:at], found, rest=parts[at + 1 :], folder=folder)
    if only := _ONLY_NUMBER.fullmatch(stem):
        return replace(folder, track_number=int(only["track"]) or None)
    title, track, disc = _read_leading_number(" - ".join(parts), has_album=folder.album is not None)
    if track is None and folder.artist is None:  # a lone folder holds an album only if its files are numbered
        folder = replace(folder, album=None)
    numbered = replace(folder, track_number=track, disc_number=disc or folder.disc_number)
    return _read_title(title, numbered)


def _read_around_number(names: list[str], number: re.Match[str], *, rest: list[str], folder: PathClues) -> PathClues:
    """Return what `Artist - Album - 01 - Title` says; without an album it is the folder's."""
    artist, album = names[0], " - ".join(names[1:]) or folder.album
    if len(names) == 1 and _same(artist, folder.album):
        artist = folder.artist
    track, disc = _numbers(number)
    return PathClues(
        artist=artist or None,
        album=album,
        title=" - ".join(rest) or None,
        track_number=track,
        disc_number=disc or folder.disc_number,
    )


def _read_leading_number(text: str, *, has_album: bool) -> tuple[str, int | None, int | None]:
    """Return the title, track and disc of a name that begins with a number; else the name."""
    label = _SIDE_LABEL.match(text)
    text = text[label.end() :] if label else text
    found = _NUMBERED.fullmatch(text)
    if found is None or not (found["mark"].strip() or found["disc"] or _is_track(found["track"], has_album)):
        return text, None, None
    return (found["title"], *_numbers(found))


def _is_track(number: str, has_album: bool) -> bool:  # noqa: FBT001  (private, and named at its one call)
    """Tell whether a number with nothing but a gap behind it counts tracks."""
    return len(number) == 2 and (number[0] == "0" or (has_album and int(number) <= _MOST_BARE_NUMBER))  # noqa: PLR2004


def _numbers(found: re.Match[str]) -> tuple[int | None, int | None]:
    """Return track and disc of `5`, `1-05` or `105`."""
    disc, track = int(found["disc"] or 0), int(found["track"])
    if not disc and track > 100:  # noqa: PLR2004  (disc 1, track 05)
        disc, track = divmod(track, 100)
    return track or None, disc or None


def _read_title(text: str, clues: PathClues) -> PathClues:
    """Return the clues with the title, and the artist where the name has one in front of it."""
    first, *others = [part.strip() for part in _DASH.split(text)]
    if not others or not first:
        return replace(clues, title=text or None)
    performer, *album = _DASH.split(clues.album or "", maxsplit=1)
    if album and _same(first, performer):  # `X - Album/01 - X - Title` below whatever folder
        clues = replace(clues, artist=first, album=album[0])
    is_artist = _same(first, clues.artist)
    if clues.artist is not None and clues.track_number is not None and not is_artist:
        return replace(clues, title=text)  # a numbered file in an artist's folder: the dash belongs to the title
    if len(others) > 1 and _same(others[0], clues.album):
        others.pop(0)
    return replace(clues, artist=clues.artist if is_artist else first, title=" - ".join(others) or None)


def _same(one: str | None, other: str | None) -> bool:
    return one is not None and other is not None and one.casefold() == other.casefold()


def _name(folder: str | None) -> str | None:
    """Return a folder's name if it is somebody's or something's own."""
    return folder if folder and folder.strip(".") and folder.casefold() not in _NO_NAME else None
