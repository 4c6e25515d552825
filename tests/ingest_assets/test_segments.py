import json

import numpy as np
import pytest

from ingest_assets.segments import CONTOUR_COLUMNS, medium_row, rows_of, stored_contour
from music.amplitude_profile import AmplitudeProfile
from music.contour import Contour, cut_again
from music.hints import Hints
from music.segmentation import SegmentParameters
from music.silences import Applause, Silence, Silences
from music.ticks import TICKS_PER_SECOND, Ticks

MINUTE = Ticks(60 * TICKS_PER_SECOND)
PARAMETERS = SegmentParameters()
CONTOUR = Contour(
    Silences(
        -60.0,
        -73.123456789,
        (Silence(MINUTE, Ticks(MINUTE + 2 * TICKS_PER_SECOND), -70.1),),
        (Applause(Ticks(2 * MINUTE), Ticks(2 * MINUTE + 9 * TICKS_PER_SECOND), -31.7),),
    ),
    AmplitudeProfile(np.tile(np.array([-20, -14, -40, -120], np.int8), 450), Ticks(TICKS_PER_SECOND // 10)),
    Ticks(3 * MINUTE),
)
SIDE = cut_again(CONTOUR, Hints(expected_tracks=3), PARAMETERS)


def test_pieces_cut_again_from_what_is_stored_are_those_of_the_audio() -> None:
    row = json.loads(json.dumps(medium_row("side~1", SIDE, CONTOUR)))

    stored = stored_contour(row)

    assert stored is not None
    again = cut_again(stored, Hints(expected_tracks=3), PARAMETERS)
    assert len(again.spans) == 3
    assert rows_of("side~1", again, stored, PARAMETERS) == rows_of("side~1", SIDE, CONTOUR, PARAMETERS)
    assert medium_row("side~1", again, stored) == medium_row("side~1", SIDE, CONTOUR)


@pytest.mark.parametrize("missing", ["silences", "applause", "amplitude_profile_dbfs", "duration_ticks"])
def test_rows_of_older_code_hold_no_contour(missing: str) -> None:
    row = medium_row("side~1", SIDE, CONTOUR)

    assert stored_contour(row | {missing: None}) is None


def test_every_column_of_the_contour_is_written() -> None:
    assert set(CONTOUR_COLUMNS.split(", ")) <= medium_row("side~1", SIDE, CONTOUR).keys()
