import numpy as np
import pytest

from music.decimation import DECIMATED_HZ
from music.onsets import FRAMES_PER_SECOND, REGISTERS, OnsetMeter, Onsets
from tests import signals


def onsets_of(mono: np.ndarray, *, chunk: int = 1 << 20) -> Onsets:
    meter = OnsetMeter()
    for start in range(0, mono.size, chunk):
        meter.add(mono[start : start + chunk])
    return meter.finish()


def steps(samples: np.ndarray) -> np.ndarray:
    return np.rint(samples * 32_000).astype(np.int16)


@pytest.mark.parametrize("chunk", [1, 100, 512, 70_000, 200_000], ids=str)
def test_chunks_of_any_length_give_the_same_onsets(chunk):
    mono = steps(signals.piece(1.5 if chunk == 1 else 20.0, rate_hz=DECIMATED_HZ))
    mono = mono[:3000] if chunk == 1 else mono

    chunked = onsets_of(mono, chunk=chunk)

    np.testing.assert_allclose(chunked.strengths, onsets_of(mono).strengths, atol=1e-5)


def test_a_click_is_an_onset_in_the_frame_that_first_hears_it():
    mono = np.zeros(DECIMATED_HZ * 3, np.int16)
    mono[DECIMATED_HZ : DECIMATED_HZ + 50] = 20_000

    strengths = onsets_of(mono).strengths

    assert strengths.sum(axis=1).argmax() == pytest.approx(FRAMES_PER_SECOND, abs=2)


@pytest.mark.parametrize(
    ("frequency_hz", "register"), [(60, "low"), (200, "bass"), (600, "middle"), (1800, "snare"), (4000, "high")]
)
def test_a_tone_begins_in_its_register(frequency_hz, register):
    tone = signals.fade(signals.sine(frequency_hz, 1.0, rate_hz=DECIMATED_HZ), in_seconds=0.05, rate_hz=DECIMATED_HZ)

    strengths = onsets_of(steps(np.concatenate([np.zeros(DECIMATED_HZ, np.float32), tone]))).strengths

    assert REGISTERS[int(strengths[:, :5].sum(axis=0).argmax())] == register


@pytest.mark.parametrize("samples", [0, 1, 511, 512, 600], ids=str)
def test_what_is_too_short_has_no_onsets(samples):
    strengths = onsets_of(np.full(samples, 500, np.int16)).strengths

    assert strengths.shape == (int(samples >= 512), len(REGISTERS))
    assert not strengths.any()


def test_silence_has_no_onsets():
    assert not onsets_of(np.zeros(100_000, np.int16)).strengths.any()


def test_a_quiet_recording_has_the_onsets_of_a_loud_one():
    loud = signals.piece(10.0, rate_hz=DECIMATED_HZ)

    np.testing.assert_allclose(
        onsets_of(steps(loud * 0.1)).strengths, onsets_of(steps(loud)).strengths, atol=0.1, rtol=0.05
    )


def test_three_hours_stay_within_two_hundred_bytes_a_frame():
    strengths = onsets_of(np.zeros(DECIMATED_HZ * 60, np.int16)).strengths

    assert strengths.nbytes <= 200 * len(strengths)
