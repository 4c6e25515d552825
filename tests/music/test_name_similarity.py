import pytest

from music.name_similarity import artist_similarity, is_nobody, plain_name, text_similarity


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Sigur Rós", "sigur ros"),
        ("AC/DC", "ac dc"),
        ("Don\u2019t", "dont"),
        ("Simon & Garfunkel", "simon and garfunkel"),
        ("\uff21\uff22\uff23", "abc"),
        ("!!!", "!!!"),
        ("がく", "がく"),
        ("Motörhead", "motorhead"),
    ],
)
def test_a_name_is_made_plain(name, plain):
    assert plain_name(name) == plain


@pytest.mark.parametrize(
    ("one", "other", "least"),
    [
        ("The Beatles", "Beatles, The", 1.0),
        ("AC/DC", "ACDC", 1.0),
        ("Queen", "Queen & David Bowie", 0.9),
        ("Jay-Z feat. Rihanna", "JAY Z", 0.9),
        ("Beethoven", "Ludwig van Beethoven", 0.8),
        ("Ludwig van Beethoven", "Beethoven; Wiener Philharmoniker, Carlos Kleiber", 0.8),
        ("Sigur Ros", "Sigur Rós", 1.0),
    ],
)
def test_one_artist_is_credited_in_many_ways(one, other, least):
    assert artist_similarity(one, other) >= least
    assert artist_similarity(other, one) == artist_similarity(one, other)


@pytest.mark.parametrize(
    ("one", "other"), [("Metallica", "Megadeth"), ("Prince", "Prince Royce"), ("Air", "Aerosmith")]
)
def test_other_artists_are_told_apart(one, other):
    assert artist_similarity(one, other) < 0.8


@pytest.mark.parametrize(("one", "other"), [("Various Artists", "Queen"), ("宇多田ヒカル", "Hikaru Utada")])
def test_what_cannot_be_compared_is_no_evidence(one, other):
    assert artist_similarity(one, other) is None


def test_nobody_is_nobody():
    assert is_nobody("Unknown Artist")
    assert is_nobody("VA")
    assert not is_nobody("Queen")


def test_an_empty_name_is_like_nothing():
    assert text_similarity("", "Queen") is None
