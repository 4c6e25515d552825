import numpy as np
import pytest

from music.fades import find_fade

STEP_SECONDS = 0.1
SHAPES = {
    "linear": lambda t: t,
    "square": lambda t: t**2,
    "decibels": lambda t: 10.0 ** (3 * t - 3),
    "cosine": lambda t: (1 - np.cos(np.pi * t)) / 2,
}


def music(seconds, *, seed=1, spread_db=3.0):
    """Levels that wander as those of music do."""
    return np.random.default_rng(seed).normal(-20.0, spread_db, round(seconds / STEP_SECONDS))


def faded_in(levels_db, seconds, shape):
    times = (np.arange(levels_db.size) + 0.5) * STEP_SECONDS / seconds
    return levels_db + 20 * np.log10(SHAPES[shape](np.minimum(times, 1.0)))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("seconds", [1.0, 3.0, 8.0])
def test_a_fade_is_found_in_its_length_and_shape(shape, seconds):
    fade = find_fade(faded_in(music(60), seconds, shape), step_seconds=STEP_SECONDS)

    assert fade is not None
    assert fade.steps * STEP_SECONDS == pytest.approx(seconds, abs=0.5)
    assert fade.shape == shape


@pytest.mark.parametrize("seed", range(10))
def test_what_only_wanders_is_not_faded(seed):
    assert find_fade(music(60, seed=seed), step_seconds=STEP_SECONDS) is None


def test_a_constant_level_is_not_faded():
    assert find_fade(np.full(300, -20.0), step_seconds=STEP_SECONDS) is None


def test_a_fade_out_is_a_fade_in_backwards():
    levels_db = faded_in(music(60), 5.0, "square")[::-1]

    assert find_fade(levels_db, step_seconds=STEP_SECONDS) is None
    assert find_fade(levels_db[::-1], step_seconds=STEP_SECONDS) is not None


def test_a_fade_that_begins_in_noise_is_followed_from_before_it_is_heard():
    levels_db = np.maximum(faded_in(music(60, spread_db=1.0), 6.0, "square"), -55.0)
    hidden = int(np.argmax(levels_db > -55.0))

    fade = find_fade(levels_db[hidden:], step_seconds=STEP_SECONDS)

    assert hidden > 5
    assert fade is not None
    assert (fade.steps + hidden) * STEP_SECONDS == pytest.approx(6.0, abs=0.5)
    assert fade.shape == "square"


@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_what_is_too_short_to_compare_is_not_faded(count):
    assert find_fade(np.linspace(-60.0, 0.0, count), step_seconds=STEP_SECONDS) is None


@pytest.mark.parametrize("step_seconds", [0.01, 0.05, 0.25, 1.0])
def test_the_width_of_the_windows_does_not_matter(step_seconds):
    times = (np.arange(round(60 / step_seconds)) + 0.5) * step_seconds
    levels_db = -20 + 20 * np.log10(np.minimum(times / 6.0, 1.0))

    fade = find_fade(levels_db, step_seconds=step_seconds)

    assert fade is not None
    assert fade.steps * step_seconds == pytest.approx(6.0, abs=0.5)
