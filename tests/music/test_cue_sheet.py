import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from music.cue_sheet import TICKS_PER_FRAME, decode_cue, parse_cue
from music.marks import Mark
from music.ticks import TICKS_PER_SECOND

SHEET = """\
REM GENRE Jazz
PERFORMER "Die Prüflinge"
TITLE "Nördlich von hier"
FILE "Side A.flac" WAVE
  TRACK 01 AUDIO
    TITLE "Überfahrt"
    ISRC DEA017700312
    INDEX 01 00:00:00
  TRACK 02 AUDIO
    TITLE Nebel
    PERFORMER "Gäste"
    PREGAP 00:02:00
    INDEX 00 03:58:10
    INDEX 01 04:00:01
    INDEX 02 05:00:00
"""
MARKS = (
    Mark(0, "Überfahrt", "Die Prüflinge"),
    Mark(240 * TICKS_PER_SECOND + 376_320, "Nebel", "Gäste"),
)


def track(number, index, *, kind="AUDIO"):
    return f"TRACK {number:02} {kind}\nINDEX 01 {index}\n"


TWO = track(1, "00:00:00") + track(2, "01:00:00")


def starts(marks):
    return [mark.start_ticks // TICKS_PER_FRAME for mark in marks]


def test_a_frame_is_a_whole_number_of_ticks():
    assert TICKS_PER_FRAME == 376_320
    assert TICKS_PER_FRAME * 75 == TICKS_PER_SECOND


@pytest.mark.parametrize("name", ["Side A.flac", "side a.FLAC", "Side A.wav", "Side  A.mp3"])
def test_pieces_begin_at_their_index_01(name):
    assert parse_cue(SHEET, name) == MARKS


def test_a_sheet_of_another_file_divides_nothing():
    assert parse_cue(SHEET, "Side B.flac") == ()


@pytest.mark.parametrize(("sheet_name", "count"), [("Rip.cue", 2), ("Other.cue", 0), (None, 0)])
def test_a_single_file_under_another_name_counts_if_the_sheet_is_called_like_the_audio(sheet_name, count):
    text = 'FILE "CDImage.wav" WAVE\n' + TWO

    assert len(parse_cue(text, "Rip.flac", sheet_name=sheet_name)) == count


def test_of_several_files_only_the_own_block_counts():
    text = 'FILE "a.flac" WAVE\n' + TWO + 'FILE "b.flac" WAVE\n' + track(3, "00:01:00") + track(4, "00:02:00")

    assert starts(parse_cue(text, "b.flac")) == [75, 150]
    assert parse_cue(text, "c.flac", sheet_name="c.cue") == ()


@pytest.mark.parametrize("folder", ["../../etc/", "C:\\Rips\\", "/abs/", "sub/"])
def test_a_path_in_front_of_the_name_does_not_count(folder):
    assert starts(parse_cue(f'FILE "{folder}a.flac" WAVE\n{TWO}', "a.flac")) == [0, 4500]


@pytest.mark.parametrize(
    "line",
    [
        'FILE "a b.flac" WAVE',
        'FILE "a b.flac',
        "FILE a b.flac WAVE",
        "FILE a b.flac",
        '\tfile\t"a b.flac"  wave',
        "file A B.flac mp3",
    ],
    ids=["quoted", "quote_left_open", "bare", "bare_without_type", "tabs_and_lower_case", "bare_mp3"],
)
def test_names_stand_in_quotes_or_not(line):
    assert starts(parse_cue(f"{line}\n{TWO}", "a b.flac")) == [0, 4500]


def test_a_track_whose_pause_lies_in_the_file_before_begins_in_its_own():
    text = (
        'FILE "a.wav" WAVE\n' + track(1, "00:00:00") + "TRACK 02 AUDIO\nTITLE Two\nINDEX 00 03:00:00\n"
        'FILE "b.wav" WAVE\nINDEX 01 00:00:00\n' + track(3, "02:00:00")
    )

    assert starts(parse_cue(text, "a.wav")) == [0]
    assert parse_cue(text, "b.wav")[0] == Mark(0, "Two", None)
    assert starts(parse_cue(text, "b.wav")) == [0, 9000]


def test_a_sheet_without_file_counts_where_it_is_called_like_the_audio():
    assert starts(parse_cue(TWO, "a.flac", sheet_name="a.cue")) == [0, 4500]
    assert parse_cue(TWO, "a.flac") == ()


def test_data_tracks_are_no_pieces():
    text = (
        'FILE "a.bin" BINARY\n' + track(1, "00:00:00", kind="MODE1/2352") + track(2, "01:00:00") + track(3, "02:00:00")
    )

    assert starts(parse_cue(text, "a.bin")) == [4500, 9000]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"], ids=["unix", "windows", "old_mac"])
def test_lines_end_in_any_way(line_end):
    assert parse_cue(SHEET.replace("\n", line_end), "Side A.flac") == MARKS


@pytest.mark.parametrize(
    "second",
    [
        "00:00:75",
        "00:60:00",
        "1:2",
        "zero",
        "",
        "-1:00:00",
        "00:00:00",
        "99999999:00:00",
        "00:01:00 INDEX",
        "\u0660\u0661:00:00",
    ],
)
def test_a_place_that_makes_no_sense_spoils_the_sheet(second):
    text = 'FILE "a.flac" WAVE\n' + track(1, "00:00:00") + track(2, second)

    assert parse_cue(text, "a.flac") == ()


def test_more_tracks_than_any_disc_are_no_sheet():
    text = 'FILE "a.flac" WAVE\n' + "".join(track(n, f"{n}:00:00") for n in range(1_001))

    assert parse_cue(text, "a.flac") == ()


def test_a_line_without_end_costs_no_time():
    assert parse_cue('FILE "a.flac" WAVE\nTITLE ' + " " * 2_000_000 + "\n" + TWO, "a.flac") != ()


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le-with-mark", "utf-16-be-with-mark", "cp1252"]
)
def test_sheets_are_read_in_the_encoding_they_were_written_in(encoding):
    mark = "\ufeff" if encoding.endswith("with-mark") else ""
    data = (mark + SHEET).encode(encoding.removesuffix("-with-mark"))

    assert parse_cue(decode_cue(data), "Side A.flac") == MARKS


def test_japanese_sheets_are_read():
    text = 'FILE "夜想曲.wav" WAVE\nPERFORMER "坂本さくら"\nTITLE "夜想曲集、静かな海のほとりで"\n' + TWO

    assert decode_cue(text.encode("shift-jis")) == text


@given(st.binary())
def test_any_bytes_are_decoded(data):
    assert isinstance(decode_cue(data), str)


@given(st.text(), st.text())
def test_any_text_is_a_sheet_or_none(text, name):
    assert isinstance(parse_cue(text, name, sheet_name=name), tuple)


WORDS = [
    "FILE",
    "TRACK",
    "INDEX",
    "TITLE",
    "AUDIO",
    "01",
    "00",
    "00:01:00",
    '"a.flac"',
    "\n",
    "00:00:99",
    "PERFORMER",
    '"',
]


@given(st.lists(st.sampled_from(WORDS), max_size=60))
def test_any_order_of_commands_gives_rising_marks(words):
    marks = parse_cue(" ".join(words), "a.flac", sheet_name="a.cue")

    assert all(one.start_ticks < two.start_ticks for one, two in itertools.pairwise(marks))
