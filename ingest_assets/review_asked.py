"""`linernotes review ask`: the queue, one question after the other, each answered with a key."""

from dataclasses import dataclass, field
from typing import Final

import click

from ingest_assets.console import say
from ingest_assets.decided_identifications import Said
from ingest_assets.review_answers import Answer, accepted, carry_out, rejected
from ingest_assets.review_decisions import last_said, take_back
from ingest_assets.review_groups import Group, ReviewError, group_of, queue
from ingest_assets.review_shown import counted, say_line, show_group
from lake.store import Lake
from resources.settings import Settings

KEYS: Final = "a accept the first   1-9 another one   r none of them   s skip   u undo   q quit"


def ask(settings: Settings) -> int:
    """Walk through the queue; return the exit code."""
    lake = Lake(settings.home)
    with lake.read() as snapshot:
        groups = [row["group_id"] for row in queue(snapshot)]
    if not groups:
        say_line("Nothing is in question.")
        return 0
    try:
        walk = _Walk(lake, groups)
        while walk.goes_on:
            walk.step()
    except OSError:
        say("There is no terminal to ask in. For programs: linernotes review list --json, linernotes review accept ID")
        return 1
    walk.say_end()
    return 0


@dataclass(slots=True)
class _Walk:
    """A walk through the queue."""

    lake: Lake
    queue: list[str]
    """Ids of groups."""
    at: int = 0
    answered: list[tuple[int, list[Said]]] = field(default_factory=list)
    """Where the answers of this walk were given, and what was written down."""

    @property
    def goes_on(self) -> bool:
        """Whether a question is left."""
        return self.at < len(self.queue)

    def step(self) -> None:
        """Ask one question, and do what the key says."""
        with self.lake.read() as snapshot:
            group = group_of(snapshot, self.queue[self.at])
        if not group.open:
            self.at += 1  # a copy of it was answered meanwhile
            return
        say_line(f"[{self.at + 1} of {len(self.queue)}]")
        show_group(group)
        self._ask(group)

    def _ask(self, group: Group) -> None:
        while True:
            say_line(KEYS)
            key = _key()
            if key in ("q", ""):
                self.queue = self.queue[: self.at]
            elif key == "u":
                self._undo()
            elif key == "s":
                self.at += 1
            elif not self._answer(group, key):
                continue
            return

    def _answer(self, group: Group, key: str) -> bool:
        """Write down what a key says; return whether it says anything."""
        try:
            answer = _said(group, key)
        except ReviewError as error:
            say(str(error))
            return False
        if answer is None:
            return False
        say_line(carry_out(self.lake, group, answer))
        say_line()
        with self.lake.read() as snapshot:
            self.answered.append((self.at, last_said(snapshot, [piece.audio for piece, _ in answer.chosen])))
        self.at += 1
        return True

    def _undo(self) -> None:
        if not self.answered:
            say("Nothing was answered here yet. What was answered before: linernotes review undo")
            return
        self.at, said = self.answered.pop()
        take_back(self.lake, said)
        say_line("Taken back.")

    def say_end(self) -> None:
        """Say how much was answered."""
        with self.lake.read() as snapshot:
            left = len(queue(snapshot))
        say_line(f"{counted(len(self.answered), 'question')} answered, {left} left.")


def _said(group: Group, key: str) -> Answer | None:
    if key == "r":
        return rejected(group.in_question)
    if key == "a" or key.isdecimal():
        return accepted(group.in_question, 1 if key == "a" else int(key), place=group.place)
    return None


def _key() -> str:
    """Return the key that was pressed; an empty one at the end of what can be typed."""
    try:
        return click.getchar().lower()
    except (EOFError, KeyboardInterrupt):
        return ""
