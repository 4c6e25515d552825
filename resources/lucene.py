"""Questions for MusicBrainz's search, in Lucene's query language.

A name is a phrase in quotes, or words of which some must occur; whatever Lucene would read as an operator is escaped.
Names are folded first, so that equal questions are one row of the cache.
"""

import re
import unicodedata
from collections.abc import Iterable

from music.plain_text import plain_text

_SPECIAL = re.compile(r'([+\-&|!(){}\[\]^"~*?:\\/])')
_WORD = re.compile(r"\w+")
MOST_CHARACTERS = 120
"""Of one name: with all of them escaped and percent-encoded, a question of three names fits into an address."""
MOST_WORDS = 12
FUZZY_FROM = 4
"""Letters a word needs to be asked for with up to two of them wrong."""


def folded(name: str | None) -> str:
    """Return a name without case, needless spaces and what exceeds a sensible length."""
    plain = " ".join(unicodedata.normalize("NFC", plain_text(name or "") or "").casefold().split())
    if len(plain) <= MOST_CHARACTERS:
        return plain
    return plain[: MOST_CHARACTERS + 1].rpartition(" ")[0] or plain[:MOST_CHARACTERS]


def escaped(name: str) -> str:
    r"""Return a name in which Lucene sees letters only: `AC/DC` becomes `AC\/DC`."""
    return _SPECIAL.sub(r"\\\1", name)


def phrase(field: str, name: str | None) -> str:
    """Return the condition that a field holds a name, word for word; empty if there is no name."""
    plain = folded(name)
    return f'{field}:"{escaped(plain)}"' if plain else ""


def some_words(field: str, name: str | None) -> str:
    """Return the condition that a field holds some words of a name, perhaps misspelt; empty if there is no name."""
    words = list(dict.fromkeys(_WORD.findall(folded(name))))[:MOST_WORDS]
    if not words:
        return phrase(field, name)  # `!!!` is a band
    return f"{field}:({' OR '.join(_fuzzy(word) for word in words)})"


def between(field: str, least: int, most: int) -> str:
    """Return the condition that a number lies in a range, its ends included."""
    return f"{field}:[{least} TO {most}]"


def all_of(conditions: Iterable[str]) -> str:
    """Return the condition that all hold; empty ones are left out."""
    return " AND ".join(filter(None, conditions))


def any_of(conditions: Iterable[str]) -> str:
    """Return the condition that one holds; empty ones are left out."""
    return " OR ".join(filter(None, conditions))


def _fuzzy(word: str) -> str:
    """Return a word; one of Latin letters may be misspelt, one of another script is no single word to Lucene."""
    is_letters = len(word) >= FUZZY_FROM and word.isascii() and word.isalpha()
    return f"{word}~" if is_letters else word
