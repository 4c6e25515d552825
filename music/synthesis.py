"""Small pieces of music made from a score, for a library to try things on: tempo and key are known beforehand.

Chords on a soft pad, a bass, a plucked tune that stays in the key, and drums. Samples are float32 at `RATE_HZ`, full
scale is 1.0, shape (2, n). The same score gives the same samples.
"""

from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

RATE_HZ: Final = 44_100
PEAK: Final = 0.84
"""-1.5 dBFS."""
BEATS_PER_BAR: Final = 4
_FADE_SECONDS: Final = 0.6

Stereo = NDArray[np.float32]
Mono = NDArray[np.float32]

_SCALES: Final = {"major": (0, 2, 4, 5, 7, 9, 11), "minor": (0, 2, 3, 5, 7, 8, 10)}
_TONICS: Final = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
_KICK, _SNARE, _HAT = "kick", "snare", "hat"
_DRUMS: Final = {
    "none": (),
    "rock": ((_KICK, (0.0, 2.0, 2.5)), (_SNARE, (1.0, 3.0)), (_HAT, (0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5))),
    "four": ((_KICK, (0.0, 1.0, 2.0, 3.0)), (_SNARE, (1.0, 3.0)), (_HAT, (0.5, 1.5, 2.5, 3.5))),
    "ballad": ((_KICK, (0.0, 2.0)), (_SNARE, (1.0, 3.0)), (_HAT, (0.0, 1.0, 2.0, 3.0))),
}
"""Where in a bar each drum is struck, in beats."""


@dataclass(frozen=True, slots=True)
class Score:
    """What is to be played."""

    bpm: float
    tonic: str
    """C, C#, D … B."""
    mode: Literal["major", "minor"]
    degrees: tuple[int, ...]
    """The chord of each bar, counted from 1 on the tonic; repeated to the end."""
    seconds: float
    drums: Literal["none", "rock", "four", "ballad"] = "rock"
    seed: int = 1
    """Of the tune."""


def perform(score: Score) -> Stereo:
    """Return the piece, with a short fade at its end."""
    beat_seconds = 60.0 / score.bpm
    band = _Band(score.seconds)
    notes = _Notes(score)
    for bar in range(int(score.seconds / (BEATS_PER_BAR * beat_seconds)) + 1):
        start = bar * BEATS_PER_BAR * beat_seconds
        chord = notes.chord(score.degrees[bar % len(score.degrees)])
        _play_harmony(band, chord, start=start, beat_seconds=beat_seconds)
        _play_tune(band, notes, chord, start=start, beat_seconds=beat_seconds)
        for drum, beats in _DRUMS[score.drums]:
            for beat in beats:
                band.play(_drum(drum), start + beat * beat_seconds, gain=0.5, pan=0.2 if drum == _HAT else 0.0)
    return _finished(band.track)


class _Notes:
    """The notes of a key as MIDI numbers, and a tune that wanders through them."""

    def __init__(self, score: Score) -> None:
        self._scale = _SCALES[score.mode]
        self._tonic = 48 + _TONICS.index(score.tonic)
        self._random = np.random.default_rng(score.seed)

    def chord(self, degree: int) -> tuple[int, int, int]:
        """Return the triad on a degree of the scale."""
        root, third, fifth = (self._note(degree - 1 + step) for step in (0, 2, 4))
        return root, third, fifth

    def next_of(self, chord: tuple[int, int, int]) -> int | None:
        """Return the tune's next note, two octaves up: mostly one of the chord, sometimes a rest."""
        choice = int(self._random.integers(0, 8))
        if choice == 0:
            return None
        note = chord[choice % 3] if choice < 6 else self._note(int(self._random.integers(0, 7)))  # noqa: PLR2004
        return note + 24

    def _note(self, step: int) -> int:
        octave, place = divmod(step, 7)
        return self._tonic + 12 * octave + self._scale[place]


