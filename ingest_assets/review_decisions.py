"""Answers of a person written down and taken back: what they said counts at once, for every copy of the audio."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from ingest_assets.audio_spans import Audio, is_meant
from ingest_assets.decided_identifications import (
    KIND,
    PERSON,
    Choice,
    Said,
    decide_stored,
    read_decisions,
    read_spans,
    subject_of,
)
from ingest_assets.file_pieces import keys_with
from ingest_assets.review_groups import Piece
from lake.decisions import add_decisions, revoke_decisions
from lake.snapshot import Snapshot
from lake.store import Lake
from lake.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Written:
    """What came of an answer."""

    decisions: int
    """How many were written down, or taken back."""
    pieces: int
    """Of how many pieces they speak, copies too."""


def write_down(lake: Lake, chosen: Sequence[tuple[Piece, Choice]]) -> Written:
    """Write down what a person said of pieces, in one transaction and with one time; it counts at once."""
    decided = {piece.audio: (subject_of(piece.audio), choice.value) for piece, choice in chosen}
    with lake.write(run_id=PERSON) as transaction:
        ids = add_decisions(transaction, KIND, list(decided.values()), made_at=datetime.now(UTC))
        return Written(len(ids), _carry_out(transaction, decided))


def take_back(lake: Lake, said: Sequence[Said]) -> Written:
    """Take decisions back; what was decided before, or else the evidence, counts again at once."""
    with lake.write(run_id=PERSON) as transaction:
        count = revoke_decisions(transaction, [each.decision_id for each in said], revoked_at=datetime.now(UTC))
        return Written(count, _carry_out(transaction, [each.audio for each in said]))


def last_said(snapshot: Snapshot, audio: Collection[Audio] | None) -> list[Said]:
    """Return the decisions of the last call that spoke of some pieces; without any, of the last of all."""
    said = read_decisions(snapshot).said
    about = [each for each in said if audio is None or any(is_meant(each.audio, piece) for piece in audio)]
    if not about:
        return []
    last = max(each.made_at for each in about)
    return [each for each in said if each.made_at == last]


def _carry_out(transaction: Transaction, audio: Collection[Audio]) -> int:
    """Let what was decided on some audio count in all files that hold it; return in how many pieces."""
    keys = sorted(keys_with(transaction, sorted({each.audio_sha256 for each in audio})))
    decide_stored(transaction, keys)
    spans = read_spans(transaction, keys).values()
    return sum(any(is_meant(each, span) for each in audio) for span in spans)
