"""What is kept of a recording so that its pieces can be found again without the audio."""

from dataclasses import dataclass

from music.amplitude_profile import AmplitudeProfile
from music.hints import Hints
from music.segmentation import Segmentation, SegmentParameters, cut
from music.silences import Silences
from music.ticks import Ticks


@dataclass(frozen=True, slots=True)
class Contour:
    """Where a recording is silent and how loud it seems: boundaries, fades and leads follow from it."""

    silences: Silences
    profile: AmplitudeProfile
    duration_ticks: Ticks
    """How long the decoded audio is."""


def cut_again(contour: Contour, hints: Hints, parameters: SegmentParameters) -> Segmentation:
    """Return the pieces of a recording.

    Args:
        contour: Of all of it.
        hints: What its tags, a CUE sheet or chapters say.
        parameters: Those with which the contour was made.
    """
    return cut(contour.silences, hints, parameters, duration_ticks=contour.duration_ticks)
