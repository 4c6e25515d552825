from dataclasses import replace

import numpy as np
import pytest

from ingest_assets.decision import ASSETS, Situation, Wish, decide
from ingest_assets.file_result import decided
from ingest_assets.known_files import FileFacts
from ingest_assets.segments import ASSET
from ingest_assets.versions import Known
from music.amplitude_profile import AmplitudeProfile
from music.contour import Contour
from music.error_codes import ErrorCode
from music.hints import Hints
from music.marks import Mark
from music.segmentation import SegmentParameters
from music.silences import Silences
from music.sound_warnings import NOTHING_HEARD
from music.ticks import TICKS_PER_SECOND, Ticks
from resources.leases import Planned

LOUD, QUIET = [-20] * 900, [-60] * 900
TENTH = Ticks(TICKS_PER_SECOND // 10)
HALVES = Hints("manual", (Mark(Ticks(0)), Mark(Ticks(900 * TENTH))))
DAMAGED = "left out: 1 damaged packet"
ONE_QUIET = "1 of 2 too quiet (no moment reaches an RMS of 0.05)"
BOTH_QUIET = ONE_QUIET.replace("1", "2", 1)
ONLY_QUIET = ONE_QUIET.replace("2", "1", 1)
PLANNED = Planned("me", "music", b"side.flac", 1, 1, "", "new", stale=False)
PIECES_ONLY = Wish(frozenset({"segments"}), renew=False, anew=False)


def cut_in_halves(levels_dbfs: list[int], *, told: tuple[ErrorCode, str] | None) -> Known:
    """Return what came of segments when a person divided a file about which that was told as a whole."""
    profile = AmplitudeProfile(np.array(levels_dbfs, np.int8), TENTH)
    contour = Contour(Silences(-60.0, None, ()), profile, Ticks(len(levels_dbfs) * TENTH))
    inputs = {"discovered_files.audio": "a", "discovered_files.hints": "h"}
    known = Known("done", ASSET.code_version, "v", "", inputs, {})
    if told:
        known = replace(known, error_code=told[0], message=told[1])
    facts = FileFacts("me", "stamp", "a" * 64, outcomes={"segments": known}, contour=lambda: contour)
    hashes = {asset.name: "" for asset in ASSETS}
    outputs = {"audio": "a", "hints": "h"}
    situation = Situation(HALVES, outputs, facts, (), hashes, SegmentParameters(), {"segments": "p"})
    (made,) = decided(PLANNED, situation, decide(situation, PIECES_ONLY))
    assert made.how == "recut"
    return made.known


@pytest.mark.parametrize(
    ("levels_dbfs", "told", "code", "message"),
    [
        (LOUD + LOUD, None, None, None),
        (QUIET + LOUD, None, ErrorCode.QUIET_AUDIO, ONE_QUIET),
        (QUIET + QUIET, (ErrorCode.QUIET_AUDIO, ONLY_QUIET), ErrorCode.QUIET_AUDIO, BOTH_QUIET),
        (LOUD + LOUD, (ErrorCode.DAMAGED_AUDIO, DAMAGED), ErrorCode.DAMAGED_AUDIO, DAMAGED),
        (
            QUIET + QUIET,
            (ErrorCode.DAMAGED_AUDIO, f"{DAMAGED}; {ONLY_QUIET}"),
            ErrorCode.DAMAGED_AUDIO,
            f"{DAMAGED}; {BOTH_QUIET}",
        ),
        (QUIET + QUIET, (ErrorCode.SILENT_AUDIO, NOTHING_HEARD), ErrorCode.SILENT_AUDIO, NOTHING_HEARD),
    ],
    ids=["nothing", "a quiet half", "two quiet halves", "damage", "damage and quiet halves", "silence"],
)
def test_what_is_told_of_pieces_is_told_anew_when_they_are_cut_again(
    levels_dbfs: list[int], told: tuple[ErrorCode, str] | None, code: ErrorCode | None, message: str | None
) -> None:
    known = cut_in_halves(levels_dbfs, told=told)

    assert (known.error_code, known.message) == (code, message)
