import pytest
from hypothesis import given
from hypothesis import strategies as st

from music.plain_text import MOST_CHARACTERS, plain_text


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        pytest.param("  So What ", "So What", id="gaps_around"),
        pytest.param("", None, id="empty"),
        pytest.param(" \t\r\n", None, id="only_gaps"),
        pytest.param("\0\0", None, id="only_nul"),
        pytest.param("So\0 What\0", "So What", id="nul"),
        pytest.param("So\r\nWhat", "So What", id="two_lines"),
        pytest.param("So\x1b[31mWhat\x07", "So[31mWhat", id="terminal_colour"),
        pytest.param("\ufeffBjörk\u202e", "Björk", id="byte_order_and_direction_marks"),
        pytest.param("a\ud800b", "a\ufffdb", id="lone_surrogate"),
        pytest.param("\U000e0041\ue000x", "\U000e0041x", id="private_use"),
        pytest.param("[/b] \N{MUSIC SHARP SIGN} 日本", "[/b] \N{MUSIC SHARP SIGN} 日本", id="what_can_stay_stays"),
    ],
)
def test_values_are_made_fit_to_store_and_print(text, plain):
    assert plain_text(text) == plain


@pytest.mark.parametrize("letter", ["x", "é"])
def test_values_are_cut_where_no_title_ends(letter):
    assert plain_text(letter * 100_000) == letter * MOST_CHARACTERS


@given(st.text(alphabet=st.characters()))
def test_any_text_becomes_one_storable_line(text):
    plain = plain_text(text)

    assert plain is None or (plain.encode() and plain == plain_text(plain) and "\n" not in plain)
