import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from music.biquads import GROUP, STEP
from music.k_weighting import KWeighting, high_pass, shelf
from tests import signals


def filtered(samples, *biquads):
    """The difference equation as it stands in BS.1770, one sample after the other."""
    for biquad in biquads:
        out = np.zeros(samples.size + 2)
        padded = np.concatenate([[0, 0], samples])
        for n in range(2, padded.size):
            out[n] = np.dot(biquad.b, padded[n - 2 : n + 1][::-1]) - np.dot(biquad.a, out[n - 2 : n][::-1])
        samples = out[2:]
    return samples


def test_the_coefficients_at_48_khz_are_those_of_the_recommendation():
    first, second = shelf(48_000), high_pass(48_000)

    np.testing.assert_allclose(first.b, [1.53512485958697, -2.69169618940638, 1.19839281085285], atol=1e-9)
    np.testing.assert_allclose(first.a, [-1.69065929318241, 0.73248077421585], atol=1e-9)
    np.testing.assert_allclose(second.b, [1.0, -2.0, 1.0])
    np.testing.assert_allclose(second.a, [-1.99004745483398, 0.99007225036621], atol=1e-9)


@pytest.mark.parametrize("rate_hz", [8_000, 44_100, 48_000, 192_000])
def test_the_matrices_compute_the_difference_equation(rate_hz):
    samples = (signals.noise(4_000 / rate_hz, rate_hz=rate_hz) + 0.3).astype(np.float32)

    heard = KWeighting(rate_hz, channels=1)(samples[None])[0]

    np.testing.assert_allclose(heard, filtered(samples, shelf(rate_hz), high_pass(rate_hz)), atol=2e-6)


@settings(deadline=None)
@given(steps=st.lists(st.integers(1, 20), min_size=1, max_size=6), rest=st.integers(0, GROUP * STEP - 1))
def test_the_blocks_do_not_matter(steps, rest):
    sizes = [step * GROUP * STEP for step in steps] + ([rest] if rest else [])
    samples = np.stack([signals.noise(sum(sizes) / 8_000, rate_hz=8_000, seed=seed) for seed in (1, 2)])
    blockwise = KWeighting(8_000, channels=2)

    blocks = np.split(samples, np.cumsum(sizes)[:-1], axis=1)
    parts = [blockwise(np.ascontiguousarray(block)).copy() for block in blocks]

    whole = KWeighting(8_000, channels=2)(samples)
    assert [part.shape[1] for part in parts] == sizes
    np.testing.assert_allclose(np.hstack(parts), whole, atol=1e-6)


def test_a_constant_is_not_heard():
    heard = KWeighting(48_000, channels=1)(np.ones((1, 48_000), np.float32))

    assert np.abs(heard[0, -4_800:]).max() < 10 ** (-110 / 20)
