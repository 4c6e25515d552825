"""`linernotes review`: what a person is asked, and what they answer.

A piece stays in question until somebody knows: the queue begins with what one answer settles most for.
"""

import json

import click

from ingest_assets.console import say
from ingest_assets.file_pieces import NamedError, find_named
from ingest_assets.identified_lines import waiting_lines
from ingest_assets.review_answers import Answering, carry_out
from ingest_assets.review_decisions import last_said, take_back
from ingest_assets.review_groups import (
    Group,
    ReviewError,
    candidates_of,
    group_ids,
    group_of,
    pieces_of,
    queue,
    short_id,
)
from ingest_assets.review_shown import counted, group_keys, say_line, show_group, show_queue
from lake.snapshot import Snapshot
from lake.store import Lake
from resources.settings import Settings

FEWEST_DIGITS = 4
"""Of a group's id: less is taken for a file's name."""


def list_queue(settings: Settings, *, as_json: bool) -> int:
    """Print the queue; return the exit code."""
    with Lake(settings.home).read() as snapshot:
        rows = queue(snapshot)
        waiting = [] if rows else list(waiting_lines(snapshot, settings))
    if as_json:
        click.echo(json.dumps({"groups": rows}, indent=2))
        return 0
    show_queue(rows)
    if rows:
        pieces = sum(row["to_review"] for row in rows)
        say_line(f"{counted(len(rows), 'question')} about {counted(pieces, 'piece')}.")
        say_line("One after the other: linernotes review ask")
        say_line(f"One of them:         linernotes review show {rows[0]['id']}")
        return 0
    say_line("Nothing is in question.")
    for line in waiting:
        say_line(line)
    return 0


def show(settings: Settings, name: str, *, candidate: int, as_json: bool) -> int:
    """Print one group, or the pieces of a file; return the exit code."""
    try:
        with Lake(settings.home).read() as snapshot:
            group = find_group(settings, snapshot, name)
    except (ReviewError, NamedError) as error:
        say(str(error))
        return 1
    if as_json:
        click.echo(json.dumps(group_keys(group), indent=2))
        return 0
    show_group(group, number=candidate)
    how = group.short_id if group.group_id else f'"{name}"'
    say_line(f"Answer: {_answers(how, found=len(candidates_of(group.in_question)))}")
    return 0


def _answers(how: str, *, found: int) -> str:
    """Return what a person may type about a group or a file of which so many candidates were found."""
    second = f"accept {how} --candidate 2 · " if found > 1 else ""
    accept = f"linernotes review accept {how}   or: {second}" if found else "linernotes review "
    return f"{accept}choose {how} MBID · reject {how}"


def answer(settings: Settings, name: str, says: Answering, *, piece: int | None = None) -> int:
    """Write down what a person answers and say what became of it; return the exit code.

    Args:
        settings: Where the lake is.
        name: A group's id, or a file or folder.
        says: The answer.
        piece: Which piece of a file that has several, from 1.
    """
    lake = Lake(settings.home)
    try:
        with lake.read() as snapshot:
            group = _narrowed(find_group(settings, snapshot, name), piece)
        said = says(settings, group)
    except (ReviewError, NamedError) as error:
        say(str(error))
        return 1
    say_line(carry_out(lake, group, said))
    say(f"To take it back: linernotes review undo {group.short_id if group.group_id else json.dumps(name)}")
    return 0


def undo(settings: Settings, name: str | None) -> int:
    """Take back the last answer, of all or on one group or file; return the exit code."""
    lake = Lake(settings.home)
    try:
        with lake.read() as snapshot:
            group = None if name is None else find_group(settings, snapshot, name)
            said = last_said(snapshot, None if group is None else [piece.audio for piece in group.pieces])
    except (ReviewError, NamedError) as error:
        say(str(error))
        return 1
    if not said:
        say(f"Nothing that was answered{'' if name is None else f' on {name}'} can be taken back.")
        return 1
    written = take_back(lake, said)
    say_line(
        f"Taken back: what was said of {counted(written.decisions, 'piece')}. What was said before counts again, else "
        "the evidence."
    )
    return 0


def find_group(settings: Settings, snapshot: Snapshot, name: str) -> Group:
    """Return the group that a name begins, or the pieces of the files that it means.

    Raises:
        ReviewError: Several groups are meant.
        NamedError: Nothing is.
    """
    known = group_ids(snapshot)
    digits = name.lower()
    found = [each for each in known if each == name] or [
        each for each in known if len(name) >= FEWEST_DIGITS and short_id(each).startswith(digits)
    ]
    if len(found) > 1:
        raise ReviewError(f"{len(found)} groups begin with {name}: write more of it, or name a file")
    if found:
        return group_of(snapshot, found[0])
    return pieces_of(snapshot, find_named(settings, snapshot, name).keys)


def _narrowed(group: Group, piece: int | None) -> Group:
    """Return only one piece of a file, counted from 1 as people count."""
    if piece is None:
        return group
    found = tuple(each for each in group.pieces if each.facts["segment_index"] == piece - 1)
    if len(found) != 1:
        raise ReviewError(f"--piece {piece} is for a file that has such a piece: linernotes segments FILE shows them")
    return Group("", found)
