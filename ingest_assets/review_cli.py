"""The command `linernotes review`: what a person may type. Each imports what it needs, as those of `cli` do."""

import sys
from collections.abc import Callable

import click

from resources.settings import Settings

MBID_KINDS = ("recording", "release", "release-group")
"""Those of `ingest_assets.review_chosen`, whose import takes longer than a list."""
OF_GROUP = "ID|FILE"
_AS_COMMANDS = {"--undo": "undo", "--ask": "ask"}
Where = Callable[[], Settings]
"""Tells where the lake is; given by `cli`."""


class ReviewGroup(click.Group):
    """A group of commands of which the first is the list, and some may be typed as options."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments: without a command it is the list."""
        first = args[0] if args else ""
        if first in _AS_COMMANDS:
            args = [_AS_COMMANDS[first], *args[1:]]
        elif not first or (first.startswith("-") and first not in ctx.help_option_names):
            args = ["list", *args]
        return super().parse_args(ctx, args)


@click.group(cls=ReviewGroup)
def review() -> None:
    """Say who a piece of music is, where the evidence does not.

    Without a command: the list. Answers hold for the audio wherever it lies, whatever its tags, until they are taken
    back; music files are never touched. ID is the first column of the list; a FILE, or a folder, means its pieces.
    """


@review.command("list")
@click.option("--json", "as_json", is_flag=True, help="For programs; the keys are stable.")
@click.pass_obj
def list_queue(where: Where, *, as_json: bool) -> None:
    """List what is in question, what one answer settles most for first.

    One line for each group: its id, how many pieces one answer settles, the confidence, where it lies, what it most
    likely is, and why that is not certain.
    """
    from ingest_assets.review import list_queue as run

    sys.exit(run(where(), as_json=as_json))


@review.command()
@click.argument("name", metavar=OF_GROUP)
@click.option("--candidate", type=int, default=1, metavar="N", help="Compare with candidate N, not the first.")
@click.option("--json", "as_json", is_flag=True, help="For programs; the keys are stable.")
@click.pass_obj
def show(where: Where, name: str, *, candidate: int, as_json: bool) -> None:
    """Show what it may be: candidates with their scores and reasons, and a comparison piece by piece."""
    from ingest_assets.review import show as run

    sys.exit(run(where(), name, candidate=candidate, as_json=as_json))


def _answers(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that all answers have."""
    piece = click.option("--piece", type=int, metavar="N", help="Only piece N of a file that has several, from 1.")
    undo = click.option("--undo", "is_undo", is_flag=True, help="Take the last answer on it back.")
    return click.argument("name", metavar=OF_GROUP)(piece(undo(click.pass_obj(command))))


@review.command()
@_answers
@click.option("--candidate", type=int, default=1, metavar="N", help="As `review show` counts them.")
def accept(where: Where, name: str, *, candidate: int, piece: int | None, is_undo: bool) -> None:
    """It is the first candidate, or candidate N.

    Of a group it says so of the pieces that are in question and fit; the others of it stay as they are.
    """
    from ingest_assets.review import answer
    from ingest_assets.review import undo as take_back
    from ingest_assets.review_answers import accepting

    sys.exit(take_back(where(), name) if is_undo else answer(where(), name, accepting(candidate), piece=piece))


@review.command()
@_answers
@click.argument("mbid", required=False)
@click.option("--as", "kind", type=click.Choice(MBID_KINDS), help="What MBID is, where it cannot be looked up.")
def choose(where: Where, name: str, mbid: str | None, *, kind: str | None, piece: int | None, is_undo: bool) -> None:
    """It is MBID: the id, or the address, of a recording, release or release group of MusicBrainz.

    It is looked up where that may be; else it is taken as it is.
    """
    from ingest_assets.review import answer
    from ingest_assets.review import undo as take_back
    from ingest_assets.review_chosen import choosing

    if is_undo:
        sys.exit(take_back(where(), name))
    if mbid is None:
        raise click.UsageError("Which is it? Name its id or address at MusicBrainz.")
    sys.exit(answer(where(), name, choosing(mbid, kind), piece=piece))


@review.command()
@_answers
def reject(where: Where, name: str, *, piece: int | None, is_undo: bool) -> None:
    """It is none of them: the piece stays without a name, under its own tags."""
    from ingest_assets.review import answer
    from ingest_assets.review import undo as take_back
    from ingest_assets.review_answers import rejecting

    sys.exit(take_back(where(), name) if is_undo else answer(where(), name, rejecting, piece=piece))


@review.command()
@click.argument("name", metavar=f"[{OF_GROUP}]", required=False)
@click.pass_obj
def undo(where: Where, name: str | None) -> None:
    """Take the last answer back, or the last one on it: all that was said in one call."""
    from ingest_assets.review import undo as run

    sys.exit(run(where(), name))


@review.command()
@click.pass_obj
def ask(where: Where) -> None:
    """Ask one question after the other, each answered with a key."""
    from ingest_assets.review_asked import ask as run

    sys.exit(run(where()))
