"""Chromaprint: what a piece sounds like, as one word of 32 bits for each eighth of a second.

Algorithm 1 (`CHROMAPRINT_ALGORITHM_TEST2`, what AcoustID knows): the energy of the twelve pitch classes in frames of
0.37 s, smoothed over five frames and normalised; then sixteen classifiers, each of which compares areas of that picture
over up to 2 s and gives two bits.

The text that AcoustID takes holds, of each word, the bits that differ from the word before, as distances from one set
bit to the next: three bits for a distance under 7, five more at the end of the text for what is beyond.

References:
    https://oxygene.sk/2011/01/how-does-chromaprint-work/
    Y. Ke, D. Hoiem, R. Sukthankar, "Computer vision for music identification", CVPR 2005 (the classifiers).
"""

import base64
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from music.decimation import DECIMATED_HZ
from music.pitch_spectra import FINGERPRINT_SECONDS, FRAME, HOP, PitchMeter

ALGORITHM = 1
"""As AcoustID and the first byte of the compressed text number it."""
MAX_SECONDS = FINGERPRINT_SECONDS
"""How much of the beginning is listened to (S3-R12)."""

_SMOOTHING = (0.25, 0.75, 1.0, 0.75, 0.25)
_SILENT = 0.01
"""A frame whose pitch classes have less than this norm (a tone of -87 dBFS) is taken for silence."""
_PICTURE_FRAMES = 16
"""What one word looks at: the width of the widest classifier."""
_NORMAL_BITS, _EXCEPTION_BITS = 3, 5
_NORMAL_LIMIT = 2**_NORMAL_BITS - 1
_WORD_BITS = 32
_GRAY = np.array([0, 1, 3, 2], np.uint32)

_LEAST_FRAMES = len(_SMOOTHING) + _PICTURE_FRAMES - 1
MIN_SECONDS = (FRAME + (_LEAST_FRAMES - 1) * HOP) / DECIMATED_HZ
"""In less (2.7 s) there is no word."""


class _Classifier(NamedTuple):
    """How two bits are made: areas of the picture are compared, and the result with three thresholds."""

    shape: int
    """0 all, 1 upper against lower, 2 later against earlier half, 3 quarters crosswise, 4 middle pitches against
    those around, 5 middle frames against those around."""
    pitch: int
    """The lowest pitch class of the area."""
    pitches: int
    """The height of the area."""
    frames: int
    """The width of the area."""
    thresholds: tuple[float, float, float]
    """On the logarithm of the ratio."""


_CLASSIFIERS = (
    _Classifier(0, 4, 3, 15, (1.98215, 2.35817, 2.63523)),
    _Classifier(4, 4, 6, 15, (-1.03809, -0.651211, -0.282167)),
    _Classifier(1, 0, 4, 16, (-0.298702, 0.119262, 0.558497)),
    _Classifier(3, 8, 2, 12, (-0.105439, 0.0153946, 0.135898)),
    _Classifier(3, 4, 4, 8, (-0.142891, 0.0258736, 0.200632)),
    _Classifier(4, 0, 3, 5, (-0.826319, -0.590612, -0.368214)),
    _Classifier(1, 2, 2, 9, (-0.557409, -0.233035, 0.0534525)),
    _Classifier(2, 7, 3, 4, (-0.0646826, 0.00620476, 0.0784847)),
    _Classifier(2, 6, 2, 16, (-0.192387, -0.029699, 0.215855)),
    _Classifier(2, 1, 3, 2, (-0.0397818, -0.00568076, 0.0292026)),
    _Classifier(5, 10, 1, 15, (-0.53823, -0.369934, -0.190235)),
    _Classifier(3, 6, 2, 10, (-0.124877, 0.0296483, 0.139239)),
    _Classifier(2, 1, 1, 14, (-0.101475, 0.0225617, 0.231971)),
    _Classifier(3, 5, 6, 4, (-0.0799915, -0.00729616, 0.063262)),
    _Classifier(1, 9, 2, 12, (-0.272556, 0.019424, 0.302559)),
    _Classifier(3, 4, 2, 14, (-0.164292, -0.0321188, 0.0846339)),
)


@dataclass(frozen=True, slots=True)
class SpanFingerprint:
    """What one piece sounds like."""

    algorithm: int
    """Chromaprint's number of the algorithm."""
    fingerprint: str
    """The compressed text, as fpcalc prints it."""
    duration_seconds: float
    """How long the whole piece is, not only what was listened to: AcoustID compares it."""


def fingerprint_words(class_energies: NDArray[np.float64]) -> NDArray[np.uint32]:
    """Return the words of a piece, bit for bit those of Chromaprint but for rounding.

    Empty under 2.7 s, and where nothing is heard: Chromaprint has words for silence too, but they say nothing and would
    make all silent pieces alike.

    Args:
        class_energies: Of the pitch classes from A in each frame, shape (frames, 12), as `PitchMeter` has them.
    """
    if len(class_energies) < _LEAST_FRAMES:
        return np.zeros(0, np.uint32)
    pitches = _normalised(_smoothed(class_energies))
    if not pitches.any():
        return np.zeros(0, np.uint32)
    picture = _Picture(pitches)
    words = np.zeros(picture.words, np.uint32)
    for classifier in _CLASSIFIERS:
        words = (words << np.uint32(2)) | _GRAY[_two_bits(picture, classifier)]
    return words


