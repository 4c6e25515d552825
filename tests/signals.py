"""Audio whose answers are known, made and encoded without any program of the system.

Samples are float32, full scale is ±1.0; one channel is an array `(n,)`, several are `(channels, n)`. Every
maker is deterministic: the same arguments give the same samples, and `encode` the same bytes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import BinaryIO

import av
import numpy as np
from numpy.typing import NDArray

from music import encoding
from music.encoding import Chapter, Codec

av.logging.set_level(av.logging.PANIC)

RATE_HZ = 44_100
Samples = NDArray[np.float32]


def amplitude(level_db: float) -> float:
    """Return the factor of a level in decibels."""
    return 10.0 ** (level_db / 20.0)


def rms_dbfs(samples: Samples) -> float:
    """Return the level of all samples, -inf for digital silence."""
    power = float(np.mean(np.square(samples, dtype=np.float64)))
    return 10.0 * np.log10(power) if power > 0 else -np.inf


def _count(seconds: float, rate_hz: int) -> int:
    return round(seconds * rate_hz)


def silence(seconds: float, *, rate_hz: int = RATE_HZ) -> Samples:
    """Return digital silence."""
    return np.zeros(_count(seconds, rate_hz), np.float32)


def sine(
    frequency_hz: float,
    seconds: float,
    *,
    peak_dbfs: float = -6.0,
    rate_hz: int = RATE_HZ,
    phase: float = 0.0,
) -> Samples:
    """Return a steady tone; its RMS is 3.01 dB under its peak."""
    times = np.arange(_count(seconds, rate_hz)) / rate_hz
    return (amplitude(peak_dbfs) * np.sin(2 * np.pi * frequency_hz * times + phase)).astype(np.float32)


def noise(seconds: float, *, rms_level_dbfs: float = -20.0, seed: int = 1, rate_hz: int = RATE_HZ) -> Samples:
    """Return white noise of exactly this RMS level."""
    raw = np.random.default_rng(seed).standard_normal(_count(seconds, rate_hz))
    return _at_level(raw, rms_level_dbfs)


def pink_noise(seconds: float, *, rms_level_dbfs: float = -20.0, seed: int = 1, rate_hz: int = RATE_HZ) -> Samples:
    """Return noise that falls by 3 dB an octave, of exactly this RMS level."""
    count = _count(seconds, rate_hz)
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(count))
    spectrum[0] = 0
    spectrum[1:] /= np.sqrt(np.arange(1, spectrum.size))
    return _at_level(np.fft.irfft(spectrum, count), rms_level_dbfs)


def vinyl_noise(seconds: float, *, rms_level_dbfs: float = -58.0, seed: int = 1, rate_hz: int = RATE_HZ) -> Samples:
    """Return the surface of a record: rumble and hiss of this RMS level, and two small crackles a second."""
    surface = pink_noise(seconds, rms_level_dbfs=rms_level_dbfs, seed=seed, rate_hz=rate_hz)
    random = np.random.default_rng(seed + 1)
    places = random.integers(0, max(1, surface.size - 8), size=int(2 * seconds))
    crackle = amplitude(rms_level_dbfs + 14.0) * np.array([1, -0.7, 0.4, -0.2], np.float32)
    for place in places:
        surface[place : place + 4] += crackle[: surface[place : place + 4].size]
    return surface


def clicks(bpm: float, seconds: float, *, rate_hz: int = RATE_HZ, first_seconds: float = 0.0) -> Samples:
    """Return short noisy clicks, the k-th at `first_seconds + k · 60 / bpm`."""
    track = silence(seconds, rate_hz=rate_hz)
    length = _count(0.02, rate_hz)
    click = np.random.default_rng(7).standard_normal(length) * np.exp(-np.arange(length) / (0.004 * rate_hz))
    click = (0.5 * click / np.abs(click).max()).astype(np.float32)
    for place in np.arange(first_seconds, seconds, 60.0 / bpm):
        start = _count(place, rate_hz)
        part = track[start : start + length]
        part += click[: part.size]
    return track


def note_hz(midi_note: float, *, a4_hz: float = 440.0) -> float:
    """Return the frequency of a MIDI note (69 = A4)."""
    return a4_hz * 2.0 ** ((midi_note - 69) / 12)


def tone(midi_note: float, seconds: float, *, rate_hz: int = RATE_HZ, a4_hz: float = 440.0) -> Samples:
    """Return a plucked note with six harmonics and a decay, peak about 1."""
    times = np.arange(_count(seconds, rate_hz)) / rate_hz
    pitch = note_hz(midi_note, a4_hz=a4_hz)
    parts = [np.sin(2 * np.pi * pitch * k * times) / k**1.5 for k in range(1, 7) if pitch * k < rate_hz / 2]
    shape = np.minimum(1, times / 0.005) * np.exp(-times * 1.5) * np.minimum(1, (seconds - times) / 0.02)
    return (np.sum(parts, axis=0) * shape / 1.6).astype(np.float32)


def chords(
    progression: Sequence[Sequence[int]],
    *,
    bpm: float = 120.0,
    beats_each: int = 4,
    peak_dbfs: float = -6.0,
    rate_hz: int = RATE_HZ,
    a4_hz: float = 440.0,
) -> Samples:
    """Return chords of MIDI notes, struck anew on each beat."""
    beat_seconds = 60.0 / bpm
    starts = len(progression) * beats_each
    track = silence(starts * beat_seconds, rate_hz=rate_hz)
    for index in range(starts):
        notes = progression[index // beats_each]
        struck = sum(tone(note, beat_seconds, rate_hz=rate_hz, a4_hz=a4_hz) for note in notes)
        start = _count(index * beat_seconds, rate_hz)
        part = track[start : start + len(struck)]
        part += struck[: part.size]
    return _at_peak(track, peak_dbfs)


A_MINOR = ((57, 60, 64), (62, 65, 69), (64, 68, 71), (57, 60, 64))
"""Am Dm E Am: the key is A minor, Camelot 8A."""
C_MAJOR = ((60, 64, 67), (65, 69, 72), (67, 71, 74), (60, 64, 67))
"""C F G C: the key is C major, Camelot 8B."""


def piece(
    seconds: float,
    *,
    bpm: float = 120.0,
    progression: Sequence[Sequence[int]] = A_MINOR,
    peak_dbfs: float = -3.0,
    rate_hz: int = RATE_HZ,
) -> Samples:
    """Return something like music: chords, a bass note and a click on each beat, never silent in between."""
    one_round = chords(progression, bpm=bpm, rate_hz=rate_hz)
    bass = chords([(chord[0] - 12,) for chord in progression], bpm=bpm, rate_hz=rate_hz)
    count = _count(seconds, rate_hz)
    times = -(-count // one_round.size)
    body = np.tile(one_round + bass, times)[:count] + clicks(bpm, count / rate_hz, rate_hz=rate_hz)
    return _at_peak(body, peak_dbfs)


def fade(samples: Samples, *, in_seconds: float = 0.0, out_seconds: float = 0.0, rate_hz: int = RATE_HZ) -> Samples:
    """Return the samples with a linear fade at either end."""
    faded = samples.copy()
    rise, fall = _count(in_seconds, rate_hz), _count(out_seconds, rate_hz)
    if rise:
        faded[..., :rise] *= np.linspace(0, 1, rise, dtype=np.float32)
    if fall:
        faded[..., -fall:] *= np.linspace(1, 0, fall, dtype=np.float32)
    return faded


@dataclass(frozen=True, slots=True)
class Side:
    """Several pieces in one recording."""

    samples: Samples
    """Shape (n,)."""
    pieces: tuple[tuple[int, int], ...]
    """Where each piece sounds: first sample and the sample after its last."""

    @property
    def gap_middles(self) -> tuple[int, ...]:
        """The sample in the middle of each gap between two pieces."""
        return tuple((a[1] + b[0]) // 2 for a, b in zip(self.pieces, self.pieces[1:], strict=False))


def side(
    parts: Sequence[Samples],
    *,
    gaps_seconds: Sequence[float],
    lead_seconds: float = 0.0,
    trail_seconds: float = 0.0,
    surface_dbfs: float | None = None,
    rate_hz: int = RATE_HZ,
) -> Side:
    """Return the parts one after the other with gaps between, over vinyl noise of `surface_dbfs` if given."""
    pauses = [lead_seconds, *gaps_seconds]
    blocks: list[Samples] = []
    places: list[tuple[int, int]] = []
    at = 0
    for pause, part in zip(pauses, parts, strict=True):
        gap = silence(pause, rate_hz=rate_hz)
        places.append((at + gap.size, at + gap.size + part.size))
        at = places[-1][1]
        blocks += [gap, part]
    whole = np.concatenate([*blocks, silence(trail_seconds, rate_hz=rate_hz)])
    if surface_dbfs is not None:
        whole += vinyl_noise(whole.size / rate_hz, rms_level_dbfs=surface_dbfs, rate_hz=rate_hz)[: whole.size]
    return Side(samples=whole, pieces=tuple(places))


def stereo(left: Samples, right: Samples | None = None) -> Samples:
    """Return two channels; without `right` both are the same."""
    return np.stack([left, left if right is None else right])


def _at_level(raw: NDArray[np.float64], level_dbfs: float) -> Samples:
    if raw.size == 0:
        return raw.astype(np.float32)
    return (raw * (amplitude(level_dbfs) / np.sqrt(np.mean(raw**2)))).astype(np.float32)


def _at_peak(samples: Samples, peak_dbfs: float) -> Samples:
    highest = float(np.abs(samples).max(initial=0.0))
    return (samples * (amplitude(peak_dbfs) / highest)).astype(np.float32) if highest else samples


CODECS: dict[str, Codec] = {
    "flac": Codec("flac", "flac", ".flac", "s16"),
    "flac24": Codec("flac", "flac", ".flac", "s32"),
    "mp3": Codec("mp3", "libmp3lame", ".mp3", bit_rate=192_000),
    "mp3-bare": Codec(
        "mp3", "libmp3lame", ".mp3", bit_rate=128_000, muxer_options={"write_xing": "0", "id3v2_version": "0"}
    ),
    "aac": Codec("ipod", "aac", ".m4a", bit_rate=160_000),
    "alac": Codec("ipod", "alac", ".m4a", "s16p"),
    "adts": Codec("adts", "aac", ".aac", bit_rate=128_000),
    "vorbis": Codec("ogg", "vorbis", ".ogg", encoder_options={"strict": "-2"}),
    "opus": Codec("ogg", "libopus", ".opus", rate_hz=48_000),
    "oggflac": Codec("ogg", "flac", ".oga", "s16"),
    "wav": Codec("wav", "pcm_s16le", ".wav"),
    "wav24": Codec("wav", "pcm_s24le", ".wav"),
    "wav-float": Codec("wav", "pcm_f32le", ".wav"),
    "wav8": Codec("wav", "pcm_u8", ".wav"),
    "rf64": Codec("wav", "pcm_s16le", ".wav", muxer_options={"rf64": "always"}),
    "aiff": Codec("aiff", "pcm_s16be", ".aiff"),
    "aifc": Codec("aiff", "pcm_s16le", ".aifc"),
    "wma": Codec("asf", "wmav2", ".wma", bit_rate=128_000),
    "wavpack": Codec("wv", "wavpack", ".wv", "s16p"),
}
"""What `encode` makes. The Vorbis encoder of the wheel takes only two channels; no wheel writes APE."""


def encode(
    target: Path | BinaryIO,
    samples: Samples,
    *,
    codec: str,
    rate_hz: int = RATE_HZ,
    tags: Mapping[str, str] | None = None,
    chapters: Sequence[tuple[float, float, str]] = (),
) -> None:
    """Write an audio file with PyAV's own encoders.

    Args:
        target: A path (its folder exists) or a file open for writing.
        samples: Shape (n,) or (channels, n).
        codec: A name of `CODECS`.
        rate_hz: The rate of the samples; resampled where the encoder takes only another.
        tags: What the container's own muxer writes (title, artist, album …).
        chapters: Start and end in seconds, and a title.
    """
    parts = [Chapter(*part) for part in chapters]
    data = encoding.encode(samples, CODECS[codec], rate_hz=rate_hz, tags=tags, chapters=parts)
    if isinstance(target, Path):
        target.write_bytes(data)
    else:
        target.write(data)


def encoded(samples: Samples, *, codec: str, rate_hz: int = RATE_HZ) -> bytes:
    """Return the bytes of an audio file."""
    return encoding.encode(samples, CODECS[codec], rate_hz=rate_hz)


@cache
def sample(codec: str) -> bytes:
    """Return the bytes of a file with 1.2 seconds of something like music on two channels."""
    return encoded(stereo(piece(1.2)), codec=codec)
