"""Services and a judgement that a test commands, and what planner and lane do with them."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from ingest_assets import identification_run
from ingest_assets.identification_due import Wish
from ingest_assets.identify_group import Identified, Services
from music.match_parameters import MatchParameters
from music.matches import Candidate, Decision, Evidence, Match
from music.piece_evidence import AlbumGroup, Piece
from music.releases import FingerprintMatch
from resources import locks
from resources.leases import Lease
from resources.listenbrainz_answers import Decoration
from resources.service_errors import ServiceDownError, ServiceError
from resources.settings import Settings
from resources.state import opened
from sensors.identification_planning import IdentificationPlanner
from tests.house import OWNER, House

Asked = tuple[str, int]


def down(retry_at=None) -> ServiceError:
    return ServiceDownError("musicbrainz", "MusicBrainz gives no answer", retry_at)


class FakeHttp:
    """Has no calls to tell; counts the probes that were let through."""

    def __init__(self) -> None:
        self.probes = 0
        self.calls: list[dict] = []
        self.confirmed: list[dict] = []

    def let_probe(self) -> None:
        self.probes += 1

    def take_calls(self) -> list[dict]:
        return list(self.calls)

    def confirm_calls(self, calls: Sequence[dict]) -> None:
        self.confirmed += calls
        self.calls = [call for call in self.calls if call not in calls]


class FakeAcoustId:
    """Knows every fingerprint, unless told otherwise."""

    def __init__(self) -> None:
        self.lookups: list[list[Asked]] = []
        self.error: ServiceError | None = None
        self._kept: dict[Asked, tuple[FingerprintMatch, ...]] = {}

    def lookup(self, asked: Sequence[Asked]) -> dict[Asked, tuple[FingerprintMatch, ...]]:
        self.lookups.append(list(asked))
        if self.error is not None and not self._kept.keys() >= set(asked):
            raise self.error
        self._kept |= {each: (FingerprintMatch(f"track-{each[0][:8]}", 1.0),) for each in asked}
        return self.kept(asked)

    def kept(self, asked: Sequence[Asked]) -> dict[Asked, tuple[FingerprintMatch, ...]]:
        return {each: self._kept[each] for each in asked if each in self._kept}


class FakeListenBrainz:
    """Knows a tag of every recording."""

    def __init__(self) -> None:
        self.asked: list[set[str]] = []

    def decorate(self, recording_mbids: Collection[str]) -> dict[str, Decoration]:
        self.asked.append(set(recording_mbids))
        return {mbid: Decoration(mbid, tags=("shanty",)) for mbid in recording_mbids}


def accept(piece: Piece) -> Match:
    return Match(
        file_key=piece.file_key,
        segment_index=piece.segment_index,
        decision=Decision.ACCEPT,
        confidence=0.95,
        reason="All tracks agree.",
        recording_mbid=f"recording of {piece.path}",
        title="Found",
        evidence=Evidence(fingerprint=1.0, margin=0.4),
        candidates=(Candidate(rank=1, score=0.95, source="acoustid", recording_mbid=f"recording of {piece.path}"),),
    )


def review(piece: Piece) -> Match:
    return Match(
        file_key=piece.file_key,
        segment_index=piece.segment_index,
        decision=Decision.REVIEW,
        confidence=0.7,
        reason="Two editions fit.",
        candidates=(Candidate(rank=1, score=0.7, source="release_search"),),
    )


def reject(piece: Piece) -> Match:
    return Match(
        file_key=piece.file_key,
        segment_index=piece.segment_index,
        decision=Decision.REJECT,
        confidence=0.0,
        reason="Nothing fits.",
    )


def no_fault(_: AlbumGroup) -> None:
    pass


@dataclass
class Judge:
    """Stands for the services and the judgement."""

    house: House
    http: FakeHttp = field(default_factory=FakeHttp)
    acoustid: FakeAcoustId = field(default_factory=FakeAcoustId)
    judged: list[list[str]] = field(default_factory=list)
    """The paths of the pieces of each group that was judged."""
    heard: list[AlbumGroup] = field(default_factory=list)
    parameters: list[MatchParameters] = field(default_factory=list)
    decide: Callable[[Piece], Match] = accept
    listenbrainz: FakeListenBrainz = field(default_factory=FakeListenBrainz)
    unknown: frozenset[str] = frozenset()
    """Ids that MusicBrainz does not have."""
    before: Callable[[AlbumGroup], None] = no_fault
    """Called with each group; may raise."""

    def identify_group(self, group: AlbumGroup, services: Services, parameters: MatchParameters) -> Identified:
        del services
        self.judged.append([piece.path for piece in group.pieces])
        self.heard.append(group)
        self.parameters.append(parameters)
        self.before(group)
        return Identified(tuple(self.decide(piece) for piece in group.pieces), self.unknown)

    @contextmanager
    def opened_services(self, settings: Settings, *, run_id: str) -> Iterator[tuple[FakeHttp, Services]]:
        del settings, run_id
        yield self.http, Services(acoustid=self.acoustid, listenbrainz=self.listenbrainz)

    def plan(self, wish: Wish = Wish(), *, owner: str = OWNER) -> list[Lease]:  # noqa: B008  a frozen value
        locks.hold(self.house.home, owner)
        with opened(self.house.home) as connection:
            return self.planner(connection, owner=owner).plan(wish)

    def planner(self, connection, *, owner: str = OWNER) -> IdentificationPlanner:
        return IdentificationPlanner(connection, self.house.lake, self.house.settings, owner=owner)

    def identify(self, wish: Wish = Wish()) -> list[bool]:  # noqa: B008  as above
        """Plan and run once, as a session does; what failed is left for the next call."""
        results = [self.house.run(lease) for lease in self.plan(wish)]
        with opened(self.house.home) as connection:
            self.house.planner(connection).reap()
        return results

    def status(self) -> dict[str, tuple[str, str | None]]:
        """Return status and code of the identification of each file."""
        return {
            path: (status, code)
            for path, status, code in self.house.tuples(
                "select path, status, error_code from outcomes join discovered_files using (file_key) "
                "where asset = 'identifications' and gone_at is null"
            )
        }


def install(house: House, patch: pytest.MonkeyPatch) -> Judge:
    """Let the lane of a house ask a judge in place of the world; there is a contact."""
    judge = Judge(house)
    patch.setattr(identification_run, "opened_services", judge.opened_services)
    patch.setattr(identification_run, "identify_group", judge.identify_group)
    patch.setenv("LINERNOTES_CONTACT", "listener@example.org")
    patch.setenv("ACOUSTID_API_KEY", "a-key")
    return judge
