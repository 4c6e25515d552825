"""What people corrected about the pieces of files, by the audio: read for a visit, written for the command.

A correction of boundaries holds the pieces themselves, so that it never depends on what would be found later. One of
the medium holds its name; the silences are then found anew, with the medium's threshold.
"""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lake.decisions import KINDS_OF_PIECES, Kind
from lake.snapshot import Snapshot
from music.corrections import corrected_hints, corrected_parameters
from music.hints import Hints
from music.marks import Mark
from music.segmentation import MediumName, SegmentParameters
from music.ticks import Ticks

PIECES: Kind = "segments"
MEDIUM: Kind = "medium"


@dataclass(frozen=True, slots=True)
class Correction:
    """What a person said about the pieces of some audio."""

    pieces: tuple[Mark, ...] | None = None
    """Where they begin; None where nobody said."""
    medium: MediumName | None = None
    """What it was copied from; None where nobody said."""
    versions: Mapping[str, str] = field(default_factory=dict)
    """By kind, the hash of what was said."""

    def hints(self, found: Hints) -> Hints:
        """Return what is said about the pieces, this before all else."""
        return corrected_hints(found, self.pieces)

    def parameters(self, general: SegmentParameters) -> SegmentParameters:
        """Return the parameters that hold for this audio."""
        return corrected_parameters(general, self.medium)


NOTHING = Correction()
"""Of audio that nobody corrected."""


class Corrections:
    """What counts today, read once: of 100,000 corrections 0.3 s. A value is looked into when it is asked for.

    Args:
        snapshot: Of the lake.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._said: dict[str, dict[str, tuple[str, str]]] = defaultdict(dict)
        for audio, kind, value, version in snapshot.tuples(
            "select json_extract_string(subject, '$.audio_sha256'), kind, value, version from valid_decisions "
            "where kind in (?, ?)",
            KINDS_OF_PIECES,
        ):
            self._said[audio][kind] = value, version

    def of(self, audio_sha256: str | None) -> Correction:
        """Return what was said of some audio."""
        said = self._said.get(audio_sha256 or "")
        if said is None:
            return NOTHING
        values = {kind: json.loads(value) for kind, (value, _) in said.items()}
        return Correction(
            pieces=marks_of(values[PIECES]) if PIECES in values else None,
            medium=values.get(MEDIUM),
            versions={kind: version for kind, (_, version) in said.items()},
        )


def value_of(marks: tuple[Mark, ...]) -> dict[str, Any]:
    """Return pieces as a decision holds them."""
    return {
        "pieces": [
            {"start_ticks": mark.start_ticks, "title": mark.title, "performer": mark.performer} for mark in marks
        ]
    }


def marks_of(value: Mapping[str, Any]) -> tuple[Mark, ...]:
    """Return the pieces that a decision holds."""
    return tuple(Mark(Ticks(each["start_ticks"]), each["title"], each["performer"]) for each in value["pieces"])
