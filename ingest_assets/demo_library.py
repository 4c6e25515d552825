"""A small library to try Linernotes on: made here, from scores, so that nothing is downloaded.

Twelve tracks in six codecs in album folders, one side of a record with four pieces and its CUE sheet, a copy of a
track in another codec, a download that broke off, and a text that calls itself music. Tempo and key of every piece
stand in its score. The players do not exist.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from music.encoding import Codec, encode
from music.synthesis import RATE_HZ, Score, perform, record_surface

MARKER: Final = ".linernotes-demo"
"""A file that says whose folder it is; its text is the edition of what lies in it."""
EDITION: Final = "1"
MADE_AT: Final = 1_735_689_600
"""The time that every file carries, 2025-01-01: the same files each time, and settled at once."""

_FLAC: Final = Codec("flac", "flac", ".flac", "s16")
_MP3: Final = Codec("mp3", "libmp3lame", ".mp3", bit_rate=192_000, encoder_options={"compression_level": "7"})
_AAC: Final = Codec("ipod", "aac", ".m4a", bit_rate=128_000, encoder_options={"aac_coder": "fast"})
_VORBIS: Final = Codec("ogg", "vorbis", ".ogg", encoder_options={"strict": "-2"})
_OPUS: Final = Codec("ogg", "libopus", ".opus", rate_hz=48_000)
_WAV: Final = Codec("wav", "pcm_s16le", ".wav")


class DemoFolderError(Exception):
    """The folder is in use for something else."""


@dataclass(frozen=True, slots=True)
class Album:
    """Tracks that lie in one folder."""

    folder: str
    artist: str
    title: str
    year: int
    genre: str
    codec: Codec


@dataclass(frozen=True, slots=True)
class Track:
    """One file of an album."""

    album: Album
    number: int
    title: str
    score: Score

    @property
    def path(self) -> str:
        """Below the library's folder."""
        return f"{self.album.folder}/{self.number:02} - {self.title}{self.album.codec.suffix}"

    @property
    def tags(self) -> dict[str, str]:
        """What stands in the file."""
        album = self.album
        return {
            "title": self.title,
            "artist": album.artist,
            "album": album.title,
            "album_artist": album.artist,
            "track": f"{self.number}/{sum(track.album is album for track in TRACKS)}",
            "date": str(album.year),
            "genre": album.genre,
        }


_HARBOUR: Final = Album("The Harbour Lights/Low Tide (2014)", "The Harbour Lights", "Low Tide", 2014, "Rock", _FLAC)
_LANTERNS: Final = Album("Ida Vänström/Lyktor", "Ida Vänström", "Lyktor", 2019, "Pop", _MP3)
_RELAY_1: Final = Album("Copper Relay/Night Bus/CD1", "Copper Relay", "Night Bus", 2021, "Electronic", _AAC)
_RELAY_2: Final = Album("Copper Relay/Night Bus/CD2", "Copper Relay", "Night Bus", 2021, "Electronic", _VORBIS)
_ATTIC: Final = Album("Attic Tapes", "Rosa Delgado Trio", "Attic Tapes", 1998, "Jazz", _OPUS)
_FIELD: Final = Album("Demos/Wren & Sons - Field Recordings", "Wren & Sons", "Field Recordings", 2008, "Folk", _WAV)

TRACKS: Final = (
    Track(_HARBOUR, 1, "Gull Weather", Score(120, "A", "minor", (1, 6, 3, 7), 16, "rock", 1)),
    Track(_HARBOUR, 2, "Rope and Tar", Score(96, "C", "major", (1, 5, 6, 4), 18, "rock", 2)),
    Track(_HARBOUR, 3, "Low Tide", Score(84, "D", "major", (1, 4, 1, 5), 16, "ballad", 3)),
    Track(_LANTERNS, 1, "Första snön", Score(100, "G", "major", (1, 3, 4, 5), 14, "ballad", 4)),
    Track(_LANTERNS, 2, "Mörkret", Score(110, "E", "minor", (1, 4, 6, 5), 16, "rock", 5)),
    Track(_LANTERNS, 3, "Hemåt", Score(126, "A#", "major", (1, 6, 2, 5), 12, "four", 6)),
    Track(_RELAY_1, 1, "Depot", Score(124, "F#", "minor", (1, 1, 6, 7), 16, "four", 7)),
    Track(_RELAY_1, 2, "Ring Road", Score(132, "B", "minor", (1, 4, 7, 3), 14, "four", 8)),
    Track(_RELAY_2, 1, "Last Stop", Score(116, "C#", "minor", (1, 6, 4, 5), 14, "four", 9)),
    Track(_ATTIC, 1, "Stairwell", Score(92, "F", "major", (1, 6, 2, 5), 16, "none", 10)),
    Track(_ATTIC, 2, "Dust, Sunlight", Score(104, "D#", "major", (1, 4, 3, 6), 14, "ballad", 11)),
    Track(_FIELD, 1, "Hedgerow", Score(88, "G#", "minor", (1, 7, 6, 7), 10, "none", 12)),
)
COPIED: Final = TRACKS[0]
"""Lies in another folder once more, as MP3."""

