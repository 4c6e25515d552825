from dataclasses import replace

import numpy as np
import pytest

from ingest_assets import audio_features, segments
from ingest_assets.decision import Decision, Situation, Wish, decide
from ingest_assets.known_files import FileFacts
from ingest_assets.versions import Known
from music.amplitude_profile import AmplitudeProfile
from music.contour import Contour
from music.hints import Hints
from music.marks import Mark
from music.segmentation import SegmentParameters, Span
from music.silences import Silences
from music.ticks import TICKS_PER_SECOND, Ticks

DURATION = Ticks(180 * TICKS_PER_SECOND)
WHOLE = (Span(Ticks(0), DURATION, "whole_file", None, None),)
CONTOUR = Contour(Silences(-60.0, None, ()), AmplitudeProfile(np.zeros(0, np.int8), Ticks(1)), DURATION)
SPANS = segments.spans_version(WHOLE)
OUTPUTS = {"audio": "a", "hints": "h"}
HASHES = {"discovered_files": "", "segments": "sp", "fingerprints": "", "audio_features": "fp"}
ALL = frozenset({"discovered_files", "segments", "fingerprints", "audio_features"})
ORDINARY = Wish(ALL, renew=False, anew=False)
EVERYTHING = {"segments", "fingerprints", "audio_features"}


def facts(key: str = "me", **changes: Known) -> FileFacts:
    measured = {"discovered_files.audio": "a", "segments.spans": SPANS}
    outcomes = {
        "segments": Known(
            "done",
            segments.ASSET.code_version,
            "vs",
            "sp",
            {"discovered_files.audio": "a", "discovered_files.hints": "h"},
            {"spans": SPANS},
        ),
        "fingerprints": Known("done", "1", "vf", "", measured),
        "audio_features": Known("done", audio_features.ASSET.code_version, "va", "fp", measured),
    }
    return FileFacts(
        key,
        "stamp",
        "a" * 64,
        outcomes=outcomes | changes,
        spans=WHOLE,
        contour=lambda: CONTOUR,
    )


def situation(own: FileFacts, *twins: FileFacts, hints: str = "h", audio: str = "a") -> Situation:
    return Situation(Hints(), {"audio": audio, "hints": hints}, own, twins, HASHES, SegmentParameters())


def older(known: Known) -> Known:
    return replace(known, code_version="0")


def test_an_unknown_file_is_measured_whole() -> None:
    decision = decide(situation(FileFacts()), ORDINARY)

    assert decision.measure == EVERYTHING
    assert decision.spans is None


def test_a_file_whose_audio_is_known_is_not_decoded() -> None:
    decision = decide(situation(facts()), ORDINARY)

    assert decision.keep == EVERYTHING
    assert not decision.measure


def test_a_copy_takes_everything_over_from_its_twin() -> None:
    twin = facts("twin")

    decision = decide(situation(FileFacts("copy"), twin), ORDINARY)

    assert decision.take_over == dict.fromkeys(EVERYTHING, twin)
    assert not decision.measure


def test_edited_tags_cut_again_from_stored_silences_and_keep_what_reads_equal_spans() -> None:
    decision = decide(situation(facts(), hints="other"), ORDINARY)

    assert decision.recut is not None
    assert decision.recut.spans == WHOLE
    assert decision.keep == {"fingerprints", "audio_features"}
    assert not decision.measure


