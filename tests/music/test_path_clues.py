import pytest
from hypothesis import given
from hypothesis import strategies as st

from music.path_clues import PathClues, read_path_clues


def clues(artist=None, album=None, title=None, track=None, disc=None):
    return PathClues(artist=artist, album=album, title=title, track_number=track, disc_number=disc)


NAMES = [
    pytest.param("Artist - Album - 01 - Title.mp3", clues("Artist", "Album", "Title", 1), id="all_four"),
    pytest.param("01 - Title.mp3", clues(title="Title", track=1), id="number_dash"),
    pytest.param("01. Title.mp3", clues(title="Title", track=1), id="number_dot"),
    pytest.param("(01) Title.mp3", clues(title="Title", track=1), id="number_in_brackets"),
    pytest.param("[01] Title.mp3", clues(title="Title", track=1), id="number_in_square_brackets"),
    pytest.param("01 Title.mp3", clues(title="Title", track=1), id="number_gap"),
    pytest.param("1-05 Title.mp3", clues(title="Title", track=5, disc=1), id="disc_and_number"),
    pytest.param("2.11 - Title.mp3", clues(title="Title", track=11, disc=2), id="disc_dot_number"),
    pytest.param("211 - Title.mp3", clues(title="Title", track=11, disc=2), id="disc_and_number_in_one"),
    pytest.param("Artist - Title.mp3", clues("Artist", title="Title"), id="artist_title"),
    pytest.param("Title.mp3", clues(title="Title"), id="title"),
    pytest.param("Artist \u2013 Title.mp3", clues("Artist", title="Title"), id="en_dash"),
    pytest.param("01 \u2014 Title.mp3", clues(title="Title", track=1), id="em_dash"),
    pytest.param("Artist_-_Some_Title.mp3", clues("Artist", title="Some Title"), id="underscores"),
    pytest.param("AC_DC - Jack.mp3", clues("AC_DC", title="Jack"), id="an_underscore_between_gaps"),
    pytest.param("Artist - 05 - Title.mp3", clues("Artist", title="Title", track=5), id="artist_number_title"),
    pytest.param("A - B - C - 1-07 - D - E.mp3", clues("A", "B - C", "D - E", 7, 1), id="many_dashes"),
    pytest.param("Artist - Title - Live.mp3", clues("Artist", title="Title - Live"), id="dash_in_the_title"),
    pytest.param("01 - Artist - Title.mp3", clues("Artist", title="Title", track=1), id="compilation"),
    pytest.param("A1. Title.flac", clues(title="Title"), id="side_of_a_record"),
    pytest.param("07.mp3", clues(track=7), id="only_a_number"),
    pytest.param("Track 07.mp3", clues(track=7), id="a_name_that_says_nothing"),
    pytest.param("00 - Hidden.mp3", clues(title="Hidden"), id="track_0"),
    pytest.param("99 Luftballons.mp3", clues(title="99 Luftballons"), id="a_title_with_a_number"),
    pytest.param("2-4-6-8 Motorway.mp3", clues(title="2-4-6-8 Motorway"), id="a_title_of_numbers"),
    pytest.param("4.33.mp3", clues(title="4.33"), id="a_decimal_number"),
    pytest.param("1 - 2 - 3.mp3", clues("2", title="3", track=1), id="all_numbers"),
    pytest.param("Dr. Foo - Still D.R.E..mp3", clues("Dr. Foo", title="Still D.R.E."), id="dots"),
    pytest.param("No suffix", clues(title="No suffix"), id="no_suffix"),
    pytest.param("caf\\xe9 - x\n.mp3", clues("caf\\xe9", title="x"), id="escaped_bytes_and_newline"),
    pytest.param("", clues(), id="nothing"),
]
FOLDERS = [
    pytest.param("A/B/02 Dogs.flac", clues("A", "B", "Dogs", 2), id="artist_album"),
    pytest.param("A/B/12 Dogs.flac", clues("A", "B", "Dogs", 12), id="two_digits_in_an_album"),
    pytest.param("A - B (1977)/02 - Dogs.flac", clues("A", "B", "Dogs", 2), id="artist_dash_album_year"),
    pytest.param("A - 1977 - B/02 - Dogs.flac", clues("A", "B", "Dogs", 2), id="year_between"),
    pytest.param("A/1977 - B/02 - Dogs.flac", clues("A", "B", "Dogs", 2), id="year_in_front"),
    pytest.param("A/[1977] B/02 - Dogs.flac", clues("A", "B", "Dogs", 2), id="year_in_brackets_in_front"),
    pytest.param("A/1984/02 - Dogs.flac", clues("A", "1984", "Dogs", 2), id="an_album_called_like_a_year"),
    pytest.param("Rock/A - B (1977) [FLAC]/2. Dogs.flac", clues("A", "B", "Dogs", 2), id="genre_above"),
    pytest.param("Rips/VA - B (1977)/2. A - Dogs.flac", clues("A", "B", "Dogs", 2), id="compilation_below_a_folder"),
    pytest.param("Indie/A - B (1977)/2. Dogs.flac", clues("A", "B", "Dogs", 2), id="a_dated_folder_names_both"),
    pytest.param("A/B - Live (1977)/2. Dogs.flac", clues("A", "B - Live", "Dogs", 2), id="a_dated_live_album"),
    pytest.param("X/A - B/02 - A - Dogs.flac", clues("A", "B", "Dogs", 2), id="the_name_repeats_the_artist"),
    pytest.param("A/A - B/2. Dogs.flac", clues("A", "B", "Dogs", 2), id="artist_twice"),
    pytest.param("A/B - Live/2. Dogs.flac", clues("A", "B - Live", "Dogs", 2), id="dash_in_the_album"),
    pytest.param("A/B/CD1/02 - Dogs.flac", clues("A", "B", "Dogs", 2, 1), id="disc_folder"),
    pytest.param("A/B/Disc 2 - More/02 - Dogs.flac", clues("A", "B", "Dogs", 2, 2), id="named_disc_folder"),
    pytest.param("A/B CD1/02 - Dogs.flac", clues("A", "B", "Dogs", 2, 1), id="a_disc_at_the_end_of_the_album"),
    pytest.param("A - B (Disc 2)/02 - Dogs.flac", clues("A", "B", "Dogs", 2, 2), id="a_disc_in_brackets"),
    pytest.param("A/B [CD 2]/02 - Dogs.flac", clues("A", "B", "Dogs", 2, 2), id="a_disc_in_square_brackets"),
    pytest.param("A - B - CD 2/02 - Dogs.flac", clues("A", "B", "Dogs", 2, 2), id="a_disc_after_a_dash"),
    pytest.param("A/Abcd1/02 - Dogs.flac", clues("A", "Abcd1", "Dogs", 2), id="no_disc_within_a_word"),
    pytest.param("CD2/02 - Dogs.flac", clues(None, None, "Dogs", 2, 2), id="only_a_disc_folder"),
    pytest.param("CD1/2-02 Dogs.flac", clues(None, None, "Dogs", 2, 2), id="the_name_knows_its_disc_better"),
    pytest.param("B/02 - Dogs.flac", clues(None, "B", "Dogs", 2), id="a_lone_folder_of_numbered_files"),
    pytest.param("B/Dogs.flac", clues(title="Dogs"), id="a_lone_folder_of_anything"),
    pytest.param("Downloads/02 - Dogs.flac", clues(title="Dogs", track=2), id="a_folder_without_a_name"),
    pytest.param("Various Artists/B/3. A - Dogs.mp3", clues("A", "B", "Dogs", 3), id="various_artists"),
    pytest.param("A/B/01 - No. 5 - Andante.mp3", clues("A", "B", "No. 5 - Andante", 1), id="movement"),
    pytest.param("A/B/01 - A - Dogs.mp3", clues("A", "B", "Dogs", 1), id="artist_again_in_the_name"),
    pytest.param("A/B/A - B - Dogs.mp3", clues("A", "B", "Dogs"), id="artist_and_album_again"),
    pytest.param("A/B/B - 03 - Dogs.mp3", clues("A", "B", "Dogs", 3), id="album_again"),
    pytest.param("A/B/C - Dogs.mp3", clues("C", "B", "Dogs"), id="a_guest"),
    pytest.param("x/y/Track 07.mp3", clues("x", "y", None, 7), id="nothing_but_a_number_in_an_album"),
]


@pytest.mark.parametrize(("path", "expected"), NAMES)
def test_a_name_is_read_as_people_write_it(path, expected):  # S3-R8, S3-04
    assert read_path_clues(path) == expected


@pytest.mark.parametrize(("path", "expected"), FOLDERS)
def test_folders_are_read_as_people_name_them(path, expected):  # S3-R8, S3-32
    assert read_path_clues(path) == expected


@given(st.text())
def test_any_path_gives_clues_or_none(path):
    found = read_path_clues(path)

    assert found.track_number is None or found.track_number > 0
    assert "" not in {found.artist, found.album, found.title}


@given(
    st.lists(
        st.sampled_from(["01", "1-02", " - ", "/", "A", " ", ".", "CD1", "(1977)", "_", "Track", "\u2013"]), max_size=12
    )
)
def test_any_mixture_of_what_names_are_made_of_gives_clues(parts):
    found = read_path_clues("".join(parts) + ".mp3")

    assert "" not in {found.artist, found.album, found.title}
