"""A folder of everything that goes wrong with music files, each with what must come of it.

Every kind is a function that makes a file (or something with a file's name) below a folder; `KINDS` says the outcome.
"""

import contextlib
import os
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests.signals import RATE_HZ, encode, encoded, noise, piece, sample, silence, sine, stereo

LONG_AGO = 1_600_000_000


@dataclass(frozen=True, slots=True)
class Ugly:
    """One kind of trouble."""

    name: bytes
    """Below the folder; not always UTF-8."""
    make: Callable[[bytes], None]
    """Makes it at an absolute path."""
    outcome: str
    """`done`, the error code of the file, a warning as `!CODE`, or `refused:CODE`."""


def _write(data: bytes | Callable[[], bytes]) -> Callable[[bytes], None]:
    def make(path: bytes) -> None:
        with open(path, "wb") as file:
            file.write(data() if callable(data) else data)

    return make


def _sound(samples: np.ndarray, codec: str, rate_hz: int = RATE_HZ) -> Callable[[bytes], None]:
    return _write(lambda: encoded(samples, codec=codec, rate_hz=rate_hz))


def _random(size: int, seed: int = 7) -> bytes:
    return np.random.default_rng(seed).bytes(size)


def _cut(codec: str, keep: float) -> Callable[[], bytes]:
    def cut() -> bytes:
        data = encoded(stereo(piece(6.0)), codec=codec)
        return data[: int(len(data) * keep)]

    return cut


