"""How the questions to a person are shown: a line for each group, a page for one, or JSON."""

from collections.abc import Sequence
from typing import Any, Final

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ingest_assets.console import clock, in_lines, out, plain
from ingest_assets.review_groups import Group, GroupCandidate, Piece, Row, candidates_of

SHOWN: Final = 9
"""Candidates that a key chooses."""
_REASON_AT: Final = 10
"""Column at which a reason begins, below the number of pieces."""
_DETAIL_AT: Final = 11
SAME_SECONDS: Final = 0.5
_BEHIND: Final = "behind the first"
"""That is told by the scores."""
MINUTE_SECONDS: Final = 60
PARTS: Final = {
    "metadata": "names",
    "contextual": "album",
    "pattern": "pattern",
    "fingerprint": "fingerprint",
    "duration": "length",
}
"""Parts of a score and what a person calls them."""
_NAMES: Final = ("recording_mbid", "release_mbid", "release_group_mbid", "title", "artist", "album")
_IDS: Final = (("release", "release_mbid"), ("release-group", "release_group_mbid"), ("recording", "recording_mbid"))


def counted(count: int, what: str) -> str:
    """Return a number of things in words."""
    return f"{count} {what}{'' if count == 1 else 's'}"


def say_line(text: str = "", *, indent: int = 0, hang: int = 0) -> None:
    """Print a line of a result, whatever is in it; on a terminal in lines that fit, later ones `hang` further in."""
    for line in in_lines(text, indent=indent, hang=hang):
        out().print(Text(line))


def show_queue(rows: Sequence[Row]) -> None:
    """Print two lines for each row of the queue: what it is about, and what it may be and why it is in question."""
    for row in rows:
        files = row["path"] if row["files"] == 1 else f"{row['folder']}/".lstrip("/")
        name = row["candidate_title"] or row["candidate_album"]
        guess = f"Perhaps {artist_and(row['candidate_artist'], name)}. " if name or row["candidate_artist"] else ""
        sure = "    " if row["confidence"] is None else f"{row['confidence']:.2f}"
        pieces = f"{counted(row['settles'], 'piece'):>10}"
        say_line(f"{row['id']}  {pieces}  {sure}  {row['library']}/{files}", hang=_REASON_AT)
        say_line(f"{guess}{row['reason'] or ''}", indent=_REASON_AT)


def name_of(candidate: GroupCandidate, *, alone: bool) -> str:
    """Return a candidate's name: of a single piece the recording's, else the release's."""
    row = candidate.first
    if alone:
        on = f" (on {row['album']})" if row.get("album") else ""
        return f"{artist_and(row.get('artist'), row.get('title'))}{on}"
    return artist_and(row.get("album_artist") or _shared_artist(candidate), row.get("album") or row.get("title"))


def artist_and(artist: str | None, name: str | None) -> str:
    """Return who and what, as far as it is known."""
    return " - ".join(each for each in (artist, name) if each) or "a recording without a name"


def _shared_artist(candidate: GroupCandidate) -> str | None:
    artists = {row.get("artist") for row in candidate.fits.values()}
    return artists.pop() if len(artists) == 1 else "Various artists"


def show_group(group: Group, *, number: int = 1) -> None:
    """Print a group: why it is in question, what it may be, and how one candidate compares."""
    pieces = group.in_question
    asked = f", {len(group.open)} in question" if len(group.open) != len(group.pieces) else ""
    say_line(
        f"{f'{group.short_id}  ' if group.group_id else ''}{group.place}: {counted(len(group.pieces), 'piece')}{asked}"
    )
    if group.reason:
        say_line(group.reason, indent=2)
    candidates = candidates_of(pieces)
    names: list[str] = []
    for place, candidate in enumerate(candidates[:SHOWN], 1):
        names.append(name_of(candidate, alone=len(pieces) == 1))
        another = ", another of that name" if names[-1] in names[:-1] else ""
        _show_candidate(candidate, place, pieces, name=names[-1] + another)
    if not candidates:
        say_line("Nothing was found that it may be.", indent=2)
    elif number <= len(candidates):
        _compare(pieces, candidates[number - 1], number)


def _show_candidate(candidate: GroupCandidate, number: int, pieces: Sequence[Piece], *, name: str) -> None:
    alone = len(pieces) == 1
    row = candidate.first
    fits = "" if alone else f", for {len(candidate.fits)} of {counted(len(pieces), 'piece')}"
    any_edition = not alone and row.get("release_group_mbid") and not row.get("release_mbid")
    edition = ", whichever edition" if any_edition else ""
    say_line(f"{number}  {candidate.score:.2f}  {name}{fits}{edition}", indent=2, hang=_DETAIL_AT - 2)
    for each in (_parts(candidate), _address(row, alone=alone)):
        if each:
            say_line(each, indent=_DETAIL_AT)
    against = sorted({row["rejected_because"] for row in candidate.fits.values() if row.get("rejected_because")})
    for each in [each for each in against if not each.endswith(_BEHIND)][:2]:
        say_line(f"against it: {each}", indent=_DETAIL_AT)


