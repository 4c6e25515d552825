"""What the reduced signal of one piece tells: its fingerprint, its tempo, its key.

A piece is heard chunk after chunk, so that three hours in one piece take no more memory than three minutes.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from music.fingerprint import SpanFingerprint, fingerprint_of
from music.key import Key, find_key
from music.onsets import OnsetMeter
from music.pitch_spectra import PitchMeter
from music.tempo import Tempo, TempoParameters, find_tempo


@dataclass(frozen=True, slots=True)
class PieceTones:
    """What was heard of one piece."""

    fingerprint: SpanFingerprint | None
    """None if not wanted, and for a piece that is too short or silent."""
    tempo: Tempo
    key: Key


def hear_piece(
    chunks: Iterable[NDArray[np.int16]],
    parameters: TempoParameters,
    *,
    duration_seconds: float,
    want_fingerprint: bool,
    want_features: bool,
) -> PieceTones:
    """Return what a piece tells.

    Args:
        chunks: Its signal at 11,025 Hz, each of shape (n,).
        parameters: What was set about the tempo.
        duration_seconds: How long it is.
        want_fingerprint: Whether its fingerprint is wanted.
        want_features: Whether all else is wanted; if not, it has no tempo and no key.
    """
    onset_meter = OnsetMeter()
    pitch_meter = PitchMeter(want_fingerprint=want_fingerprint, want_key=want_features)
    for chunk in chunks:
        pitch_meter.add(chunk)
        if want_features:
            onset_meter.add(chunk)
    pitches = pitch_meter.finish()
    return PieceTones(
        fingerprint=fingerprint_of(pitches.class_energies, duration_seconds=duration_seconds),
        tempo=find_tempo(onset_meter.finish(), parameters),
        key=find_key(pitches.peaks),
    )
