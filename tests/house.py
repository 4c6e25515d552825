"""A home, a shelf of music and a Dagster instance, to plan and run with in this process, as the command does.

Files are read by real worker processes; one pool serves all tests, and counts what was opened and what was decoded.
"""

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import dagster as dg
import duckdb
import mutagen
import pytest
from dagster._core.definitions.data_version import CachingStaleStatusResolver, StaleStatus
from dagster._core.loader import LoadingContextForTest
from dagster._core.storage.compute_log_manager import CapturedLogContext
from dagster._core.storage.local_compute_log_manager import LocalComputeLogManager

from ingest_assets import batch, ingest
from ingest_assets.asset_specs import GROUP
from ingest_assets.batch import LANE_TAG, execute_batch, new_run_id, run_lock, run_tags
from ingest_assets.checks import CHECKS, evaluate
from ingest_assets.decision import ASSETS
from ingest_assets.identifications import GROUP as IDENTIFY_GROUP
from ingest_assets.identify import identify
from ingest_assets.partitions import FILES, FILES_NAME
from ingest_assets.visit import visit
from lake import connection as lake_connection
from lake.store import Lake
from resources import leases, locks, processes
from resources.folders import add_roots, file_key
from resources.lake import LakeResource
from resources.leases import Lease
from resources.settings import Settings, load_settings, prepare_environment
from resources.state import opened
from resources.worker_pool import WorkerPool
from sensors.lake_notice import bind_state, tell_lake
from sensors.planning import Planner
from tests.signals import encoded, piece, stereo

SHELF = "shelf"
OWNER = "cli-of-the-tests"
LONG_AGO_NS = 1_600_000_000 * 10**9
NAMES = tuple(asset.name for asset in ASSETS)
HARBOUR, AGAIN = "Low Tide/01 - Harbour.flac", "Copies/01 - Harbour again.flac"
PIER, GULLS = "Low Tide/02 - Pier.flac", "Low Tide/03 - Gulls.mp3"
LAMP, FOG = "Lamps/01 - Lamp.mp3", "Lamps/02 - Fog.wav"
PATHS = (HARBOUR, AGAIN, PIER, GULLS, LAMP, FOG)
"""Six files in three codecs; two of them hold equal audio."""
UNSET = (
    "LINERNOTES_WORKERS",
    "LINERNOTES_SCAN_SECONDS",
    "LINERNOTES_BATCH_FILES",
    "LINERNOTES_CONTACT",
    "LINERNOTES_OFFLINE",
    "LINERNOTES_ON_INVALID_KEY",
    "LINERNOTES_SERVICES_DB",
    "ACOUSTID_API_KEY",
)
"""Settings of the person who runs the tests."""
_warm: list[duckdb.DuckDBPyConnection] = []
"""DuckDB's connections of the last house, for the next one: to load the extension takes 0.2 s."""


def sound(*, bpm: float, codec: str, seconds: float = 3.6) -> bytes:
    """Return the bytes of a small file; another tempo, other audio."""
    return encoded(stereo(piece(seconds, bpm=bpm)), codec=codec)


def fill_shelf(music: Path) -> None:
    """Make the six files; the two with equal audio have other tags."""
    write(music / HARBOUR, sound(bpm=120, codec="flac"))
    write(music / PIER, sound(bpm=90, codec="flac"))
    write(music / GULLS, sound(bpm=100, codec="mp3"))
    write(music / LAMP, sound(bpm=110, codec="mp3"))
    write(music / FOG, sound(bpm=70, codec="wav"))
    write(music / AGAIN, sound(bpm=120, codec="flac"))
    retag(music / HARBOUR, title="Harbour", artist="The Moorings")


def write(path: Path, data: bytes, *, modified_ns: int | None = None) -> None:
    """Write a file that has not been touched for long, later than its last time."""
    before = path.stat().st_mtime_ns + 10**9 if path.exists() else LONG_AGO_NS
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    os.utime(path, ns=(before, modified_ns or before))


def retag(path: Path, **tags: str) -> None:
    """Write tags, as a tag editor does."""
    later = path.stat().st_mtime_ns + 10**9
    file = mutagen.File(path, easy=True)
    for name, text in tags.items():
        file[name] = text
    file.save()
    os.utime(path, ns=(later, later))


def touch(path: Path) -> None:
    """Give a file a later time and leave its bytes."""
    later = path.stat().st_mtime_ns + 10**9
    os.utime(path, ns=(later, later))


class CountingPool:
    """The workers of all tests; counts the files that were opened and those that were decoded."""

    def __init__(self, pool: WorkerPool) -> None:
        self._pool = pool
        self.opened: list[str] = []
        self.decoded: list[str] = []

    def __getattr__(self, name: str) -> object:
        return getattr(self._pool, name)

    def submit(self, task_id: str, task: object) -> None:
        self.opened.append(task_id)
        self._pool.submit(task_id, task)

    def answer(self, task_id: str, answer: object) -> None:
        if answer is not None:
            self.decoded.append(task_id)
        self._pool.answer(task_id, answer)