def corrected(own: FileFacts, *twins: FileFacts, **versions: str) -> Situation:
    """Return the situation of a file of which a person said something."""
    hints = Hints(found_by="manual", marks=(Mark(Ticks(0)), Mark(Ticks(DURATION // 2))))
    return replace(situation(own, *twins), hints=hints, decisions=versions)


def reading(known: Known, **versions: str) -> Known:
    named = {f"decisions.{kind}": version for kind, version in versions.items()}
    return replace(known, input_versions={**known.input_versions, **named})


def test_corrected_pieces_are_cut_without_the_audio_and_measured() -> None:
    decision = decide(corrected(facts(), segments="v"), ORDINARY)

    assert decision.recut is not None
    assert {span.found_by for span in decision.recut.spans} == {"manual"}
    assert decision.expected["segments"].input_versions["decisions.segments"] == "v"
    assert decision.measure == {"fingerprints", "audio_features"}


def test_a_copy_of_a_corrected_file_takes_its_pieces_over() -> None:
    twin = facts("twin", segments=reading(facts().outcomes["segments"], segments="v"))

    decision = decide(corrected(FileFacts("copy"), twin, segments="v"), ORDINARY)

    assert decision.take_over["segments"] is twin


@pytest.mark.parametrize(
    ("said", "found_with", "measured"),
    [
        pytest.param({"medium": "v"}, {}, True, id="said"),
        pytest.param({}, {"medium": "v"}, True, id="taken back"),
        pytest.param({"medium": "v"}, {"medium": "w"}, True, id="another one"),
        pytest.param({"medium": "v", "segments": "s"}, {"medium": "v"}, False, id="the same"),
    ],
)
def test_silences_hold_for_the_medium_with_which_they_were_found(
    said: dict[str, str], found_with: dict[str, str], *, measured: bool
) -> None:
    own = facts(segments=reading(facts().outcomes["segments"], **found_with))

    decision = decide(corrected(own, **said), ORDINARY)

    assert ("segments" in decision.measure) is measured
    assert (decision.recut is None) is measured


def test_older_code_does_not_keep_a_correction_waiting() -> None:
    own = facts(segments=older(facts().outcomes["segments"]))

    decision = decide(corrected(own, segments="v"), ORDINARY)

    assert decision.measure == EVERYTHING


def test_changed_audio_is_measured_whole() -> None:
    decision = decide(situation(facts(), audio="b"), ORDINARY)

    assert decision.measure == EVERYTHING


@pytest.mark.parametrize(
    ("renew", "measured"),
    [pytest.param(False, set(), id="only listed"), pytest.param(True, {"audio_features"}, id="with --stale")],
)
def test_older_code_of_one_asset_measures_that_asset_alone(*, renew: bool, measured: set[str]) -> None:
    own = facts(audio_features=older(facts().outcomes["audio_features"]))

    decision = decide(situation(own), Wish(ALL, renew=renew, anew=False))

    assert decision.measure == measured
    assert decision.spans == WHOLE


def test_another_silence_parameter_measures_segments_and_what_reads_them() -> None:
    own = facts(segments=replace(facts().outcomes["segments"], parameters_hash="before"))

    decision = decide(situation(own), Wish(ALL, renew=True, anew=False))

    assert decision.measure == EVERYTHING


def test_what_a_person_asks_for_is_made_anew_though_it_stands() -> None:
    decision = decide(situation(facts(), facts("twin")), Wish(frozenset({"audio_features"}), renew=True, anew=True))

    assert decision.measure == {"audio_features"}
    assert decision.spans == WHOLE


def test_one_asset_alone_without_segments_says_what_is_missing() -> None:
    decision = decide(situation(FileFacts()), Wish(frozenset({"fingerprints"}), renew=True, anew=True))

    assert decision.missing == {"fingerprints"}
    assert decision == Decision(expected=decision.expected, missing={"fingerprints"})


def test_an_error_of_the_same_audio_is_kept() -> None:
    failed = replace(facts().outcomes["segments"], status="error", output_versions={})
    skipped = Known("skipped", "1", None, "", {"discovered_files.audio": "a"})
    own = FileFacts(
        "me",
        outcomes={
            "segments": failed,
            "fingerprints": skipped,
            "audio_features": replace(skipped, parameters_hash="fp"),
        },
    )

    decision = decide(situation(own), ORDINARY)

    assert decision.keep == EVERYTHING
