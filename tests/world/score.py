"""Counts how well the pieces of a world were identified: wrong ACCEPTs first, since nothing is worse."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lake.catalog import connect
from tests.world.shelf import Expected, MusicFile


@dataclass(frozen=True, slots=True)
class Row:
    """What was decided about one piece."""

    path: str
    start_seconds: float
    end_seconds: float
    decision: str | None
    """None where nothing was."""
    recording: str | None = None
    group: str | None = None
    release: str | None = None
    reason: str = ""
    status: str = ""
    """Of the file's outcome."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """A piece that was accepted as something it is not, or as an edition that nothing speaks for."""

    kind: str
    row: Row
    expected: Expected
    why: str


@dataclass(slots=True)
class Tally:
    """Of one kind of damage, or of all."""

    pieces: int = 0
    answerable: int = 0
    right: int = 0
    """Accepted rightly, of the answerable."""
    wrong: int = 0
    """Accepted as another recording or another album, whatever was expected."""
    claims: int = 0
    """Accepted rightly, but with an edition that the evidence does not support."""
    decisions: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Tally") -> None:
        self.pieces += other.pieces
        self.answerable += other.answerable
        self.right += other.right
        self.wrong += other.wrong
        self.claims += other.claims
        self.decisions += other.decisions


@dataclass(slots=True)
class Score:
    """Of one world, or of several."""

    kinds: dict[str, Tally] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)
    unanswered: list[tuple[Expected, Row | None]] = field(default_factory=list)
    """What could have been accepted and was not."""

    @property
    def total(self) -> Tally:
        whole = Tally()
        for tally in self.kinds.values():
            whole.add(tally)
        return whole

    @property
    def wrong(self) -> int:
        return self.total.wrong

    @property
    def right_share(self) -> float:
        """Of the answerable pieces, those that were accepted rightly."""
        total = self.total
        return total.right / total.answerable if total.answerable else 0.0

    def add(self, other: "Score") -> None:
        for kind, tally in other.kinds.items():
            self.kinds.setdefault(kind, Tally()).add(tally)
        self.mistakes += other.mistakes
        self.unanswered += other.unanswered

    def table(self) -> str:
        """Return the counts for people, with each mistake in words."""
        head = f"{'kind':32} {'pieces':>6} {'answerable':>10} {'right':>6} {'WRONG':>6} {'claims':>6}  decisions"
        lines = [head, "-" * len(head)]
        for kind, tally in [*self.kinds.items(), ("all", self.total)]:
            told = ", ".join(f"{name} {count}" for name, count in sorted(tally.decisions.items()))
            counts = f"{tally.pieces:6} {tally.answerable:10} {tally.right:6} {tally.wrong:6} {tally.claims:6}"
            lines.append(f"{kind:32} {counts}  {told}")
        lines.append(f"right ACCEPT among answerable: {100 * self.right_share:.1f} %")
        lines += [f"{each.why} ({each.kind}): {each.row.path}: {each.row.reason}" for each in self.mistakes]
        for expected, row in self.unanswered:
            said = f"{row.path}: {row.decision or row.status}: {row.reason}" if row else "no row"
            lines.append(f"not accepted ({expected.kind}): {said}")
        return "\n".join(lines)


def score(files: Iterable[MusicFile], rows: Iterable[Row]) -> Score:
    """Return how well the rows answer what is expected of the files."""
    by_path: dict[str, list[Row]] = {}
    for row in rows:
        by_path.setdefault(row.path, []).append(row)
    found = Score()
    for file in files:
        _score_file(found, file, by_path.get(file.path, []))
    return found


def _score_file(found: Score, file: MusicFile, rows: Sequence[Row]) -> None:
    taken: dict[int, Row] = {}
    for row in rows:
        place = max(range(len(file.expected)), key=lambda each: _overlap(file.expected[each].span, row))
        before = taken.get(place)
        if before is None or _length(row) > _length(before):
            taken[place] = row
        if mistake := _mistake(row, file.expected[place]):
            found.mistakes.append(mistake)
            tally = found.kinds.setdefault(mistake.kind, Tally())
            tally.wrong += mistake.why != _CLAIM
            tally.claims += mistake.why == _CLAIM
    for place, expected in enumerate(file.expected):
        _count(found, expected, taken.get(place))


def _count(found: Score, expected: Expected, row: Row | None) -> None:
    tally = found.kinds.setdefault(expected.kind, Tally())
    tally.pieces += 1
    tally.decisions[(row.decision or row.status or "undecided") if row else "no row"] += 1
    if expected.verdict != "answerable":
        return
    tally.answerable += 1
    is_right = row is not None and row.decision == "ACCEPT" and _wrong_because(row, expected) is None
    tally.right += is_right
    if not is_right:
        found.unanswered.append((expected, row))


_CLAIM = "an edition that nothing speaks for"


def _mistake(row: Row, expected: Expected) -> Mistake | None:
    if row.decision != "ACCEPT":
        return None
    why = _wrong_because(row, expected)
    if why is None and row.release and row.release not in expected.editions:
        why = _CLAIM
    return Mistake(expected.kind, row, expected, why) if why else None


def _wrong_because(row: Row, expected: Expected) -> str | None:
    if expected.verdict == "unanswerable":
        return "accepted what nothing tells"
    if row.recording not in expected.recordings:
        return "accepted as another recording"
    if row.group and row.group not in expected.groups:
        return "accepted as from another album"
    return None


def _length(row: Row) -> float:
    return row.end_seconds - row.start_seconds


def _overlap(span: tuple[float, float], row: Row) -> float:
    return min(span[1], row.end_seconds) - max(span[0], row.start_seconds)


_ROWS = """
select f.path, s.start_time_ticks / 28224000.0, s.end_time_ticks / 28224000.0,
       i.decision, i.recording_mbid, i.release_group_mbid, i.release_mbid, coalesce(i.reason, ''),
       coalesce(o.status || coalesce(' ' || o.error_code, ''), '')
from discovered_files f
join segments s using (file_key)
left join identifications i using (file_key, segment_index)
left join (select * from outcomes where asset = 'identifications') o using (file_key)
order by f.path, s.segment_index
"""


def rows_of(home: Path) -> list[Row]:
    """Return what a lake says about each piece."""
    with connect(home) as lake:
        return [Row(*each) for each in lake.execute(_ROWS).fetchall()]
