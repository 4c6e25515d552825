"""What identification asks and takes, with services on this machine that insist on the rates of the real ones.

One library of short tracks in albums, and two homes. In the first the files are read without anybody being asked; then
the services are dead; then they answer; then nothing is new. In the second all is done together, as people do it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.command import Call, called
from benchmarks.report import Figure, Part
from lake.store import Lake
from resources.online_leases import IDENTIFY_LANE
from tests.world.catalogue import plain_catalogue
from tests.world.library import write_library
from tests.world.servers import Services, sounds_of
from tests.world.serving import Fault
from tests.world.shelf import Shelf

ALBUMS, QUICK_ALBUMS = 100, 10
TRACKS: Final = 10
MUSICBRAINZ_GOAL, ACOUSTID_GOAL, OVERLAP_GOAL, DEAD_GOAL_SECONDS = 0.2, 0.15, 1.2, 30.0
FINGERPRINTS: Final = "select fingerprint, round(duration_seconds)::integer from fingerprints"
DECODED: Final = "select coalesce(sum(files_decoded), 0) from runs"
STATUSES: Final = (
    "select count(*) from outcomes where asset = 'identifications' and status = ? and coalesce(error_code, '') = ?"
)
LANE_SECONDS: Final = "select sum(cpu_seconds) from runs where lane = ? and status = 'SUCCESS'"


@dataclass(frozen=True, slots=True)
class _Asked:
    """A call, and how many requests the services counted."""

    call: Call
    musicbrainz: int
    acoustid: int


def measure(folder: Path, *, quick: bool) -> Part:
    """Return requests and processor time per file, and how far reading and asking overlap."""
    albums = QUICK_ALBUMS if quick else ALBUMS
    catalogue = plain_catalogue(1, albums=albums, tracks=TRACKS)
    shelf = Shelf(catalogue)
    for release in catalogue.releases:
        shelf.album(release, codec="flac")
    write_library(shelf.files, folder / "music")
    with Services(catalogue, sounds_of(catalogue), is_paced=True) as services:
        figures = _Measuring(folder, services, files=len(shelf.files)).figures()
    return Part(f"Identifying {len(shelf.files):,} files in {albums} albums", tuple(figures))


class _Measuring:
    """The calls, in their order.

    Args:
        folder: With the music, and for the homes.
        services: Answer.
        files: How many there are.
    """

    def __init__(self, folder: Path, services: Services, *, files: int) -> None:
        self._homes = folder / "home", folder / "other home"
        self._services = services
        self._files = files

    def figures(self) -> list[Figure]:
        """Call the command again and again, and return what came of it."""
        first, other = self._homes
        local = self._ingest(first, {"LINERNOTES_CONTACT": ""}).call
        for fingerprint, seconds in _rows(first, FINGERPRINTS):
            self._services.acoustid.compare(fingerprint, seconds)
        decoded = _number(first, DECODED)
        dead = self._ingest(first, self._services.environment(), fault="down")
        put_off = _number(first, STATUSES, "deferred", "SERVICE_DOWN")
        online = self._ingest(first, self._services.environment())
        done = _number(first, STATUSES, "done", "")
        again = self._ingest(first, self._services.environment())
        decoded_again = _number(first, DECODED) - decoded
        together = self._ingest(other, self._services.environment())
        longer = max(local.clock_seconds, online.call.clock_seconds)
        lane_ms = 1000 * _number(other, LANE_SECONDS, IDENTIFY_LANE) / self._files
        more_ms = 1000 * (together.call.cpu_seconds - local.cpu_seconds) / self._files
        return [
            Figure("identified", done / self._files, "of all", 1.0, more_is_better=True),
            Figure("asked of MusicBrainz", online.musicbrainz / self._files, "requests/file", MUSICBRAINZ_GOAL),
            Figure("asked of AcoustID", online.acoustid / self._files, "requests/file", ACOUSTID_GOAL),
            Figure("asked of both in a second call", again.musicbrainz + again.acoustid, "requests", 0.0),
            Figure("reading alone", local.clock_seconds, "s"),
            Figure("asking alone", online.call.clock_seconds, "s"),
            Figure("both together", together.call.clock_seconds, "s"),
            Figure("together, of the longer alone", together.call.clock_seconds / longer, "x", OVERLAP_GOAL),
            Figure("put off while the services are dead", put_off / self._files, "of all", 1.0, more_is_better=True),
            Figure("putting all off", dead.call.clock_seconds, "s", DEAD_GOAL_SECONDS),
            Figure("putting all off", dead.call.cpu_seconds, "CPU-s"),
            Figure("asked of dead services", dead.musicbrainz + dead.acoustid, "requests"),
            Figure("decoded again for what was put off", decoded_again, "files", 0.0),
            Figure("the lane in its runs", lane_ms, "CPU-ms/file"),
            Figure("the lane and its start, beside reading", more_ms, "CPU-ms/file"),
            Figure("a call with nothing new", again.call.cpu_seconds, "CPU-s"),
        ]

    def _ingest(self, home: Path, settings: Mapping[str, str], *, fault: Fault = "none") -> _Asked:
        servers = (self._services.musicbrainz, self._services.acoustid)
        for server in servers:
            server.forget()
            server.fault = fault
        call = called("ingest", settings={"LINERNOTES_HOME": str(home)} | dict(settings))
        musicbrainz, acoustid = (len(server.asked) for server in servers)
        return _Asked(call, musicbrainz, acoustid)


def _rows(home: Path, sql: str, *given: object) -> list[tuple[Any, ...]]:
    with Lake(home).read() as snapshot:
        return snapshot.tuples(sql, given)


def _number(home: Path, sql: str, *given: object) -> float:
    return float(_rows(home, sql, *given)[0][0] or 0)
