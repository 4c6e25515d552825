"""The pieces of the files that a person named, a file or a folder, and what was decided on them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest_assets.corrections import Correction, Corrections
from ingest_assets.named_files import absolute_here, find_key
from lake.decisions import KINDS_OF_PIECES, Decided, history, of_audio
from lake.snapshot import Snapshot
from music.corrections import Pieces, pieces_of
from music.segmentation import Span
from music.ticks import Ticks
from resources.folders import known_roots, root_above
from resources.leases import is_within
from resources.settings import Settings
from resources.state import copy_in_memory
from sensors.decided_files import undone

_BELOW_SQL = """
with present as (
    select file_key, path, '/' || library || '/' || path as place, '/' || ? || '/' as wanted
    from discovered_files where gone_at is null
)
select left(place, instr(place, wanted) + length(wanted) - 1) as folder, file_key
from present where contains(place, wanted) order by path
"""


class NamedError(Exception):
    """What was named has no pieces to speak of; the message names it and the cure."""


@dataclass(frozen=True, slots=True)
class FilePieces:
    """One file as the lake has it, and as a person wants it."""

    file_key: str
    library: str
    path: str
    """Below the library's root."""
    audio_sha256: str
    medium: str | None
    medium_confidence: float | None
    """From 0 to 1."""
    spans: tuple[Span, ...]
    titles: tuple[str | None, ...]
    """Of each piece, as the view `library` has it."""
    waveforms: tuple[Sequence[int], ...]
    """Of each piece: lowest and highest value in turn, full scale 127; empty where it was not measured."""
    correction: Correction
    """What counts today."""
    decisions: tuple[Decided, ...]
    """All that was ever decided on its audio, oldest first."""
    waits: bool
    """Whether what was decided is not carried out yet."""

    @property
    def duration_ticks(self) -> Ticks:
        """How long the file is."""
        return self.spans[-1].end_ticks

    @property
    def wanted(self) -> Pieces:
        """Its pieces as they are to be: as a person said, even if that waits, else as they were found."""
        marks = self.correction.pieces
        return pieces_of(self.spans) if marks is None else Pieces(marks, self.duration_ticks)


@dataclass(frozen=True, slots=True)
class Named:
    """What a name stands for."""

    is_folder: bool
    keys: tuple[str, ...]


def find_named(settings: Settings, snapshot: Snapshot, name: str) -> Named:
    """Return the files that a person means by a path, a key, or the path of a folder.

    Raises:
        NamedError: There are none.
    """
    below = _keys_below(settings, absolute_here(name))
    if below:
        return Named(is_folder=True, keys=tuple(below))
    key = find_key(settings, snapshot, name)
    if key is None and (below := _keys_of_folder(snapshot, name)):
        return Named(is_folder=True, keys=tuple(below))
    if key is None:
        raise NamedError(
            f"Nothing is known of {name}. It takes the path or key of a file, or a folder of music. "
            "Is it new? Then first: linernotes ingest"
        )
    return Named(is_folder=False, keys=(key,))


def _keys_below(settings: Settings, path: Path) -> list[str]:
    connection = copy_in_memory(settings.home)
    try:
        inside = root_above(known_roots(connection), path)
        if inside is None:
            return []
        within = inside[0].library, inside[1]
        rows = connection.execute("select library, folder, file_key from file where gone = 0 order by folder, name")
        return [row["file_key"] for row in rows if is_within((row["library"], row["folder"]), within)]
    finally:
        connection.close()


def _keys_of_folder(snapshot: Snapshot, name: str) -> list[str]:
    """Return the files below a folder as it is printed, below its library, or the only one whose path ends so."""
    rows = snapshot.tuples(_BELOW_SQL, [name.rstrip("/")])
    folders = {folder for folder, _ in rows}
    return [key for _, key in rows] if len(folders) == 1 else []


def read_pieces(snapshot: Snapshot, named: Named, *, name: str) -> list[FilePieces]:
    """Return the files that have pieces, in the order of their paths.

    Raises:
        NamedError: None has.
    """
    with snapshot.keys("_named", named.keys):
        rows = snapshot.rows(
            "select file_key, library.library, path, audio_sha256, medium, medium_confidence, title, start_time_ticks, "
            "end_time_ticks, found_by, title_hint, performer_hint, audio_features.waveform "
            "from library join _named using (file_key) left join audio_features using (file_key, segment_index) "
            "order by library, path, segment_index"
        )
    if not rows:
        raise NamedError(_why_nothing(snapshot, named, name))
    by_file: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by_file[row["file_key"]].append(row)
    audio = {row["audio_sha256"] for row in rows}
    decided: dict[str, list[Decided]] = defaultdict(list)
    for each in history(snapshot, [of_audio(sha256) for sha256 in audio], kinds=KINDS_OF_PIECES):
        decided[each.subject["audio_sha256"]].append(each)
    corrections, waiting = Corrections(snapshot), set(undone(snapshot))
    return [
        _file(
            own,
            corrections.of(own[0]["audio_sha256"]),
            decided[own[0]["audio_sha256"]],
            waits=key in waiting,
        )
        for key, own in by_file.items()
    ]


def _file(
    rows: Sequence[dict[str, Any]], correction: Correction, decisions: Sequence[Decided], *, waits: bool
) -> FilePieces:
    first = rows[0]
    return FilePieces(
        first["file_key"],
        first["library"],
        first["path"],
        first["audio_sha256"],
        first["medium"],
        first["medium_confidence"],
        spans=tuple(
            Span(
                Ticks(row["start_time_ticks"]),
                Ticks(row["end_time_ticks"]),
                row["found_by"],
                row["title_hint"],
                row["performer_hint"],
            )
            for row in rows
        ),
        titles=tuple(row["title"] for row in rows),
        waveforms=tuple(row["waveform"] or () for row in rows),
        correction=correction,
        decisions=tuple(decisions),
        waits=waits,
    )


def _why_nothing(snapshot: Snapshot, named: Named, name: str) -> str:
    with snapshot.keys("_named", named.keys):
        said = snapshot.tuples(
            "select message from outcomes join _named using (file_key) where message is not null and status = 'error'"
        )
    if named.is_folder:
        return f"No file below {name} has pieces yet. Run: linernotes ingest {name}"
    if said:
        return f"{name} has no pieces: {said[0][0]}"
    return f"{name} has no pieces yet, or is gone. Run: linernotes ingest"


def keys_with(snapshot: Snapshot, audio: Sequence[str]) -> frozenset[str]:
    """Return the files that are there and hold some audio, copies too."""
    rows = snapshot.tuples(
        "select file_key from discovered_files where gone_at is null and audio_sha256 in (select unnest(?::varchar[]))",
        [list(audio)],
    )
    return frozenset(key for (key,) in rows)