class _Band:
    """Two channels to which sounds are added."""

    def __init__(self, seconds: float) -> None:
        self.track = np.zeros((2, round(seconds * RATE_HZ)), np.float32)

    def play(self, sound: Mono, at_seconds: float, *, gain: float, pan: float) -> None:
        """Add a sound; pan goes from -1 (left) to 1."""
        start = round(at_seconds * RATE_HZ)
        part = self.track[:, start : start + sound.size]
        sides = np.array([[1.0 - pan], [1.0 + pan]], np.float32) * np.float32(gain)
        part += sides * sound[: part.shape[1]]


def _play_harmony(band: _Band, chord: tuple[int, int, int], *, start: float, beat_seconds: float) -> None:
    for note, pan in zip(chord, (-0.4, 0.0, 0.4), strict=True):
        pad = _tone(note + 12, BEATS_PER_BAR * beat_seconds, attack_seconds=0.03, decay_per_second=0.4)
        band.play(pad, start, gain=0.16, pan=pan)
    for beat in range(BEATS_PER_BAR):
        bass = _tone(chord[0] - 12, 0.9 * beat_seconds, attack_seconds=0.005, decay_per_second=2.5)
        band.play(bass, start + beat * beat_seconds, gain=0.3, pan=0.0)


def _play_tune(band: _Band, notes: _Notes, chord: tuple[int, int, int], *, start: float, beat_seconds: float) -> None:
    for half in range(2 * BEATS_PER_BAR):
        note = notes.next_of(chord)
        if note is not None:
            pluck = _tone(note, 0.5 * beat_seconds, attack_seconds=0.002, decay_per_second=5.0)
            band.play(pluck, start + half * 0.5 * beat_seconds, gain=0.14, pan=0.3)


def _tone(midi_note: int, seconds: float, *, attack_seconds: float, decay_per_second: float) -> Mono:
    """Return a note with six harmonics that begins and ends without a click."""
    times = np.arange(round(seconds * RATE_HZ), dtype=np.float32) / np.float32(RATE_HZ)
    turn = np.float32(2 * np.pi * 440 * 2 ** ((midi_note - 69) / 12)) * times
    wave = np.sum([np.sin(k * turn) / k**1.5 for k in range(1, 7)], axis=0)
    shape = np.minimum(1, times / attack_seconds) * np.exp(-decay_per_second * times)
    return (wave * shape * np.minimum(1, (seconds - times) / 0.01)).astype(np.float32)


@cache
def _drum(name: str) -> Mono:
    """Return one stroke."""
    seconds, decay, noisiness = {_KICK: (0.25, 18.0, 0.0), _SNARE: (0.18, 22.0, 0.8), _HAT: (0.06, 70.0, 1.0)}[name]
    times = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    hiss = np.random.default_rng(11).uniform(-1, 1, times.size)
    if name == _HAT:
        hiss = np.diff(hiss, prepend=0.0) * 0.3  # only the treble of it
    thump = np.sin(2 * np.pi * (50 * times + 6 * (1 - np.exp(-30 * times))))
    return ((noisiness * hiss + (1 - noisiness) * thump) * np.exp(-decay * times)).astype(np.float32)


def _finished(track: Stereo) -> Stereo:
    """Return the track at its full level, faded at the end."""
    fade = min(track.shape[1], round(_FADE_SECONDS * RATE_HZ))
    track[:, track.shape[1] - fade :] *= np.linspace(1, 0, fade, dtype=np.float32)
    return track * np.float32(PEAK / max(1e-9, float(np.abs(track).max(initial=0.0))))


def record_surface(samples: int, *, level_dbfs: float, seed: int = 3) -> Stereo:
    """Return the sound of an empty groove: hiss of this RMS level that falls towards the treble, and crackles."""
    random = np.random.default_rng(seed)
    white = random.standard_normal((2, samples + 2))
    hiss = white[:, :-2] + white[:, 1:-1] + white[:, 2:]
    level = 10 ** (level_dbfs / 20)
    surface = hiss * (level / np.sqrt(np.mean(hiss**2)))
    surface[:, random.integers(0, samples, size=samples // RATE_HZ)] += 4 * level
    return surface.astype(np.float32)
