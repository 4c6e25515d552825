"""What a piece calls itself: the names in its tags, else those that its path suggests. Some names say nothing.

"Track 05", "Unknown Album" and a file called `a3f09c.flac` tell nothing, neither for nor against.
"""

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from music.name_similarity import artist_similarity, is_nobody, plain_name
from music.piece_evidence import AlbumGroup, Piece
from music.titles import read_title, versions_in

_GENERIC: Final = re.compile(
    r"(?:(?:audio|unknown|unbekannt\w*|untitled|no|new|my|copy|of|the) ?)*"
    r"(?:track|titel|titre|title|piste|pista|spur|audio|song|file|recording|rec|unknown|untitled|side|piece|segment|part"
    r"|music|sound|tmp|temp|test|album|artist|loose|mystery|item|sample|clip|take|copy|folder|directory|ordner"
    r"|dossier|carpeta|cartella|rips?|dump|backup|export|import|stuff|cd|dis[ck])(?: ?(?:[0-9]+|[a-z])){0,2}"
    r"|(?:unknown|untitled|no|new|copy|the) ?|[0-9 ]*"
)
_BEFORE_TITLE: Final = re.compile(r"\s+[-\u2010-\u2015\u2212]+\s+")
_SAME_ARTIST: Final = 0.9
_YEAR: Final = re.compile(r"1[0-9]{3}|2[01][0-9]{2}")
_NO_LETTER: Final = re.compile(r"[\W\d_]*")
_NUMBER_IN_DISGUISE: Final = re.compile(r"(?=.*[0-9])(?=.*[a-z])[0-9a-z]{5,}|[0-9a-f]{8,}")
_LEAST_LETTERS: Final = 4
"""Of the name of a file that stands for a title; fewer (`b`, `xyz`) are what a program or a hurry left."""
_VERSIONS_OF_ALBUMS: Final = frozenset({"live", "remix", "demo", "acoustic", "instrumental", "rerecorded"})


@lru_cache(maxsize=50_000)
def telling(name: str | None) -> str | None:
    """Return a name if it tells anything, else None."""
    if not name or not name.strip():
        return None
    if _NO_LETTER.fullmatch(name):
        return name if _YEAR.fullmatch(name.strip()) else None
    return None if _GENERIC.fullmatch(plain_name(name)) else name


@lru_cache(maxsize=50_000)
def telling_file_name(name: str | None) -> str | None:
    """Return the title in a file's name if it tells anything: no number in disguise (`audio_a3f09c`), no `xyz`."""
    words = [word for word in plain_name(name or "").split() if not _NUMBER_IN_DISGUISE.fullmatch(word)]
    letters = sum(1 if letter.isascii() else _LEAST_LETTERS for letter in "".join(words) if letter.isalpha())
    return telling(name) if letters >= _LEAST_LETTERS and telling(" ".join(words)) else None


def is_same_sign(title: str | None, names: Iterable[str]) -> bool:
    """Tell whether a title that alone says nothing is one of some names to the letter: "?", "22", "Untitled".

    "Track 05" is not: any track may be called so.
    """
    sign = (title or "").strip()
    is_counted = any(letter.isalpha() for letter in sign) and any(letter.isdigit() for letter in sign)
    return bool(sign) and not is_counted and sign in {name.strip() for name in names}


def title_of(piece: Piece) -> str | None:
    """Return what the piece is called."""
    return telling(piece.title) or (telling_file_name(piece.path_title) if piece.segment_count == 1 else None)


def title_beside(piece: Piece, artist: str) -> str | None:
    """Return what the piece is called, without the artist's name in front: "Queen - Innuendo" beside Queen.

    Args:
        piece: To identify.
        artist: Who it may be by.
    """
    title = title_of(piece)
    first, *rest = _BEFORE_TITLE.split(title or "", maxsplit=1)
    is_artist = bool(rest) and (artist_similarity(first, artist) or 0.0) >= _SAME_ARTIST
    return telling(rest[0]) or title if is_artist else title


def is_artist_of_folder(piece: Piece) -> bool:
    """Tell whether nothing but a folder names the artist: a folder may be called after anything."""
    name = plain_name(piece.path.rpartition("/")[2])
    is_tagged = any(each and not is_nobody(each) and telling(each) for each in (piece.artist, piece.album_artist))
    return not is_tagged and (piece.path_artist is None or plain_name(piece.path_artist) not in name)


def artists_of(piece: Piece) -> tuple[str, ...]:
    """Return who made it: performer and album's artist as the tags say, else as the path says."""
    tagged = [name for name in (piece.artist, piece.album_artist) if name and not is_nobody(name) and telling(name)]
    path = telling(piece.path_artist)
    return tuple(dict.fromkeys(tagged)) or ((path,) if path and not is_nobody(path) else ())


def album_of(piece: Piece) -> str | None:
    """Return which album it is from."""
    return telling(piece.album) or telling(piece.path_album)


def versions_of_album(piece: Piece) -> frozenset[str]:
    """Return which versions its album speaks of: live, remix …"""
    album = album_of(piece)
    return (read_title(album).versions | versions_in(album)) & _VERSIONS_OF_ALBUMS if album else frozenset()


def track_number_of(piece: Piece) -> int | None:
    """Return its place on its disc; a piece of a long file has the place in the file."""
    return (
        piece.track_number or piece.path_track_number or (piece.segment_index + 1 if piece.segment_count > 1 else None)
    )


def disc_number_of(piece: Piece) -> int | None:
    """Return its disc."""
    return piece.path_disc_number or piece.disc_number


def album_of_group(group: AlbumGroup) -> str | None:
    """Return what most pieces of a group call their album."""
    return most_said(album_of(piece) for piece in group.pieces)


def other_reading(group: AlbumGroup) -> tuple[str, str] | None:
    """Return artist and album where only a folder's name says them, `Artist - Album` below a folder of any name."""
    if any(telling(piece.album) for piece in group.pieces):
        return None
    artist, *album = _BEFORE_TITLE.split(album_of_group(group) or "", maxsplit=1)
    return (artist, album[0]) if album and telling(artist) and telling(album[0]) else None


def artist_of_group(group: AlbumGroup) -> str | None:
    """Return who most pieces of a group say made the album; None where they do not agree."""
    said = most_said(telling(piece.album_artist) for piece in group.pieces)
    if said:
        return said
    artists = [artists[0] for piece in group.pieces if (artists := artists_of(piece))]
    chosen = most_said(artists)
    return chosen if chosen and artists.count(chosen) * 2 > len(artists) else None


def most_said(names: Iterable[str | None]) -> str | None:
    """Return the name that is said most often, the first in order among equals."""
    counts = Counter(name for name in names if name)
    return min(counts, key=lambda name: (-counts[name], name)) if counts else None
