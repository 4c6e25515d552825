"""Which folder is an album's: the one a file lies in, or the one above where that is only a disc of the album.

The pattern stands here as text, in words that Python and RE2 read alike: the lake asks the same question in SQL.
"""

import re
from typing import Final

DISC_FOLDER: Final = (
    "(^|/)(?:[cC][dD]|[dD][iI][sS][cCkK]|[dD][iI][sS][qQ][uU][eE]|[lL][pP])[ _]*[-.#]?[ _]*[0-9]{1,2}(?:[^0-9/][^/]*)?$"
)
"""The end of a folder that is one disc: `CD1`, `Disc 2`, `Disk 03`, `LP1`, `CD 2 - Live`."""
_DISC_FOLDER: Final = re.compile(DISC_FOLDER)


def album_folder(relative_path: str) -> str:
    """Return the folder of the album that a file belongs to; the empty text where that is the root itself.

    Args:
        relative_path: Folders and name below the library's root, separated by `/`.
    """
    return _DISC_FOLDER.sub("", relative_path.rpartition("/")[0], count=1)
