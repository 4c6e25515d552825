import dataclasses
import hashlib

import pytest

from music.hints import Hints, gather_hints
from music.marks import Mark
from music.tags import Tags
from music.ticks import TICKS_PER_SECOND, Ticks

SECOND = TICKS_PER_SECOND


def sheet(*titles):
    tracks = "".join(
        f'TRACK {n + 1:02} AUDIO\nTITLE "{title}"\nINDEX 01 00:{10 * n:02}:00\n' for n, title in enumerate(titles)
    )
    return f'FILE "side.wav" WAVE\n{tracks}'


def marks(*seconds, title=None):
    return tuple(Mark(Ticks(at * SECOND), title) for at in seconds)


BESIDE, EMBEDDED = sheet("B1", "B2").encode(), sheet("E1", "E2", "E3")
TABLE, CHAPTERS = marks(0, 20, title="T"), marks(0, 5, 25, title="C")


@pytest.mark.parametrize(
    ("beside", "embedded", "table", "chapters", "titles", "found_by"),
    [
        pytest.param(BESIDE, EMBEDDED, TABLE, CHAPTERS, ["B1", "B2"], "cue", id="beside"),
        pytest.param(None, EMBEDDED, TABLE, CHAPTERS, ["E1", "E2", "E3"], "cue", id="embedded"),
        pytest.param(None, None, TABLE, CHAPTERS, ["T", "T"], "cue", id="flac_table"),
        pytest.param(None, None, (), CHAPTERS, ["C", "C", "C"], "chapters", id="chapters"),
        pytest.param(None, None, (), (), [], None, id="nobody"),
        pytest.param(b"\xff\0nonsense", EMBEDDED, (), (), ["E1", "E2", "E3"], "cue", id="nonsense_beside"),
        pytest.param(sheet("B1").encode(), None, (), CHAPTERS, ["C", "C", "C"], "chapters", id="a_single_mark_beside"),
        pytest.param(None, sheet(*"abcdef"), (), CHAPTERS, ["C", "C", "C"], "chapters", id="marks_beyond_the_end"),
        pytest.param(None, None, marks(0, 30), (), [], None, id="a_mark_at_the_end"),
        pytest.param(None, None, (), marks(7), [], None, id="a_single_chapter"),
        pytest.param(None, None, (), marks(-1, 7), [], None, id="a_mark_before_the_beginning"),
        pytest.param(None, None, (), marks(9, 9, title="C"), [], None, id="one_place_twice"),
    ],
)
def test_who_knows_better_says_where_pieces_begin(beside, embedded, table, chapters, titles, found_by):
    tags = Tags(cue_sheet=embedded, cue_marks=table)

    hints = gather_hints(tags, chapters, sidecar_cue=beside, file_name="side.flac", duration_ticks=Ticks(30 * SECOND))

    assert [mark.title for mark in hints.marks] == titles
    assert hints.found_by == found_by


def test_an_embedded_sheet_counts_whatever_file_it_names():
    hints = gather_hints(Tags(cue_sheet=EMBEDDED), (), sidecar_cue=None, file_name="renamed.flac")

    assert len(hints.marks) == 3


def test_a_sheet_beside_counts_under_its_own_name():
    hints = gather_hints(Tags(), (), sidecar_cue=BESIDE, file_name="rip.flac", sheet_name="rip.cue")

    assert len(hints.marks) == 2


def test_chapters_in_disorder_are_put_in_order():
    hints = gather_hints(Tags(), marks(20, 0, 10, 0), sidecar_cue=None, file_name="a")

    assert hints.marks == marks(0, 10, 20)


def test_what_the_tags_say_is_handed_on():
    tags = Tags(title="t", artist="a", album="b", medium="Vinyl", track_number=2, track_total=9, genre="Jazz")

    hints = gather_hints(tags, (), sidecar_cue=None, file_name="a")

    assert hints == Hints(title="t", artist="a", album="b", medium_tag="Vinyl", track_number=2, expected_tracks=9)


FULL = Hints("cue", marks(0, 1), "t", "a", "b", "CD", 1, 2)


def test_the_hash_is_over_all_fields_in_one_form():
    text = (
        '{"album":"b","artist":"a","expected_tracks":2,"found_by":"cue","marks":['
        '{"performer":null,"start_ticks":0,"title":null},{"performer":null,"start_ticks":28224000,"title":null}],'
        '"medium_tag":"CD","title":"t","track_number":1}'
    )
    assert FULL.sha256() == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("found_by", "chapters"), ("marks", marks(0, 2)), ("marks", marks(0, 1, title="x")), ("title", None),
        ("artist", ""), ("album", "c"), ("medium_tag", "Vinyl"), ("track_number", None), ("expected_tracks", 3),
    ],
)  # fmt: skip
def test_every_field_counts_in_the_hash(name, other):
    assert dataclasses.replace(FULL, **{name: other}).sha256() != FULL.sha256()


def test_what_segmentation_does_not_read_leaves_the_hash():
    plain = gather_hints(Tags(), (), sidecar_cue=None, file_name="a.mp3")
    genre = gather_hints(Tags(genre="Jazz", year=1977), (), sidecar_cue=None, file_name="b.mp3")

    assert plain.sha256() == genre.sha256()
