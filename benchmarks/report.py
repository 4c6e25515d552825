"""What was measured, as values, and as the text that is printed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

GAP = "  "


@dataclass(frozen=True, slots=True)
class Figure:
    """One number."""

    name: str
    value: float
    unit: str
    goal: float | None = None
    """It should be at most this; None where nothing is aimed at."""
    more_is_better: bool = False
    """It should be at least the goal."""

    @property
    def verdict(self) -> str:
        """Whether the goal is met, in a word."""
        if self.goal is None:
            return ""
        met = self.value >= self.goal if self.more_is_better else self.value <= self.goal
        return "met" if met else "MISSED"

    @property
    def aim(self) -> str:
        """The goal with its direction."""
        return "" if self.goal is None else f"{'>=' if self.more_is_better else '<='} {number(self.goal)}"


@dataclass(frozen=True, slots=True)
class Matrix:
    """Numbers by row and column."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[float, ...]], ...]


@dataclass(frozen=True, slots=True)
class Part:
    """What one part of the benchmark found."""

    title: str
    figures: tuple[Figure, ...]
    matrix: Matrix | None = None


def number(value: float) -> str:
    """Return a number with about three digits that count."""
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}" if abs(value) >= 0.1 else f"{value:.3f}"


def part_text(part: Part) -> str:
    """Return a part as it is printed."""
    lines = ["", part.title, "=" * len(part.title)]
    if part.matrix:
        rows = [(name, *map(number, values)) for name, values in part.matrix.rows]
        lines += [*_aligned([("", *part.matrix.columns), *rows]), ""]
    return "\n".join(lines + _aligned(_figure_rows(part.figures)))


def goals_text(parts: Iterable[Part]) -> str:
    """Return the figures of all parts that have a goal."""
    aimed = tuple(figure for part in parts for figure in part.figures if figure.goal is not None)
    return part_text(Part("Goals", aimed))


def _figure_rows(figures: Sequence[Figure]) -> list[tuple[str, ...]]:
    rows = [(figure.name, number(figure.value), figure.unit, figure.aim, figure.verdict) for figure in figures]
    return [("", "measured", "", "goal", ""), *rows] if rows else []


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows as lines: the first column and words to the left, numbers to the right."""
    if not rows:
        return []
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        GAP.join(
            cell.rjust(width) if column and _is_numeric(rows, column) else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _is_numeric(rows: Sequence[Sequence[str]], column: int) -> bool:
    return any(row[column].lstrip("<>=- ")[:1].isdigit() for row in rows[1:])
