import pytest

from music.titles import Versions, compare_versions, title_similarity, versions_in

SAME = [
    ("Wish You Were Here", "wish you were here"),
    ("Wish You Were Here (Remastered 2011)", "Wish You Were Here"),
    ("Wish You Were Here - 2011 Remaster", "Wish You Were Here"),
    ("Song (Explicit)", "Song"),
    ("Song [Bonus Track]", "Song"),
    ("Song (feat. Somebody)", "Song"),
    ("Song ft. Somebody", "Song"),
    ("Song (Album Version)", "Song"),
    ("Song (Original Mix)", "Song"),
    ("Song (mono)", "Song"),
    ("Song - Single Version", "Song"),
    ("Another Brick in the Wall, Pt. 2", "Another Brick in the Wall (Part II)"),
    ("Love, Part One", "Love (Part 1)"),
    ("Don\u2019t Stop", "Dont stop"),
    ("Ágætis byrjun", "Agaetis Byrjun"),
    ("(I Can't Get No) Satisfaction", "Satisfaction"),
    ("Song (Live) [Remastered]", "Song (live)"),
    ("Song - Live at Wembley", "Song (Live)"),
    ("桜坂", "桜坂"),
    ("Symphony No. 5 in C minor, Op. 67: I. Allegro", "Symphony no. 5 in C minor, op. 67: I. Allegro"),
    ("Album [Disc 1]", "Album"),
]
DIFFERENT = [
    ("Song (Live)", "Song"),
    ("Song (Acoustic)", "Song"),
    ("Song (Instrumental)", "Song"),
    ("Song (Demo)", "Song"),
    ("Song (Foo Remix)", "Song"),
    ("Song (Foo Remix)", "Song (Bar Remix)"),
    ("Song (Taylor's Version)", "Song"),
    ("Song (re-recorded)", "Song"),
    ("Song (Spanish Version)", "Song"),
    ("Song (Live)", "Song (Acoustic)"),
    ("Song (Reprise)", "Song"),
    ("Song (mono)", "Song (stereo)"),
    ("Another Brick in the Wall, Pt. 2", "Another Brick in the Wall, Pt. 1"),
    ("Another Brick in the Wall", "Another Brick in the Wall, Pt. 1"),
    ("Symphony No. 5: I. Allegro", "Symphony No. 5: II. Allegro"),
    ("Symphony No. 5: I. Allegro", "Symphony No. 6: I. Allegro"),
    ("Intro (A)", "Intro (B)"),
    ("Money", "Time"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_a_difference_that_says_nothing_leaves_titles_the_same(one, other):
    assert title_similarity(one, other) >= 0.9
    assert title_similarity(other, one) == title_similarity(one, other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_another_version_or_part_is_another_title(one, other):
    assert title_similarity(one, other) < 0.9
    assert title_similarity(other, one) == title_similarity(one, other)


def test_a_slip_of_the_finger_is_no_other_title():
    assert title_similarity("Wish You Wree Here", "Wish You Were Here") > 0.9
    assert title_similarity("Mnoey", "Money") > 0.75


@pytest.mark.parametrize(
    ("one", "other", "is_part"),
    [
        ("II. Andante", "Symphony No. 4 in D minor, Op. 21: II. Andante", True),
        ("IV. Finale: Presto", "Symphony No. 4: IV. Finale: Presto", True),
        ("II. Andante", "Symphony No. 4: III. Andante", False),
    ],
)
def test_a_movement_may_be_named_without_its_work(one, other, is_part):
    assert (0.6 <= title_similarity(one, other) < 0.9) == is_part


def test_titles_in_scripts_that_share_no_letter_cannot_be_compared():
    assert title_similarity("桜", "Sakura") is None


@pytest.mark.parametrize(
    ("title", "other", "expected"),
    [
        ("Song", "Song", Versions.SAME),
        ("Song (Remastered 2011)", "Song", Versions.SAME),
        ("Song", "Song (live)", Versions.UNSAID),
        ("Song (live)", "Song", Versions.OTHER),
        ("Song (Foo Remix)", "Song (Bar Remix)", Versions.OTHER),
        ("Song (Foo Remix)", "Song (Foo Remix)", Versions.SAME),
        ("Song (mono)", "Song (stereo)", Versions.OTHER),
    ],
)
def test_versions_compare(title, other, expected):
    assert compare_versions(title, other) is expected


def test_a_live_album_makes_its_songs_live():
    assert compare_versions("Song (live)", "Song", of_other={"live"}) is Versions.SAME
    assert title_similarity("Song", "Song", said=frozenset({"live"}), of_other=frozenset({"live"})) == 1
    assert title_similarity("Song", "Song", said=frozenset({"live"})) < 0.9


@pytest.mark.parametrize(
    ("text", "expected"),
    [("live, 1999-05-02: Paris", {"live"}), ("MTV Unplugged", {"live"}), ("Alive", set()), ("", set())],
)
def test_a_remark_tells_the_version(text, expected):
    assert versions_in(text) == expected
