"""How the recordings of the world sound: chords, a bass, a tune and drums, from the ids of work and recording alone.

A work's id gives key, tempo, chords and tune. A take other than the studio's is played in another tempo (and, live, to
an audience; by others, in another key), so that Chromaprint tells them apart as it does with real ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from music.encoding import Codec, encode
from music.fingerprint import encode_fingerprint, fingerprint
from tests.world.dice import Dice
from tests.world.model import Recording

RATE_HZ = 22_050
Samples = NDArray[np.float32]

CODECS = {
    "flac": Codec("flac", "flac", ".flac", "s16", encoder_options={"compression_level": "1"}),
    "mp3": Codec("mp3", "libmp3lame", ".mp3", bit_rate=96_000, encoder_options={"compression_level": "9"}),
    "mp3 low": Codec("mp3", "libmp3lame", ".mp3", bit_rate=40_000, encoder_options={"compression_level": "9"}),
    "ogg": Codec("ogg", "vorbis", ".ogg", encoder_options={"strict": "-2"}),
    "opus": Codec("ogg", "libopus", ".opus", rate_hz=48_000, encoder_options={"compression_level": "0"}),
    "wav": Codec("wav", "pcm_s16le", ".wav"),
}
_SCALES = ((0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10), (0, 2, 3, 5, 7, 9, 10))
_TABLE = 4096


@dataclass(frozen=True, slots=True)
class _Playing:
    """How a work is played in one take."""

    tempo: float = 1.0
    """Times the song's own."""
    transposed: int = 0
    """In semitones."""
    bright: float = 1.4
    """How fast the overtones fall."""
    audience: float = 0.0
    """Its level."""
    order: int = 0
    """By how many chords the song begins later."""


def _playing(recording: Recording) -> _Playing:
    choose = Dice(f"take {recording.sound}")
    match recording.take:
        case "live":
            return _Playing(
                choose.choice((0.9, 0.94, 1.07, 1.12)), choose.choice((-1, 0, 0)), 1.2, 0.02, choose.below(3)
            )
        case "bootleg":
            return _Playing(choose.uniform(0.9, 1.1), choose.choice((-2, 2)), 1.2, 0.03, choose.below(3))
        case "again":
            return _Playing(choose.choice((0.94, 1.06)), 0, 1.8)
        case "remix":
            return _Playing(choose.choice((1.15, 1.2)), 0, 1.0, order=3)
        case "cover":
            return _Playing(choose.choice((0.9, 1.1)), choose.choice((-5, -4, -3, 3, 4, 5)), 1.6)
        case _:
            return _Playing()


@lru_cache(maxsize=24)
def samples(recording: Recording) -> Samples:
    """Return one channel at `RATE_HZ`, full scale 1.0; it never falls silent before its end."""
    return _played(recording.work.mbid, recording.sound, _playing(recording), recording.seconds)


