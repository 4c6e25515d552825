import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lake.store import Lake
from resources.settings import PROJECT_ROOT
from tests.killing import PATIENCE_SECONDS, kill_family
from tests.world.catalogue import plain_catalogue
from tests.world.library import write_library
from tests.world.servers import Services, sounds_of
from tests.world.serving import Server
from tests.world.shelf import Shelf

ALBUMS, TRACKS = 8, 2
KILLED_AFTER = (2, 1, 2)
"""So many more albums were asked for when everything was killed."""
ANSWER_SECONDS = 0.3
FACTS = (
    "select * exclude (run_id, written_at) from identifications order by all",
    "select * exclude (run_id, written_at) from match_candidates order by all",
    "select library, folder, version from identified_folders order by all",
    "select file_key, status, error_code, data_version from outcomes where asset = 'identifications' order by all",
)


@contextmanager
def ingesting(services: Services, home: Path, **settings: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Start the command; nothing of it outlives the block."""
    given = services.environment() | {"LINERNOTES_HOME": str(home), "LINERNOTES_MUSIC": str(home.parent / "music")}
    with subprocess.Popen(
        [sys.executable, "-m", "ingest_assets.cli", "ingest"],
        cwd=PROJECT_ROOT,
        env={**os.environ, **given, **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        try:
            yield process
        finally:
            kill_family(process)


def ingest(services: Services, home: Path, **settings: str) -> None:
    with ingesting(services, home, **settings) as process:
        _, said = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 0, said


def facts(home: Path) -> list[list[tuple]]:
    with Lake(home).read() as snapshot:
        return [snapshot.tuples(sql) for sql in FACTS]


def questions(server: Server) -> list[str]:
    """Return what was asked, in its order."""
    return [f"{each.path} {sorted(each.parameters.items())}" for each in server.asked]


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Services, Path]]:
    """Services that take their time, and a home whose files were read and not yet identified."""
    folder = tmp_path_factory.mktemp("killed")
    known = plain_catalogue(7, albums=ALBUMS, tracks=TRACKS)
    shelf = Shelf(known)
    for release in known.releases:
        shelf.album(release, codec="flac")
    write_library(shelf.files, folder / "music")
    with Services(known, sounds_of(known)) as running:
        running.musicbrainz.delay_seconds = ANSWER_SECONDS
        ingest(running, folder / "read", LINERNOTES_CONTACT="")
        yield running, folder


def test_identification_that_was_killed_repeats_no_question_and_ends_as_an_undisturbed_one(
    services: tuple[Services, Path],
) -> None:
    running, folder = services
    musicbrainz, acoustid = running.musicbrainz, running.acoustid
    calm, home = folder / "calm", folder / "home"
    for each in (calm, home):
        shutil.copytree(folder / "read", each)
    ingest(running, calm)
    wanted = [set(questions(server)) for server in (musicbrainz, acoustid)]
    for server in (musicbrainz, acoustid):
        server.forget()

    in_flight: set[str] = set()
    killed: list[int] = []
    for more in KILLED_AFTER:
        enough = len(musicbrainz.asked) + more
        with ingesting(running, home) as process:
            until = time.monotonic() + PATIENCE_SECONDS
            while len(musicbrainz.asked) < enough and process.poll() is None and time.monotonic() < until:
                time.sleep(0.01)
            killed.append(kill_family(process))
        time.sleep(2 * ANSWER_SECONDS)
        in_flight |= {question for server in (musicbrainz, acoustid) for question in questions(server)[-1:]}
    ingest(running, home)

    assert max(killed) >= 2, "the lane was never at work when everything was killed"
    assert facts(home) == facts(calm)
    assert len(facts(home)[0]) == ALBUMS * TRACKS
    assert [set(questions(server)) for server in (musicbrainz, acoustid)] == wanted
    asked = Counter(questions(musicbrainz)) + Counter(questions(acoustid))
    assert {question for question, times in asked.items() if times > 1} <= in_flight
