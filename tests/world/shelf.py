"""Files that are to be written, and what may be said of each piece in them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from tests.world.dice import Dice
from tests.world.model import Catalogue, Medium, Recording, Release, Track

Verdict = Literal["answerable", "open", "unanswerable"]
"""answerable: the evidence suffices, ACCEPT is expected · open: asking a person is as good as the right answer ·
unanswerable: nothing tells; whoever accepts anything guesses."""
Tags = dict[str, str]


@dataclass(frozen=True, slots=True)
class Expected:
    """What may be said of one piece."""

    kind: str
    """Of damage."""
    verdict: Verdict
    recordings: frozenset[str] = frozenset()
    """Any of them is right."""
    groups: frozenset[str] = frozenset()
    """The release groups that it may be said to be from."""
    editions: frozenset[str] = frozenset()
    """The releases that it may be said to be from; naming another is a claim without evidence."""
    span: tuple[float, float] = (0.0, 0.0)
    """Where it lies in its file, seconds."""


@dataclass(frozen=True, slots=True)
class MusicFile:
    """A file to write."""

    path: str
    sounds: tuple[Recording, ...]
    expected: tuple[Expected, ...]
    codec: str = "flac"
    tags: Tags = field(default_factory=dict)
    gap_seconds: float = 0.0
    noise: float = 0.0
    """Level of a record's noise over it."""
    cut_seconds: float = 0.0
    """How much of its end is lost."""
    is_stereo: bool = False
    beside: tuple[tuple[str, str], ...] = ()
    """Other files in its folder: name and text."""


@dataclass(frozen=True, slots=True)
class Song:
    """A track on its way to a file."""

    release: Release
    medium: Medium
    track: Track
    total: int
    """Tracks of its medium."""

    @property
    def recording(self) -> Recording:
        return self.track.recording

    @property
    def tags(self) -> Tags:
        """What a careful person writes into the file."""
        track, release = self.track, self.release
        return {
            "title": track.title,
            "artist": track.recording.credit.name,
            "album": release.title,
            "albumartist": release.credit.name,
            "tracknumber": f"{track.position}/{self.total}",
            "date": release.date[:4],
        }

    @property
    def ids(self) -> Tags:
        """The ids that MusicBrainz Picard writes."""
        return {
            "musicbrainz_trackid": self.recording.mbid,
            "musicbrainz_albumid": self.release.mbid,
            "musicbrainz_releasegroupid": self.release.group.mbid,
        }

    @property
    def name(self) -> str:
        return f"{self.track.position:02} - {self.track.title}"


def songs_of(release: Release) -> list[Song]:
    return [Song(release, medium, track, len(medium.tracks)) for medium, track in release.tracks()]


def plain_name(name: str) -> str:
    """Return a name that a file may have."""
    return name.replace("/", "_").replace("\\", "_").replace(":", "").replace("?", "").replace("*", "").replace('"', "")


def plain_folder(release: Release) -> str:
    """Return the folder that a careful person would make."""
    return f"{plain_name(release.credit.name)}/{plain_name(release.title)}"


class Shelf:
    """Collects the files of a world.

    Args:
        catalogue: Whose music it is.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.dice = Dice(f"damage {catalogue.seed}")
        self.files: list[MusicFile] = []
        self.kind = ""
        self._left = {name: list(albums) for name, albums in catalogue.families.items()}
        self._left["plain"] = self.dice.sample(self._left["plain"], len(self._left["plain"]))
        self._codecs = ("flac", "mp3", "flac", "opus", "flac", "mp3", "wav", "flac", "ogg", "opus")

    def family(self, name: str) -> list[Release]:
        return self.catalogue.families[name]

    def take(self, family: str) -> Release:
        """Return the next album of a family; each is given once."""
        return self._left[family].pop(0)

    def expected(self, song: Song, verdict: Verdict = "answerable", **more: frozenset[str]) -> Expected:
        """Return what a piece of an album may be called: of this album, and of this edition if it has no other."""
        editions = [each for each in self.catalogue.editions(song.release.group) if each.status != "Pseudo-Release"]
        only = frozenset(each.mbid for each in editions) if len(editions) == 1 else frozenset()
        found = Expected(
            self.kind, verdict, frozenset({song.recording.mbid}), frozenset({song.release.group.mbid}), only
        )
        return replace(found, **more)

    def anywhere(self, song: Song, verdict: Verdict = "answerable") -> Expected:
        """Return what a loose piece may be called: of any release that it is on."""
        on = [each for each in self.catalogue.releases if song.recording.mbid in {it.mbid for it in each.recordings}]
        groups, editions = frozenset(each.group.mbid for each in on), frozenset(each.mbid for each in on)
        found = self.expected(song, verdict)
        return replace(found, groups=groups, editions=editions if len(editions) == 1 else frozenset())

    def nothing(self) -> Expected:
        """Return that nothing may be accepted."""
        return Expected(self.kind, "unanswerable")

    def add(self, song: Song, folder: str, expected: Expected, *, name: str | None = None, **more) -> None:
        """Put a song into a folder; `more` are fields of `MusicFile`."""
        codec = more.pop("codec", None) or self.dice.choice(self._codecs)
        suffix = {"mp3 low": "mp3"}.get(codec, codec)
        path = f"{folder}/{plain_name(name if name is not None else song.name)}.{suffix}"
        tags = {key: text for key, text in more.pop("tags", song.tags).items() if text}
        self.files.append(MusicFile(path, (song.recording,), (expected,), codec, tags, **more))

    def album(
        self,
        release: Release,
        *,
        folder: str | None = None,
        expect: Callable[[Song], Expected] | None = None,
        tags: Callable[[Song], Tags] = lambda song: song.tags,
        name: Callable[[Song], str] = lambda song: song.name,
        songs: Sequence[Song] | None = None,
        codec: str | None = None,
    ) -> str:
        """Put an album into a folder in one codec, and return the folder."""
        folder = folder or plain_folder(release)
        codec = codec or self.dice.choice(self._codecs)
        for song in songs if songs is not None else songs_of(release):
            self.add(song, folder, (expect or self.expected)(song), name=name(song), tags=tags(song), codec=codec)
        return folder
