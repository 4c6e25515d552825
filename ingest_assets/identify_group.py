"""Who the pieces of one group are: candidates from the services, and the decision."""

from dataclasses import dataclass

from music.match_parameters import MatchParameters
from music.matches import Match
from music.piece_evidence import AlbumGroup
from resources.acoustid import AcoustId
from resources.listenbrainz import ListenBrainz
from resources.musicbrainz import MusicBrainz


@dataclass(frozen=True, slots=True)
class Services:
    """Who can be asked; None where that one is not to be asked."""

    musicbrainz: MusicBrainz | None = None
    acoustid: AcoustId | None = None
    listenbrainz: ListenBrainz | None = None


@dataclass(frozen=True, slots=True)
class Identified:
    """What came of a group."""

    matches: tuple[Match, ...]
    """One of each piece, in their order."""


def identify_group(group: AlbumGroup, services: Services, parameters: MatchParameters) -> Identified:
    """Find candidates for the pieces of a group and decide; fingerprints were looked up before.

    Args:
        group: The pieces, with what their fingerprints are linked to.
        services: Whom to ask.
        parameters: How sure is sure.

    Raises:
        resources.service_errors.ServiceError: A service that is needed gives no answer: the group is put off.
    """
    raise NotImplementedError(group, services, parameters)
