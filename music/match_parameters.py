"""What can be set about decisions: how sure is sure (S3-69)."""

from dataclasses import dataclass

from music.limits import check_limits


@dataclass(frozen=True, slots=True)
class MatchParameters:
    """What can be set about identification. Lower thresholds accept more and err more.

    Raises:
        ValueError: A value is out of its range; the message names it.
    """

    accept_piece: float = 0.85
    """The least confidence to ACCEPT a piece by itself, 0.6 to 1 (S3-63)."""
    review_piece: float = 0.60
    """Under it a piece by itself is REJECTed, 0 to `accept_piece` (S3-63)."""
    accept_album: float = 0.85
    """The least confidence to ACCEPT an album, 0.6 to 1 (S3-66)."""
    accept_weakest: float = 0.70
    """The least confidence of the album's weakest piece, 0.5 to 1 (S3-66)."""
    review_album: float = 0.65
    """Under it an album is REJECTed, 0 to `accept_album` (S3-66)."""
    consistency: float = 0.8
    """What an album's confidence is multiplied by if its pieces are not of one release group, 0 to 1 (S3-65)."""
    least_margin: float = 0.02
    """The next best must be this far behind, 0 to 0.5, or a person is asked."""
    release_share: float = 0.6
    """The share of pieces that must know a release before it is looked up on the word of AcoustID, 0.1 to 1."""
    same_title: float = 0.9
    """Titles this alike are the same, 0.7 to 1."""
    same_seconds: float = 3.0
    """Lengths this near are the same, in seconds, 0.5 to 7."""
    other_seconds: float = 7.0
    """Lengths further apart are of different recordings, in seconds, `same_seconds` to 30."""
    most_of_sources: float = 0.85
    """The share of AcoustID's sources that a recording needs where neither names nor lengths tell it, 0.5 to 1."""
    sure_sound: float = 0.9
    """The least fingerprint score to be believed without any name, 0.7 to 1."""

    def __post_init__(self) -> None:
        percent = "did you pass per cent?"
        check_limits("accept_piece", self.accept_piece, (0.6, 1.0), mistake=percent)
        check_limits("review_piece", self.review_piece, (0.0, self.accept_piece), mistake=percent)
        check_limits("accept_album", self.accept_album, (0.6, 1.0), mistake=percent)
        check_limits("accept_weakest", self.accept_weakest, (0.5, 1.0), mistake=percent)
        check_limits("review_album", self.review_album, (0.0, self.accept_album), mistake=percent)
        check_limits("consistency", self.consistency, (0.0, 1.0), mistake=percent)
        check_limits("least_margin", self.least_margin, (0.0, 0.5), mistake=percent)
        check_limits("release_share", self.release_share, (0.1, 1.0), mistake=percent)
        check_limits("same_title", self.same_title, (0.7, 1.0), mistake=percent)
        milliseconds = "did you pass milliseconds?"
        check_limits("same_seconds", self.same_seconds, (0.5, 7.0), mistake=milliseconds)
        check_limits("other_seconds", self.other_seconds, (self.same_seconds, 30.0), mistake=milliseconds)
        check_limits("most_of_sources", self.most_of_sources, (0.5, 1.0), mistake=percent)
        check_limits("sure_sound", self.sure_sound, (0.7, 1.0), mistake=percent)