def _parts(candidate: GroupCandidate) -> str:
    """Return the parts of the score, each on the average of the pieces that have it."""
    found = {
        name: [row[part] for row in candidate.fits.values() if row.get(part) is not None]
        for part, name in PARTS.items()
    }
    return ", ".join(f"{name} {sum(values) / len(values):.2f}" for name, values in found.items() if values)


def _address(row: Row, *, alone: bool) -> str:
    ids = reversed(_IDS) if alone else _IDS
    return next((f"https://musicbrainz.org/{kind}/{row[name]}" for kind, name in ids if row.get(name)), "")


def _compare(pieces: Sequence[Piece], candidate: GroupCandidate, number: int) -> None:
    """Print track by track what is ours and what is theirs; the fingerprint only where there is one."""
    heard = any(_sound(row) for row in candidate.fits.values())
    table = Table(box=None, padding=(0, 2, 0, 0))
    for header in ("file", "ours", "theirs", "length", *(("fingerprint",) if heard else ())):
        table.add_column(header, header_style="none", justify="left", overflow="fold")
    for piece in pieces:
        theirs = candidate.fits.get(piece.key)
        cells = ["-", "", ""] if theirs is None else [_theirs(theirs), length_in_words(piece, theirs), _sound(theirs)]
        ours = (_ours_place(piece), piece.facts["own_title"] or "")
        table.add_row(*(Text(plain(each)) for each in (*ours, *(cells if heard else cells[:-1]))))
    say_line(f"With {number}:", indent=2)
    out().print(Padding(table, (0, 0, 0, 4), expand=False))


def _ours_place(piece: Piece) -> str:
    name = piece.facts["place"].rsplit("/", 1)[-1]
    return f"{name} {piece.facts['segment_index'] + 1}" if piece.facts["pieces"] > 1 else name


def _theirs(row: Row) -> str:
    position = row.get("track_position")
    disc = f"{row['disc_position']}-" if (row.get("disc_position") or 1) > 1 else ""
    return f"{f'{disc}{position}. ' if position else ''}{row.get('title') or ''}"


def _sound(row: Row) -> str:
    return "" if row.get("fingerprint") is None else f"{row['fingerprint']:.2f}"


def length_difference(piece: Piece, row: Row) -> float | None:
    """Return by how many seconds ours is longer; None where theirs is not known."""
    theirs = row.get("recording_length_seconds")
    return None if theirs is None else piece.seconds - theirs


def length_in_words(piece: Piece, row: Row) -> str:
    """Return how our length and theirs differ."""
    difference = length_difference(piece, row)
    if difference is None:
        return "" if row.get("duration") is None else f"{row['duration']:.2f} alike"
    if abs(difference) < SAME_SECONDS:
        return "the same"
    shown = f"{abs(difference):.0f} s" if abs(difference) < MINUTE_SECONDS else clock(abs(difference))
    return f"{shown} {'longer' if difference > 0 else 'shorter'}"


def _group_keys(group: Group) -> dict[str, Any]:
    return {
        "id": group.short_id if group.group_id else None,
        "group_id": group.group_id or None,
        "place": group.place,
        "pieces": len(group.pieces),
        "open": len(group.open),
        "confidence": group.confidence,
        "reason": group.reason,
    }


def group_keys(group: Group) -> dict[str, Any]:
    """Return a group for programs; the keys are stable."""
    in_question = group.in_question
    pieces = {piece.key: piece for piece in in_question}
    return _group_keys(group) | {
        "pieces": [_piece_keys(piece) for piece in group.pieces],
        "candidates": [
            {
                "number": number,
                **{name: candidate.first.get(name) for name in _NAMES},
                "score": candidate.score,
                "guesses": candidate.guesses,
                "fits": [_fit_keys(pieces[key], row) for key, row in candidate.fits.items()],
            }
            for number, candidate in enumerate(candidates_of(in_question), 1)
        ],
    }


def _piece_keys(piece: Piece) -> dict[str, Any]:
    own = {"title": "own_title", "artist": "own_artist", "album": "own_album"}
    return {
        "file_key": piece.key[0],
        "segment_index": piece.key[1],
        "place": piece.facts["place"],
        **{name: piece.facts[column] for name, column in own.items()},
        "duration_seconds": piece.seconds,
        **{name: piece.facts[name] for name in ("decision", "confidence", "decided_by", "reason")},
    }


def _fit_keys(piece: Piece, row: Row) -> dict[str, Any]:
    names = (*_NAMES, "track_position", "disc_position", "score", *PARTS, "source", "rejected_because")
    return {
        "file_key": piece.key[0],
        "segment_index": piece.key[1],
        **{name: row.get(name) for name in names},
        "length_difference_seconds": length_difference(piece, row),
    }
