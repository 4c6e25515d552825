"""One file in words for a person: what it is, its pieces and who they are, what is missing, where it came from."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC
from typing import Any, Final

from ingest_assets.decided_identifications import KIND, PERSON
from ingest_assets.duplicates_shown import size
from ingest_assets.review_groups import OPEN, short_id
from ingest_assets.review_shown import artist_and, counted
from music.clock_time import clock_time
from music.error_codes import ErrorCode
from music.ticks import Ticks

Row = Mapping[str, Any]
Facts = Mapping[str, Sequence[Row]]
"""Rows by table."""
WHO: Final = "identifications"
_PARTS: Final = {
    "metadata": "names",
    "contextual": "the album as a whole",
    "pattern": "number and gaps",
    "fingerprint": "sound",
    "duration": "length",
    "release_share": "share of the album that points to it",
    "margin": "ahead of the next",
}
"""Parts of the evidence and what a person calls them."""
_HOW: Final = {
    "computed": "computed",
    "taken_over": "taken over from a file with equal audio",
    "kept": "kept",
    "recut": "cut again from what had been heard",
}
_FOUND_BY: Final = {
    "whole_file": "the whole file",
    "cue": "found by a CUE sheet",
    "chapters": "found by chapters",
    "silence": "found by silences",
    "manual": "as a person said",
}
_STATUS: Final = {"deferred": "put off", "not_found": "not found"}
_ORDER: Final = ("discovered_files", "segments", "fingerprints", "audio_features", WHO)
"""Assets as they are made."""
_IN: Final = 4
"""Columns by which what is said of a piece is indented."""


def page(facts: Facts) -> Iterator[str]:
    """Yield the lines of a page about a file."""
    [file] = facts["discovered_files"]
    yield f"{file['library']}/{file['path']}"
    yield from _file(file, facts)
    for segment in facts["segments"]:
        yield ""
        yield from _piece(segment, facts)
    yield ""
    yield from _decisions(facts["decisions"])
    yield from _missing(facts)
    yield ""
    yield "Where it came from:"
    yield from (_made(outcome) for outcome in sorted(facts["outcomes"], key=_by_graph))
    yield "All that is stored: linernotes show FILE --all, or --json for programs"


def _file(file: Row, facts: Facts) -> Iterator[str]:
    bits = f"{file['bits_per_sample']} bits" if file["bits_per_sample"] else None
    rate = f"{file['sample_rate_hz']} Hz" if file["sample_rate_hz"] else None
    length = None if file["duration_ticks"] is None else clock_time(Ticks(file["duration_ticks"]))
    gone = f"gone since {file['gone_at']:%Y-%m-%d}" if file["gone_at"] else None
    channels = counted(file["channels"], "channel") if file["channels"] else None
    bytes_ = size(file["size_bytes"]) if file["size_bytes"] is not None else None
    form = " in ".join(dict.fromkeys(each for each in (file["codec"], file["container"]) if each))
    yield ", ".join(each for each in (form, length, rate, bits, channels, bytes_, gone) if each)
    tags = _names(file["artist"], file["title"], file["album"], file["track_number"])
    path = _names(file["path_artist"], file["path_title"], file["path_album"], file["path_track_number"])
    yield f"Its tags say: {tags}" if tags else "Its tags say nothing."
    if path and path != tags:
        yield f"Its path says: {path}"
    for media in facts["source_media"]:
        sure = f" ({media['confidence']:.2f})" if media["confidence"] else ""
        known = media["medium"] not in (None, "Unknown")
        source = f"copied from {media['medium']}{sure}" if known else "from an unknown medium"
        yield f"{counted(media['segment_count'] or 0, 'piece')} of music, {source}"


def _names(artist: str | None, title: str | None, album: str | None, track_number: int | None) -> str:
    name = artist_and(artist, title) if artist or title else ""
    return ", ".join(
        each for each in (name, f"on {album}" if album else "", f"track {track_number}" if track_number else "") if each
    )


def _piece(segment: Row, facts: Facts) -> Iterator[str]:
    index = segment["segment_index"]
    start, end = (clock_time(Ticks(segment[name])) for name in ("start_time_ticks", "end_time_ticks"))
    hint = " - ".join(each for each in (segment["performer_hint"], segment["title_hint"]) if each)
    found_by = _FOUND_BY.get(segment["found_by"], segment["found_by"])
    yield f"{index + 1}   {start} to {end}, {found_by}{f': {hint}' if hint else ''}"
    who = next((row for row in facts[WHO] if row["segment_index"] == index), None)
    outcome = next((row for row in facts["outcomes"] if row["asset"] == WHO), None)
    lines = _who(who) if who is not None else iter([f"Who it is: {_not_asked(outcome)}"])
    features = (row for row in facts["audio_features"] if row["segment_index"] == index)
    for line in (*lines, *(_sound(row) for row in features)):
        yield " " * _IN + line


def _not_asked(outcome: Row | None) -> str:
    if outcome is None:
        return "not looked for yet"
    if outcome["status"] == "deferred":
        return f"put off, {outcome['error_code']}"
    return "nothing is known of it"


def _who(row: Row) -> Iterator[str]:
    name = artist_and(row["artist"], row["title"]) if row["artist"] or row["title"] else row["recording_mbid"]
    disc = f"disc {row['disc_position']}, " if (row["disc_position"] or 1) > 1 else ""
    place = f", {disc}track {row['track_position']}" if row["track_position"] else ""
    on = f", on {row['album']}{place}" if row["album"] else ""
    sure = f"{row['decision']} {row['confidence']:.2f}" if row["confidence"] is not None else row["decision"]
    by = ", as a person said" if row["decided_by"] == PERSON else ""
    yield {
        "ACCEPT": f"Who it is: {name}{on} ({sure}{by})",
        "REVIEW": f"Who it is: perhaps {name}{on} ({sure})",
    }.get(row["decision"], f"Who it is: nothing fits ({sure}{by}); it is shown under its own tags")
    if row["reason"]:
        yield f"Why: {row['reason']}"
    evidence = row["evidence"] or {}
    parts = ", ".join(f"{name} {evidence[part]:.2f}" for part, name in _PARTS.items() if evidence.get(part) is not None)
    if parts:
        yield f"Evidence, from 0 to 1: {parts}"
    if len(row["editions"] or ()) > 1 and row["release_mbid"] is None:
        yield f"Editions that fit equally: {len(row['editions'])}"
    for kind, column in (
        ("recording", "recording_mbid"),
        ("release", "release_mbid"),
        ("release-group", "release_group_mbid"),
    ):
        if row[column]:
            yield f"https://musicbrainz.org/{kind}/{row[column]}"


def _group(row: Row) -> str:
    return short_id(row["group_id"] or "")


def _sound(row: Row) -> str:
    sure = f" ({row['bpm_confidence']:.2f})" if row["bpm_confidence"] is not None else ""
    tempo = "no tempo" if row["bpm"] is None else f"{row['bpm']:.1f} BPM{sure}"
    key_sure = f" ({row['key_confidence']:.2f})" if row["key_confidence"] is not None else ""
    tonic = f"{row['key_tonic']} {row['key_mode']}, {row['camelot']}{key_sure}"
    loudness = "" if row["integrated_lufs"] is None else f"{row['integrated_lufs']:.1f} LUFS"
    peak = "" if row["true_peak_dbtp"] is None else f"true peak {row['true_peak_dbtp']:.1f} dBTP"
    parts = (tempo, "no key" if row["key_tonic"] is None else tonic, loudness, peak)
    return f"Sound: {'; '.join(each for each in parts if each)}"


def _decisions(decisions: Sequence[Row]) -> Iterator[str]:
    """Yield what people said, and still stand by."""
    for row in decisions:
        if row["revoked_at"] is None:
            value = json.loads(row["value"])
            what = f": {value['decision']} {value.get('title') or ''}".rstrip() if row["kind"] == KIND else ""
            yield f"A person decided, {row['made_at']:%Y-%m-%d %H:%M}: {row['kind']}{what}"


def _missing(facts: Facts) -> Iterator[str]:
    """Yield what there is not, why, and what helps; that nobody knows a piece is said where it is."""
    [file] = facts["discovered_files"]
    remarkable = [
        row
        for row in facts["outcomes"]
        if (row["status"] not in ("done", "skipped") or row["error_code"]) and not _is_unknown(row)
    ]
    for row in remarkable:
        kind = "Warning" if row["status"] == "done" else "Missing"
        status = _STATUS.get(row["status"], row["status"])
        code = f", {row['error_code']}" if row["error_code"] else ""
        again = f"; again from {row['retry_at'].astimezone(UTC):%Y-%m-%d %H:%M} UTC" if row["retry_at"] else ""
        yield f"{kind}: {row['asset']} {status}{code}{again}. {row['message'] or ''}".rstrip()
        if row["error_code"] in ErrorCode.__members__ and ErrorCode(row["error_code"]).sentence != row["message"]:
            yield f"    {ErrorCode(row['error_code']).sentence}"
    asked = [row for row in facts[WHO] if row["decision"] == OPEN]
    if asked:
        yield f"Open: who {counted(len(asked), 'piece')} may be. To answer: linernotes review show {_group(asked[0])}"
    unknown = [row for row in facts[WHO] if row["decision"] == "REJECT" and row["decided_by"] != PERSON]
    if unknown:
        piece = " --piece N" if len(facts["segments"]) > 1 else ""
        name = json.dumps(file["path"], ensure_ascii=False)
        who = f"nobody knows who {counted(len(unknown), 'piece')} may be"
        yield f"Open: {who}. If you do: linernotes review choose {name}{piece} MBID"
    if not any(row["asset"] == WHO for row in facts["outcomes"]):
        yield "Open: who it is was not looked for yet: linernotes ingest"
    elif not remarkable and not asked and not unknown:
        yield "Nothing is missing."


def _is_unknown(outcome: Row) -> bool:
    return outcome["asset"] == WHO and outcome["status"] == "not_found" and not outcome["error_code"]


def _by_graph(outcome: Row) -> tuple[int, str]:
    """Return what sorts outcomes as the assets follow each other."""
    asset = outcome["asset"]
    return _ORDER.index(asset) if asset in _ORDER else len(_ORDER), asset


def _made(outcome: Row) -> str:
    how = _HOW.get(outcome["how"] or "", outcome["how"] or outcome["status"])
    if outcome["status"] in ("deferred", "error"):
        how = {"deferred": "put off", "error": "failed"}[outcome["status"]]
    version = f", version {outcome['code_version']}" if outcome["code_version"] else ""
    run = f", run {outcome['run_id'][:8]}" if outcome["run_id"] else ""
    return f"    {outcome['asset']}: {how}, {outcome['written_at']:%Y-%m-%d %H:%M}{version}{run}"
