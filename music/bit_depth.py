"""How many bits a lossless recording keeps of each sample; PyAV does not say.

FLAC: RFC 9639, 8.2. ALAC: the magic cookie of Apple's reference implementation. WavPack: `wavpack.h`, block flags.
"""

import re
from typing import BinaryIO, Final

from av.audio.codeccontext import AudioCodecContext

from music.formats import audio_start

_PCM: Final = re.compile(r"pcm_[suf](?P<bits>8|16|24|32|64)(?:[bl]e)?")
_BY_SAMPLE_FORMAT: Final = {"u8p": 8, "s16p": 16, "s32p": 24}
"""What the decoders of Monkey's Audio and WMA Lossless make of 8, 16 and 24 bits."""
_FLAC_BYTES, _ALAC_BYTES, _WAVPACK_BYTES = 34, 36, 32


def bits_per_sample(file: BinaryIO, context: AudioCodecContext) -> int | None:
    """Return the depth of the recording; None for a codec that has no such thing."""
    codec, header = context.codec.canonical_name, context.extradata or b""
    if pcm := _PCM.fullmatch(codec):
        return int(pcm["bits"])
    if codec == "flac" and len(header) >= _FLAC_BYTES:
        return ((header[12] & 1) << 4 | header[13] >> 4) + 1
    if codec == "alac" and len(header) >= _ALAC_BYTES:
        return header[17]
    if codec == "wavpack":
        return _wavpack_bits(file)
    return _BY_SAMPLE_FORMAT.get(context.format.name) if codec in {"ape", "wmalossless"} else None


def _wavpack_bits(file: BinaryIO) -> int | None:
    """Return the bytes of a sample less the bits by which it was shifted up to fill them."""
    file.seek(audio_start(file))
    header = file.read(_WAVPACK_BYTES)
    flags = int.from_bytes(header[24:28], "little")
    return ((flags & 3) + 1) * 8 - (flags >> 13 & 31) if header.startswith(b"wvpk") else None
