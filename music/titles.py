"""What a title says besides its name: which version of a song it is, and which part of a work.

Of the words in brackets and after a dash some matter and some do not. Live, remix, acoustic, instrumental, demo,
re-recorded and their kin are other recordings. Remastered, explicit, bonus track, album version and guests are not.
An edit or an extended version may be the same recording under a longer name: its length tells. Mono and stereo
differ only where both are said. Numbers count: Part 1 is not Part 2, and the first movement is not the second.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

from music.name_similarity import plain_name, text_similarity
from music.title_words import LENGTHS, NOISE, STANDARD, VERSIONS


class Versions(StrEnum):
    """How what two titles say of the version compares."""

    SAME = "same"
    UNSAID = "unsaid"
    """The first says nothing of it, or less."""
    OTHER = "other"
    """The first says that it is another."""


@dataclass(frozen=True, slots=True)
class Title:
    """A title, taken apart."""

    name: str
    """Plain, without what says nothing, with the words in brackets that belong to it."""
    short_name: str
    """The same without any brackets."""
    asides: str
    """The words in brackets that belong to it, plain."""
    versions: frozenset[str] = frozenset()
    """What makes it another recording: live, remix …"""
    lengths: frozenset[str] = frozenset()
    """What might: edit, extended, mono, stereo."""
    version_words: str = ""
    """The words that said so, plain: who remixed it."""
    numbers: frozenset[int] = frozenset()
    """Of parts, movements, works."""


_ONLY_A_YEAR: Final = re.compile(r"(?:19|20)[0-9]{2}")
_GUESTS: Final = re.compile(r"\s+(?:feat\.?|ft\.|featuring)\s+.*$", re.IGNORECASE)
_BRACKETS: Final = re.compile(r"[(\[{<]([^()\[\]{}<>]*)[)\]}>]")
_TAIL: Final = re.compile(r"\s+[-\u2010-\u2015\u2212~/]+\s+([^-\u2010-\u2015\u2212~/]+)$")
_LONE_DISC: Final = re.compile(r"[\s,:-]+(?:cd|dis[ck])\s*[0-9]{1,2}\s*$", re.IGNORECASE)
_NUMBER: Final = re.compile(r"(?<![a-z0-9])([0-9]{1,4})(?:st|nd|rd|th)?(?![a-z0-9])")
_ROMAN: Final = {
    "ii": 2,
    "iii": 3,
    "iv": 4,
    "vi": 6,
    "vii": 7,
    "viii": 8,
    "ix": 9,
    "xi": 11,
    "xii": 12,
    "xiii": 13,
    "xiv": 14,
    "xv": 15,
}
_LONE_ROMAN: Final = {"i": 1, "v": 5, "x": 10}
_WORDS_OF_NUMBERS: Final = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8}
_PART: Final = re.compile(
    r"\b(?:part|parts|pt|pts|teil|partie|parte|movement|mvt|mov|act|no|nr|book|chapter|vol|volume|scene|sonata|symphony|concerto)"
    r"\.?\s+([ivx]+|one|two|three|four|five|six|seven|eight)\b"
)
_PART_WORDS: Final = {"pt": "part", "pts": "part", "parts": "part", "nr": "no", "volume": "vol", "number": "no"}
_BEFORE_NUMBERS: Final = frozenset({"part", "no", "vol", "act", "book", "chapter", "movement", "teil"})
_ROMAN_MARK: Final = re.compile(r"(?:^|[\s(:,-])([ivx])\.(?=\s)")
_LONE_ROMAN_END: Final = re.compile(r"[\s,]([ivx])$")

OTHER_NUMBER: Final = 0.4
"""At most this alike are titles that number different parts."""
NUMBER_UNSAID: Final = 0.85
"""At most this, where only one numbers its part."""
OTHER_VERSION: Final = 0.4
VERSION_UNSAID: Final = 0.75
OTHER_LENGTH: Final = 0.95
_WITHOUT_ASIDE: Final = 0.95
_SAME_ASIDE: Final = 0.7
_SAME_REMIX: Final = 0.7
_ONE_MOVEMENT: Final = 0.8
"""What a movement is like that is named without its work: "II. Andante", "Symphony No. 4: II. Andante"."""


@lru_cache(maxsize=50_000)
def read_title(text: str) -> Title:
    """Return a title, taken apart."""
    phrases: list[str] = []
    asides: list[str] = []
    lowered = _LONE_DISC.sub("", text.casefold())
    for inside in _BRACKETS.findall(lowered):
        (phrases if _says_version(inside) else asides).append(inside)
    bare = _BRACKETS.sub(" ", lowered).strip()
    while (tail := _TAIL.search(bare)) and _says_version(tail[1]):
        phrases.append(tail[1])
        bare = bare[: tail.start()]
    bare = _GUESTS.sub("", bare)
    plain = [plain_name(phrase) for phrase in phrases]
    versions = frozenset(found for phrase in plain for found in _versions(phrase))
    lengths = frozenset(found for phrase in plain for found in _found(LENGTHS, phrase))
    name = _in_figures(plain_name(_GUESTS.sub("", _kept(lowered, asides, bare))))
    return Title(
        name=name,
        short_name=_in_figures(plain_name(bare)) or name,
        asides=" ".join(map(plain_name, asides)),
        versions=versions,
        lengths=lengths,
        version_words=" ".join(phrase for phrase in plain if _versions(phrase)),
        numbers=_numbers(f"{bare} {' '.join(asides)}"),
    )


@lru_cache(maxsize=50_000)
def versions_in(text: str) -> frozenset[str]:
    """Return which versions a remark or an album's name speaks of: "live, 1999-05-02: Paris", "MTV Unplugged"."""
    found = {version for version in ("live", "remix", "demo", "acoustic", "instrumental", "rerecorded", "session")
             if re.search(rf"\b(?:{VERSIONS[version]})\b", plain_name(text))}  # fmt: skip
    return frozenset(found)


