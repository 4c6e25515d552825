"""A small catalogue, the sound of what is in it, and an identification of groups against both, as a run does it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from music.alignment import align
from music.editions import release_as_summary
from music.match_decision import judge_album
from music.match_parameters import MatchParameters
from music.match_queries import queries_for, query_for_piece, recordings_to_look_up
from music.piece_evidence import AlbumGroup, Piece
from music.release_lookups import needs_another, needs_search, releases_to_look_up
from music.releases import ArtistCredit, FingerprintMatch, LinkedRecording, Medium, Recording, Release, Track

FLOYD = ArtistCredit("Pink Floyd", ("artist-floyd",))


def track(position, title, seconds, recording=None, **more):
    artist = more.pop("artist", FLOYD)
    return Track(position, title, artist, seconds, recording or f"rec {title}", **more)


def disc(*songs, position=1, format="CD", artist=FLOYD):  # noqa: A002
    tracks = tuple(
        song if isinstance(song, Track) else track(at, *song, artist=artist) for at, song in enumerate(songs, start=1)
    )
    return Medium(position, tracks, format)


def release(mbid, title, *media, group=None, artist=FLOYD, **more):
    more = {"status": "Official", "date": "1975", "release_group_title": title, **more}
    return Release(mbid, title, artist, group or f"rg {title}", tuple(media), **more)


@dataclass
class Shelf:
    """Releases, and which recordings people linked to which sound.

    A sound is named like the recording that it is of; `links` says what else, and how often each was submitted.
    """

    releases: Sequence[Release]
    links: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    unknown: Sequence[str] = ()
    asked: list[str] = field(default_factory=list)

    def recordings(self):
        found = {}
        for each in self.releases:
            for medium, song in each.tracks():
                summary = replace(release_as_summary(each), track_position=song.position, disc_position=medium.position)
                known = found.setdefault(
                    song.recording_mbid,
                    Recording(
                        song.recording_mbid, song.recording_title or song.title, song.artist, song.length_seconds
                    ),
                )
                found[song.recording_mbid] = replace(known, releases=(*known.releases, summary))
        return found

    def sound(self, recording, score=0.95):
        """Return what AcoustID answers for the sound of a recording."""
        if recording is None or recording in self.unknown:
            return ()
        known = self.recordings()
        linked = self.links.get(recording, {recording: 20})
        return (
            FingerprintMatch(
                f"sound of {recording}",
                score,
                tuple(
                    LinkedRecording(
                        mbid,
                        sources,
                        known[mbid].title,
                        known[mbid].artist,
                        known[mbid].length_seconds,
                        releases=tuple(
                            replace(each, status=None, barcode=None, catalog_numbers=())
                            for each in known[mbid].releases
                        ),
                    )
                    for mbid, sources in linked.items()
                    if mbid in known
                ),
            ),
        )

    def rip(self, mbid, *, score=0.95, tags=True, change: Callable[[Piece], Piece] = lambda piece: piece):
        """Return the pieces of a clean copy of a release."""
        chosen = next(each for each in self.releases if each.mbid == mbid)
        pieces = []
        for medium, song in chosen.tracks():
            key = f"{medium.position}-{song.position:02}"
            piece = Piece(
                file_key=f"{chosen.title}~{key}",
                path=f"{chosen.title}/{key}.flac",
                duration_seconds=song.length_seconds + 0.4,
                matches=self.sound(song.recording_mbid, score),
                was_looked_up=True,
                path_album=chosen.title if tags else None,
            )
            if tags:
                piece = replace(
                    piece,
                    title=song.title,
                    artist=song.artist.name,
                    album=chosen.title,
                    album_artist=chosen.artist.name,
                    track_number=song.position,
                    disc_number=medium.position if len(chosen.media) > 1 else None,
                )
            pieces.append(change(piece))
        return pieces

    def identify(self, group, parameters=None, *, with_recordings=True):
        """Identify a group as a run does; `asked` tells what was asked of MusicBrainz."""
        parameters = parameters or MatchParameters()
        found, alignments = (), []
        wishes = releases_to_look_up(group, found, parameters)
        for query in (None, *queries_for(group)):
            if query is not None:
                if not needs_search(group, wishes, alignments, parameters):
                    break
                self.asked.append(f"search {query.album}")
                found = (*found, *self.search(query))
                wishes = releases_to_look_up(group, found, parameters)
            while wish := needs_another(group, wishes, alignments, found, parameters):
                self.asked.append(f"release {wish.mbid}")
                answer = next((each for each in self.releases if each.mbid == wish.mbid), None)
                if answer is None:
                    wishes = [each for each in wishes if each.mbid != wish.mbid]
                else:
                    alignments.append(align(group, answer))
        own = {piece.key: self._own(piece) for piece in group.pieces} if with_recordings and group.is_loose else {}
        return judge_album(group, alignments, found, parameters, recordings=own)

    def search(self, query):
        return tuple(
            replace(release_as_summary(each), score=1.0)
            for each in self.releases
            if query.album.casefold() in each.title.casefold()
            and (query.artist is None or query.artist.casefold() in each.artist.name.casefold())
            and query.track_count in {None, each.track_count}
        )

    def _own(self, piece):
        known = self.recordings()
        found = [known[mbid] for mbid in recordings_to_look_up(piece) if mbid in known]
        query = query_for_piece(piece)
        if query:
            found += [each for each in known.values() if each.title.casefold() == query.title.casefold()]
        return tuple(found)


def group_of(pieces, **more):
    pieces = tuple(pieces)
    return AlbumGroup(pieces[0].file_key, pieces, **{"is_loose": len(pieces) == 1, **more})


def untagged(piece):
    return Piece(
        file_key=piece.file_key,
        path=f"stuff/{piece.file_key}.flac",
        duration_seconds=piece.duration_seconds,
        matches=piece.matches,
        was_looked_up=piece.was_looked_up,
    )


def decided(matches):
    return [(match.decision.value, match.recording_mbid) for match in matches]
