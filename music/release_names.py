"""How well what a group calls itself fits a release: its album, its artist, its barcode."""

import re
from typing import Final

from music.match_scores import mean
from music.name_similarity import artist_similarity, is_nobody
from music.piece_evidence import AlbumGroup
from music.piece_names import album_of_group, artist_of_group, artists_of, is_artist_of_folder, other_reading
from music.releases import Release, ReleaseSummary
from music.titles import title_similarity, versions_in

OTHER_ALBUM: Final = 0.6
"""Albums with names less alike are other albums."""
_OTHER_ARTIST: Final = 0.5
_NO_CODE: Final = re.compile(r"[^0-9a-z]")
_MOST_ARTISTS: Final = 3
"""Above it an album without one artist of its own is a compilation."""


def album_similarity(group: AlbumGroup, title: str, *, other_title: str = "") -> float | None:
    """Return how alike a group's album and a release's title are; None where the group names no album."""
    album = album_of_group(group)
    if album is None:
        return None
    reading = other_reading(group)
    names = (album, reading[1]) if reading else (album,)
    found = [album_names_similarity(name, title, other_title=other_title) for name in names]
    return max((alike for alike in found if alike is not None), default=None)


def album_names_similarity(album: str, title: str, *, other_title: str = "") -> float | None:
    """Return how alike two albums' names are; another name of the second may do as well."""
    found = [
        title_similarity(album, name, said=versions_in(album), of_other=versions_in(name))
        for name in (title, other_title)
        if name
    ]
    return max((alike for alike in found if alike is not None), default=None)


def may_be_called(group: AlbumGroup, summary: ReleaseSummary) -> bool:
    """Tell whether a group's names allow a release: a search may bring others."""
    album = album_similarity(group, summary.title)
    artist = artist_score(group, summary.artist.name) if summary.artist else None
    return (album is None or album >= OTHER_ALBUM) and (artist is None or artist >= _OTHER_ARTIST)


def names_score(group: AlbumGroup, release: Release) -> float | None:
    """Return how well album and artist of a group fit a release's: the quality of the metadata of S3-59."""
    album = album_similarity(group, release.title, other_title=release.release_group_title)
    return mean(score for score in (album, artist_score(group, release.artist.name)) if score is not None)


def artist_score(group: AlbumGroup, credit: str) -> float | None:
    """Return how alike a group's artist and a release's credit are; None where one of them is many or nobody."""
    artist = artist_of_group(group)
    if is_nobody(credit):
        named = {artists[0].casefold() for piece in group.pieces if (artists := artists_of(piece))}
        is_many = len(named) >= min(_MOST_ARTISTS, len(group.pieces)) or (artist is not None and is_nobody(artist))
        return None if is_many or artist is None else 0.0
    reading = other_reading(group)
    is_tagged = not all(is_artist_of_folder(piece) for piece in group.pieces)
    names = (artist, reading[0]) if reading and not is_tagged else (artist,)
    found = [artist_similarity(name, credit) for name in names if name]
    return max((alike for alike in found if alike is not None), default=None)


def is_same_code(one: str | None, other: str | None) -> bool:
    """Tell whether two barcodes or catalogue numbers are the same, however they are spaced."""
    first, second = (_NO_CODE.sub("", (code or "").casefold()).lstrip("0") for code in (one, other))
    return bool(first) and first == second


def has_code_of(group: AlbumGroup, release: Release | ReleaseSummary) -> bool:
    """Tell whether the tags name the release's barcode or catalogue number, and no other."""
    barcodes = {piece.barcode for piece in group.pieces if piece.barcode}
    numbers = {piece.catalog_number for piece in group.pieces if piece.catalog_number}
    if barcodes and release.barcode:
        return all(is_same_code(code, release.barcode) for code in barcodes)
    return bool(numbers) and all(
        any(is_same_code(number, own) for own in release.catalog_numbers) for number in numbers
    )
