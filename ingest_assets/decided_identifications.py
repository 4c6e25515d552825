"""What people decided about who a piece of music is, laid over what the evidence says: one function, for all who write.

A decision speaks of a stretch of audio, not of a path: it holds for every file with that audio as long as a piece
covers nine tenths of the span, and until it is taken back. Of several the newest counts. What the evidence alone would
say stays in the row, so that a decision can be taken back without asking anybody again.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Literal

from ingest_assets.audio_spans import Audio, is_meant
from lake.decisions import Kind, of_span
from lake.snapshot import Snapshot

if TYPE_CHECKING:
    from lake.transaction import Transaction

KIND: Kind = "identification"
TABLE: Final = "identifications"
PERSON: Final = "person"
EVIDENCE: Final = "evidence"
PIECE: Final = ("file_key", "segment_index")
_SPAN: Final = ("audio_sha256", "start_time_ticks", "end_time_ticks")
_NOT_SAID: Final = frozenset({*PIECE, "decided_by", "by_evidence", "run_id", "written_at"})
"""Columns that are not what the evidence says of a piece."""
_OF_A_RECORDING: Final = (
    *("title", "artist", "artist_mbids", "work_mbids", "recording_length_seconds", "tags", "requested_mbids"),
    "evidence",
)
"""What is known where the evidence had found the same one."""
_OF_A_RELEASE: Final = ("album", "album_artist", "track_position", "disc_position", "release_date", "editions")
"""As above, if the release is the same as well."""

Row = Mapping[str, Any]
PieceKey = tuple[str, int]
"""File and place in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a person said a piece is; for REJECT nothing is given: none of what is known fits."""

    decision: Literal["ACCEPT", "REJECT"]
    recording_mbid: str | None = None
    release_mbid: str | None = None
    release_group_mbid: str | None = None
    title: str | None = None
    artist: str | None = None
    album: str | None = None
    track_position: int | None = None
    disc_position: int | None = None
    artist_mbids: tuple[str, ...] = ()
    work_mbids: tuple[str, ...] = ()

    @property
    def value(self) -> dict[str, Any]:
        """Return it as a decision holds it."""
        return asdict(self)


REJECTED: Final = Choice(decision="REJECT")
"""None of them: the piece stays without a name."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a person said about one piece, and still stands by."""

    decision_id: str
    made_at: datetime
    audio: Audio
    choice: Choice


