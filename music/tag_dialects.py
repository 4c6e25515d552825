"""Reading each kind of tag from an open file, with mutagen where it knows the kind.

Nothing here interprets a value: that is `music.tags`' work. Files are read as objects, never by name, and
through a `BoundedReader`, so that nothing can be written and no length in a broken header makes us read the
whole disk. mutagen has no types: what it returns is `Any` until it is text.
"""

import io
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final, cast

from mutagen.apev2 import APENoHeaderError, APETextValue, APEv2
from mutagen.asf import ASF
from mutagen.flac import FLAC
from mutagen.id3 import ID3, Encoding, ID3NoHeaderError
from mutagen.mp4 import MP4
from mutagen.oggflac import OggFLAC
from mutagen.oggopus import OggOpus
from mutagen.oggvorbis import OggVorbis

from music.chunks import Chunk, read_chunks, split_chunks
from music.marks import Mark
from music.tag_names import Field, collect
from music.ticks import samples_to_ticks

MOST_BYTES: Final = 64 << 20
"""Of one file that its tags may fill; beyond, they are not read."""
_MOST_INFO_BYTES: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class RawTags:
    """What one dialect says, before it is cleaned."""

    values: dict[Field, list[str]] = field(default_factory=dict[Field, list[str]])
    """Only fields with something in them."""
    has_art: bool = False
    """Whether a picture is embedded."""
    cue_marks: tuple[Mark, ...] = ()
    """From a FLAC's own table."""


class TagsTooLargeError(ValueError):
    """The tags fill more than `MOST_BYTES`."""


class BoundedReader:
    """An open file that can only be read, and only so much of it.

    Args:
        file: Open for reading; from its beginning.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._left_bytes = MOST_BYTES
        file.seek(0)

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes.

        Raises:
            TagsTooLargeError: More was asked for than any honest tag holds.
        """
        if size > self._left_bytes:
            raise TagsTooLargeError(f"the tags fill more than {MOST_BYTES >> 20} MiB")
        data = self._file.read(size if size >= 0 else self._left_bytes)
        self._left_bytes -= len(data)
        return data

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to another place."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """Return the place."""
        return self._file.tell()


def read_id3(file: BinaryIO) -> RawTags:
    """Read ID3v2 at the beginning and ID3v1 at the end; the former counts where both speak."""
    return _from_id3(BoundedReader(file))


def _from_id3(file: "BoundedReader | io.BytesIO") -> RawTags:
    try:
        tags = cast("Any", ID3(file, translate=False))  # translating loses years that are no ISO date
    except ID3NoHeaderError:
        return RawTags()
    pairs = [pair for frame in tags.values() for pair in _id3_pair(frame)]
    return RawTags(collect("id3", pairs), has_art=bool(tags.getall("APIC")))


def _id3_pair(frame: Any) -> Iterable[tuple[str, list[str]]]:  # noqa: ANN401  mutagen's frames share no type
    """Yield a frame's name and values, if it is text."""
    name: str = frame.FrameID
    if name == "UFID":
        yield f"ufid:{frame.owner}", [frame.data.decode("utf-8", "replace")]
    elif name == "TCON":
        yield name, list(frame.genres)
    elif name.startswith("T") and hasattr(frame, "text"):
        values = [str(value) for value in frame.text]
        mislabelled = frame.encoding == Encoding.LATIN1
        key = f"txxx:{frame.desc}" if name == "TXXX" else name
        yield key, [_repaired(value) if mislabelled else value for value in values]


def _repaired(text: str) -> str:
    """Return text that calls itself Latin-1 but is UTF-8, as many programs wrote it."""
    try:
        return text if text.isascii() else text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def read_apev2(file: BinaryIO) -> RawTags:
    """Read an APEv2 tag at either end of the file."""
    try:
        tags = cast("Any", APEv2(BoundedReader(file)))
    except APENoHeaderError:
        return RawTags()
    items: list[tuple[str, Any]] = list(tags.items())
    texts = [(key, list(cast("Any", value))) for key, value in items if isinstance(value, APETextValue)]
    return RawTags(collect("free", texts), has_art=any(key.lower().startswith("cover art") for key, _ in items))


def read_flac(file: BinaryIO) -> RawTags:
    """Read the Vorbis comments, pictures and the CUESHEET block of a FLAC."""
    flac = cast("Any", FLAC(BoundedReader(file)))
    raw = _from_comments(flac.tags)
    marks = _flac_marks(flac) if flac.cuesheet is not None else ()
    return RawTags(raw.values, has_art=raw.has_art or bool(flac.pictures), cue_marks=marks)


