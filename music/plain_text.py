"""Text that others wrote into tags, sheets and names, made fit to store and to print."""

import unicodedata
from typing import Final

MOST_CHARACTERS: Final = 4_000
"""Of one value; whatever is longer is no title."""

_DROPPED: Final = frozenset({"Cc", "Cs", "Co", "Cn"})
"""Unicode's control, surrogate, private and unassigned characters."""
_DIRECTION: Final = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
"""Marks that turn the direction of what is printed after them, and the byte order mark."""


def plain_text(text: str) -> str | None:
    """Return a value on one line without characters that cannot be stored or shown; None if nothing is left.

    What cannot be written in UTF-8 becomes U+FFFD.
    """
    if text.isascii() and text.isprintable():
        return text.strip()[:MOST_CHARACTERS].rstrip() or None
    kept = "".join(_kept(character) for character in text[: 2 * MOST_CHARACTERS])
    return " ".join(kept.split())[:MOST_CHARACTERS].rstrip() or None


def _kept(character: str) -> str:
    if character.isspace():
        return " "
    if "\ud800" <= character <= "\udfff":
        return "\N{REPLACEMENT CHARACTER}"
    return "" if character in _DIRECTION or unicodedata.category(character) in _DROPPED else character