SIDE_FOLDER: Final = "Vinyl"
SIDE_ARTIST, SIDE_ALBUM = "The Harbour Lights", "Breakwater"
SIDE_NAME: Final = f"{SIDE_ARTIST} - {SIDE_ALBUM} (Side A)"
SIDE: Final = (
    ("Foghorn", Score(108, "E", "minor", (1, 6, 4, 5), 15, "rock", 21)),
    ("Salt", Score(90, "G", "major", (1, 5, 4, 5), 12, "ballad", 22)),
    ("Breakwater", Score(128, "A", "minor", (1, 7, 6, 7), 14, "rock", 23)),
    ("Moorings", Score(76, "C", "major", (1, 4, 6, 5), 13, "none", 24)),
)
LEAD_IN_SECONDS: Final = 2.0
GAP_SECONDS: Final = 2.4
SURFACE_DBFS: Final = -58.0


def make_demo_library(folder: Path) -> None:
    """Make the demo library in a folder of its own; what of it is there already stays.

    Raises:
        DemoFolderError: Something else lies in the folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    marker = folder / MARKER
    edition = marker.read_text("utf-8") if marker.is_file() else None
    if edition is None and any(folder.iterdir()):
        raise DemoFolderError(
            f"{folder} is not empty, and what lies in it is not the demo library. Move it, or name an empty folder."
        )
    if edition != EDITION:
        marker.write_text("unfinished", "utf-8")
    for path, make in demo_files().items():
        if edition != EDITION or not (folder / path).exists():
            _write(folder / path, make())
    marker.write_text(EDITION, "utf-8")


def _write(path: Path, data: bytes) -> None:
    """Write a file so that it is there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(data)
    os.utime(part, (MADE_AT, MADE_AT))
    part.replace(path)


def demo_files() -> dict[str, Callable[[], bytes]]:
    """Return what makes each file, by its path below the library's folder."""
    tracks = {track.path: partial(_track, track, track.album.codec) for track in TRACKS}
    copy = partial(_track, COPIED, _MP3)
    return tracks | {
        f"Mixtape/{COPIED.album.artist} - {COPIED.title}.mp3": copy,
        f"{SIDE_FOLDER}/{SIDE_NAME}.flac": _side,
        f"{SIDE_FOLDER}/{SIDE_NAME}.cue": _cue_sheet,
        "Inbox/broken off.flac": _broken_off,
        "Inbox/not music.mp3": "This is a letter, whatever its name says.\n".encode,
    }


def _track(track: Track, codec: Codec) -> bytes:
    return encode(perform(track.score), codec, rate_hz=RATE_HZ, tags=track.tags)


def _broken_off() -> bytes:
    """Return a track of which the second half is missing."""
    whole = _track(TRACKS[1], _FLAC)
    return whole[: len(whole) // 2]


def side_starts_seconds() -> list[float]:
    """Return where the pieces of the record's side begin."""
    lengths = [score.seconds + GAP_SECONDS for _, score in SIDE]
    return [LEAD_IN_SECONDS + sum(lengths[:index]) for index in range(len(lengths))]


def _side() -> bytes:
    """Return a side of a record as it comes from the player: pieces and gaps, and the groove's noise throughout."""
    starts = side_starts_seconds()
    whole = record_surface(round((starts[-1] + SIDE[-1][1].seconds + GAP_SECONDS) * RATE_HZ), level_dbfs=SURFACE_DBFS)
    for start_seconds, (_, score) in zip(starts, SIDE, strict=True):
        piece = perform(score)
        start = round(start_seconds * RATE_HZ)
        whole[:, start : start + piece.shape[1]] += piece
    tags = {"artist": SIDE_ARTIST, "album": SIDE_ALBUM, "date": "1983", "genre": "Rock", "MEDIA": "Vinyl"}
    return encode(whole, _FLAC, rate_hz=RATE_HZ, tags=tags)


def _cue_sheet() -> bytes:
    """Return the sheet that says where the pieces of the side begin."""
    lines = [f'PERFORMER "{SIDE_ARTIST}"', f'TITLE "{SIDE_ALBUM}"', f'FILE "{SIDE_NAME}.flac" WAVE']
    for number, (start_seconds, (title, _)) in enumerate(zip(side_starts_seconds(), SIDE, strict=True), start=1):
        seconds, frames = divmod(round(start_seconds * 75) if number > 1 else 0, 75)
        time = f"{seconds // 60:02}:{seconds % 60:02}:{frames:02}"
        lines += [f"  TRACK {number:02} AUDIO", f'    TITLE "{title}"', f"    INDEX 01 {time}"]
    return ("\n".join(lines) + "\n").encode()
