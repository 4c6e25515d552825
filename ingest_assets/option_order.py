"""Options whose order counts: click gathers them by name, and forgets which came first."""

from typing import Any

import click

from music.clock_time import parse_time
from music.ticks import Ticks

_ORDER = "linernotes.order"


class InOrder(click.Command):
    """A command that remembers in which order its options were given."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse as any command does; note the order first."""
        _, _, order = self.make_parser(ctx).parse_args(args=list(args))
        ctx.meta[_ORDER] = [parameter.name for parameter in order]
        return super().parse_args(ctx, args)


def in_order(ctx: click.Context, **given: tuple[Any, ...]) -> list[tuple[str, Any]]:
    """Return name and value of options that may be given several times, as they were given.

    Args:
        ctx: Of the command.
        given: The values that click gathered, by the option's name.
    """
    values = {name: iter(each) for name, each in given.items()}
    return [(name, next(values[name])) for name in ctx.meta[_ORDER] if name in values]


class TimeType(click.ParamType):
    """A time inside a file, as 1:02.5 or 62.5; the value is in ticks."""

    name = "time"

    def convert(self, value: str | int, param: click.Parameter | None, ctx: click.Context | None) -> Ticks:
        """Return the time in ticks."""
        if isinstance(value, int):
            return Ticks(value)
        try:
            return parse_time(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


TIME = TimeType()