def without_checks(assets: Sequence[dg.AssetsDefinition]) -> dg.Definitions:
    """Return the definitions with jobs that leave the checks out: they take half of the time of a small run."""
    jobs = [
        dg.define_asset_job(
            lane,
            selection=dg.AssetSelection.groups(group).without_checks(),
            executor_def=dg.in_process_executor,
            tags={LANE_TAG: lane},
        )
        for lane, group in (("ingest_files", GROUP), ("identify_files", IDENTIFY_GROUP))
    ]
    return dg.Definitions(assets=assets, jobs=jobs, resources={"lake": LakeResource()}, executor=dg.in_process_executor)


@dataclass
class House:
    """Everything that a test works on."""

    folder: Path
    pool: CountingPool
    instance: dg.DagsterInstance = field(init=False)
    definitions: dg.Definitions = field(default_factory=lambda: without_checks([visit, identify]))

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def music(self) -> Path:
        return self.folder / "music"

    @property
    def settings(self) -> Settings:
        return load_settings()

    @property
    def lake(self) -> Lake:
        return Lake(self.home)

    def path(self, name: str) -> Path:
        return self.music / name

    def key(self, name: str) -> str:
        return file_key(SHELF, os.fsencode(name))

    def name(self, key: str) -> str:
        return self.tuples("select path from discovered_files where file_key = ?", [key])[0][0]

    # what the command does

    def look(self) -> None:
        """Look at the folders, and tell the lake what was seen."""
        with opened(self.home) as connection:
            bind_state(connection, self.lake)
            add_roots(connection, self.settings.roots)
            ingest.look_at_folders(connection, None, accept_missing=False)
            tell_lake(connection, self.lake, self.home)

    def plan(self, *, stale: bool = False, owner: str = OWNER) -> list[Lease]:
        """Look and plan; the leases belong to this process, which lives."""
        self.look()
        locks.hold(self.home, owner)
        with opened(self.home) as connection:
            if stale:
                ingest.plan_stale(connection, self.lake)
            planner = self.planner(connection, owner=owner)
            planner.reap()
            return planner.plan()

    def planner(self, connection, *, owner: str = OWNER) -> Planner:
        return Planner(self.instance, connection, self.lake, self.settings, owner=owner)

    def run(self, lease: Lease, *, session: str = OWNER) -> bool:
        """Run a batch as a lane does; return whether the run succeeded."""
        run_id = new_run_id()
        locks.hold(self.home, run_lock(run_id))
        with opened(self.home) as connection:
            leases.begin_run(connection, lease.id, run_id)
        try:
            return execute_batch(
                self.instance,
                self.definitions.resolve_job_def(lease.lane),
                run_id=run_id,
                tags=run_tags(lease, session=session),
            )
        finally:
            locks.let_go(self.home, run_lock(run_id))

    def begin(self, lease: Lease, status: dg.DagsterRunStatus, *, lock: str = "free") -> str:
        """Make the run of a lease in some state; its process is dead, unless its lock is held or was never taken."""
        run_id = new_run_id()
        if lock == "free":
            (self.home / "locks" / f"{run_lock(run_id)}.lock").write_text("4194305\n", encoding="ascii")
        elif lock == "held":
            locks.hold(self.home, run_lock(run_id))
        self.instance.create_run_for_job(
            self.definitions.resolve_job_def(lease.lane),
            run_id=run_id,
            tags=run_tags(lease, session=OWNER),
            status=status,
            remote_job_origin=batch._origin(lease.lane),
        )
        with opened(self.home) as connection:
            leases.begin_run(connection, lease.id, run_id)
        return run_id

    def ingest(self, *, stale: bool = False) -> list[bool]:
        """Plan and run once; what failed is left for the next call."""
        results = [self.run(lease) for lease in self.plan(stale=stale)]
        with opened(self.home) as connection:
            self.planner(connection).reap()
        return results

    def ask(self, *assets: str, tags: Mapping[str, str], job: str = "ingest_files") -> dg.ExecuteInProcessResult:
        """Run as a person does in the UI: some assets, a partition or a range."""
        result = self.definitions.resolve_job_def(job).execute_in_process(
            instance=self.instance,
            asset_selection=[dg.AssetKey(asset) for asset in assets] or None,
            tags=tags,
            raise_on_error=False,
        )
        locks.let_go(self.home, run_lock(result.run_id))
        return result

    # what came of it

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[dict]:
        with self.lake.read() as snapshot:
            return snapshot.rows(sql, parameters)

    def tuples(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple]:
        with self.lake.read() as snapshot:
            return snapshot.tuples(sql, parameters)

    def outcomes(self, column: str = "status") -> dict[tuple[str, str], object]:
        """Return one column of the outcomes by path and asset, of files that are there."""
        return {
            (path, asset): value
            for path, asset, value in self.tuples(
                f"select path, asset, {column} from outcomes join discovered_files using (file_key) "
                "where gone_at is null"
            )
        }

    def todo(self) -> set[str]:
        with opened(self.home) as connection:
            rows = connection.execute("select file_key from file where todo = 1 and gone = 0").fetchall()
        return {row["file_key"] for row in rows}

    def partitions(self) -> set[str]:
        return set(self.instance.get_dynamic_partitions(FILES_NAME))

    def partition_states(self, asset: str) -> dict[str, str | None]:
        """Return what Dagster says of each partition of an asset."""
        keys = sorted(self.partitions())
        states = self.instance.get_status_by_partition(dg.AssetKey(asset), keys, FILES) or {}
        return {key: state.value if (state := states.get(key)) else None for key in keys}

    def staleness(self) -> dict[tuple[str, str], str]:
        """Return Dagster's own word on every partition of every asset that is not fresh, with its reasons."""
        resolver = CachingStaleStatusResolver(
            self.instance, self.definitions.resolve_asset_graph(), LoadingContextForTest(self.instance)
        )
        found: dict[tuple[str, str], str] = {}
        for asset in map(dg.AssetKey, NAMES):
            for key in self.partitions():
                status = resolver.get_status(asset, key)
                if status != StaleStatus.FRESH:
                    causes = [cause.reason for cause in resolver.get_stale_causes(asset, key)]
                    found[asset.to_user_string(), key] = f"{status.value}: {', '.join(causes)}"
        return found

    def newest(self, asset: str, name: str) -> dg.AssetMaterialization:
        """Return the newest materialization of one file."""
        return self.events(asset, self.key(name))[0].asset_materialization

    def events(self, asset: str, key: str) -> list[dg.EventLogRecord]:
        """Return the materializations of one partition, newest first."""
        return list(
            self.instance.fetch_materializations(
                dg.AssetRecordsFilter(asset_key=dg.AssetKey(asset), asset_partitions=[key]), limit=100
            ).records
        )

    def broken_checks(self) -> list[str]:
        """Return the blocking checks that do not pass."""
        if not self.lake.exists:
            return []
        with self.lake.read() as snapshot:
            return [check.name for check in CHECKS if check.blocking and not evaluate(check, snapshot).passed]

    def statuses(self) -> list[str]:
        return [run.status.value for run in self.instance.get_runs()]


