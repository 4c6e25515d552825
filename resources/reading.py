"""What a worker process does with one file: open it once, read it, and decode it only when told to.

The worker tells its parent what the file is as soon as hash, tags and packets are read, and asks what to measure;
for music that is known the answer is nothing. Music is opened nowhere else.
"""

import os
from dataclasses import dataclass
from typing import BinaryIO

from music.audio_file import open_regular
from music.cue_sheet import decode_cue, parse_cue
from music.decoding import decode
from music.error_codes import AudioFileError, ErrorCode
from music.formats import find_format
from music.hints import Hints, gather_hints
from music.measurement import Measurement, MeasureRequest, measure
from music.probe import Probe, probe
from resources.worker_process import Talk

MOST_CUE_BYTES = 1_000_000
MOST_CUES = 50
"""Of a folder; more than this is no album."""


@dataclass(frozen=True, slots=True)
class ReadTask:
    """One file to read."""

    path: bytes
    """Absolute."""
    size_bytes: int
    modified_ns: int
    has_sidecars: bool
    """Whether a CUE sheet lies in its folder."""


@dataclass(frozen=True, slots=True)
class Probed:
    """What the file is: the worker's question is what to measure."""

    probe: Probe
    hints: Hints
    cue_name: bytes | None
    """The CUE sheet beside it that speaks of it."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of reading a file."""

    probed: Probed
    measurement: Measurement | None
    """None where nothing was asked."""


def read_file(task: ReadTask, talk: Talk) -> Reading:
    """Read one file.

    Raises:
        AudioFileError: What is wrong with the file.
    """
    with open_regular(task.path) as file:
        _check_unchanged(file, task)
        found = _probe(file, task, talk)
        request: MeasureRequest | None = talk.ask(found)
        measurement = _measure(file, request, talk) if request is not None else None
        _check_unchanged(file, task)
    return Reading(found, measurement)


def _probe(file: BinaryIO, task: ReadTask, talk: Talk) -> Probed:
    read = probe(file, tick=talk.tick)
    name, sheet = _cue_beside(task, talk) if task.has_sidecars else (None, None)
    hints = gather_hints(read.tags, read.chapters, sidecar_cue=sheet, file_name=_text(os.path.basename(task.path)))
    return Probed(read, hints, name)


def _measure(file: BinaryIO, request: MeasureRequest, talk: Talk) -> Measurement:
    audio_format = find_format(file)
    if audio_format is None:
        raise AudioFileError(ErrorCode.FILE_CHANGED, "the file changed between two reads")
    file.seek(0)
    with decode(file, audio_format) as decoder:
        return measure(decoder, request=request, tick=talk.tick)


def _check_unchanged(file: BinaryIO, task: ReadTask) -> None:
    status = os.fstat(file.fileno())
    if (status.st_size, status.st_mtime_ns) != (task.size_bytes, task.modified_ns):
        raise AudioFileError(ErrorCode.FILE_CHANGED, "size or time changed since the folder was looked at")


def _cue_beside(task: ReadTask, talk: Talk) -> tuple[bytes | None, bytes | None]:
    """Return the CUE sheet that speaks of this file: the one with its name first, else any of the folder."""
    folder, name = os.path.split(task.path)
    stem = os.path.splitext(name)[0].lower()
    with os.scandir(folder) as entries:
        names = [entry.name for entry in entries if entry.name.lower().endswith(b".cue")]
    for cue in sorted(names, key=lambda each: (os.path.splitext(each)[0].lower() != stem, each))[:MOST_CUES]:
        talk.tick()
        sheet = _read_small(os.path.join(folder, cue))
        if sheet is not None and parse_cue(decode_cue(sheet), _text(name)):
            return cue, sheet
    return None, None


def _read_small(path: bytes) -> bytes | None:
    try:
        with open_regular(path) as file:
            return file.read() if os.fstat(file.fileno()).st_size <= MOST_CUE_BYTES else None
    except AudioFileError:
        return None


def _text(name: bytes) -> str:
    return name.decode("utf-8", "backslashreplace")
