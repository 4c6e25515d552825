"""What the lake already knows of the files of a batch, and of other files with the same audio."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from ingest_assets.corrections import Correction, Corrections
from ingest_assets.segments import CONTOUR_COLUMNS, stored_contour
from ingest_assets.versions import KNOWN_COLUMNS, Known
from lake.snapshot import Snapshot
from lake.store import Lake
from music.contour import Contour
from music.segmentation import Span

WANTED = "_wanted"
"""What the keys that are looked up are called in a query."""
MOST_TWINS = 8
"""Other files with the same audio that are asked for their results; more would all say the same."""

MOST_NEIGHBOURS = 200


def _no_contour() -> None:
    return None


@dataclass(slots=True)
class FileFacts:
    """One file, as the lake has it."""

    file_key: str = ""
    stamp: str | None = None
    """What its rows were made of; None of a file that was gone, and must be visited when it comes back."""
    audio_sha256: str | None = None
    first_seen_at: datetime | None = None
    outcomes: dict[str, Known] = field(default_factory=dict)
    """By asset."""
    spans: tuple[Span, ...] = ()
    contour: Callable[[], Contour | None] = _no_contour
    """Reads it when it is asked for: few visits cut again."""


class KnownFiles:
    """Facts by file key, read once for the batch and again for files with the same audio.

    Args:
        lake: The lake.
        keys: The batch.
    """

    def __init__(self, lake: Lake, keys: Sequence[str]) -> None:
        self._lake = lake
        self._facts: dict[str, FileFacts] = {}
        self._contours: dict[str, Contour | None] = {}
        with lake.read() as snapshot:
            self._take_in(snapshot, keys)
            self._by_audio = _audio_index(snapshot)
            self._corrections = Corrections(snapshot)

    def of(self, file_key: str) -> FileFacts:
        """Return what is known of a file; an empty record where nothing is."""
        return self._facts.get(file_key) or FileFacts()

    def correction(self, audio_sha256: str | None) -> Correction:
        """Return what people corrected about the pieces of some audio."""
        return self._corrections.of(audio_sha256)

    def twins(self, audio_sha256: str, *, of: str) -> list[FileFacts]:
        """Return other files with the same audio."""
        keys = [key for key in self._by_audio.get(audio_sha256, []) if key != of][:MOST_TWINS]
        unknown = [key for key in keys if key not in self._facts]
        if unknown:
            with self._lake.read() as snapshot:
                wanted = [key for key in _with_neighbours(snapshot, unknown) if key not in self._facts]
                self._take_in(snapshot, wanted)
        return [self._facts[key] for key in keys if key in self._facts]

    def _take_in(self, snapshot: Snapshot, keys: Sequence[str]) -> None:
        for key, facts in _load(snapshot, keys).items():
            facts.contour = partial(self._contour, key)
            self._facts[key] = facts

    def _contour(self, file_key: str) -> Contour | None:
        """Return what is kept of a file's sound; read for all files at hand at once, since each look costs the same."""
        if file_key not in self._contours:
            lacking = [key for key in self._facts if key not in self._contours]
            with self._lake.read() as snapshot, snapshot.keys(WANTED, lacking):
                found = {
                    row["file_key"]: stored_contour(row) for row in _rows(snapshot, "source_media", CONTOUR_COLUMNS)
                }
            self._contours |= dict.fromkeys(lacking) | found
        return self._contours[file_key]


def _with_neighbours(snapshot: Snapshot, keys: Sequence[str]) -> list[str]:
    """Return the keys, and those behind them in their folders: where one file was moved, the next ones were too.

    A look into a lake of 100,000 files takes 0.08 s; one for each file of a moved library would take hours.
    """
    with snapshot.keys(WANTED, keys):
        found = snapshot.tuples(
            f"""
            with place as (
                select library, parse_dirpath(path, 'forward_slash') as folder, min(path) as first from discovered_files
                where file_key in (from {WANTED}) group by all
            )
            select file_key from discovered_files d
            join place on d.library = place.library
                and parse_dirpath(d.path, 'forward_slash') = folder and d.path >= first
            order by d.path limit {MOST_NEIGHBOURS}
            """
        )
    return [*keys, *(key for (key,) in found if key not in keys)]


def _load(snapshot: Snapshot, keys: Sequence[str]) -> dict[str, FileFacts]:
    columns = "case when gone_at is null then stamp end as stamp, audio_sha256, first_seen_at"
    with snapshot.keys(WANTED, keys):
        facts = {
            row["file_key"]: FileFacts(row["file_key"], row["stamp"], row["audio_sha256"], row["first_seen_at"])
            for row in _rows(snapshot, "discovered_files", columns)
        }
        for key, known in _outcomes(snapshot):
            facts.setdefault(key, FileFacts(key)).outcomes.update(known)
        _add_spans(snapshot, facts)
    return facts


def _rows(snapshot: Snapshot, table: str, columns: str) -> list[dict[str, Any]]:
    """Return the rows of the files that are wanted."""
    return snapshot.rows(f"select file_key, {columns} from {table} where file_key in (from {WANTED})")


def _outcomes(snapshot: Snapshot) -> list[tuple[str, dict[str, Known]]]:
    rows = _rows(snapshot, "outcomes", f"asset, {KNOWN_COLUMNS}")
    return [(row["file_key"], {row["asset"]: Known.of(row)}) for row in rows]


def _add_spans(snapshot: Snapshot, facts: dict[str, FileFacts]) -> None:
    spans: dict[str, list[Span]] = defaultdict(list)
    columns = "segment_index, start_time_ticks, end_time_ticks, found_by, title_hint, performer_hint"
    for row in sorted(_rows(snapshot, "segments", columns), key=lambda each: each["segment_index"]):
        spans[row["file_key"]].append(
            Span(
                row["start_time_ticks"],
                row["end_time_ticks"],
                row["found_by"],
                row["title_hint"],
                row["performer_hint"],
            )
        )
    for key, found in spans.items():
        facts.setdefault(key, FileFacts(key)).spans = tuple(found)


def _audio_index(snapshot: Snapshot) -> dict[str, list[str]]:
    """Return the keys of all files by audio; 0.2 s for 100,000 files."""
    index: dict[str, list[str]] = defaultdict(list)
    for audio, key in snapshot.tuples(
        "select audio_sha256, file_key from discovered_files "
        "where audio_sha256 is not null order by gone_at is not null"
    ):
        index[audio].append(key)
    return dict(index)