@contextmanager
def lived_in(folder: Path, pool: WorkerPool, patch: pytest.MonkeyPatch) -> Iterator[House]:
    """Set the environment for a folder with `home` and `music` below it, and open Dagster's instance there.

    Dagster does not mirror what a step prints: four processes a step.
    """
    house = House(folder, CountingPool(pool))
    house.music.mkdir(parents=True, exist_ok=True)
    set_environment(house, patch)
    patch.setattr(processes, "reading_pool", lambda _: house.pool)
    patch.setattr(processes, "end_pools", pool.kill)
    patch.setattr(LocalComputeLogManager, "capture_logs", lambda _, key: nullcontext(CapturedLogContext(key)))
    lake_connection._idle[os.getpid(), house.home] = _warm.copy()
    _warm.clear()
    with dg.DagsterInstance.get() as instance:
        house.instance = instance
        try:
            yield house
        finally:
            leave(house.home)


def set_environment(house: House, patch: pytest.MonkeyPatch) -> None:
    """Let this process and its children work in a house, whatever the person's own settings are."""
    patch.setitem(Settings.model_config, "env_file", None)
    patch.setenv("LINERNOTES_HOME", str(house.home))
    patch.setenv("LINERNOTES_MUSIC", f"{SHELF}={house.music}")
    for name in UNSET:
        patch.delenv(name, raising=False)
    patch.setenv("DAGSTER_HOME", "unset")
    patch.setenv("LINERNOTES_DAGSTER_DIR", "unset")  # both are restored at the end of the test
    prepare_environment(load_settings())


def leave(home: Path) -> None:
    """Give back what this process holds of a home."""
    for path in [path for path in locks._held if path.is_relative_to(home)]:
        locks.let_go(home, path.stem)
    for place in [place for place in lake_connection._idle if place[1] == home]:
        _warm.extend(lake_connection._idle.pop(place))


def copy_of(template: Path, folder: Path) -> Path:
    """Return a copy of an ingested home with its music; times stay."""
    shutil.copytree(template, folder, dirs_exist_ok=True)
    return folder
