"""Reading the compressed text of a Chromaprint back into words; `music.fingerprint.encode_fingerprint` writes it."""

import base64
import binascii

import numpy as np
from numpy.typing import NDArray

_HEAD_BYTES = 4
"""The algorithm, and how many words there are."""
_NORMAL_BITS, _EXCEPTION_BITS = 3, 5
_NORMAL_LIMIT = 2**_NORMAL_BITS - 1
_WORD_BITS = 32


def decode_fingerprint(text: str) -> tuple[int, NDArray[np.uint32]]:
    """Return the number of the algorithm, and the words.

    Raises:
        ValueError: This is no fingerprint, or not all of it.
    """
    data = _bytes_of(text)
    count = int.from_bytes(data[1:_HEAD_BYTES], "big")
    body = np.frombuffer(data, np.uint8, offset=_HEAD_BYTES)
    distances = _values(body, _NORMAL_BITS)
    ends = np.flatnonzero(distances == 0)[:count]
    if ends.size < count:
        raise ValueError(f"a fingerprint of {count} words ends after {ends.size}: {text[:20]!r}…")
    if not count:
        return data[0], np.zeros(0, np.uint32)
    distances = distances[: ends[-1] + 1].astype(np.int64)
    normal_bytes = -(-distances.size * _NORMAL_BITS // 8)
    beyond = _values(body[normal_bytes:], _EXCEPTION_BITS)
    far = np.flatnonzero(distances == _NORMAL_LIMIT)
    if beyond.size < far.size:
        raise ValueError(f"a fingerprint of {count} words lacks its last {far.size - beyond.size} distances")
    distances[far] += beyond[: far.size]
    return data[0], _words(distances, ends)


def _bytes_of(text: str) -> bytes:
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError(f"a fingerprint is URL-safe base64, this is not: {text[:20]!r}…") from error
    if len(data) < _HEAD_BYTES:
        raise ValueError(f"a fingerprint has at least {_HEAD_BYTES} bytes, this one has {len(data)}: {text!r}")
    return data


def _values(data: NDArray[np.uint8], bits: int) -> NDArray[np.uint8]:
    """Return the whole numbers of so many bits each, the least bit first."""
    single = np.unpackbits(data, bitorder="little")
    single = single[: single.size // bits * bits].reshape(-1, bits)
    return single @ (1 << np.arange(bits)).astype(np.uint8)


def _words(distances: NDArray[np.int64], ends: NDArray[np.intp]) -> NDArray[np.uint32]:
    """Add up distances to places of bits, bits to changes, changes to words."""
    reached = np.cumsum(distances)
    before = np.concatenate(([0], reached[ends[:-1]]))
    sizes = np.diff(ends, prepend=-1)
    place = reached - np.repeat(before, sizes) - 1
    word = np.repeat(np.arange(ends.size), sizes)
    is_bit = distances > 0
    if place.max(initial=0) >= _WORD_BITS:
        raise ValueError(f"a word of a fingerprint has {_WORD_BITS} bits, not {place.max() + 1}")
    changed = np.bincount(word[is_bit], weights=np.exp2(place[is_bit]), minlength=ends.size)  # exact under 2**53
    return np.bitwise_xor.accumulate(changed.astype(np.uint32))