@dataclass(frozen=True, slots=True)
class Decisions:
    """What people decided, by audio.

    Args:
        said: All that counts, oldest first.
    """

    said: Sequence[Said] = ()
    _by_audio: dict[str, list[Said]] = field(init=False, default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        for each in self.said:
            self._by_audio[each.audio.audio_sha256].append(each)

    def on(self, audio: Audio) -> list[Said]:
        """Return what speaks of a piece, oldest first; the last counts."""
        return [each for each in self._by_audio.get(audio.audio_sha256, ()) if is_meant(each.audio, audio)]


def subject_of(audio: Audio) -> dict[str, Any]:
    """Return the subject of a decision on a piece."""
    return of_span(audio.audio_sha256, start_ticks=audio.start_ticks, end_ticks=audio.end_ticks)


def overlay(rows: Iterable[Row], decisions: Decisions, spans: Mapping[PieceKey, Audio]) -> list[dict[str, Any]]:
    """Return rows of `identifications` as people decided, and as the evidence says where nobody did.

    Laid over its own result again it changes nothing, and with a decision less it gives the evidence's row back.

    Args:
        rows: As the evidence gave them now, or as they are stored.
        decisions: What counts today.
        spans: The pieces that are there, with their audio; one that has no row gets one if a person spoke of it.
    """
    found = {(row["file_key"], row["segment_index"]): row for row in rows}
    result: list[dict[str, Any]] = []
    for key in sorted(found.keys() | spans.keys()):
        row = _evidence_row(found.get(key))
        said = decisions.on(spans[key]) if key in spans else []
        if said:
            result.append(_decided_row(key, row, said[-1], spans[key]))
        elif row is not None:
            result.append(row)
    return result


def _evidence_row(row: Row | None) -> dict[str, Any] | None:
    """Return a row as the evidence alone has it; None where it says nothing."""
    if row is None:
        return None
    own = {name: value for name, value in row.items() if name not in ("run_id", "written_at")}
    if own.get("decided_by") != PERSON:
        return own | {"decided_by": EVIDENCE, "by_evidence": None}
    if own.get("by_evidence") is None:
        return None
    piece = {name: own[name] for name in PIECE}
    return piece | json.loads(own["by_evidence"]) | {"decided_by": EVIDENCE, "by_evidence": None}


def _decided_row(key: PieceKey, row: dict[str, Any] | None, said: Said, audio: Audio) -> dict[str, Any]:
    value = {name: each for name, each in said.choice.value.items() if each not in (None, ())}
    return {
        **dict(zip(PIECE, key, strict=True)),
        "group_id": (row or {}).get("group_id"),
        **_known(said.choice, row or {}),
        **{name: list(each) if isinstance(each, tuple) else each for name, each in value.items()},
        "confidence": 1.0 if said.choice.decision == "ACCEPT" else 0.0,
        "reason": _reason(said, row),
        "decided_by": PERSON,
        "by_evidence": _as_text(row),
        **dict(zip(_SPAN, audio, strict=True)),
    }


def _known(choice: Choice, row: Row) -> dict[str, Any]:
    """Return what the evidence's row knows of the chosen recording, and of its release."""
    if choice.recording_mbid is None or choice.recording_mbid != row.get("recording_mbid"):
        return {}
    names = _OF_A_RECORDING
    if choice.release_mbid == row.get("release_mbid"):
        names += _OF_A_RELEASE
    return {name: row.get(name) for name in names}


def _reason(said: Said, row: Row | None) -> str:
    what = "A person said that it is this" if said.choice.decision == "ACCEPT" else "A person said that none fits"
    day = said.made_at.astimezone(UTC).date().isoformat()
    if row is None:
        return f"{what}, on {day}."
    return f"{what}, on {day}; the evidence alone says {row['decision']} ({row['confidence']:.2f}): {row['reason']}"


def _as_text(row: Row | None) -> str | None:
    if row is None:
        return None
    said = {name: value for name, value in row.items() if name not in _NOT_SAID and value is not None}
    return json.dumps(said, sort_keys=True)


def read_decisions(snapshot: Snapshot) -> Decisions:
    """Return what counts today."""
    rows = snapshot.rows(
        "select decision_id, made_at, subject, value from valid_decisions where kind = ? order by made_at, decision_id",
        [KIND],
    )
    return Decisions([_said(row) for row in rows])


def _said(row: Row) -> Said:
    subject, value = json.loads(row["subject"]), json.loads(row["value"])
    audio = Audio(subject["audio_sha256"], subject["start_ticks"], subject["end_ticks"])
    return Said(row["decision_id"], row["made_at"], audio, _choice(value))


def _choice(value: Mapping[str, Any]) -> Choice:
    known = {each.name for each in fields(Choice)}
    given: dict[str, Any] = {
        name: tuple(each) if isinstance(each, list) else each for name, each in value.items() if name in known
    }
    return Choice(**given)


def read_spans(snapshot: Snapshot, keys: Collection[str]) -> dict[PieceKey, Audio]:
    """Return the pieces of files that are there."""
    with snapshot.keys("_spans_of", list(keys)):
        rows = snapshot.tuples(
            "select file_key, segment_index, audio_sha256, start_time_ticks, end_time_ticks "
            "from segments join _spans_of using (file_key) join discovered_files using (file_key) "
            "where gone_at is null and audio_sha256 is not null"
        )
    return {(key, index): Audio(*audio) for key, index, *audio in rows}


def decide_stored(transaction: "Transaction", keys: Collection[str]) -> int:
    """Bring the stored rows of files to what people decided; return how many pieces are otherwise now."""
    if not keys:
        return 0
    with transaction.keys("_decided", list(keys)):
        stored = transaction.rows(f"select * exclude (run_id, written_at) from {TABLE} join _decided using (file_key)")
    spans = read_spans(transaction, keys)
    rows = overlay(stored, read_decisions(transaction), spans)
    before = {(row["file_key"], row["segment_index"]): row for row in stored}
    after = {(row["file_key"], row["segment_index"]): row for row in rows}
    changed = {key for key in before.keys() | after.keys() if not _is_same(before.get(key), after.get(key))}
    files = sorted({file_key for file_key, _ in changed})
    transaction.replace(TABLE, files, [row for row in rows if row["file_key"] in files])
    return len(changed)


def _is_same(one: Row | None, other: Row | None) -> bool:
    if one is None or other is None:
        return one is other
    return all(one.get(name) == other.get(name) for name in one.keys() | other.keys())
