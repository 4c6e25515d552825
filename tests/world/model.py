"""What the world's catalogue is made of. The terms are MusicBrainz's; all ids are made from a seed."""

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Artist:
    mbid: str
    name: str
    disambiguation: str = ""


@dataclass(frozen=True, slots=True)
class Credit:
    """Artists as they are printed: each with the words that follow it."""

    parts: tuple[tuple[Artist, str], ...]

    @property
    def name(self) -> str:
        return "".join(artist.name + join for artist, join in self.parts)


@dataclass(frozen=True, slots=True)
class Work:
    """A song: its notes come from its id, however often it is performed."""

    mbid: str
    title: str


@dataclass(frozen=True, slots=True)
class Recording:
    mbid: str
    title: str
    credit: Credit
    work: Work
    seconds: float
    """How long it really sounds."""
    take: str
    """studio, live, remix, edit, again … : another take is played in another way."""
    isrc: str = ""
    disambiguation: str = ""
    sounds_like: str = ""
    """The id of the recording whose sound this is, where a catalogue holds one sound twice."""

    @property
    def sound(self) -> str:
        """Whose id says how it sounds."""
        return self.sounds_like or self.mbid


@dataclass(frozen=True, slots=True)
class Track:
    mbid: str
    position: int
    number: str
    title: str
    recording: Recording
    length_ms: int | None


@dataclass(frozen=True, slots=True)
class Medium:
    position: int
    format: str
    tracks: tuple[Track, ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """A release group: what people call an album."""

    mbid: str
    title: str
    credit: Credit
    primary: str = "Album"
    secondary: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Release:
    mbid: str
    title: str
    credit: Credit
    group: Group
    media: tuple[Medium, ...]
    status: str = "Official"
    date: str = ""
    country: str = "XW"
    barcode: str = ""
    catalog_number: str = ""
    label: str = ""
    disambiguation: str = ""

    def tracks(self) -> Iterator[tuple[Medium, Track]]:
        for medium in self.media:
            for track in medium.tracks:
                yield medium, track

    @property
    def recordings(self) -> tuple[Recording, ...]:
        return tuple(track.recording for _, track in self.tracks())


@dataclass(frozen=True, slots=True)
class AcoustIdTrack:
    """One sound that AcoustID knows, and what people linked it to."""

    acoustid: str
    sound: Recording
    links: tuple[tuple[str, int], ...]
    """Recording ids, each with its sources."""
    is_bare: bool = False
    """AcoustID knows nothing of its recordings but the ids."""


@dataclass(slots=True)
class Catalogue:
    """All that the services know, and the albums by what they are there for."""

    seed: int
    releases: list[Release] = field(default_factory=list)
    families: dict[str, list[Release]] = field(default_factory=dict)
    """What stands where in it, by the name of a family."""
    acoustid: list[AcoustIdTrack] = field(default_factory=list)
    merged: dict[str, str] = field(default_factory=dict)
    """Old ids of recordings and releases, and those that they were merged into."""
    unlisted: list[Release] = field(default_factory=list)
    """Albums that exist and that no service knows."""

    def recordings(self) -> dict[str, Recording]:
        """Return what MusicBrainz knows, by id."""
        return {recording.mbid: recording for release in self.releases for recording in release.recordings}

    def editions(self, group: Group) -> list[Release]:
        return [release for release in self.releases if release.group == group]