def compare_versions(title: str, other: str, *, said: Iterable[str] = (), of_other: Iterable[str] = ()) -> Versions:
    """Return how what a title says of its version compares with another's.

    Args:
        title: As the file says.
        other: As the catalogue says.
        said: What the file says elsewhere: its album is a live album.
        of_other: What the catalogue says elsewhere.
    """
    one, two = read_title(title), read_title(other)
    ours, theirs = one.versions | set(said), two.versions | set(of_other)
    if {"mono", "stereo"} <= one.lengths | two.lengths and one.lengths != two.lengths:
        return Versions.OTHER
    if one.versions - theirs:
        return Versions.OTHER
    if two.versions - ours or (theirs - ours):
        return Versions.UNSAID
    return Versions.SAME if _same_remix(one, two) else Versions.OTHER


def title_similarity(
    one: str, other: str, *, said: frozenset[str] = frozenset(), of_other: frozenset[str] = frozenset()
) -> float | None:
    """Return how alike two titles are, 0 to 1, their versions and parts included; None where scripts differ.

    Args:
        one: As the file says.
        other: As the catalogue says.
        said: The versions that the file speaks of elsewhere: its album is a live album.
        of_other: The versions that the catalogue speaks of elsewhere.
    """
    first, second = read_title(one), read_title(other)
    alike = name_of_title_similarity(one, other)
    if alike is None:
        return None
    ours, theirs = first.versions | said, second.versions | of_other
    caps = [_cap_of_numbers(first.numbers, second.numbers)]
    if ours != theirs:
        caps.append(OTHER_VERSION if ours - theirs and theirs - ours else VERSION_UNSAID)
    elif not _same_remix(first, second):
        caps.append(OTHER_VERSION)
    if first.lengths != second.lengths:
        caps.append(OTHER_LENGTH if not {"mono", "stereo"} <= first.lengths | second.lengths else OTHER_VERSION)
    return min(alike, *caps)


