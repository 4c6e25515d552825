import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from music.biquads import GROUP, STEP, Biquad, BiquadCascade
from tests import signals

RESONANCE = Biquad(b=(0.2, 0.1, -0.3), a=(-1.2, 0.8))
SMOOTHING = Biquad(b=(0.3, 0.0, 0.0), a=(-0.7, 0.0))
EDGES = Biquad(b=(1.0, -2.0, 1.0), a=(-1.8, 0.81))


def one_after_the_other(samples, biquads):
    """The difference equation, one sample after the other."""
    for biquad in biquads:
        out = np.zeros(samples.size + 2)
        padded = np.concatenate([[0, 0], samples])
        for n in range(2, padded.size):
            out[n] = np.dot(biquad.b, padded[n - 2 : n + 1][::-1]) - np.dot(biquad.a, out[n - 2 : n][::-1])
        samples = out[2:]
    return samples


@pytest.mark.parametrize(
    "biquads",
    [(RESONANCE,), (RESONANCE, SMOOTHING), (EDGES, RESONANCE, SMOOTHING)],
    ids=["one", "two", "three"],
)
def test_the_matrices_compute_the_difference_equation(biquads):
    samples = signals.noise(0.1, rate_hz=8_000)

    filtered = BiquadCascade(biquads, channels=1)(samples[None])[0]

    np.testing.assert_allclose(filtered, one_after_the_other(samples, biquads), atol=2e-6)


@settings(deadline=None, max_examples=30)
@given(steps=st.lists(st.integers(1, 20), min_size=1, max_size=5), rest=st.integers(0, GROUP * STEP - 1))
def test_the_blocks_do_not_matter(steps, rest):
    sizes = [step * GROUP * STEP for step in steps] + ([rest] if rest else [])
    samples = np.stack([signals.noise(sum(sizes) / 8_000, rate_hz=8_000, seed=seed) for seed in (1, 2)])
    blockwise = BiquadCascade((EDGES, RESONANCE, SMOOTHING), channels=2)

    blocks = np.split(samples, np.cumsum(sizes)[:-1], axis=1)
    parts = [blockwise(np.ascontiguousarray(block)).copy() for block in blocks]

    whole = BiquadCascade((EDGES, RESONANCE, SMOOTHING), channels=2)(samples)
    np.testing.assert_allclose(np.hstack(parts), whole, atol=1e-6)
