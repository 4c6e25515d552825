"""The whole command on music that does not exist, against services that speak like the real ones."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from resources.settings import PROJECT_ROOT
from tests.world.score import Score
from tests.world.servers import Services
from tests.world.world import World

SEEDS = (4, 5)
"""Each world has every second kind of damage; together they have all."""
PATIENCE_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Ingested:
    """A world and what came of it."""

    world: World
    services: Services
    home: Path
    music: Path
    first_requests: dict[str, int]

    def ingest(self, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        """Call the command as a person does."""
        given = {"LINERNOTES_HOME": str(self.home)} | self.services.environment() | settings
        return subprocess.run(
            [sys.executable, "-m", "ingest_assets.cli", "ingest", str(self.music), *arguments],
            cwd=PROJECT_ROOT,
            env={**os.environ, **given},
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )


def requests_of(services: Services) -> dict[str, int]:
    return {server.name: sum(server.statuses.values()) for server in (services.musicbrainz, services.acoustid)}


@pytest.fixture(scope="module", params=SEEDS)
def ingested(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ingested]:
    world = World.of(request.param, every=2)
    folder = tmp_path_factory.mktemp(f"world{request.param}")
    world.write(folder / "music")
    with world.services() as services:
        found = Ingested(world, services, folder / "home", folder / "music", {})
        done = found.ingest()
        assert done.returncode == 0, done.stderr
        found.first_requests.update(requests_of(services))
        yield found


@pytest.fixture(scope="module")
def score(ingested: Ingested) -> Score:
    return ingested.world.score(ingested.home)


def test_nothing_is_accepted_that_is_wrong(score):
    assert score.wrong == 0, score.table()


def test_no_edition_is_claimed_without_evidence(score):
    assert score.total.claims == 0, score.table()


def test_nearly_all_that_can_be_answered_is_accepted(score):
    assert score.right_share >= 0.95, score.table()


def test_every_piece_has_a_decision(score):
    assert not {"no row", "undecided"} & score.total.decisions.keys(), score.table()


def test_albums_cost_few_requests(ingested):
    files = len(ingested.world.files)

    assert ingested.first_requests["acoustid"] <= 0.15 * files
    assert ingested.first_requests["musicbrainz"] <= 0.6 * files  # albums of three and four, many of them damaged


def test_no_request_is_repeated(ingested):
    asked = [
        (each.path, tuple(sorted(each.parameters.items())))
        for server in (ingested.services.musicbrainz, ingested.services.acoustid)
        for each in server.asked
    ]

    assert len(asked) == len(set(asked))


def test_a_second_run_asks_nobody(ingested):
    before = requests_of(ingested.services)

    done = ingested.ingest()

    assert done.returncode == 0, done.stderr
    assert requests_of(ingested.services) == before
