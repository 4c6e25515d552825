"""Which files belong together: the albums of a library, as folders and tags show them.

An album is a folder with the folders of its discs. Where the tags of a folder name several albums, each is one by
itself, and what names none is loose. A long file that was cut is a group of its own.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from music.album_folder import album_folder
from music.name_similarity import plain_name, text_similarity
from music.piece_evidence import AlbumGroup, Piece
from music.piece_names import artists_of, disc_number_of, telling, track_number_of
from music.titles import read_title

_SAME_ALBUM: Final = 0.85
"""Albums in one folder that are called so alike are one, mistyped."""
_MOST_COMPARED: Final = 200
"""A folder with more albums is a heap of thousands of songs: to compare all names with all would take hours."""
_MANY_ARTISTS: Final = 0.7
"""A folder where this share of the files is by somebody else each, and none names its album, is a heap of songs."""


def group_files(
    pieces: Iterable[Piece], *, media: Mapping[str, str] | None = None, gap_patterns: Mapping[str, str] | None = None
) -> tuple[AlbumGroup, ...]:
    """Return the groups of a library's pieces, by their ids; each piece is in one, whatever their order.

    Args:
        pieces: Of one library; of a folder, all.
        media: What files were copied from, by file key.
        gap_patterns: How even the gaps of long files are, by file key.
    """
    folders: defaultdict[str, list[Piece]] = defaultdict(list)
    groups: list[AlbumGroup] = []
    long_files: defaultdict[str, list[Piece]] = defaultdict(list)
    for piece in sorted(pieces, key=lambda each: each.key):
        if piece.segment_count > 1:
            long_files[piece.file_key].append(piece)
        else:
            folders[album_folder(piece.path)].append(piece)
    for key, cut in long_files.items():
        groups.append(_group(cut, media or {}, gap_pattern=(gap_patterns or {}).get(key)))
    for folder, inside in folders.items():
        groups += [_group(together, media or {}) for together in _albums(folder, inside)]
    return tuple(sorted(groups, key=lambda group: group.group_id))


def _group(pieces: Sequence[Piece], media: Mapping[str, str], *, gap_pattern: str | None = None) -> AlbumGroup:
    known = {media.get(piece.file_key) for piece in pieces} - {None, "Unknown"}
    return AlbumGroup(
        group_id=min(piece.file_key for piece in pieces),
        pieces=tuple(pieces),
        medium=known.pop() if len(known) == 1 else None,
        gap_pattern=gap_pattern,
        is_loose=len(pieces) == 1,
    )


def _albums(folder: str, inside: Sequence[Piece]) -> list[list[Piece]]:
    """Return the pieces of a folder by album; each loose piece by itself."""
    named: dict[str, list[Piece]] = {}
    nameless: list[Piece] = []
    for piece in inside:
        album = telling(piece.album)
        if album is None:
            nameless.append(piece)
        else:
            named.setdefault(_album_key(album), []).append(piece)
    albums = [each for together in _mistyped_together(named) for each in _by_artist(together)]
    if not nameless:
        return albums
    if len(albums) == 1 and len(albums[0]) >= len(nameless):
        return [[*albums[0], *nameless]]
    if not albums and (folder or _is_numbered(nameless)) and not _is_heap(nameless):
        return [nameless]
    return [*albums, *([piece] for piece in nameless)]


def _album_key(album: str) -> str:
    """Return what an album is called, whatever its brackets say that does not matter."""
    title = read_title(album)
    return f"{title.short_name}|{' '.join(sorted(title.versions))}"


def _mistyped_together(named: Mapping[str, list[Piece]]) -> list[list[Piece]]:
    """Return the albums of a folder, those of one name but for a slip of the pen as one."""
    if len(named) > _MOST_COMPARED:
        return list(named.values())
    together: dict[str, list[Piece]] = {}
    for key, pieces in named.items():
        first = next((each for each in together if _is_mistyped(key, each)), key)
        together.setdefault(first, []).extend(pieces)
    return [sorted(pieces, key=lambda piece: piece.key) for pieces in together.values()]


def _is_mistyped(one: str, other: str) -> bool:
    (name, _, versions), (of_other, _, other_versions) = one.partition("|"), other.partition("|")
    if versions != other_versions or read_title(name).numbers != read_title(of_other).numbers:
        return False
    alike = text_similarity(name, of_other)
    return alike is not None and alike >= _SAME_ALBUM


def _by_artist(together: Sequence[Piece]) -> list[list[Piece]]:
    """Return albums of one name apart, where their tags name different artists of the album: two Greatest Hits."""
    by_artist: defaultdict[str, list[Piece]] = defaultdict(list)
    for piece in together:
        by_artist[plain_name(piece.album_artist or "")].append(piece)
    largest = max(by_artist.values(), key=len)
    apart = [pieces for artist, pieces in by_artist.items() if artist and len(pieces) > 1]
    if len(apart) <= 1:
        return [list(together)]
    rest = [piece for pieces in by_artist.values() for piece in pieces if not any(pieces is each for each in apart)]
    return [sorted([*each, *(rest if each is largest else ())], key=lambda piece: piece.key) for each in apart]


def _is_numbered(nameless: Sequence[Piece]) -> bool:
    """Tell whether files bear the numbers of an album: what lies in a library's own folder is else loose."""
    numbers = {(disc_number_of(piece), track_number_of(piece)) for piece in nameless}
    return len(numbers) == len(nameless) and all(number for _, number in numbers)


def _is_heap(nameless: Sequence[Piece]) -> bool:
    """Tell whether files without an album are songs of many artists without numbers."""
    if any(piece.track_number or track_number_of(piece) for piece in nameless):
        return False
    artists = [plain_name(artists[0]) for piece in nameless if (artists := artists_of(piece))]
    return len(set(artists)) >= _MANY_ARTISTS * len(nameless) and len(nameless) > 1
