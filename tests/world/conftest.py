"""Fixtures: one world with its services, for tests that only ask."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.world.servers import Services
    from tests.world.world import World


@pytest.fixture(scope="session")
def world() -> "World":
    from tests.world.world import World

    return World.of(11)


@pytest.fixture(scope="session")
def _running(world: "World") -> Iterator["Services"]:
    with world.services() as services:
        yield services


@pytest.fixture
def services(_running: "Services") -> Iterator["Services"]:
    """The services of the world, without memory or fault."""
    servers = (_running.acoustid, _running.musicbrainz, _running.listenbrainz)
    for server in servers:
        server.forget()
    yield _running
    for server in servers:
        server.fault = "none"
