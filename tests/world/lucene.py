"""A small search engine with Lucene's language: fields, quotes, AND, OR, NOT, brackets, escapes, ranges, fuzzy terms.

As in Lucene a field speaks only for the one term, phrase or bracket behind it: `artist:Foo Bar` asks for Foo among the
artists and for Bar in the default field. Terms are OR unless something is said.
"""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from rapidfuzz.distance import Levenshtein

Document = Mapping[str, Sequence[str]]
"""Texts by field."""


class QueryError(ValueError):
    """The question is not written in Lucene's language."""


def tokens(text: str) -> list[str]:
    """Return the words of a text, folded as MusicBrainz' index folds them."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("ø", "o").replace("æ", "ae"))
    return re.findall(r"\w+", "".join(letter for letter in plain if not unicodedata.combining(letter)))


@dataclass(slots=True)
class _Index:
    """Documents with their words, and how rare each word is."""

    documents: list[dict[str, list[list[str]]]]
    spread: dict[str, Counter[str]] = field(default_factory=dict)

    def rarity(self, name: str, word: str) -> float:
        return 1.0 + math.log((1 + len(self.documents)) / (1 + self.spread.get(name, Counter())[word]))


_MOST_EDITS = 2
_Match = Callable[[int], float | None]
"""Of a document: its score, or None where it does not fit."""
_LEX = re.compile(
    r"""\s*(?:(?P<open>\()|(?P<close>\))|(?P<and>AND\b|&&)|(?P<or>OR\b|\|\|)|(?P<not>NOT\b|!)|(?P<sign>[+\-])(?=\S)
    |(?P<field>\w+):|"(?P<phrase>(?:[^"\\]|\\.)*)"(?:~(?P<slop>\d+))?(?:\^(?P<pboost>[\d.]+))?
    |[\[{](?P<low>\S+)\s+TO\s+(?P<high>\S+?)[\]}]
    |(?P<word>(?:[^\s()"\\:^~!]|\\.)+)(?P<fuzzy>~[\d.]*)?(?:\^(?P<boost>[\d.]+))?)""",
    re.VERBOSE,
)


def _indexed(documents: Sequence[Document], exact: frozenset[str]) -> _Index:
    index = _Index([])
    for document in documents:
        words = {
            name: [[text.casefold()] if name in exact else tokens(text) for text in texts]
            for name, texts in document.items()
        }
        index.documents.append(words)
        for name, texts in words.items():
            index.spread.setdefault(name, Counter()).update({word for text in texts for word in text})
    return index


class Search:
    """Args:
    documents: In the order that breaks ties.
    default: The field of terms without one.
    exact: Fields that hold codes or numbers: no words are made of them.
    """

    def __init__(self, documents: Sequence[Document], *, default: str, exact: frozenset[str] = frozenset()) -> None:
        self._default, self._exact = default, exact
        self._index = _indexed(documents, exact)

    def find(self, query: str) -> list[tuple[int, int]]:
        """Return the places of the documents that fit, each with a score of 1 to 100, the best first.

        Raises:
            QueryError: The question cannot be read.
        """
        match, rest = _Reader(self._index, self._default, self._exact).disjunction(query)
        if rest.strip():
            raise QueryError(f"cannot parse {query!r} at {rest[:20]!r}")
        places = range(len(self._index.documents))
        scored = [(place, score) for place in places if (score := match(place)) is not None]
        scored.sort(key=lambda pair: (-pair[1], pair[0]))
        best = scored[0][1] if scored else 1.0
        return [(place, max(1, round(100 * score / best))) for place, score in scored]


class _Reader:
    """Reads a question from left to right."""

    def __init__(self, index: _Index, default: str, exact: frozenset[str]) -> None:
        self._index, self._default, self._exact = index, default, exact

    def disjunction(self, text: str, name: str | None = None) -> tuple[_Match, str]:
        clauses: list[tuple[str, _Match]] = []
        occur, joined = "", ""
        while text.strip() and (found := _LEX.match(text)):
            if found["close"]:
                break
            if found["and"] or found["or"]:
                joined, text = ("and" if found["and"] else "or"), text[found.end() :]
                continue
            if found["not"] or found["sign"]:
                occur, text = ("+" if found["sign"] == "+" else "-"), text[found.end() :]
                continue
            match, text = self._clause(text, name or self._default)
            if joined == "and":
                clauses[-1] = ("+" if clauses[-1][0] == "" else clauses[-1][0], clauses[-1][1])
                occur = occur or "+"
            clauses.append((occur, match))
            occur = joined = ""
        if not clauses:
            raise QueryError("nothing is asked")
        return _combined(clauses), text

    def _clause(self, text: str, name: str) -> tuple[_Match, str]:
        found = _LEX.match(text)
        if not found:
            raise QueryError(f"cannot parse {text[:20]!r}")
        rest = text[found.end() :]
        if found["open"]:
            match, rest = self.disjunction(rest, name)
            if not rest.lstrip().startswith(")"):
                raise QueryError("a bracket stays open")
            return match, rest.lstrip()[1:]
        if found["field"]:
            return self._clause(rest, found["field"])
        if found["low"]:
            return self._range(name, found["low"], found["high"]), rest
        if found["phrase"] is not None:
            return self._phrase(name, _unescaped(found["phrase"]), float(found["pboost"] or 1)), rest
        if found["word"]:
            boost = float(found["boost"] or 1)
            return self._phrase(name, _unescaped(found["word"]), boost, is_fuzzy=found["fuzzy"] is not None), rest
        raise QueryError(f"cannot parse {text[:20]!r}")

    def _phrase(self, name: str, text: str, boost: float, *, is_fuzzy: bool = False) -> _Match:
        words = [text.casefold()] if name in self._exact else tokens(text)
        index = self._index

        def match(place: int) -> float | None:
            best = None
            for said in index.documents[place].get(name, ()):
                likeness = _likeness(words, said, is_fuzzy=is_fuzzy)
                if likeness and words:
                    rare = sum(index.rarity(name, word) for word in words)
                    best = max(best or 0.0, boost * likeness * rare / math.sqrt(max(1, len(said))))
            return best

        return match

    def _range(self, name: str, low: str, high: str) -> _Match:
        def match(place: int) -> float | None:
            for said in self._index.documents[place].get(name, ()):
                value = " ".join(said)
                if value.isdigit() and low.isdigit() and int(low) <= int(value) and (
                    high == "*" or int(value) <= int(high)
                ):  # fmt: skip
                    return 1.0
                if not value.isdigit() and low <= value <= high:
                    return 1.0
            return None

        return match


def _likeness(asked: list[str], said: list[str], *, is_fuzzy: bool) -> float:
    if is_fuzzy:
        nearest = min((Levenshtein.distance(word, other) for word in asked for other in said), default=99)
        return 1.0 - nearest / 4 if nearest <= _MOST_EDITS else 0.0
    width = len(asked)
    return float(any(said[start : start + width] == asked for start in range(len(said) - width + 1)))


def _combined(clauses: Sequence[tuple[str, _Match]]) -> _Match:
    def match(place: int) -> float | None:
        total, fits = 0.0, 0
        for occur, clause in clauses:
            score = clause(place)
            if occur == "-":
                if score is not None:
                    return None
                continue
            if score is None:
                if occur == "+":
                    return None
                continue
            total, fits = total + score, fits + 1
        asked = sum(occur != "-" for occur, _ in clauses)
        return total * fits / asked if fits else None

    return match


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)
