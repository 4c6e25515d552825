import pytest
from hypothesis import given
from hypothesis import strategies as st

from music.match_parameters import MatchParameters
from music.match_scores import (
    album_confidence,
    album_piece_confidence,
    contextual_score,
    decide_album,
    decide_piece,
    duration_score,
    mean,
    medium_score,
    pattern_score,
    piece_confidence,
    total_duration_score,
    track_count_score,
    weighted,
)
from music.matches import Decision

PARAMETERS = MatchParameters()
share = st.floats(0, 1)
known_or_not = st.one_of(st.none(), share)


@pytest.mark.parametrize(
    ("confidence", "decision"),
    [(1.0, "ACCEPT"), (0.85, "ACCEPT"), (0.8499, "REVIEW"), (0.60, "REVIEW"), (0.5999, "REJECT"), (0.0, "REJECT")],
)
def test_a_piece_is_decided_at_its_boundaries(confidence, decision):
    """S3-63."""
    assert decide_piece(confidence, PARAMETERS) == decision


@pytest.mark.parametrize(
    ("overall", "weakest", "decision"),
    [
        (0.85, 0.70, "ACCEPT"),
        (0.86, 0.65, "REVIEW"),
        (0.85, 0.6999, "REVIEW"),
        (0.8499, 0.80, "REVIEW"),
        (0.65, 0.10, "REVIEW"),
        (0.6499, 0.64, "REJECT"),
    ],
)
def test_an_album_is_decided_at_its_boundaries(overall, weakest, decision):
    """S3-66, and 0.86 with 0.65, which the seeds leave open."""
    assert decide_album(overall, weakest, PARAMETERS) == decision


def test_the_example_of_several_segments_holds():
    """S3-68: 0.92, 0.88 and [.95, .91, .93, .89] make 0.91, ACCEPT."""
    fingerprints = [0.95, 0.91, 0.93, 0.89]
    confidences = [album_piece_confidence(contextual=0.92, pattern=0.88, fingerprint=each) for each in fingerprints]

    overall = album_confidence(confidences, consistency=1.0)

    assert round(overall, 2) == 0.91
    assert decide_album(overall, min(confidences), PARAMETERS) is Decision.ACCEPT
    assert (mean(fingerprints), min(fingerprints)) == (pytest.approx(0.92), 0.89)


@pytest.mark.parametrize(("seconds_off", "score"), [(8 / 3, 0.95), (16 / 3, 0.87)])
def test_the_example_of_ten_tracks_holds(seconds_off, score):
    """S3-61: artist and album agree, ten tracks, 2580 s; one release is nearer in its lengths than the other."""
    tracks = [258.0] * 10
    durations = [duration_score(piece - track) for piece, track in zip([258.0 + seconds_off] * 10, tracks, strict=True)]

    found = contextual_score(track_count=track_count_score(10, 10), duration=mean(durations), metadata=1.0)

    assert round(found, 2) == score


def test_a_piece_by_itself_is_three_parts_names_six_sound_one_length():
    """S3-62."""
    assert piece_confidence(metadata=1.0, fingerprint=0.0, duration=0.0) == pytest.approx(0.3)
    assert piece_confidence(metadata=0.0, fingerprint=1.0, duration=0.0) == pytest.approx(0.6)
    assert piece_confidence(metadata=0.0, fingerprint=0.0, duration=1.0) == pytest.approx(0.1)


def test_what_is_not_known_does_not_count():
    assert piece_confidence(metadata=None, fingerprint=0.9, duration=1.0) == pytest.approx((0.54 + 0.1) / 0.7)
    assert contextual_score(track_count=None, duration=None, metadata=None) == 0
    assert pattern_score(track_count=0.8, total_duration=None, medium=None) == pytest.approx(0.8)
    assert weighted((1, None)) is None


def test_an_album_of_several_release_groups_counts_less():
    """S3-65."""
    assert album_confidence([0.9, 0.9], consistency=0.8) == pytest.approx(0.72)


@pytest.mark.parametrize(("apart", "score"), [(0, 1), (1, 1), (-1, 1), (6, 0.5), (11, 0), (-60, 0), (None, None)])
def test_lengths_are_near_or_far(apart, score):
    assert duration_score(apart) == score


@pytest.mark.parametrize(("pieces", "tracks", "score"), [(10, 10, 1), (9, 10, 0.9), (11, 10, 10 / 11), (3, None, None)])
def test_numbers_of_tracks_compare(pieces, tracks, score):
    """S3-57, S3-59."""
    assert track_count_score(pieces, tracks) == score


@pytest.mark.parametrize(("seconds", "score"), [(1000, 1), (1050, 1), (950, 1), (1150, 0.5), (1250, 0), (0, None)])
def test_total_lengths_within_five_per_cent_are_equal(seconds, score):
    """S3-58."""
    found = total_duration_score(seconds, 1000)

    assert found == (None if score is None else pytest.approx(score))


@pytest.mark.parametrize(
    ("medium", "formats", "score"),
    [
        ("CD", ["CD"], 1),
        ("CD", ['12" Vinyl'], 0),
        ("CD", ["Digital Media"], 1),
        ("Vinyl", ['12" Vinyl', "CD"], 1),
        ("Cassette", ["CD"], 0),
        ("Unknown", ["CD"], None),
        (None, ["CD"], None),
        ("CD", [], None),
    ],
)
def test_media_compare(medium, formats, score):
    """S3-49, S3-55."""
    assert medium_score(medium, formats) == score


@given(known_or_not, known_or_not, known_or_not)
def test_scores_are_shares(one, two, three):
    found = [
        piece_confidence(metadata=one, fingerprint=two, duration=three),
        contextual_score(track_count=one, duration=two, metadata=three),
        pattern_score(track_count=one, total_duration=two, medium=three),
        album_piece_confidence(contextual=one or 0.0, pattern=two or 0.0, fingerprint=three),
    ]

    assert all(0 <= score <= 1 for score in found)


@given(share, share, share, share)
def test_more_likeness_of_sound_is_never_less_confidence(names, length, sound, more):
    low, high = sorted((sound, more))

    assert piece_confidence(metadata=names, fingerprint=low, duration=length) <= piece_confidence(
        metadata=names, fingerprint=high, duration=length
    )
