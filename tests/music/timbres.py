"""Recordings in memory as what the meters of `music.spectral_frames` and `music.dynamic_range` keep of them."""

import io

import numpy as np

from music.cells import cell_length, cut_cells
from music.decoding import decode
from music.dynamic_range import DynamicsHops, DynamicsMeter
from music.encoding import Codec, encode
from music.formats import recognise
from music.spectral_frames import SpectralFrames, SpectralMeter
from tests import signals
from tests.music.measuring import Sound


def frames_of(samples: signals.Samples, *, rate_hz: int = signals.RATE_HZ) -> SpectralFrames:
    meter = SpectralMeter(rate_hz)
    for block in Sound(samples, rate_hz=rate_hz):
        meter.add(cut_cells(block, cell_samples=cell_length(rate_hz)))
    return meter.finish()


def hops_of(samples: signals.Samples, *, rate_hz: int = signals.RATE_HZ) -> DynamicsHops:
    meter = DynamicsMeter(rate_hz)
    for block in Sound(samples, rate_hz=rate_hz):
        meter.add(cut_cells(block, cell_samples=cell_length(rate_hz)))
    return meter.finish()


def cymbals(seconds: float, *, rate_hz: int = signals.RATE_HZ, seed: int = 3) -> signals.Samples:
    """Return strokes of white noise that die away, two a second."""
    times = np.arange(round(seconds * rate_hz)) / rate_hz
    decay = np.exp(-12 * (times % 0.5)).astype(np.float32)
    return signals.noise(seconds, rms_level_dbfs=-14.0, seed=seed, rate_hz=rate_hz) * decay


def sixteen_bits(samples: signals.Samples) -> signals.Samples:
    """Return what a file of 16 bits keeps."""
    return (np.clip(np.rint(samples * 32_768), -32_768, 32_767) / 32_768).astype(np.float32)


def lossy(samples: signals.Samples, codec: Codec) -> signals.Samples:
    """Return what an encoder leaves of a recording."""
    data = encode(samples, codec, rate_hz=signals.RATE_HZ)
    audio_format = recognise(data)
    assert audio_format
    with decode(io.BytesIO(data), audio_format) as decoder:
        return np.concatenate([block.copy() for block in decoder], axis=1)


def without_treble(samples: signals.Samples, *, from_hz: float, to_hz: float, rate_hz: int) -> signals.Samples:
    """Return the recording behind a filter that falls evenly by 100 dB between two frequencies, then to nothing."""
    spectrum = np.fft.rfft(samples.astype(np.float64))
    done = np.clip((np.fft.rfftfreq(samples.shape[-1], 1 / rate_hz) - from_hz) / (to_hz - from_hz), 0, 1)
    gain = np.where(done < 1, 10.0 ** (-5.0 * done), 0.0)
    return np.fft.irfft(spectrum * gain, samples.shape[-1]).astype(np.float32)
