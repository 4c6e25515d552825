from ingest_assets.pieces_picture import ROWS, block_picture, loudness_of, plain_picture, ruler
from music.segmentation import Span
from music.ticks import Ticks

SPANS = (Span(Ticks(0), Ticks(1000), "silence"), Span(Ticks(1000), Ticks(4000), "silence"))
QUIET, LOUD = (-32, 32) * 400, (-127, 120) * 400


def test_each_column_is_as_loud_as_its_moment() -> None:
    assert loudness_of(SPANS, (QUIET, LOUD), columns=8) == [32, 32, *[127] * 6]


def test_a_pause_shorter_than_a_column_is_seen() -> None:
    with_pause = LOUD[:300] + (0, 0) * 20 + LOUD[340:]

    loudness = loudness_of((SPANS[0],), (with_pause,), columns=4)

    assert loudness[1] < loudness[0] == 127


def test_a_piece_that_was_not_measured_is_blank() -> None:
    assert loudness_of(SPANS, ((), LOUD), columns=4) == [0, 127, 127, 127]


def test_blocks_rise_with_the_loudness_and_the_loudest_fills_the_picture() -> None:
    picture = block_picture([0, 8, 12, 24])

    assert picture == ["   █", "  ▄█", " ███"]
    assert len(picture) == ROWS


def test_without_blocks_denser_is_louder() -> None:
    assert plain_picture([0, 60, 127]) == " =@"
    assert plain_picture([0, 0]) == "  "


def test_the_ruler_numbers_pieces_as_far_as_there_is_room() -> None:
    crowded = tuple(Span(Ticks(start), Ticks(end), "manual") for start, end in ((0, 10), (10, 20), (20, 4000)))

    assert ruler(SPANS, columns=8) == "|1|2"
    assert ruler(SPANS, columns=2) == "|1"
    assert ruler(crowded, columns=400) == "|1|3"
    assert ruler((SPANS[0],), columns=1) == "|"
