"""What a file's surroundings say about the pieces in it, before anybody listens.

A CUE sheet beside the file counts first, then an embedded one, then chapters. A single mark divides nothing,
and a list with a mark behind the end of the audio belongs to another file.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from music.cue_sheet import decode_cue, parse_cue
from music.marks import Mark
from music.tags import Tags
from music.ticks import Ticks

FoundBy = Literal["cue", "chapters", "manual"]


@dataclass(frozen=True, slots=True)
class Hints:
    """All that segmentation reads beside the audio itself."""

    found_by: FoundBy | None = None
    """Where the marks come from; None without marks."""
    marks: tuple[Mark, ...] = ()
    """Where pieces begin, rising; none or at least two, of a person one or more."""
    title: str | None = None
    artist: str | None = None
    album: str | None = None
    medium_tag: str | None = None
    """What the tags say the audio was copied from."""
    track_number: int | None = None
    """From 1."""
    expected_tracks: int | None = None
    """Of the disc."""

    def sha256(self) -> str:
        """Return a hash over all fields, the same wherever and whenever it is made."""
        text = json.dumps(asdict(self), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return hashlib.sha256(text.encode("ascii")).hexdigest()


def gather_hints(
    tags: Tags,
    chapters: Sequence[Mark],
    *,
    sidecar_cue: bytes | None,
    file_name: str,
    sheet_name: str | None = None,
    duration_ticks: Ticks | None = None,
) -> Hints:
    """Return what tags, chapters and a CUE sheet beside the file say about its pieces.

    Args:
        tags: Of the file.
        chapters: Of its container.
        sidecar_cue: The bytes of a CUE sheet in its folder that speaks of it.
        file_name: Its name, without folders.
        sheet_name: The CUE sheet's name.
        duration_ticks: How long it is, as its container says.
    """
    beside = parse_cue(decode_cue(sidecar_cue or b""), file_name, sheet_name=sheet_name)
    embedded = parse_cue(tags.cue_sheet or "", file_name, sheet_name=file_name)
    said: tuple[tuple[FoundBy, Sequence[Mark]], ...] = (
        ("cue", beside),
        ("cue", embedded),
        ("cue", tags.cue_marks),
        ("chapters", chapters),
    )
    divisions: list[tuple[FoundBy, tuple[Mark, ...]]]
    divisions = [(who, _division(marks, duration_ticks)) for who, marks in said]
    found = next((division for division in divisions if division[1]), None)
    return Hints(
        found_by=found[0] if found else None,
        marks=found[1] if found else (),
        title=tags.title,
        artist=tags.artist,
        album=tags.album,
        medium_tag=tags.medium,
        track_number=tags.track_number,
        expected_tracks=tags.track_total,
    )


def _division(marks: Sequence[Mark], duration_ticks: Ticks | None) -> tuple[Mark, ...]:
    """Return the marks in order, one for each place, if they divide anything."""
    by_place = {mark.start_ticks: mark for mark in reversed(marks)}
    places = sorted(by_place)
    if len(places) < 2 or places[0] < 0 or (duration_ticks is not None and places[-1] >= duration_ticks):  # noqa: PLR2004
        return ()
    return tuple(by_place[place] for place in places)
