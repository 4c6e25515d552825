"""What people decided about duplicates, by the audio of both pieces: written for the command, read for the groups.

A decision speaks of two pieces, as audio and span; of two copies of one audio, where both are the same. It holds for
every file with that audio, as long as pieces cover nine tenths of the spans. Of decisions on a pair the newest counts.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from ingest_assets.audio_spans import Audio, is_meant
from lake.decisions import Kind, of_pair
from lake.snapshot import Snapshot

KIND: Kind = "duplicate"
Choice = Literal["keep", "replace", "skip", "merge"]


@dataclass(frozen=True, slots=True)
class Said:
    """What a person said about two pieces."""

    decision_id: str
    made_at: datetime
    choice: Choice
    pair: tuple[Audio, Audio]
    """The lower one first."""
    kept: Audio | None
    """Of keep and replace, the one of the two that is kept."""
    kept_path: str | None
    """Where the kept copy lay: tells copies of one audio apart."""
    other_paths: tuple[str, ...]
    """Where copies lay that are not kept."""


def subject_of(one: Audio, other: Audio) -> dict[str, Any]:
    """Return the subject of a decision on two pieces, in whichever order they are given."""
    first, second = sorted((one, other))
    spans = [[first.start_ticks, first.end_ticks], [second.start_ticks, second.end_ticks]]
    return of_pair(first.audio_sha256, second.audio_sha256) | {"spans_ticks": spans}


def value_of(
    choice: Choice,
    pair: tuple[Audio, Audio],
    *,
    kept: Audio | None = None,
    kept_path: str | None = None,
    other_paths: Sequence[str] = (),
) -> dict[str, Any]:
    """Return what a decision on a pair holds.

    Args:
        choice: What was chosen.
        pair: Both pieces.
        kept: Of keep and replace, which of them stays.
        kept_path: Where its copy lies that stays, library/path.
        other_paths: Where those lie that do not.
    """
    if kept is None:
        return {"choice": choice}
    number = sorted(pair).index(kept)
    return {"choice": choice, "kept": number, "kept_path": kept_path, "other_paths": sorted(other_paths)}


def read_said(snapshot: Snapshot) -> list[Said]:
    """Return what counts today, oldest first."""
    rows = snapshot.rows(
        "select decision_id, made_at, subject, value from valid_decisions where kind = ? order by made_at, decision_id",
        [KIND],
    )
    return [_said(row) for row in rows]


def _said(row: Mapping[str, Any]) -> Said:
    subject, value = json.loads(row["subject"]), json.loads(row["value"])
    audio = [Audio(sha256, *span) for sha256, span in zip(subject["audio_sha256"], subject["spans_ticks"], strict=True)]
    pair = audio[0], audio[1]
    kept = value.get("kept")
    return Said(
        row["decision_id"],
        row["made_at"],
        value["choice"],
        pair,
        None if kept is None else pair[kept],
        value.get("kept_path"),
        tuple(value.get("other_paths", ())),
    )


class Decisions:
    """The decisions that speak of pieces which are there.

    Args:
        said: All that counts, oldest first.
        audio: The pieces that are there.
    """

    def __init__(self, said: Iterable[Said], audio: Iterable[Audio]) -> None:
        self._here: defaultdict[str, set[Audio]] = defaultdict(set)
        for each in audio:
            self._here[each.audio_sha256].add(each)
        self.by_pair: dict[tuple[Audio, Audio], Said] = {}
        """By the pieces as they are today, the lower first: the newest."""
        self._kept: dict[tuple[Audio, Audio], Audio] = {}
        for each in said:
            self._place(each)

    def _place(self, said: Said) -> None:
        for one in self._meant(said.pair[0]):
            for other in self._meant(said.pair[1]):
                pair = (one, other) if one <= other else (other, one)
                self.by_pair.pop(pair, None)
                self.by_pair[pair] = said
                if said.kept is not None:
                    self._kept[pair] = one if said.kept == said.pair[0] else other

    def _meant(self, audio: Audio) -> list[Audio]:
        return sorted(each for each in self._here.get(audio.audio_sha256, ()) if is_meant(audio, each))

    def joined(self) -> list[tuple[Audio, Audio]]:
        """Return the pairs that are one recording because a person said so."""
        return [pair for pair, said in self.by_pair.items() if said.choice != "skip" and pair[0] != pair[1]]

    def is_apart(self, one: Audio, other: Audio) -> bool:
        """Tell whether a person said that two pieces are not duplicates; of one audio, that all copies stay."""
        said = self.by_pair.get((one, other) if one <= other else (other, one))
        return said is not None and said.choice == "skip"

    def of_copies(self, audio: Audio) -> Said | None:
        """Return what was said of the copies of one audio among themselves."""
        return self.by_pair.get((audio, audio))

    def verdicts(self, group: Iterable[Audio]) -> dict[Audio, tuple[bool, Said]]:
        """Return of each audio of a group whether it stays, by the newest decision on it and another of the group."""
        inside = set(group)
        found: dict[Audio, tuple[bool, Said]] = {}
        for pair, said in self._newest_last():
            if said.choice == "skip" or pair[0] == pair[1] or not inside.issuperset(pair):
                continue
            for audio in pair:
                found[audio] = said.kept is None or self._kept[pair] == audio, said
        return found

    def _newest_last(self) -> Iterable[tuple[tuple[Audio, Audio], Said]]:
        return sorted(self.by_pair.items(), key=lambda item: (item[1].made_at, item[0]))
