"""Music to measure on, made here: anybody has it, and the same each time."""

import os
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from music.encoding import Codec, encode
from music.synthesis import RATE_HZ, Score, perform

TRACK_SECONDS: Final = 240.0
LONG_AGO: Final = 1_500_000_000
"""When the files were changed, so that no planner takes them for half copied."""
CODECS: Final = {
    "mp3": Codec("mp3", "libmp3lame", ".mp3", bit_rate=320_000),
    "flac": Codec("flac", "flac", ".flac", "s16"),
    "aac": Codec("ipod", "aac", ".m4a", bit_rate=256_000),
    "vorbis": Codec("ogg", "vorbis", ".ogg", encoder_options={"strict": "-2"}),
    "opus": Codec("ogg", "libopus", ".opus", bit_rate=160_000, rate_hz=48_000),
    "wav": Codec("wav", "pcm_s16le", ".wav"),
}
_BARE_MP3: Final = Codec(
    "mp3", "libmp3lame", ".mp3", bit_rate=128_000, muxer_options={"write_xing": "0", "id3v2_version": "0"}
)
"""Frames and nothing else: any number of such files one after the other are one again."""


@cache
def music(seconds: float = TRACK_SECONDS) -> NDArray[np.float32]:
    """Return something like a song, as loud as today's are, with the noise of a recording; shape (2, n)."""
    score = Score(bpm=118, tonic="A", mode="minor", degrees=(1, 6, 3, 7), seconds=seconds)
    track = perform(score)
    track += np.random.default_rng(5).normal(0.0, 0.003, track.shape).astype(np.float32)
    return np.tanh(2.5 * track)


def make_tracks(folder: Path, *, seconds: float, codecs: Iterable[str] = CODECS) -> dict[str, Path]:
    """Write the song in several codecs and return the files by codec."""
    files = {name: folder / f"{name}{CODECS[name].suffix}" for name in codecs}
    for name, file in files.items():
        file.write_bytes(encode(music(seconds), CODECS[name], rate_hz=RATE_HZ))
    return files


def make_long_track(file: Path, *, seconds: float) -> None:
    """Write an MP3 of the song again and again; its frames are encoded once."""
    frames = encode(music(), _BARE_MP3, rate_hz=RATE_HZ)
    with file.open("wb") as target:
        for _ in range(round(seconds / TRACK_SECONDS)):
            target.write(frames)


def make_albums(folder: Path, *, files: int, first: int = 0, seconds: float = 3.0, album_files: int = 10) -> None:
    """Write short tagged tracks in folders as people have them; no two hold the same audio.

    Args:
        folder: The root.
        files: How many.
        first: The number of the first; each number has its own audio, below 1000.
        seconds: Of each.
        album_files: Tracks of an album.
    """
    source = music()
    step = (source.shape[1] - round(seconds * RATE_HZ)) // 1000
    for number in range(first, first + files):
        album, track = divmod(number, album_files)
        artist = f"Artist {album // 5:03d}"
        place = folder / artist / f"Album {album:03d} (1999)"
        place.mkdir(parents=True, exist_ok=True)
        tags = {"title": f"Song {number}", "artist": artist, "album": f"Album {album:03d}", "track": f"{track + 1}"}
        part = source[:, number * step : number * step + round(seconds * RATE_HZ)]
        data = encode(part, CODECS["flac"], rate_hz=RATE_HZ, tags=tags)
        _write(place / f"{track + 1:02d} - Song {number}.flac", data)


def make_empty_files(folder: Path, *, files: int, folder_files: int = 10) -> None:
    """Write empty files in folders; who only looks at names, sizes and times sees music."""
    for number in range(files // folder_files):
        place = folder / f"Artist {number // 10:04d}" / f"Album {number:05d}"
        place.mkdir(parents=True)
        for track in range(folder_files):
            _write(place / f"{track + 1:02d} - Song.mp3", b"")


def _write(file: Path, data: bytes) -> None:
    file.write_bytes(data)
    os.utime(file, (LONG_AGO, LONG_AGO))