def _played(work: str, sound: str, playing: _Playing, seconds: float) -> Samples:
    score = Dice(f"score {work}")
    scale, tonic = score.choice(_SCALES), score.below(12)
    beat = 60.0 / (score.uniform(78, 150) * playing.tempo)
    chords = [(score.below(7), score.choice((2, 2, 3, 4))) for _ in range(24)]
    tune = [score.between(-2, 8) for _ in range(97)]
    track = np.zeros(round(seconds * RATE_HZ), np.float32)
    base, table = 45 + tonic + playing.transposed, _table(playing.bright)

    def note(step: int) -> int:
        return base + 12 * (step // 7) + scale[step % 7]

    at, number, count = 0.0, playing.order, 0
    while at < seconds:
        degree, beats = chords[number % len(chords)]
        for step in (0, 2, 4):
            _add(track, table, note(degree + step) + 12, at, beats * beat, gain=0.16, decay=0.5)
        for beat_at in range(beats):
            _add(track, table, note(degree) - 12, at + beat_at * beat, 0.9 * beat, gain=0.3, decay=2.0)
            _hit(track, at + beat_at * beat, gain=0.25 if beat_at % 2 else 0.1)
            for half in range(2):
                height = tune[count % len(tune)]
                if height >= 0:
                    _add(track, table, note(degree + height) + 24, at + (beat_at + half / 2) * beat, 0.5 * beat,
                         gain=0.22, decay=3.0)  # fmt: skip
                count += 1
        at += beats * beat
        number += 1
    return _finished(track, playing.audience, sound)


@lru_cache(maxsize=8)
def _table(bright: float) -> Samples:
    turn = np.arange(_TABLE, dtype=np.float32) * np.float32(2 * np.pi / _TABLE)
    return np.sum([np.sin(k * turn) / k**bright for k in range(1, 6)], axis=0).astype(np.float32)


def _add(track: Samples, table: Samples, midi: int, at: float, seconds: float, *, gain: float, decay: float) -> None:
    start = round(at * RATE_HZ)
    part = track[start : start + round(seconds * RATE_HZ)]
    if not part.size:
        return
    hz = 440 * 2 ** ((midi - 69) / 12)
    place = (_RAMP[: part.size] * np.float32(hz / RATE_HZ * _TABLE)).astype(np.int32) & (_TABLE - 1)
    part += table[place] * _shape(part.size, gain, decay)


_RAMP = np.arange(60 * RATE_HZ, dtype=np.float32)


@lru_cache(maxsize=512)
def _shape(size: int, gain: float, decay: float) -> Samples:
    """Return how a note swells and dies away."""
    shape = np.float32(gain) * np.exp(_RAMP[:size] * np.float32(-decay / RATE_HZ))
    edge = min(150, size)
    shape[:edge] *= np.linspace(0, 1, edge, dtype=np.float32)
    shape[-edge:] *= np.linspace(1, 0, edge, dtype=np.float32)
    return shape.astype(np.float32)


@lru_cache(maxsize=4)
def _noise(seed: int, count: int) -> Samples:
    return np.random.default_rng(seed).standard_normal(count).astype(np.float32)


_DRUM = _noise(5, 1600) * np.exp(-np.arange(1600, dtype=np.float32) / 260)


def _hit(track: Samples, at: float, *, gain: float) -> None:
    start = round(at * RATE_HZ)
    part = track[start : start + _DRUM.size]
    part += np.float32(gain) * _DRUM[: part.size]


def _finished(track: Samples, audience: float, sound: str) -> Samples:
    fade = min(track.size, RATE_HZ // 3)
    track[-fade:] *= np.linspace(1, 0, fade, dtype=np.float32)
    track *= np.float32(0.8 / np.abs(track).max())
    if audience:
        shift = Dice(sound).below(1000)
        track += np.float32(audience) * np.resize(_noise(9, 40_000)[shift:], track.size)
    return track


def side(recordings: Sequence[Recording], *, gap_seconds: float, noise: float = 0.0) -> Samples:
    """Return several recordings one after the other, with gaps between them, over the noise of a record."""
    gap = np.zeros(round(gap_seconds * RATE_HZ), np.float32)
    parts = [part for recording in recordings for part in (samples(recording), gap)][:-1]
    whole = np.concatenate(parts)
    return whole + np.float32(noise) * np.resize(_noise(3, 200_000), whole.size) if noise else whole


def file_of(sound: Samples, codec: str, *, is_stereo: bool = False) -> bytes:
    """Return the bytes of an audio file."""
    is_stereo = is_stereo or codec == "ogg"  # the Vorbis encoder of the wheel takes two channels
    channels = np.stack([sound, sound]) if is_stereo else sound
    return encode(channels, CODECS[codec], rate_hz=RATE_HZ)


def words_of(recording: Recording) -> NDArray[np.uint32]:
    """Return Chromaprint's words of a recording as it came from the studio."""
    sound = samples(recording)
    halved = (sound[: sound.size // 2 * 2].reshape(-1, 2).mean(axis=1) * 32_767).astype(np.int16)
    return fingerprint(halved)


def text_of(recording: Recording) -> str:
    """Return the fingerprint as AcoustID takes it."""
    return encode_fingerprint(words_of(recording))
