"""What a worker process does with one file: open it once, read it, and decode it only when told to.

The worker tells its parent what the file is as soon as hash, tags and packets are read, and asks what to measure;
for music that is known the answer is nothing. Music is opened nowhere else.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
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
from resources.disk import is_disk_full
from resources.file_stamp import size_and_time
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
        AudioFileError: What is wrong with the file; FILE_CHANGED, whatever else was found, if it is not the one that
            the planner saw. DISK_FULL or LAKE_WRITE_ERROR if we are to blame and not the file.
    """
    name = _text(os.path.basename(task.path))
    with _open(task) as file, _unchanged(file, task):
        talk.tick(f"reading {name}")
        found = _probe(file, task, talk)
        request = talk.ask(found)
        if not isinstance(request, MeasureRequest):
            return Reading(found, None)
        talk.tick(f"decoding {name}")
        return Reading(found, _measure(file, request, talk))


def _open(task: ReadTask) -> BinaryIO:
    try:
        return open_regular(task.path)
    except AudioFileError as error:
        if error.code == ErrorCode.EMPTY_FILE and task.size_bytes:
            raise AudioFileError(ErrorCode.FILE_CHANGED, "emptied since the folder was looked at") from error
        raise


@contextmanager
def _unchanged(file: BinaryIO, task: ReadTask) -> Iterator[None]:
    """Check before and after that a file is as the planner saw it: half a copy looks damaged, and is not."""
    _check_unchanged(file, task)
    try:
        yield
    finally:
        _check_unchanged(file, task)


def _check_unchanged(file: BinaryIO, task: ReadTask) -> None:
    if size_and_time(os.fstat(file.fileno())) != (task.size_bytes, task.modified_ns):
        raise AudioFileError(ErrorCode.FILE_CHANGED, "size or time changed since the folder was looked at")


def _probe(file: BinaryIO, task: ReadTask, talk: Talk) -> Probed:
    read = probe(file, tick=talk.tick)
    cue = _cue_beside(task, talk) if task.has_sidecars else None
    hints = gather_hints(
        read.tags,
        read.chapters,
        sidecar_cue=cue.sheet if cue else None,
        file_name=_text(os.path.basename(task.path)),
        sheet_name=_text(cue.name) if cue else None,
        duration_ticks=read.duration_ticks,
    )
    return Probed(read, hints, cue.name if cue else None)


def _measure(file: BinaryIO, request: MeasureRequest, talk: Talk) -> Measurement:
    audio_format = find_format(file)
    if audio_format is None:
        raise AudioFileError(ErrorCode.FILE_CHANGED, "the file changed between two reads")
    file.seek(0)
    with decode(file, audio_format) as decoder:
        try:
            return measure(decoder, request=request, tick=talk.tick)
        except OSError as error:
            code = ErrorCode.DISK_FULL if is_disk_full(error) else ErrorCode.LAKE_WRITE_ERROR
            raise AudioFileError(code, f"{request.spool_directory} cannot be written: {error.strerror}") from error


@dataclass(frozen=True, slots=True)
class _Cue:
    """A CUE sheet that speaks of the file."""

    name: bytes
    sheet: bytes
    divides: bool


def _cue_beside(task: ReadTask, talk: Talk) -> _Cue | None:
    """Return the CUE sheet that speaks of this file: one that divides it, the one with its name first."""
    folder, name = os.path.split(task.path)
    found = None
    for cue in _cue_names(folder, name)[:MOST_CUES]:
        talk.tick()
        sheet = _read_small(os.path.join(folder, cue))
        marks = parse_cue(decode_cue(sheet), _text(name), sheet_name=_text(cue)) if sheet else ()
        if marks and (found is None or len(marks) > 1):
            found = _Cue(cue, sheet or b"", len(marks) > 1)
        if found and found.divides:
            break
    return found


def _cue_names(folder: bytes, name: bytes) -> list[bytes]:
    """Return the CUE sheets of a folder, those named like the file first (`side.cue`, `side.flac.cue`)."""
    alike = {name.lower(), os.path.splitext(name)[0].lower()}
    try:
        names = [each for each in os.listdir(folder) if each.lower().endswith(b".cue") and not each.startswith(b".")]
    except (FileNotFoundError, NotADirectoryError) as error:
        raise AudioFileError(ErrorCode.FILE_CHANGED, f"its folder vanished: {error.strerror}") from error
    except OSError as error:
        raise AudioFileError(ErrorCode.UNREADABLE_FILE, f"its folder cannot be read: {error.strerror}") from error
    return sorted(names, key=lambda each: (os.path.splitext(each)[0].lower() not in alike, each))


def _read_small(path: bytes) -> bytes | None:
    try:
        with open_regular(path) as file:
            data = file.read(MOST_CUE_BYTES + 1)
    except (AudioFileError, OSError):
        return None
    return data if len(data) <= MOST_CUE_BYTES else None


def _text(name: bytes) -> str:
    return name.decode("utf-8", "backslashreplace")
