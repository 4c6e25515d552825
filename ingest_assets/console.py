"""What a person reads: stdout for results, stderr for progress; no path, tag or answer can reach the terminal raw.

A title may hold `[/b]`, which crashes rich's markup, or an escape sequence, which the terminal would obey.
"""

import re
import textwrap
import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

PLAIN_EVERY_SECONDS = 5.0
FEWEST_COLUMNS = 40
"""A narrower terminal breaks lines by itself."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def plain(text: str) -> str:
    r"""Return text that does nothing but show itself: control characters become `\x1b` and the like."""
    return _CONTROL.sub(lambda match: match.group().encode("unicode_escape", "surrogatepass").decode(), text)


def out() -> Console:
    """Return where results go."""
    return Console(highlight=False, markup=False, soft_wrap=True)


def err() -> Console:
    """Return where everything else goes."""
    return Console(stderr=True, highlight=False, markup=False, soft_wrap=True)


def in_lines(text: str, *, indent: int = 0, hang: int = 0) -> list[str]:
    """Return a text in lines that fit the terminal; where there is none, as one line, which programs can find.

    Args:
        text: What to show; it is made plain.
        indent: Columns before it.
        hang: Columns more before all lines but the first.
    """
    console, first = out(), " " * indent
    shown = first + plain(text)
    if not console.is_terminal:
        return [shown]
    return textwrap.wrap(
        shown,
        max(console.width, FEWEST_COLUMNS),
        subsequent_indent=first + " " * hang,
        break_long_words=False,
        break_on_hyphens=False,
    ) or [""]


def say(text: str) -> None:
    """Tell the person something that is no result."""
    err().print(Text(plain(text) if "\n" not in text else "\n".join(map(plain, text.split("\n")))))


def clock(seconds: float) -> str:
    """Return a duration for people, such as 1:02:03."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


class FilesBar:
    """How far the files are: a bar on a terminal, a line now and then elsewhere. A context manager."""

    def __init__(self) -> None:
        self._console = err()
        self._begun = self._said = time.monotonic()
        self._task: TaskID | None = None
        self._identifying: TaskID | None = None
        self._identified: list[str] = []
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}", markup=False),
            TimeElapsedColumn(),
            TextColumn("{task.fields[note]}", markup=False),
            console=self._console,
            transient=True,
        )

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._console.is_terminal:
            self._progress.stop()

    def show(self, *, done: int, total: int, failed: int, note: str) -> None:
        """Show where things are.

        Args:
            done: Files that are through.
            total: Files of this session.
            failed: Files that were set aside.
            note: What is being worked on.
        """
        elapsed = time.monotonic() - self._begun
        speed = done / elapsed if elapsed else 0.0
        left = f", {clock((total - done) / speed)} left" if done and total > done else ""
        rate = f"{speed:.1f} files/s{left}" + (f", {failed} set aside" if failed else "")
        if self._console.is_terminal and total:
            self._draw(done, total, rate, plain(note)[-40:])
        elif not self._console.is_terminal and time.monotonic() - self._said >= PLAIN_EVERY_SECONDS:
            self._said = time.monotonic()
            read = [f"{done} of {total} files, {rate}"] if total else []
            say("; ".join([*read, *self._identified]))

    def show_identified(self, *, done: int, total: int, note: str) -> None:
        """Show how many of the files that are to be identified are through, in a line of their own."""
        self._identified = [f"{done} of {total} identified"]
        if self._console.is_terminal:
            if self._identifying is None:
                self._identifying = self._progress.add_task("Identifying", total=total, rate="", note="")
            self._progress.update(self._identifying, completed=done, total=total, note=plain(note)[-40:])

    def _draw(self, done: int, total: int, rate: str, note: str) -> None:
        if self._task is None:
            self._task = self._progress.add_task("Reading music", total=total, rate="", note="")
        self._progress.update(self._task, completed=done, total=total, rate=rate, note=note)
