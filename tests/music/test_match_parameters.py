import pytest

from music.match_parameters import MatchParameters


@pytest.mark.parametrize(
    ("name", "value", "guess"),
    [
        ("accept_piece", 85, "per cent"),
        ("review_piece", 0.9, "review_piece"),
        ("same_seconds", 3000, "milliseconds"),
        ("other_seconds", 1.0, "other_seconds"),
        ("most_of_sources", 0.3, "most_of_sources"),
    ],
)
def test_a_threshold_out_of_its_range_is_refused(name, value, guess):
    """S3-69, S3-155."""
    with pytest.raises(ValueError, match=guess):
        MatchParameters(**{name: value})


def test_the_thresholds_are_those_of_the_specification():
    """S3-63, S3-66."""
    chosen = MatchParameters()

    assert (chosen.accept_piece, chosen.review_piece) == (0.85, 0.60)
    assert (chosen.accept_album, chosen.accept_weakest, chosen.review_album) == (0.85, 0.70, 0.65)
