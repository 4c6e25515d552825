"""Writes the files of a world, with the tags that they have."""

import io
import os
from collections.abc import Iterable
from pathlib import Path

import mutagen
from mutagen.easyid3 import EasyID3
from mutagen.id3 import ID3
from mutagen.wave import WAVE

from tests.world import sound
from tests.world.shelf import MusicFile, Tags

LONG_AGO = 1_600_000_000
"""When the files were last touched: settled at once, the same bytes and times for a seed."""


def write_library(files: Iterable[MusicFile], folder: Path) -> None:
    """Write the files below a folder; they never differ for one seed."""
    for file in files:
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_tagged(_audio(file), file))
        os.utime(path, (LONG_AGO, LONG_AGO))
        for name, text in file.beside:
            (path.parent / name).write_text(text, encoding="utf-8")
            os.utime(path.parent / name, (LONG_AGO, LONG_AGO))


def _audio(file: MusicFile) -> bytes:
    whole = sound.side(file.sounds, gap_seconds=file.gap_seconds, noise=file.noise)
    kept = whole.size - round(file.cut_seconds * sound.RATE_HZ)
    return sound.file_of(whole[:kept], file.codec, is_stereo=file.is_stereo)


def _tagged(data: bytes, file: MusicFile) -> bytes:
    if not file.tags:
        return data
    opened = io.BytesIO(data)
    if file.codec.startswith("mp3"):
        _write_id3(opened, file.tags)
        return opened.getvalue()
    audio = mutagen.File(opened)
    if file.codec == "wav":
        return _with_id3_chunk(data, file.tags)
    audio.update({name.upper(): text for name, text in file.tags.items()})
    opened.seek(0)
    audio.save(opened)
    return opened.getvalue()


def _write_id3(opened: io.BytesIO, tags: Tags) -> None:
    easy = EasyID3()
    easy.update(tags)
    opened.seek(0)
    easy.save(opened)


def _with_id3_chunk(data: bytes, tags: Tags) -> bytes:
    frames, opened = io.BytesIO(), io.BytesIO(data)
    _write_id3(frames, tags)
    audio = WAVE(opened)
    audio.add_tags()
    for frame in ID3(io.BytesIO(frames.getvalue())).values():
        audio.tags.add(frame)
    opened.seek(0)
    audio.save(opened)
    return opened.getvalue()
