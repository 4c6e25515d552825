"""CUE sheets: where the pieces of a long recording begin, written down by whoever copied it.

A sheet has a block for each FILE, and in it TRACKs with INDEX lines `mm:ss:ff`, 75 frames a second. A piece
begins at its INDEX 01; what lies between INDEX 00 and 01 is the pause before it and stays with the piece
before. PREGAP is silence that is not in the file. FILE counts only as the name of a file in the sheet's own
folder, whatever path stands in front of it. A sheet that makes no sense divides nothing.

Format: CDRWIN user's guide, appendix A.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Final

from charset_normalizer import from_bytes

from music.marks import Mark
from music.plain_text import plain_text
from music.ticks import TICKS_PER_SECOND, Ticks

FRAMES_PER_SECOND: Final = 75
TICKS_PER_FRAME: Final = TICKS_PER_SECOND // FRAMES_PER_SECOND
MOST_TRACKS: Final = 999
"""Of one sheet; a CD has at most 99."""
MOST_LINE_CHARACTERS: Final = 1_000

_BYTE_ORDER_MARKS: Final = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_LIKELY: Final = ["cp1252", "cp932", "cp1251", "cp1250", "gb18030", "big5", "cp949", "cp1253", "cp1254"]
"""What was used where sheets are written; among all encodings there are, short texts are guessed wrong."""
_TIME: Final = re.compile(r"([0-9]{1,5}):([0-5]?[0-9]):([0-9]{1,2})")
_FILE: Final = re.compile(
    r'"(?P<quoted>[^"]*)"?|(?P<bare>.*?)(?:\s+(?:BINARY|MOTOROLA|AIFF|WAVE|MP3|FLAC))?\s*$', re.IGNORECASE
)


def decode_cue(data: bytes) -> str:
    """Return a sheet's text: by its byte order mark, as UTF-8, or in the encoding its letters suggest."""
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        guess = from_bytes(data, cp_isolation=_LIKELY).best()
        return data.decode(guess.encoding if guess is not None else "cp1252", "replace")


def parse_cue(text: str, file_name: str, *, sheet_name: str | None = None) -> tuple[Mark, ...]:
    """Return where the pieces of one audio file begin, in order; nothing if the sheet does not speak of it.

    Args:
        text: The sheet.
        file_name: The audio file's name, without folders. A block for the same name with another suffix
            counts too: rips often name the .wav that became a .flac.
        sheet_name: The sheet's own name. If it is the audio file's but for the suffix and the sheet has a
            single FILE, that one is meant whatever it is called.
    """
    blocks = _read_blocks(text)
    block = _block_of(blocks, file_name)
    if block is None and len(blocks) == 1 and _stem(sheet_name or "") == _stem(file_name):
        block = blocks[0]
    return _marks(block) if block is not None else ()


@dataclass(slots=True)
class _Track:
    title: str | None = None
    performer: str | None = None
    is_audio: bool = True
    indices: dict[int, int | None] = field(default_factory=dict[int, int | None])
    """INDEX number to frames; None for a time that makes no sense."""


@dataclass(slots=True)
class _Block:
    file_name: str
    tracks: list[_Track] = field(default_factory=list[_Track])


class _Reader:
    """Takes a sheet line by line."""

    def __init__(self) -> None:
        self.blocks: list[_Block] = []
        self._track: _Track | None = None
        self._performer: str | None = None

    def take(self, line: str) -> None:
        command, _, rest = " ".join(line.split()).partition(" ")
        take = {
            "FILE": self._file,
            "TRACK": self._begin_track,
            "INDEX": self._index,
            "TITLE": self._title,
            "PERFORMER": self._perform,
        }.get(command.upper())
        if take is not None:
            take(rest)

    def _file(self, rest: str) -> None:
        found = _FILE.match(rest)
        name = (found["quoted"] or found["bare"] or "") if found else ""
        self.blocks.append(_Block(_base_name(name)))
        if self._track is not None and 1 not in self._track.indices:
            # its pause lies at the end of the file before, the track itself begins in this one
            self._add(_Track(self._track.title, self._track.performer, self._track.is_audio))

    def _begin_track(self, rest: str) -> None:
        kind = rest.upper().split()[-1:]
        self._add(_Track(performer=self._performer, is_audio=kind == ["AUDIO"]))

    def _add(self, track: _Track) -> None:
        self._track = track
        if not self.blocks:
            self.blocks.append(_Block(""))
        self.blocks[-1].tracks.append(track)

    def _index(self, rest: str) -> None:
        number, _, time = rest.partition(" ")
        if self._track is not None and number.isascii() and number.isdecimal():
            self._track.indices[int(number[:3])] = _frames(time)

    def _title(self, rest: str) -> None:
        if self._track is not None:
            self._track.title = plain_text(_unquoted(rest))

    def _perform(self, rest: str) -> None:
        if self._track is not None:
            self._track.performer = plain_text(_unquoted(rest))
        else:
            self._performer = plain_text(_unquoted(rest))


def _read_blocks(text: str) -> list[_Block]:
    reader = _Reader()
    for line in text.replace("\0", "").splitlines():
        reader.take(line[:MOST_LINE_CHARACTERS])
    return reader.blocks


def _block_of(blocks: list[_Block], file_name: str) -> _Block | None:
    for same in (_folded, _stem):
        for block in blocks:
            if same(block.file_name) == same(file_name) and same(file_name):
                return block
    return None


def _marks(block: _Block) -> tuple[Mark, ...]:
    """Return the beginnings of the audio tracks, or nothing if one of them makes no sense."""
    marks: list[Mark] = []
    for track in block.tracks[: MOST_TRACKS + 1]:
        frames = track.indices.get(1)
        if not track.is_audio or (frames is None and 1 not in track.indices):
            continue
        if frames is None or (marks and frames * TICKS_PER_FRAME <= marks[-1].start_ticks):
            return ()
        marks.append(Mark(Ticks(frames * TICKS_PER_FRAME), track.title, track.performer))
    return tuple(marks) if len(marks) <= MOST_TRACKS else ()


def _frames(time: str) -> int | None:
    found = _TIME.fullmatch(time.strip())
    if found is None:
        return None
    minutes, seconds, frames = (int(part) for part in found.groups())
    return (minutes * 60 + seconds) * FRAMES_PER_SECOND + frames if frames < FRAMES_PER_SECOND else None


def _unquoted(rest: str) -> str:
    return rest[1:].removesuffix('"') if rest.startswith('"') else rest


def _base_name(name: str) -> str:
    return re.split(r"[\\/]", name)[-1].strip()


def _folded(name: str) -> str:
    """Return a name as a person compares it: letters composed alike, case and width of gaps the same."""
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def _stem(name: str) -> str:
    stem, dot, _ = _folded(name).rpartition(".")
    return stem if dot and stem else _folded(name)
