"""Who the pieces of one group are: what the services suggest, looked up as little as will do, and the decision.

An album costs one request where its sound or an id in its tags leads to a release, two where its name does. Whatever
could not change the decision is not asked.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from music.alignment import Alignment, align
from music.match_decision import judge_album
from music.match_parameters import MatchParameters
from music.match_queries import queries_for, query_for_piece, recordings_to_look_up, releases_of_songs, songs_to_search
from music.matches import Decision, Match
from music.piece_evidence import AlbumGroup, Piece
from music.release_lookups import ReleaseWish, needs_another, needs_search, releases_to_look_up
from music.release_names import may_be_called
from music.releases import Recording, ReleaseSummary
from resources.acoustid import AcoustId
from resources.listenbrainz import ListenBrainz
from resources.musicbrainz import MusicBrainz

MOST_FOUND: Final = 25
"""Releases of a search: an album may have many editions."""
MOST_IDS: Final = 2
"""Recording ids in the tags of an album that are asked for their releases."""
MOST_SEARCHES: Final = 3
"""For songs of one group: by itself a song that nobody hears is never sure, so more only cost time."""


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
    unknown: frozenset[str] = frozenset()
    """Ids that MusicBrainz was asked for and does not have."""


def identify_group(group: AlbumGroup, services: Services, parameters: MatchParameters) -> Identified:
    """Find candidates for the pieces of a group and decide; fingerprints were looked up before.

    Args:
        group: The pieces, with what their fingerprints are linked to.
        services: Whom to ask.
        parameters: How sure is sure.

    Raises:
        resources.service_errors.ServiceError: A service that is needed gives no answer: the group is put off.
    """
    if services.musicbrainz is None:
        return Identified(judge_album(group, (), (), parameters))
    search = _Search(group, services.musicbrainz, parameters)
    search.find_releases()
    matches = search.decide()
    return Identified(matches, frozenset(search.missing))


@dataclass(slots=True)
class _Search:
    """What is found out about a group, step by step."""

    group: AlbumGroup
    musicbrainz: MusicBrainz
    parameters: MatchParameters
    summaries: list[ReleaseSummary] = field(default_factory=list)
    """Of releases that were searched for."""
    alignments: list[Alignment] = field(default_factory=list)
    """With the releases that were looked up."""
    missing: set[str] = field(default_factory=set)
    """Ids of releases and recordings that MusicBrainz does not have."""
    songs: dict[tuple[str, int], Sequence[Recording]] = field(default_factory=dict)
    """What a search for a piece by its names found, by its key."""

    def find_releases(self) -> None:
        """Look up the releases that the group may be: by what is printed on it, by sound and ids, by name."""
        self._search_codes()
        self._look_up()
        by_name = (self._search_names, self._browse_recordings)
        has_album = any(piece.album for piece in self.group.pieces)
        for more in (*(by_name if has_album else reversed(by_name)), self._search_songs):
            if not needs_search(self.group, self._wishes(), self.alignments, self.parameters):
                return
            more()
            self._look_up()

    def decide(self) -> tuple[Match, ...]:
        """Decide by the releases; what they leave open, by what each piece is by itself."""
        matches = judge_album(self.group, self.alignments, self.summaries, self.parameters)
        open_pieces = [
            piece
            for piece, match in zip(self.group.pieces, matches, strict=True)
            if match.decision is not Decision.ACCEPT
        ]
        recordings = {piece.key: found for piece in open_pieces if (found := self._recordings(piece))}
        if not recordings:
            return matches
        return judge_album(self.group, self.alignments, self.summaries, self.parameters, recordings=recordings)

    def _wishes(self) -> list[ReleaseWish]:
        wishes = releases_to_look_up(self.group, self.summaries, self.parameters)
        return [wish for wish in wishes if wish.mbid not in self.missing]

    def _look_up(self) -> None:
        """Look up one release after the other, as long as a further one could change the decision."""
        while wish := needs_another(self.group, self._wishes(), self.alignments, self.summaries, self.parameters):
            release = self.musicbrainz.release(wish.mbid)
            if release is None:
                self.missing.add(wish.mbid)
            else:
                self.alignments.append(align(self.group, release))

    def _search_codes(self) -> None:
        """Search by barcode or catalogue number, which name one edition, where no id in the tags does."""
        if self.group.is_loose or any(piece.release_mbid for piece in self.group.pieces):
            return
        barcode = _only(piece.barcode for piece in self.group.pieces)
        catalog_number = _only(piece.catalog_number for piece in self.group.pieces)
        artist = next((query.artist for query in queries_for(self.group)), None)
        if barcode or (catalog_number and artist):
            found = self.musicbrainz.search_releases(
                artist=artist, album=None, barcode=barcode, catalog_number=catalog_number, limit=MOST_FOUND
            )
            self.summaries += found

    def _search_names(self) -> None:
        """Search by the names word for word, then loosely with the number of tracks."""
        for query in sorted(queries_for(self.group), key=lambda query: query.track_count is not None):
            found = self.musicbrainz.search_releases(
                artist=query.artist, album=query.album, track_count=query.track_count, limit=MOST_FOUND
            )
            self.summaries += found
            if any(may_be_called(self.group, summary) for summary in found):
                return

    def _browse_recordings(self) -> None:
        """Ask which releases the recordings of the ids in the tags are on."""
        ids = dict.fromkeys(piece.recording_mbid for piece in self.group.pieces if piece.recording_mbid)
        for mbid in list(ids)[:MOST_IDS]:
            self.summaries += self.musicbrainz.releases_of_recording(mbid)

    def _search_songs(self) -> None:
        """Search for some songs: the releases that all of them are on may be the album, whatever it is called."""
        pieces = songs_to_search(self.group)[:MOST_SEARCHES]
        self.summaries += releases_of_songs([(piece, self._search_song(piece)) for piece in pieces], self.parameters)

    def _search_song(self, piece: Piece) -> Sequence[Recording]:
        query = query_for_piece(piece)
        if piece.key not in self.songs and query and len(self.songs) < MOST_SEARCHES:
            search = partial(self.musicbrainz.search_recordings, title=query.title, artist=query.artist)
            self.songs[piece.key] = search() or (search(is_loose=True) if self.group.is_loose else ())
        return self.songs.get(piece.key, ())

    def _recordings(self, piece: Piece) -> Sequence[Recording]:
        """Return what a piece by itself may be: by ids, by the code of its recording, by its names."""
        looked_up = {mbid: self.musicbrainz.recording(mbid) for mbid in recordings_to_look_up(piece)}
        self.missing |= {mbid for mbid, recording in looked_up.items() if recording is None}
        found = [recording for recording in looked_up.values() if recording is not None]
        if not found and piece.isrc:
            found += self.musicbrainz.recordings_of_isrc(piece.isrc)
        return found or self._search_song(piece)


def _only(values: Iterable[str | None]) -> str | None:
    """Return what all that say something say; None where they differ."""
    said = {value for value in values if value}
    return said.pop() if len(said) == 1 else None
