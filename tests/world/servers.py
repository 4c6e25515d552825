"""The three services of a world on 127.0.0.1, and the settings that lead to them."""

from collections.abc import Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from typing import Self

from tests.world.acoustid_server import AcoustIdServer, Words
from tests.world.listenbrainz_server import ListenBrainzServer
from tests.world.model import Catalogue
from tests.world.musicbrainz_server import MusicBrainzServer
from tests.world.serving import Answered, Asked, Fault, Server, Window
from tests.world.sound import words_of

__all__ = [
    "AcoustIdServer",
    "Answered",
    "Asked",
    "Fault",
    "ListenBrainzServer",
    "MusicBrainzServer",
    "Server",
    "Services",
    "Window",
    "sounds_of",
]
KEY = "worldkey"
CONTACT = "world@example.org"


def sounds_of(catalogue: Catalogue) -> dict[str, tuple[Words, float]]:
    """Return words and length of each sound that AcoustID knows: some 4 s of work."""
    sounds = {track.sound.sound: track.sound for track in catalogue.acoustid}
    return {name: (words_of(sound), sound.seconds) for name, sound in sounds.items()}


@dataclass(slots=True)
class Services(AbstractContextManager["Services"]):
    """AcoustID, MusicBrainz and ListenBrainz.

    Args:
        catalogue: What they know.
        sounds: From `sounds_of`.
        is_paced: Whether they insist on the rates of the real ones.
    """

    catalogue: Catalogue
    sounds: Mapping[str, tuple[Words, float]]
    is_paced: bool = False
    acoustid: AcoustIdServer = field(init=False)
    musicbrainz: MusicBrainzServer = field(init=False)
    listenbrainz: ListenBrainzServer = field(init=False)
    _stack: ExitStack = field(init=False, default_factory=ExitStack)

    def __post_init__(self) -> None:
        self.acoustid = AcoustIdServer(self.catalogue, self.sounds, key=KEY, per_second=4.0 if self.is_paced else None)
        self.musicbrainz = MusicBrainzServer(self.catalogue, per_second=1.0 if self.is_paced else None)
        self.listenbrainz = ListenBrainzServer(self.catalogue, per_ten_seconds=30 if self.is_paced else None)

    def __enter__(self) -> Self:
        for server in (self.acoustid, self.musicbrainz, self.listenbrainz):
            self._stack.enter_context(server)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def environment(self) -> dict[str, str]:
        """Return the settings that lead here; without the real rates nobody waits."""
        intervals = ("1.05", "0.34", "0.4") if self.is_paced else ("0", "0", "0")
        servers = (self.musicbrainz, self.acoustid, self.listenbrainz)
        found = {"LINERNOTES_CONTACT": CONTACT, "ACOUSTID_API_KEY": KEY}
        for server, interval in zip(servers, intervals, strict=True):
            name = f"LINERNOTES_{server.name.upper()}"
            found |= {f"{name}_URL": server.url, f"{name}_INTERVAL_SECONDS": interval}
        return found
