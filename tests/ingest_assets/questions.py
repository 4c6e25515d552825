"""A house in which it is not certain who some pieces are: what the evidence said, as rows of the lake."""

from collections.abc import Mapping
from typing import Any

from tests.house import AGAIN, FOG, GULLS, HARBOUR, LAMP, PIER, House


def mbid(name: str) -> str:
    """Return an id that is as long as one of MusicBrainz and can be told in a failed test."""
    digits = f"{name.encode().hex():0<32}"[:32]
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


LOW_TIDE, LIVE = mbid("low tide"), mbid("live at")
LOW_TIDE_GROUP, LIVE_GROUP = mbid("g low tide"), mbid("g live")
ALBUM, LOOSE_COPY, LOOSE_LAMP, LOOSE_FOG = "an album~1", "a copy~1", "lamp~1", "fog~1"
TITLES = {HARBOUR: ("Harbour", 1), PIER: ("Pier", 2), GULLS: ("Gulls", 3), AGAIN: ("Harbour", 1)}
WHY = "2 of 3 tracks agree with Low Tide, but track 3 is 41 s longer."


def recording(path: str) -> str:
    """Return the recording that the evidence guesses for a file of the album."""
    return mbid(f"r {TITLES[path][0].lower()}")


def asked(house: House) -> None:
    """Write what the evidence said: an album in question, a copy of one of its files, one file, and a sure one."""
    rows = [
        *(_album_row(house, path, ALBUM) for path in (HARBOUR, PIER, GULLS)),
        _album_row(house, AGAIN, LOOSE_COPY),
        _row(house, LAMP, decision="REVIEW", confidence=0.61, group_id=LOOSE_LAMP, reason="Two songs are called Lamp.",
             recording_mbid=mbid("r lamp"), title="Lamp", artist="The Wicks"),
        _row(house, FOG, decision="ACCEPT", confidence=0.93, group_id=LOOSE_FOG, reason="All agrees.",
             recording_mbid=mbid("r fog"), title="Fog", artist="The Wicks"),
    ]  # fmt: skip
    candidates = [
        *(each for path in (HARBOUR, PIER, GULLS) for each in _candidates(house, path)),
        _candidate(house, LAMP, 1, recording_mbid=mbid("r lamp"), title="Lamp", artist="The Wicks", score=0.61),
        _candidate(house, LAMP, 2, recording_mbid=mbid("r lamp 2"), title="Lamp (live)", artist="The Wicks", score=0.6,
                   rejected_because="it is live"),
    ]  # fmt: skip
    with house.lake.write(run_id="the evidence") as transaction:
        transaction.upsert("identifications", rows)
        transaction.upsert("match_candidates", candidates)
        transaction.record_outcomes(
            [
                {"asset": "identifications", "file_key": row["file_key"], "status": "done", "run_id": "the evidence"}
                for row in rows
            ]
        )


def _album_row(house: House, path: str, group_id: str) -> dict[str, Any]:
    title, position = TITLES[path]
    return _row(
        house,
        path,
        decision="REVIEW",
        confidence=0.78,
        group_id=group_id,
        reason=WHY,
        recording_mbid=recording(path),
        release_mbid=LOW_TIDE,
        release_group_mbid=LOW_TIDE_GROUP,
        title=title,
        artist="The Moorings",
        album="Low Tide",
        artist_mbids=[mbid("a moorings")],
        track_position=position,
        disc_position=1,
        recording_length_seconds=3.6 if path != GULLS else 44.6,
        evidence={"metadata": 0.9, "fingerprint": 0.8},
    )


def _candidates(house: House, path: str) -> list[dict[str, Any]]:
    title, position = TITLES[path]
    names = {"title": title, "artist": "The Moorings", "track_position": position}
    same = {"release_mbid": LOW_TIDE, "release_group_mbid": LOW_TIDE_GROUP, "album": "Low Tide"}
    live = {"release_mbid": LIVE, "release_group_mbid": LIVE_GROUP, "album": "Low Tide Live"}
    found = [_candidate(house, path, 1, **names, **same, recording_mbid=recording(path), score=0.78, fingerprint=0.8)]
    if path != GULLS:
        found.append(
            _candidate(house, path, 2, **names, **live, recording_mbid=mbid(f"live {position}"), score=0.5,
                       duration=0.2, rejected_because="its fingerprint is another")
        )  # fmt: skip
    return found


def _row(house: House, path: str, **said: object) -> dict[str, Any]:
    [place] = house.rows(
        "select file_key, segment_index, audio_sha256, start_time_ticks, end_time_ticks "
        "from segments join discovered_files using (file_key) where path = ?",
        [path],
    )
    return place | {"decided_by": "evidence"} | said


def _candidate(house: House, path: str, rank: int, **said: object) -> Mapping[str, Any]:
    return {"file_key": house.key(path), "segment_index": 0, "rank": rank, "source": "acoustid"} | said


def told(house: House, path: str) -> dict[str, Any]:
    """Return the identification of a file."""
    [row] = house.rows(
        "select identifications.* from identifications join discovered_files using (file_key) "
        "where path = ? and gone_at is null",
        [path],
    )
    return row