def _corrupt(codec: str) -> Callable[[], bytes]:
    def corrupt() -> bytes:
        data = bytearray(encoded(stereo(piece(6.0)), codec=codec))
        for start in range(len(data) // 3, len(data) // 2, 997):
            data[start : start + 40] = _random(40, start)
        return bytes(data)

    return corrupt


def _id3(size: int, frame: bytes = b"TIT2", body: bytes | None = None) -> bytes:
    """Return an ID3v2.3 tag with one frame of this size."""
    body = b"\x00" + b"x" * (size - 1) if body is None else body
    framed = frame + struct.pack(">I", len(body)) + b"\x00\x00" + body
    total = len(framed)
    safe = bytes((total >> shift) & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x03\x00\x00" + safe + framed


def _lying_wav(*, data_size: int, rate: int = RATE_HZ, channels: int = 2, block: int = 4) -> bytes:
    """Return a WAV header that says what is not so, with a second of sound behind it."""
    sound = (np.clip(piece(1.0), -1, 1) * 20_000).astype("<i2").repeat(2).tobytes()
    fmt = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, channels, rate, rate * block, block, 16)
    return struct.pack("<4sI4s", b"RIFF", 0xFFFFFFFF, b"WAVE") + fmt + struct.pack("<4sI", b"data", data_size) + sound


def _flac_lying_length() -> bytes:
    """Return a FLAC whose header promises ten times its samples."""
    data = bytearray(encoded(stereo(piece(3.0)), codec="flac"))
    total = int.from_bytes(data[21:26], "big") & 0xFFFFFFFFF
    packed = (int.from_bytes(data[21:26], "big") & ~0xFFFFFFFFF) | (total * 10)
    data[21:26] = packed.to_bytes(5, "big")
    return bytes(data)


def _chained_ogg() -> bytes:
    """Return two Ogg Opus streams, one behind the other."""
    return encoded(stereo(piece(2.0)), codec="opus") + encoded(stereo(piece(2.0, bpm=90)), codec="opus")


def _playlist() -> bytes:
    return b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"


def _drm() -> bytes:
    """Return an M4A whose sample entry says that it is encrypted."""
    return sample("aac").replace(b"mp4a\x00\x00\x00\x00\x00\x00", b"drms\x00\x00\x00\x00\x00\x00", 1)


def _fifo(path: bytes) -> None:
    os.mkfifo(path)


def _socket(path: bytes) -> None:
    """Bind a socket by a short relative name: such addresses hold a hundred bytes."""
    server = socket.socket(socket.AF_UNIX)
    here = os.getcwd()
    os.chdir(os.path.dirname(path))
    try:
        server.bind(os.path.basename(path))
    finally:
        os.chdir(here)
        server.close()


def _link(target: bytes) -> Callable[[bytes], None]:
    return lambda path: os.symlink(target, path)


def _unreadable(path: bytes) -> None:
    _write(sample("flac"))(path)
    os.chmod(path, 0)


def _folder(path: bytes) -> None:
    os.mkdir(path)


def _lossy_tone(codec: str) -> bytes:
    return encoded(stereo(sine(440.0, 4.0)), codec=codec)


MUSIC = stereo(piece(4.0))
KINDS: tuple[Ugly, ...] = (
    # what is no audio
    Ugly(b"empty.mp3", _write(b""), "EMPTY_FILE"),
    Ugly(b"one byte.flac", _write(b"f"), "UNSUPPORTED_FORMAT"),
    Ugly(b"text.mp3", _write(b"not music at all\n" * 100), "UNSUPPORTED_FORMAT"),
    Ugly(b"random.mp3", _write(_random(200_000)), "UNSUPPORTED_FORMAT"),
    Ugly(b"random.wav", _write(_random(70_000, 8)), "UNSUPPORTED_FORMAT"),
    Ugly(b"zeros.flac", _write(bytes(100_000)), "UNSUPPORTED_FORMAT"),
    Ugly(b"picture.ogg", _write(b"\x89PNG\r\n\x1a\n" + _random(5_000)), "UNSUPPORTED_FORMAT"),
    Ugly(b"playlist.mp3", _write(_playlist()), "UNSUPPORTED_FORMAT"),
    Ugly(b"magic only.flac", _write(b"fLaC"), "DECODE_ERROR"),
    Ugly(b"magic and noise.flac", _write(b"fLaC" + _random(50_000)), "DECODE_ERROR"),
    Ugly(b"magic and noise.ogg", _write(b"OggS" + _random(50_000)), "DECODE_ERROR"),
    Ugly(b"only a tag.mp3", _write(_id3(2_000)), "UNSUPPORTED_FORMAT"),
    Ugly(b"no moov.m4a", _write(b"\x00\x00\x00\x18ftypM4A \x00\x00\x00\x00M4A mp42" + _random(20_000)), "DECODE_ERROR"),
    Ugly(b"no samples.wav", _write(_lying_wav(data_size=0)[:44]), "DECODE_ERROR"),
    Ugly(b"protected.m4a", _write(_drm), "DRM_PROTECTED"),
    # what is damaged
    Ugly(b"truncated.flac", _write(_cut("flac", 0.5)), "!TRUNCATED_AUDIO"),
    Ugly(b"truncated.wav", _write(_cut("wav", 0.5)), "!TRUNCATED_AUDIO"),
    Ugly(b"truncated.mp3", _write(_cut("mp3", 0.5)), "!TRUNCATED_AUDIO"),
    Ugly(b"truncated.m4a", _write(_cut("aac", 0.5)), "DECODE_ERROR"),
    Ugly(b"truncated.opus", _write(_cut("opus", 0.5)), "done"),
    Ugly(b"header only.flac", _write(_cut("flac", 0.01)), "DECODE_ERROR"),
    Ugly(b"corrupt.mp3", _write(_corrupt("mp3")), "done"),
    Ugly(b"corrupt.flac", _write(_corrupt("flac")), "done"),
    Ugly(b"corrupt.m4a", _write(_corrupt("aac")), "done"),
    Ugly(b"lying length.flac", _write(_flac_lying_length), "!TRUNCATED_AUDIO"),
    Ugly(b"lying size.wav", _write(_lying_wav(data_size=0x7FFFFFFF)), "done"),
    Ugly(b"lying rate.wav", _write(_lying_wav(data_size=88_200, rate=1)), "error"),
    Ugly(b"huge rate.wav", _write(_lying_wav(data_size=88_200, rate=1_000_000_000)), "error"),
    Ugly(b"many channels.wav", _write(_lying_wav(data_size=88_200, channels=60_000)), "error"),
    # tags
    Ugly(b"huge tag.mp3", _write(lambda: _id3(6_000_000) + sample("mp3-bare")), "done"),
    Ugly(b"tag of nonsense.mp3", _write(lambda: _id3(0, body=_random(3_000)) + sample("mp3-bare")), "done"),
    Ugly(b"tag in latin-1.mp3", _write(lambda: _id3(0, body=b"\x00Caf\xe9") + sample("mp3-bare")), "done"),
    Ugly(
        b"lying tag size.mp3",
        _write(lambda: b"ID3\x03\x00\x00\x7f\x7f\x7f\x7f" + sample("mp3-bare")),
        "UNSUPPORTED_FORMAT",
    ),
    Ugly(
        b"markup.flac",
        lambda path: encode(Path(os.fsdecode(path)), MUSIC, codec="flac", tags={"title": "[/b] \x1b[31m"}),
        "done",
    ),
    # names
    Ugly(b"wrong suffix.mp3", _sound(MUSIC, "flac"), "done"),
    Ugly(b"wrong suffix.flac", _sound(MUSIC, "mp3"), "done"),
    Ugly(b"caf\xe9 not utf-8.wav", _sound(MUSIC, "wav"), "done"),
    Ugly(b"n" * 246 + b".wav", _sound(MUSIC, "wav"), "done"),
    Ugly(b"new\nline.wav", _sound(MUSIC, "wav"), "done"),
    Ugly(b"esc\x1b[31m.wav", _sound(MUSIC, "wav"), "done"),
    Ugly(b"range ...[a],b.wav", _sound(MUSIC, "wav"), "done"),
    Ugly("e\u0301 nfd.wav".encode(), _sound(MUSIC, "wav"), "done"),
    Ugly("\u00e9 nfd.wav".encode(), _sound(MUSIC, "wav"), "done"),
    Ugly(b".wav.wav", _sound(MUSIC, "wav"), "hidden"),
    Ugly("日本語.flac".encode(), _sound(MUSIC, "flac"), "done"),
    # what is no file
    Ugly(b"pipe.mp3", _fifo, "refused:NOT_A_FILE"),
    Ugly(b"socket.mp3", _socket, "refused:NOT_A_FILE"),
    Ugly(b"folder.mp3", _folder, "nothing"),
    Ugly(b"loop.mp3", _link(b"loop.mp3"), "refused:SYMLINK_LOOP"),
    Ugly(b"broken link.mp3", _link(b"nowhere.mp3"), "refused:SYMLINK_LOOP"),
    Ugly(b"outside.mp3", _link(b"/etc/hostname"), "refused:OUTSIDE_ROOT"),
    Ugly(b"loop folder", _link(b"."), "refused:SYMLINK_LOOP"),
    Ugly(b"unreadable.flac", _unreadable, "UNREADABLE_FILE"),
    # sound of every kind
    Ugly(b"8 kHz.wav", _sound(piece(4.0, rate_hz=8_000), "wav", 8_000), "done"),
    Ugly(b"11 kHz.wav", _sound(piece(4.0, rate_hz=11_025), "wav", 11_025), "done"),
    Ugly(b"37.8 kHz.wav", _sound(piece(4.0, rate_hz=37_800), "wav", 37_800), "!RATE_ROUNDED"),
    Ugly(b"96 kHz.flac", _sound(piece(4.0, rate_hz=96_000), "flac24", 96_000), "done"),
    Ugly(b"192 kHz.wav", _sound(piece(4.0, rate_hz=192_000), "wav24", 192_000), "done"),
    Ugly(b"mono.mp3", _sound(piece(4.0), "mp3"), "done"),
    Ugly(b"5.1.flac", _sound(np.stack([piece(4.0)] * 6), "flac"), "done"),
    Ugly(b"8 bit.wav", _sound(piece(4.0), "wav8"), "done"),
    Ugly(b"float.wav", _sound(MUSIC, "wav-float"), "done"),
    Ugly(b"rf64.wav", _sound(MUSIC, "rf64"), "done"),
    Ugly(b"chained.opus", _write(_chained_ogg), "done"),
    Ugly(b"50 ms.wav", _sound(piece(0.05), "wav"), "!TOO_SHORT"),
    Ugly(b"one sample.wav", _sound(np.zeros(1, np.float32), "wav"), "done"),
    Ugly(b"silence.flac", _sound(silence(5.0), "flac"), "!SILENT_AUDIO"),
    Ugly(b"noise.flac", _sound(noise(5.0), "flac"), "done"),
    Ugly(b"not a number.wav", _sound(np.full(4 * RATE_HZ, np.nan, np.float32), "wav-float"), "done"),
    Ugly(b"far too loud.wav", _sound(piece(4.0) * 1e6, "wav-float"), "done"),
)
"""`error`: some code; `hidden` and `nothing`: no row at all. `done` may carry a warning."""


def make_ugly_folder(folder: Path) -> dict[bytes, str]:
    """Make every kind below a folder; return what must come of each name."""
    made: dict[bytes, str] = {}
    for index, kind in enumerate(KINDS):
        place = os.path.join(os.fsencode(folder), b"%02d" % (index % 7))
        os.makedirs(place, exist_ok=True)
        path = os.path.join(place, kind.name)
        with contextlib.suppress(FileExistsError):
            kind.make(path)
        if not os.path.islink(path) and os.path.isfile(path):
            os.utime(path, (LONG_AGO, LONG_AGO))
        made[os.path.relpath(path, os.fsencode(folder))] = kind.outcome
    return made
