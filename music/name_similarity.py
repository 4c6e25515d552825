"""How alike two names are, whoever typed them.

Case, accents, punctuation, width and "the" say nothing. Names in scripts that share no letter cannot be compared:
that is no evidence, neither for nor against, and the answer is None.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

_LIGATURES: Final = str.maketrans(
    {
        "ß": "ss",
        "æ": "ae",
        "œ": "oe",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ł": "l",
        "\u0131": "i",
        "&": " and ",
        "+": " and ",
    }
)
_ACCENTS: Final = re.compile("[\u0300-\u036f]")
_APOSTROPHES: Final = re.compile("['`\u00b4\u02bc\u2018\u2019\u2032]")
_NO_WORD: Final = re.compile(r"[\W_]+")
_THE: Final = re.compile(r"\bthe\b\s*")
_BETWEEN_ARTISTS: Final = re.compile(
    r"\s*(?:[;,/&+\u3001\u00d7]|(?<!\w)(?:feat|ft|featuring|with|and|und|et|vs|versus|x|presents|pres)(?!\w)\.?)\s*",
    re.IGNORECASE,
)
_IN_BRACKETS: Final = re.compile(r"[(\[{]((?:feat|ft|featuring|with)\b[^()\[\]{}]*)[)\]}]", re.IGNORECASE)
_ONE_CJK: Final = frozenset({"CJK", "HIRAGANA", "KATAKANA", "IDEOGRAPHIC"})
_SAME_NAME: Final = 0.9
_PART_OF_CREDIT: Final = 0.95
"""One credit names all whom the other names, and more."""
_SHARED: Final = 0.85
"""The credits share an artist, or one is the other's surname."""
_NOBODY: Final = frozenset(
    {"various", "various artists", "va", "v a", "verschiedene", "verschiedene interpreten", "varios artistas"}
    | {"artistes varies", "unknown", "unknown artist", "artist", "no artist", "unbekannt", "unbekannter interpret"}
    | {"artiste inconnu", "desconocido", "none", "n a", "misc", "soundtrack", "compilation"}
)


@lru_cache(maxsize=50_000)
def plain_name(name: str) -> str:
    """Return a name in lower case without accents and punctuation; of a name without any word, its signs."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name).casefold())
    folded = unicodedata.normalize("NFC", _ACCENTS.sub("", folded)).translate(_LIGATURES)
    words = _NO_WORD.sub(" ", _APOSTROPHES.sub("", folded)).strip()
    return words or "".join(name.split())


@lru_cache(maxsize=200_000)
def text_similarity(one: str, other: str) -> float | None:
    """Return how alike two names are as texts, 0 to 1; None where their scripts share no letter."""
    first, second = _without_the(plain_name(one)), _without_the(plain_name(other))
    if not first or not second:
        return None
    if first == second or first.replace(" ", "") == second.replace(" ", ""):
        return 1.0
    if not _share_a_script(first, second):
        return None
    sorted_words = 0.98 * fuzz.token_sort_ratio(first, second) / 100
    return max(fuzz.ratio(first, second) / 100, OSA.normalized_similarity(first, second), sorted_words)


@lru_cache(maxsize=50_000)
def artist_similarity(one: str, other: str) -> float | None:
    """Return how alike two artist credits are, 0 to 1; None where they cannot be compared, or one is nobody's name.

    Who is named by one credit only, as a guest or a composer often is, does not make it another.
    """
    if is_nobody(one) or is_nobody(other):
        return None
    whole = text_similarity(one, other)
    if whole is None or whole >= _SAME_NAME:
        return whole
    return max(whole, _by_their_names(_artists(one), _artists(other)))


def is_nobody(artist: str) -> bool:
    """Tell whether a credit names no artist: "Various Artists", "Unknown Artist"."""
    return plain_name(artist) in _NOBODY


def _artists(credit: str) -> list[str]:
    """Return the names in a credit, plain."""
    parts = _BETWEEN_ARTISTS.split(_IN_BRACKETS.sub(r" feat. \1", credit))
    return [_without_the(plain_name(part)) for part in parts if part and plain_name(part)]


def _by_their_names(ones: list[str], others: list[str]) -> float:
    fewer, more = sorted((ones, others), key=len)
    if not fewer:
        return 0.0
    found = sum(any(_is_same(name, other) for other in more) for name in fewer)
    if found == len(fewer):
        return _PART_OF_CREDIT
    if found:
        return _SHARED
    return _SHARED if _names_by_surname(ones, others) or _names_by_surname(others, ones) else 0.0


def _names_by_surname(ones: list[str], others: list[str]) -> bool:
    surnames = {name.split()[-1] for name in others if " " in name}
    return any(name in surnames for name in ones)


def _is_same(one: str, other: str) -> bool:
    return one == other or fuzz.ratio(one, other) / 100 >= _SAME_NAME


def _without_the(plain: str) -> str:
    return _THE.sub("", plain).strip() or plain


def _share_a_script(one: str, other: str) -> bool:
    first, second = _scripts(one), _scripts(other)
    return not first or not second or bool(first & second)


@lru_cache(maxsize=50_000)
def _scripts(text: str) -> frozenset[str]:
    """Return the scripts of a text's letters; those of Japanese and Chinese are one."""
    names = (unicodedata.name(letter, "").split(" ")[0] for letter in text if letter.isalpha())
    return frozenset("CJK" if name in _ONE_CJK else name for name in names)