def _flac_marks(flac: Any) -> tuple[Mark, ...]:  # noqa: ANN401  mutagen has no types
    """Return where the audio tracks of the CUESHEET block begin; its last entry is the end of the disc."""
    marks: list[Mark] = []
    for track in flac.cuesheet.tracks[:-1]:
        offsets = [index.index_offset for index in track.indexes if index.index_number == 1]
        if track.type == 0 and offsets:
            start = samples_to_ticks(track.start_offset + offsets[0], rate_hz=flac.info.sample_rate)
            marks.append(Mark(start))
    return tuple(marks)


def read_ogg(file: BinaryIO) -> RawTags:
    """Read the Vorbis comments of an Ogg stream, whatever codec it holds."""
    file.seek(0)
    first_page = file.read(64)
    kind: Callable[[BoundedReader], Any] = OggVorbis
    if b"OpusHead" in first_page:
        kind = OggOpus
    elif b"\x7fFLAC" in first_page:
        kind = OggFLAC
    return _from_comments(kind(BoundedReader(file)).tags)


def _from_comments(comments: Any) -> RawTags:  # noqa: ANN401  mutagen has no types
    pairs: list[tuple[str, str]] = list(comments or ())
    names = {name.lower() for name, _ in pairs}
    values = collect("free", ((name, [value]) for name, value in pairs))
    return RawTags(values, has_art=bool(names & {"metadata_block_picture", "coverart"}))


def read_mp4(file: BinaryIO) -> RawTags:
    """Read the iTunes atoms of an MP4 file, and the freeform ones in which Picard keeps its ids."""
    tags: dict[str, Any] = cast("Any", MP4(BoundedReader(file))).tags or {}
    pairs = [(name.removeprefix("----:com.apple.iTunes:"), _mp4_texts(values)) for name, values in tags.items()]
    return RawTags(collect("mp4", pairs), has_art=bool(tags.get("covr")))


def _mp4_texts(values: Any) -> list[str]:  # noqa: ANN401  text, bytes, pairs of numbers, or one truth
    texts: list[str] = []
    several: list[Any] = cast("list[Any]", values) if isinstance(values, list) else []
    for value in several:
        if isinstance(value, str):
            texts.append(value)
        elif isinstance(value, bytes):
            texts.append(value.decode("utf-8", "replace"))
        elif isinstance(value, tuple):
            texts.append("/".join(str(number) for number in cast("tuple[int, ...]", value)))
    return texts


def read_asf(file: BinaryIO) -> RawTags:
    """Read the attributes of a WMA file."""
    tags: list[tuple[str, Any]] = list(cast("Any", ASF(BoundedReader(file))).tags)
    pairs = [(name, [str(value)]) for name, value in tags if name != "WM/Picture"]
    return RawTags(collect("asf", pairs), has_art=any(name == "WM/Picture" for name, _ in tags))


def read_wav(file: BinaryIO) -> RawTags:
    """Read the ID3 chunk of a WAV file, and its LIST INFO where that is silent."""
    chunks = list(read_chunks(file))
    tags = _id3_chunk(file, chunks)
    info: dict[Field, list[str]] = {}
    for chunk in chunks:
        data = _chunk_bytes(file, chunk) if chunk.name == b"LIST" else b""
        if data.startswith(b"INFO"):
            pairs = [(_undeclared(name), [_undeclared(text)]) for name, text in split_chunks(data[4:]).items()]
            info = collect("riff", pairs) | info
    return RawTags(info | tags.values, has_art=tags.has_art)


def read_aiff(file: BinaryIO) -> RawTags:
    """Read the ID3 chunk of an AIFF file, and its own NAME and AUTH where that is silent."""
    chunks = list(read_chunks(file))
    tags = _id3_chunk(file, chunks)
    own = [chunk for chunk in chunks if chunk.name in {b"NAME", b"AUTH"}]
    pairs = [(_undeclared(chunk.name), [_undeclared(_chunk_bytes(file, chunk))]) for chunk in own]
    return RawTags(collect("iff", pairs) | tags.values, has_art=tags.has_art)


def _id3_chunk(file: BinaryIO, chunks: list[Chunk]) -> RawTags:
    for chunk in chunks:
        if chunk.name.upper() == b"ID3 ":
            file.seek(chunk.start)
            return _from_id3(io.BytesIO(file.read(min(chunk.length, MOST_BYTES))))
    return RawTags()


def _chunk_bytes(file: BinaryIO, chunk: Chunk) -> bytes:
    file.seek(chunk.start)
    return file.read(min(chunk.length, _MOST_INFO_BYTES))


def _undeclared(data: bytes) -> str:
    """Return text whose encoding nobody noted down: UTF-8 if it can be, else Windows' Western one."""
    try:
        return data.rstrip(b"\0").decode("utf-8")
    except UnicodeDecodeError:
        return data.rstrip(b"\0").decode("cp1252", "replace")
