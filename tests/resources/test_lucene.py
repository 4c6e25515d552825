import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.lucene import MOST_CHARACTERS, all_of, any_of, between, escaped, folded, phrase, some_words


def unescaped(query: str) -> str:
    return re.sub(r"\\(.)", r"\1", query)


def bare(query: str) -> str:
    """Return a query without what is escaped."""
    return re.sub(r"\\.", "", query)


class TestPhrase:
    @pytest.mark.parametrize(
        ("name", "asked"),
        [
            ("Wish You Were Here", 'release:"wish you were here"'),
            ("  Wish   You\tWere Here ", 'release:"wish you were here"'),
            ("AC/DC", r'release:"ac\/dc"'),
            ("!!!", r'release:"\!\!\!"'),
            ('"Heroes"', r'release:"\"heroes\""'),
            ("Back\\Slash", r'release:"back\\slash"'),
            ("Who AND What (OR Not)?", r'release:"who and what \(or not\)\?"'),
            ("百花繚乱", 'release:"百花繚乱"'),
            ("Sigur Rós", 'release:"sigur rós"'),
            ("P!nk* ~1 ^2 {a} [b] +c -d &&e ||f: g", r'release:"p\!nk\* \~1 \^2 \{a\} \[b\] \+c \-d \&\&e \|\|f\: g"'),
        ],
    )
    def test_a_name_is_asked_for_word_for_word(self, name, asked):
        assert phrase("release", name) == asked

    @pytest.mark.parametrize("name", [None, "", "  ", "\n", "\x00", "\u200e"])
    def test_no_name_is_no_condition(self, name):
        assert phrase("release", name) == ""
        assert some_words("release", name) == ""

    def test_letters_with_marks_are_the_same_however_composed(self):
        assert phrase("artist", "Bjo\N{COMBINING DIAERESIS}rk") == phrase("artist", "BJÖRK")

    def test_a_long_name_is_cut_between_words(self):
        name = folded("very " * 100 + "long")
        assert len(name) <= MOST_CHARACTERS
        assert name.endswith("very")

    def test_a_long_name_without_spaces_is_cut_anywhere(self):
        assert len(folded("あ" * 500)) == MOST_CHARACTERS

    @given(st.text())
    def test_escaping_is_undone_by_reading(self, name):
        assert unescaped(escaped(name)) == name

    @given(st.text())
    def test_no_name_ends_its_quotes_or_leaves_an_operator(self, name):
        query = phrase("release", name)
        assert bare(query).count('"') == (2 if query else 0)
        assert not re.search(r'[+\-&|!(){}\[\]^~*?:\\/"]', bare(query)[len('release:"') : -1])
        assert unescaped(query[len('release:"') : -1]) == folded(name)

    @given(st.text())
    def test_equal_names_are_one_question(self, name):
        assert phrase("release", f"  {name}  ") == phrase("release", name)
        assert phrase("release", folded(name)) == phrase("release", name)


class TestSomeWords:
    @pytest.mark.parametrize(
        ("name", "asked"),
        [
            ("Wish You Were Here", "release:(wish~ OR you OR were~ OR here~)"),
            ("AC/DC", "release:(ac OR dc)"),
            ("The The", "release:(the)"),
            ("!!!", r'release:"\!\!\!"'),
            ("1989 (Deluxe)", "release:(1989 OR deluxe~)"),
            ("百花 繚乱", "release:(百花 OR 繚乱)"),
            ("Sigur Rós", "release:(sigur~ OR rós)"),
        ],
    )
    def test_words_may_be_misspelt_and_some_missing(self, name, asked):
        assert some_words("release", name) == asked

    @given(st.text())
    def test_brackets_and_quotes_are_balanced(self, name):
        query = bare(some_words("artist", name))
        assert query.count("(") == query.count(")") <= 1
        assert query.count('"') in (0, 2)


def test_conditions_are_joined_and_empty_ones_left_out():
    assert all_of(["a:1", "", "b:2"]) == "a:1 AND b:2"
    assert any_of(["", "a:1"]) == "a:1"
    assert all_of(["", ""]) == ""
    assert between("dur", 1000, 2000) == "dur:[1000 TO 2000]"
