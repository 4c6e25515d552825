"""A whole world of a seed: what the services know, and what lies in the music folder."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tests.world.catalogue import catalogue
from tests.world.damage import files_of
from tests.world.library import write_library
from tests.world.model import Catalogue
from tests.world.score import Score, rows_of, score
from tests.world.servers import Services, sounds_of
from tests.world.shelf import MusicFile


@dataclass(frozen=True, slots=True)
class World:
    """Made by `of`; the same for one seed."""

    catalogue: Catalogue
    files: list[MusicFile]

    @classmethod
    def of(cls, seed: int, *, every: int = 1) -> Self:
        """Return the world of a seed, with each `every`th kind of damage."""
        known = catalogue(seed)
        return cls(known, files_of(known, every=every))

    def write(self, folder: Path) -> None:
        """Write the music."""
        write_library(self.files, folder)

    def services(self, *, is_paced: bool = False) -> Services:
        """Return the servers, not yet started."""
        return Services(self.catalogue, sounds_of(self.catalogue), is_paced=is_paced)

    def score(self, home: Path) -> Score:
        """Return how well a lake answers."""
        return score(self.files, rows_of(home))
