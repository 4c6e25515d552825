"""Which folder is an album's: the one a file lies in, or the one above where that is only a disc of the album.

All who ask go by this one pattern: batches, path clues, groups, and the lake, which asks the same question in SQL. So
it stands here as text, in words that Python and RE2 read alike.
"""

import re
from typing import Final

DISC_FOLDER: Final = (
    "(^|/)(?:[cC][dD]|[dD][iI][sS][cCkK]|[dD][iI][sS][qQ][uU][eE]|[lL][pP])"
    "[ _\u00a0]*[-.#]?[ _\u00a0]*(0?[1-9]|[1-9][0-9])(?:[^0-9/][^/]*)?$"
)
"""The end of a folder that is one disc, with its number: `CD1`, `Disc 2`, `Disk 03`, `LP1`, `CD 2 - Live`."""
_DISC_FOLDER: Final = re.compile(DISC_FOLDER)


def album_folder(relative_path: str) -> str:
    """Return the folder of the album that a file belongs to; the empty text where that is the root itself.

    Args:
        relative_path: Folders and name below the library's root, separated by `/`.
    """
    return _DISC_FOLDER.sub("", relative_path.rpartition("/")[0], count=1)


def disc_of_folder(name: str) -> int | None:
    """Return which disc of an album a folder is called after: CD1, Disc 2; None for any other folder."""
    found = _DISC_FOLDER.search(name)
    return int(found[2]) if found else None
