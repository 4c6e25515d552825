"""What people corrected about the pieces of files, by the audio: read for a visit, written for the command.

A correction of boundaries holds the pieces themselves, so that it never depends on what would be found later. One of
the medium holds its name; the silences are then found anew, with the medium's threshold.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lake.decisions import Decided, Kind, valid_decisions
from lake.snapshot import Snapshot
from music.corrections import corrected_hints, corrected_parameters
from music.hints import Hints
from music.marks import Mark
from music.segmentation import MediumName, SegmentParameters
from music.ticks import Ticks

PIECES: Kind = "segments"
MEDIUM: Kind = "medium"
KINDS: tuple[Kind, ...] = (PIECES, MEDIUM)
"""The kinds of decisions that the asset segments reads."""


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


def corrections_in(snapshot: Snapshot) -> dict[str, Correction]:
    """Return what counts today, by the hash of the audio."""
    pieces = _by_audio(valid_decisions(snapshot, PIECES))
    media = _by_audio(valid_decisions(snapshot, MEDIUM))
    return {
        audio: Correction(
            pieces=marks_of(pieces[audio].value) if audio in pieces else None,
            medium=media[audio].value if audio in media else None,
            versions={
                kind: found[audio].version for kind, found in ((PIECES, pieces), (MEDIUM, media)) if audio in found
            },
        )
        for audio in pieces.keys() | media.keys()
    }


def _by_audio(decided: Mapping[str, Decided]) -> dict[str, Decided]:
    return {each.subject["audio_sha256"]: each for each in decided.values()}


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