def fingerprint(mono: NDArray[np.int16]) -> NDArray[np.uint32]:
    """Return the words of a piece from its signal.

    Args:
        mono: Shape (n,), at 11,025 Hz; what lies behind `MAX_SECONDS` is not heard.
    """
    meter = PitchMeter(want_fingerprint=True, want_key=False)
    meter.add(mono)
    return fingerprint_words(meter.finish().class_energies)


def fingerprint_of(class_energies: NDArray[np.float64], *, duration_seconds: float) -> SpanFingerprint | None:
    """Return the fingerprint of a piece as services take it, or None where `fingerprint_words` has none.

    Args:
        class_energies: As for `fingerprint_words`.
        duration_seconds: How long the whole piece is.
    """
    words = fingerprint_words(class_energies)
    return SpanFingerprint(ALGORITHM, encode_fingerprint(words), duration_seconds) if words.size else None


def encode_fingerprint(words: NDArray[np.uint32]) -> str:
    """Return the compressed text of a fingerprint: URL-safe base64 without padding."""
    changed = words.copy()
    changed[1:] ^= words[:-1]
    word, bit = np.nonzero((changed[:, None] >> np.arange(_WORD_BITS, dtype=np.uint32)) & np.uint32(1))
    first_of_word = np.diff(word, prepend=-1) != 0
    distance = np.diff(bit, prepend=-1)
    distance[first_of_word] = bit[first_of_word] + 1
    normal = np.zeros(bit.size + words.size, np.uint8)  # each word ends with a distance of nought
    normal[np.arange(bit.size) + word] = np.minimum(distance, _NORMAL_LIMIT)
    beyond = distance[distance >= _NORMAL_LIMIT] - _NORMAL_LIMIT
    head = bytes([ALGORITHM]) + words.size.to_bytes(3, "big")
    data = head + _packed(normal, _NORMAL_BITS) + _packed(beyond.astype(np.uint8), _EXCEPTION_BITS)
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _packed(values: NDArray[np.uint8], bits: int) -> bytes:
    """Return the lowest bits of each value one after the other, the least first."""
    single = (values[:, None] >> np.arange(bits, dtype=np.uint8)) & np.uint8(1)
    return np.packbits(single.ravel(), bitorder="little").tobytes()


def _smoothed(energies: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.tensordot(sliding_window_view(energies, len(_SMOOTHING), axis=0), _SMOOTHING, axes=(2, 0))


def _normalised(energies: NDArray[np.float64]) -> NDArray[np.float64]:
    norm = np.linalg.norm(energies, axis=1, keepdims=True)
    return np.divide(energies, norm, out=np.zeros_like(energies), where=norm >= _SILENT)


class _Picture:
    """Pitch classes over time, of which the sum over any rectangle is known at once (an integral image)."""

    def __init__(self, pitches: NDArray[np.float64]) -> None:
        self.words = len(pitches) - _PICTURE_FRAMES + 1
        self._sums = np.pad(pitches.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))

    def area(self, frames: tuple[int, int], pitches: tuple[int, int]) -> NDArray[np.float64]:
        """Return, for each word, the sum over half-open ranges of frames (from the word's first) and pitches."""
        before, until = (self._sums[frame : frame + self.words] for frame in frames)
        low, high = pitches
        return until[:, high] - before[:, high] - until[:, low] + before[:, low]


def _two_bits(picture: _Picture, classifier: _Classifier) -> NDArray[np.intp]:
    """Return, for each word, how many of the thresholds are reached."""
    more, less = _compared(picture, classifier)
    ratio = np.log((1.0 + more) / (1.0 + less))
    return np.searchsorted(classifier.thresholds, ratio, side="right")


def _compared(picture: _Picture, classifier: _Classifier) -> tuple[NDArray[np.float64], NDArray[np.float64] | float]:
    """Return the two sums whose ratio a classifier looks at."""
    width, low, high = classifier.frames, classifier.pitch, classifier.pitch + classifier.pitches
    half, third = width // 2, width // 3
    middle, upper = low + classifier.pitches // 2, low + classifier.pitches // 3
    area, every = picture.area, (0, width)
    match classifier.shape:
        case 0:
            return area(every, (low, high)), 0.0
        case 1:
            return area(every, (middle, high)), area(every, (low, middle))
        case 2:
            return area((half, width), (low, high)), area((0, half), (low, high))
        case 3:
            crosswise = area((0, half), (middle, high)) + area((half, width), (low, middle))
            return crosswise, area((0, half), (low, middle)) + area((half, width), (middle, high))
        case 4:
            top = low + 2 * (classifier.pitches // 3)
            return area(every, (upper, top)), area(every, (low, upper)) + area(every, (top, high))
        case _:
            inner = (third, 2 * third)
            return area(inner, (low, high)), area((0, third), (low, high)) + area((2 * third, width), (low, high))
