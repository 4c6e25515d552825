"""Watches the folders of music: a new, changed, moved or vanished file is planned without anybody asking."""

import sqlite3
import time

import dagster as dg

from ingest_assets.batch import PRIORITY_TAG, run_tags
from ingest_assets.jobs import ingest_files
from lake.store import Lake
from resources import leases, locks
from resources.folders import FolderLook, Look, add_roots, known_roots
from resources.leases import LANE
from resources.settings import Settings, load_settings
from resources.state import opened
from sensors.decided_files import plan_decided
from sensors.lake_notice import bind_state
from sensors.planning import Planner

EVERY_SECONDS = 10
REST = 20
"""A look may take one part in so many of the time."""
RUNS_PER_TICK = 25
_owners: dict[str, str] = {}
"""By home: the lock of this process."""


@dg.sensor(
    job=ingest_files,
    minimum_interval_seconds=EVERY_SECONDS,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Looks at the folders of music (LINERNOTES_SCAN_SECONDS) and plans runs for what changed.",
)
def library_folder(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """Plan runs for what changed in the folders."""
    settings = load_settings()
    with opened(settings.home) as connection:
        lake = Lake(settings.home)
        bind_state(connection, lake)
        add_roots(connection, settings.roots)
        if not known_roots(connection):
            return dg.SkipReason(
                "no folder of music is known: set LINERNOTES_MUSIC, or run `linernotes ingest ~/Music`"
            )
        planner = Planner(context.instance, connection, lake, settings, owner=owner_of(settings))
        planner.reap()
        look = look_if_due(connection, settings, now=time.time())
        if look is not None:
            plan_decided(connection, lake)
        planner.plan()
        return ask_for_runs(connection, owner_of(settings), look)


def owner_of(settings: Settings) -> str:
    """Return the lock that this process holds for its leases."""
    home = str(settings.home)
    if home not in _owners:
        _owners[home] = locks.owner_name("sensor")
        locks.hold(settings.home, _owners[home])
    return _owners[home]


def look_if_due(connection: sqlite3.Connection, settings: Settings, *, now: float) -> Look | None:
    """Look at the folders for one slice, unless the last look was too short a while ago."""
    row = connection.execute("select value from meta where name = 'look'").fetchone()
    begun, took, waiting = (float(part) for part in row["value"].split()) if row else (0.0, 0.0, 0.0)
    pause = max(settings.scan_seconds if not waiting else float(EVERY_SECONDS) / 2, REST * took)
    if begun <= now < begun + pause:
        return None
    start = time.monotonic()
    look = FolderLook(connection, known_roots(connection), now=now).slice()
    took = time.monotonic() - start if look.complete else 0.0
    connection.execute("insert or replace into meta values ('look', ?)", (f"{now} {took} {look.waiting}",))
    return look


def ask_for_runs(connection: sqlite3.Connection, owner: str, look: Look | None) -> dg.SensorResult | dg.SkipReason:
    """Return requests for the leases that have no run yet; the lease is the run key, so asking twice does no harm."""
    waiting = [lease for lease in leases.open_leases(connection, lane=LANE) if lease.run_id is None]
    mine = [lease for lease in waiting if lease.owner == owner][:RUNS_PER_TICK]
    if not mine:
        return dg.SkipReason(said(look))
    return dg.SensorResult(
        run_requests=[
            dg.RunRequest(run_key=lease.id, tags={**run_tags(lease, session=owner), PRIORITY_TAG: "0"})
            for lease in mine
        ]
    )


def said(look: Look | None) -> str:
    """Return what a look saw, for the tick's line in the UI."""
    if look is None:
        return "not yet time to look again"
    if look.guarded:
        names = ", ".join(look.guarded)
        return (
            f"{names}: the folder, or most of its files, is missing. Nothing is marked gone. Is a disk not mounted? "
            "If the files are really gone: linernotes ingest --accept-missing"
        )
    waiting = f", {look.waiting} still being written" if look.waiting else ""
    return (
        f"{look.files} files, nothing new{waiting}" if look.complete else "looking; a large library takes several ticks"
    )