def name_of_title_similarity(one: str, other: str) -> float | None:
    """Return how alike the names in two titles are, whatever version they are; None where scripts differ."""
    first, second = read_title(one), read_title(other)
    whole = text_similarity(first.name, second.name)
    if whole is not None and whole < _ONE_MOVEMENT and (_is_part(one, other) or _is_part(other, one)):
        return _ONE_MOVEMENT
    if whole is None or not (first.asides or second.asides):
        return whole
    if first.asides and second.asides and (text_similarity(first.asides, second.asides) or 0.0) < _SAME_ASIDE:
        return whole
    short = text_similarity(first.short_name, second.short_name)
    return max(whole, _WITHOUT_ASIDE * short) if short is not None else whole


def _is_part(one: str, other: str) -> bool:
    """Tell whether a title is one of the parts, between colons, of another."""
    parts = [plain_name(part) for part in other.split(":")]
    return len(parts) > 1 and plain_name(one) in (*parts[1:], " ".join(parts[1:]))


def _says_version(phrase: str) -> bool:
    plain = plain_name(phrase)
    return bool(_versions(plain) or _found(LENGTHS, plain) or NOISE.search(plain) or _ONLY_A_YEAR.fullmatch(plain))


def _versions(phrase: str) -> tuple[str, ...]:
    """Return the versions that a plain phrase in brackets speaks of."""
    if _found(LENGTHS, phrase) or STANDARD.search(phrase):
        return ("live",) if re.search(r"\blive\b", phrase) else ()
    named = [version for version, words in VERSIONS.items() if re.search(rf"\b(?:{words})\b", phrase)]
    chosen = [version for version in named if version != "version"] or named
    return tuple(chosen)


def _found(words: dict[str, str], phrase: str) -> tuple[str, ...]:
    return tuple(name for name, pattern in words.items() if re.fullmatch(pattern, phrase))


def _kept(lowered: str, asides: list[str], bare: str) -> str:
    """Return a title with those brackets that belong to it, in their places."""
    kept = _BRACKETS.sub(lambda found: f" {found[1]} " if found[1] in asides else " ", lowered)
    while (tail := _TAIL.search(kept)) and _says_version(tail[1]):
        kept = kept[: tail.start()]
    return kept if plain_name(kept) else bare


def _numbers(text: str) -> frozenset[int]:
    found = {int(number) for number in _NUMBER.findall(text)}
    found |= {_ROMAN[word] for word in plain_name(text).split() if word in _ROMAN}
    marked = [*_PART.findall(text), *_ROMAN_MARK.findall(text), *_LONE_ROMAN_END.findall(text)]
    named = _ROMAN | _LONE_ROMAN | _WORDS_OF_NUMBERS
    return frozenset(found | {named[word] for word in marked if word in named})


def _in_figures(plain: str) -> str:
    """Return a plain name with the numbers of its parts in figures: pt ii, part two."""
    named = _ROMAN | _LONE_ROMAN | _WORDS_OF_NUMBERS
    words = [_PART_WORDS.get(word, str(_ROMAN.get(word, word))) for word in plain.split()]
    after = ["", *words]
    return " ".join(
        str(named.get(word, word)) if before in _BEFORE_NUMBERS else word
        for before, word in zip(after, words, strict=False)
    )


def _cap_of_numbers(ones: frozenset[int], others: frozenset[int]) -> float:
    if ones == others:
        return 1.0
    return OTHER_NUMBER if ones - others and others - ones else NUMBER_UNSAID


def _same_remix(one: Title, other: Title) -> bool:
    """Tell whether two remixes, or two of another kind, are called alike."""
    if not one.version_words or not other.version_words or "remix" not in one.versions & other.versions:
        return True
    alike = text_similarity(one.version_words, other.version_words)
    return alike is None or alike >= _SAME_REMIX
