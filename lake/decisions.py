"""What people decided: written down, taken back, read. The newest decision on a subject that stands counts.

A subject is what stays the same when files are moved, copied or retagged: the hash of the audio, not a path. Subject
and value are JSON with sorted keys, so that equal ones are equal texts, here and in SQL.
"""

import hashlib
import json
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from lake.snapshot import Snapshot

if TYPE_CHECKING:
    from lake.transaction import Transaction

Kind = Literal["segments", "medium", "identification", "artwork", "duplicate", "paused_album", "priority"]
KINDS_OF_PIECES: tuple[Kind, ...] = ("segments", "medium")
"""What speaks of the pieces of a file."""
VERSION_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Decided:
    """What a person decided on one subject."""

    decision_id: str
    kind: str
    subject: dict[str, Any]
    """From `of_audio`, `of_pair`, or names such as artist and album."""
    value: Any
    """Whatever JSON can hold; its form belongs to the kind. Times are ticks."""
    made_at: datetime
    revoked_at: datetime | None = None
    """None while it stands."""

    @property
    def version(self) -> str:
        """The hash of the value: equal values, equal versions, as the view `valid_decisions` has it."""
        return hashlib.sha256(as_text(self.value).encode()).hexdigest()[:VERSION_DIGITS]


def of_audio(audio_sha256: str) -> dict[str, Any]:
    """Return the subject of a decision on some audio, in whichever files it is."""
    return {"audio_sha256": audio_sha256}


def of_span(audio_sha256: str, *, start_ticks: int, end_ticks: int) -> dict[str, Any]:
    """Return the subject of a decision on a part of some audio; the span is half-open."""
    return {"audio_sha256": audio_sha256, "start_ticks": start_ticks, "end_ticks": end_ticks}


def of_pair(one_sha256: str, other_sha256: str) -> dict[str, Any]:
    """Return the subject of a decision on two recordings, in whichever order they are given."""
    return {"audio_sha256": sorted((one_sha256, other_sha256))}


def as_text(value: object) -> str:
    """Return a subject or a value as it is stored."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def add_decisions(
    transaction: "Transaction", kind: Kind, decided: Sequence[tuple[Mapping[str, Any], Any]], *, made_at: datetime
) -> list[str]:
    """Write decisions of one kind down; return their ids.

    Args:
        transaction: The write.
        kind: What was decided.
        decided: Subject and value of each.
        made_at: When; what is decided in one call should bear one time, so that it is taken back together.
    """
    rows = [
        {
            "decision_id": str(uuid.uuid4()),
            "kind": kind,
            "subject": as_text(subject),
            "value": as_text(value),
            "made_at": made_at,
        }
        for subject, value in decided
    ]
    transaction.upsert("decisions", rows)
    return [row["decision_id"] for row in rows]


def revoke_decisions(transaction: "Transaction", ids: Collection[str], *, revoked_at: datetime) -> int:
    """Take decisions back; return how many stood until now. What was decided before on a subject counts again."""
    rows = transaction.rows(
        "select * exclude (written_at, run_id) from decisions "
        "where revoked_at is null and decision_id in (select unnest(?::varchar[]))",
        [list(ids)],
    )
    transaction.upsert("decisions", [row | {"revoked_at": revoked_at} for row in rows])
    return len(rows)


def valid_decisions(snapshot: Snapshot, kind: Kind) -> dict[str, Decided]:
    """Return what counts today of one kind, by the text of its subject: `as_text(of_audio(…))`."""
    rows = snapshot.rows("select * exclude (version) from valid_decisions where kind = ?", [kind])
    return {row["subject"]: _decided(row) for row in rows}


def history(snapshot: Snapshot, subjects: Collection[Mapping[str, Any]], *, kinds: Collection[Kind]) -> list[Decided]:
    """Return all decisions on some subjects, those taken back too, oldest first."""
    rows = snapshot.rows(
        "select decision_id, kind, subject, value, made_at, revoked_at from decisions "
        "where subject in (select unnest(?::varchar[])) and kind in (select unnest(?::varchar[])) "
        "order by made_at, decision_id",
        [[as_text(subject) for subject in subjects], list(kinds)],
    )
    return [_decided(row) for row in rows]


def _decided(row: Mapping[str, Any]) -> Decided:
    return Decided(
        row["decision_id"],
        row["kind"],
        json.loads(row["subject"]),
        json.loads(row["value"]),
        row["made_at"],
        row.get("revoked_at"),
    )
