"""How the pieces of files are shown: a list with a picture of the sound, a line for each file of a folder, or JSON."""

import json
from collections.abc import Sequence
from typing import Any

import click
from rich.console import Console
from rich.text import Text

from ingest_assets.console import out, plain
from ingest_assets.corrections import PIECES, marks_of
from ingest_assets.file_pieces import FilePieces
from ingest_assets.pieces_picture import block_picture, column_of, loudness_of, plain_picture, ruler
from lake.decisions import Decided
from music.clock_time import clock_time
from music.ticks import Ticks, ticks_to_seconds

WIDEST = 100
"""Columns of a picture: a piece has 400 slices."""
STYLES = ("cyan", "magenta")
"""Of pieces in turn."""
COUNTS, OLDER, TAKEN_BACK = "counts", "replaced", "taken back"


def show_file(file: FilePieces) -> None:
    """Print one file: what it is, a picture, its pieces."""
    console = out()
    _print(console, f"{file.library}/{file.path}")
    _print(console, f"{clock_time(file.duration_ticks)}, {_counted(len(file.spans))}, {_medium(file)}")
    if any(file.waveforms):
        _draw(console, file)
    _print(console, f"{'':>3}  {'start':>12}  {'end':>12}  {'length':>12}  {'found by':<10}  title")
    for number, (span, title) in enumerate(zip(file.spans, file.titles, strict=True), 1):
        length = Ticks(span.end_ticks - span.start_ticks)
        times = "  ".join(f"{clock_time(ticks):>12}" for ticks in (span.start_ticks, span.end_ticks, length))
        _print(console, f"{number:>3}  {times}  {span.found_by:<10}  {title or ''}".rstrip())
    _say_waiting(console, [file])


def show_files(files: Sequence[FilePieces]) -> None:
    """Print the files of a folder, one line each."""
    console = out()
    for file in files:
        found_by = file.spans[0].found_by
        length, medium = clock_time(file.duration_ticks), file.medium or ""
        _print(console, f"{len(file.spans):>4}  {found_by:<10}  {medium:<8}  {length:>12}  {file.library}/{file.path}")
    _print(console, f"{len(files)} files, {sum(len(file.spans) for file in files)} pieces")
    _say_waiting(console, files)


def show_history(files: Sequence[FilePieces]) -> None:
    """Print every correction of files, those taken back too."""
    console = out()
    for file in files:
        if file.decisions:
            _print(console, f"{file.library}/{file.path}")
        for decided in file.decisions:
            made_at = decided.made_at.astimezone().isoformat(sep=" ", timespec="seconds")
            _print(console, f"  {made_at}  {_state(decided, file.decisions):<10}  {_said(decided)}")
    if not any(file.decisions for file in files):
        _print(console, "Nothing was corrected here.")


def show_json(files: Sequence[FilePieces]) -> None:
    """Print files for programs; the keys are stable."""
    click.echo(json.dumps({"files": [_as_keys(file) for file in files]}, indent=2))


def _print(console: Console, text: str) -> None:
    console.print(Text(plain(text)))


def _counted(pieces: int) -> str:
    return f"{pieces} piece{'' if pieces == 1 else 's'}"


def _medium(file: FilePieces) -> str:
    sure = f" ({file.medium_confidence:.2f})" if file.medium_confidence else ""
    said = ", as you said" if file.correction.medium else ""
    return f"medium {file.medium}{sure}{said}"


def _draw(console: Console, file: FilePieces) -> None:
    """Draw the sound, in colours and blocks where that can be shown."""
    columns = min(console.width, WIDEST)
    loudness = loudness_of(file.spans, file.waveforms, columns=columns)
    if console.is_terminal and console.encoding.lower().startswith("utf"):
        for line in block_picture(loudness):
            console.print(_in_turn(line, file, columns=columns))
    else:
        _print(console, plain_picture(loudness).rstrip())
    _print(console, ruler(file.spans, columns=columns))


def _in_turn(line: str, file: FilePieces, *, columns: int) -> Text:
    text = Text(line)
    for number, span in enumerate(file.spans):
        start = column_of(span.start_ticks, file.spans, columns=columns)
        end = column_of(span.end_ticks, file.spans, columns=columns)
        text.stylize(STYLES[number % len(STYLES)], start, end + (span is file.spans[-1]))
    return text


def _say_waiting(console: Console, files: Sequence[FilePieces]) -> None:
    waiting = sum(file.waits for file in files)
    if waiting:
        what = "A correction" if waiting == 1 else f"Corrections of {waiting} files"
        _print(console, f"{what} will show after: linernotes ingest")


def _state(decided: Decided, among: Sequence[Decided]) -> str:
    if decided.revoked_at is not None:
        return TAKEN_BACK
    standing = [each for each in among if each.kind == decided.kind and each.revoked_at is None]
    return COUNTS if decided is standing[-1] else OLDER


def _said(decided: Decided) -> str:
    if decided.kind != PIECES:
        return f"medium {decided.value}"
    marks = marks_of(decided.value)
    return f"{_counted(len(marks))}: {', '.join(clock_time(mark.start_ticks) for mark in marks)}"


def _as_keys(file: FilePieces) -> dict[str, Any]:
    return {
        "file_key": file.file_key,
        "library": file.library,
        "path": file.path,
        "audio_sha256": file.audio_sha256,
        "duration_ticks": file.duration_ticks,
        "duration_seconds": ticks_to_seconds(file.duration_ticks),
        "medium": file.medium,
        "medium_confidence": file.medium_confidence,
        "waits": file.waits,
        "pieces": [
            {
                "number": number,
                "start_ticks": span.start_ticks,
                "end_ticks": span.end_ticks,
                "start_seconds": ticks_to_seconds(span.start_ticks),
                "end_seconds": ticks_to_seconds(span.end_ticks),
                "found_by": span.found_by,
                "title": title,
                "performer": span.performer_hint,
            }
            for number, (span, title) in enumerate(zip(file.spans, file.titles, strict=True), 1)
        ],
        "corrections": [
            {
                "decision_id": decided.decision_id,
                "kind": decided.kind,
                "value": decided.value,
                "made_at": decided.made_at.isoformat(),
                "state": _state(decided, file.decisions),
            }
            for decided in file.decisions
        ],
    }
