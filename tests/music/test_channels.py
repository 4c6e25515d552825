import av
import numpy as np
import pytest

from music.channels import loudness_weights, mono_weights

LAYOUTS = ("mono", "stereo", "2.1", "3.0", "quad", "4.0", "5.0", "5.1", "5.1(side)", "6.1", "hexagonal", "downmix")


def names_of(layout):
    return [channel.name for channel in av.AudioLayout(layout).channels]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_mono_is_mixed_as_ffmpeg_mixes_it(layout):
    names = names_of(layout)
    impulses = np.zeros((len(names), 2 * len(names)), np.int16)
    np.fill_diagonal(impulses, 16_384)
    frame = av.AudioFrame.from_ndarray(impulses, format="s16p", layout=layout)
    frame.sample_rate = 48_000
    resampler = av.AudioResampler("s16p", "mono", 48_000)
    mixed = np.hstack([out.to_ndarray() for out in [*resampler.resample(frame), *resampler.resample(None)]])

    np.testing.assert_allclose(mono_weights(names), mixed[0, : len(names)] / 16_384, atol=1e-3)


@pytest.mark.parametrize("layout", [*LAYOUTS, "7.1", "7.1(wide)", "octagonal"])
def test_the_shares_of_mono_add_up_to_one(layout):
    assert mono_weights(names_of(layout)).sum() == pytest.approx(1.0)


def test_unknown_channels_are_averaged():
    np.testing.assert_allclose(mono_weights(["NONE"] * 10), 0.1)


@pytest.mark.parametrize(
    ("layout", "weights"),
    [
        ("mono", [1]),
        ("stereo", [1, 1]),
        ("5.1", [1, 1, 1, 0, 1.41, 1.41]),
        ("5.1(side)", [1, 1, 1, 0, 1.41, 1.41]),
        ("7.1", [1, 1, 1, 0, 1.41, 1.41, 1.41, 1.41]),
    ],
)
def test_surrounds_count_more_and_low_frequency_effects_not_at_all(layout, weights):
    np.testing.assert_allclose(loudness_weights(names_of(layout)), weights, rtol=1e-6)
