"""Whole albums whose boundaries are known, where they lie beside the project."""

import json
import os
from pathlib import Path

import pytest

from music.audio_file import open_regular
from music.cells import cell_length, cut_cells
from music.decoding import decode
from music.formats import find_format
from music.hints import Hints
from music.levels import LevelMeter
from music.segmentation import SegmentParameters, cut, find_silences
from music.ticks import ticks_to_seconds

TRUTH = Path(__file__).parents[2].parent / "shared" / "audio"
TOLERANCE_SECONDS = 0.5
RUN_ON = {"gapless", "cross"}
"""Boundaries that nobody hears as gaps: CUE sheets and chapters tell them."""

pytestmark = pytest.mark.skipif(not (TRUTH / "segments.json").exists(), reason="the albums are not here")


def boundaries_seconds(path):
    with open_regular(os.fsencode(path)) as file, decode(file, find_format(file)) as decoder:
        cell_samples = cell_length(decoder.sample_rate_hz)
        meter = LevelMeter(decoder.sample_rate_hz, cell_samples=cell_samples)
        for block in decoder:
            meter.add(cut_cells(block, cell_samples=cell_samples))
    levels, parameters = meter.finish(), SegmentParameters()
    segmentation = cut(find_silences(levels, parameters), Hints(), parameters, duration_ticks=levels.duration_ticks)
    return [ticks_to_seconds(span.start_ticks) for span in segmentation.spans[1:]]


def test_every_gap_and_all_applause_cut_and_quiet_passages_do_not():
    for album in json.loads((TRUTH / "segments.json").read_bytes()):
        audible = [boundary for boundary in album["boundaries"] if boundary["kind"] not in RUN_ON]

        found = boundaries_seconds(TRUTH / album["file"])

        assert len(found) == len(audible), album["recipe"]
        for at, boundary in zip(found, audible, strict=True):
            assert boundary["lo"] - TOLERANCE_SECONDS <= at <= boundary["hi"] + TOLERANCE_SECONDS
