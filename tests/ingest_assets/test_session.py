import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pytest

from ingest_assets import lane_work, session
from ingest_assets.duplicate_run import search
from ingest_assets.ingest import Wanted, ingest
from ingest_assets.lane_process import LaneDiedError
from resources import leases, locks
from resources.leases import Lease
from resources.online_leases import IDENTIFY_LANE
from resources.state import opened
from tests.house import FOG, HARBOUR, LAMP, PATHS, House, sound, touch, write
from tests.ingest_assets.identifying import Judge, install

ALL = Wanted(None, stale=False, accept_missing=False)


class LaneHere:
    """A lane that executes in this process what it is given, when it is asked for the result."""

    house: House
    started = 0
    before: Callable[[Lease], None] = staticmethod(lambda _: None)
    """Called before each batch; may raise."""

    def __init__(self, name: str, home: Path, *, session: str) -> None:
        self.log = home / "logs" / f"lane-{name}.log"
        self.session = session
        self.busy: str | None = None
        self.ended: list[bool] = []
        self._lease: Lease | None = None
        self._whole: str | None = None
        self._is_started = False

    def execute(self, lease: Lease) -> None:
        self.start()
        self.busy, self._lease = lease.id, lease

    def execute_whole(self, job: str) -> None:
        self.start()
        self._whole = job

    def start(self) -> None:
        type(self).started += not self._is_started
        self._is_started = True

    def result(self, timeout_seconds: float) -> dict[str, object] | None:
        if self._whole is not None:
            job, self._whole = self._whole, None
            search(self.house.home, self.house.lake, run_id="a search", told=lambda _done, _total: None)
            return {"job": job, "ok": True, "run_id": "a search", "fault": None}
        if self._lease is None:
            threading.Event().wait(min(timeout_seconds, 0.02))
            return None
        lease, self._lease = self._lease, None
        self.before(lease)
        ok = self.house.run(lease, session=self.session)
        self.busy = None
        return {"batch": lease.id, "ok": ok, "run_id": "a run", "fault": None}

    def ask_to_end(self, *, now: bool) -> None:
        pass

    def end(self, *, now: bool) -> None:
        self.ended.append(now)


@pytest.fixture
def lane(house: House, monkeypatch: pytest.MonkeyPatch) -> type[LaneHere]:
    kind = type("Lane", (LaneHere,), {"house": house, "started": 0})
    monkeypatch.setattr(lane_work, "LaneProcess", kind)
    monkeypatch.setattr(session, "REAP_SECONDS", 0.1)
    return kind


def open_leases(house: House) -> list[Lease]:
    with opened(house.home) as connection:
        return leases.open_leases(connection)


def test_what_is_due_is_done_and_summed_up(house: House, lane: type[LaneHere], capsys: pytest.CaptureFixture) -> None:
    write(house.path("Lamps/03 - Dawn.flac"), sound(bpm=130, codec="flac"))
    write(house.path("Lamps/04 - Bad.mp3"), b"not music at all\n" * 100)

    assert ingest(house.settings, ALL) == 0

    said = capsys.readouterr().out
    assert "8 files found, 2 due, 2 visited:" in said
    assert "1 decoded and measured, 0 taken over from equal audio" in said
    assert "1 group of duplicates (1 new): linernotes duplicates" in said
    assert "1 set aside, UNSUPPORTED_FORMAT" in said
    assert "Lamps/04 - Bad.mp3: it begins with the bytes" in said
    assert (lane.started, open_leases(house), house.todo()) == (1, [], set())


def test_ctrl_c_gives_everything_back_and_says_how_to_go_on(
    house: House, lane: type[LaneHere], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    def press(_: Lease) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(lane, "before", staticmethod(press))
    touch(house.path(LAMP))

    assert ingest(house.settings, ALL) == 130

    assert "Stopped. To go on where it stopped" in capsys.readouterr().err
    assert (open_leases(house), house.todo()) == ([], {house.key(LAMP)})


@pytest.mark.parametrize("has_run", [pytest.param(False, id="before its run"), pytest.param(True, id="in its run")])
def test_a_lane_that_dies_is_started_again(
    house: House, lane: type[LaneHere], monkeypatch: pytest.MonkeyPatch, *, has_run: bool
) -> None:
    def die_once(lease: Lease) -> None:
        if lane.started == 1:
            if has_run:
                house.begin(lease, dg.DagsterRunStatus.STARTED)
            raise LaneDiedError("its process ended")

    monkeypatch.setattr(lane, "before", staticmethod(die_once))
    touch(house.path(LAMP))

    assert ingest(house.settings, ALL) == 0

    assert (lane.started, house.todo(), open_leases(house)) == (2, set(), [])
    assert "STARTED" not in house.statuses()


def test_a_lane_that_dies_again_and_again_ends_the_call(
    house: House, lane: type[LaneHere], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    def die(_: Lease) -> None:
        raise LaneDiedError("its process ended; its log: there")

    monkeypatch.setattr(lane, "before", staticmethod(die))
    touch(house.path(LAMP))

    assert ingest(house.settings, ALL) == 1

    assert "Linernotes itself failed: its process ended; its log: there" in capsys.readouterr().err
    assert (open_leases(house), house.todo()) == ([], {house.key(LAMP)})


def test_a_fault_that_no_file_is_to_blame_for_ends_the_call(
    house: House, lane: type[LaneHere], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    fault = {"ok": False, "run_id": "a run", "fault": "The disk is full."}
    monkeypatch.setattr(lane, "result", lambda self, _: {"batch": self.busy, **fault})
    touch(house.path(LAMP))

    assert ingest(house.settings, ALL) == 1

    assert "The disk is full." in capsys.readouterr().err
    assert (open_leases(house), house.todo()) == ([], {house.key(LAMP)})


@pytest.mark.usefixtures("lane")
def test_a_failed_run_is_said_and_its_files_are_planned_again(
    house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    run, failed = House.run, []

    def fail_once(self, lease: Lease, **how) -> bool:
        if not failed:
            failed.append(lease)
            with opened(self.home) as connection:
                leases.release(connection, lease, outcome="FAILURE", failed=True)
            return False
        return run(self, lease, **how)

    monkeypatch.setattr(House, "run", fail_once)
    touch(house.path(LAMP))

    assert ingest(house.settings, ALL) == 0

    assert "Run a run failed; its files are planned again" in capsys.readouterr().err
    assert house.todo() == set()


def test_work_that_another_process_has_is_followed_to_its_end(
    house: House, lane: type[LaneHere], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    touch(house.path(FOG))
    [theirs] = house.plan(owner="sensor-of-another")
    waited: list[float] = []

    def work(_: LaneHere, timeout_seconds: float) -> None:
        waited.append(timeout_seconds)
        if len(waited) == 3:
            house.run(theirs)
            locks.let_go(house.home, "sensor-of-another")

    monkeypatch.setattr(lane, "result", work)
    monkeypatch.setattr("ingest_assets.session.due_version", lambda _: None)  # this lane would never find duplicates

    assert ingest(house.settings, ALL) == 0

    printed = capsys.readouterr()
    assert printed.err.count("following it") == 1
    assert "1 due, 1 visited" in printed.out
    assert (open_leases(house), house.todo()) == ([], set())


def test_a_file_that_changed_under_the_reader_is_read_again_in_the_same_call(
    house: House, lane: type[LaneHere], monkeypatch: pytest.MonkeyPatch
) -> None:
    changed: list[Lease] = []

    def change_once(lease: Lease) -> None:
        if not changed:
            write(house.path(FOG), sound(bpm=77, codec="wav"))
        changed.append(lease)

    monkeypatch.setattr(lane, "before", staticmethod(change_once))
    touch(house.path(FOG))

    assert ingest(house.settings, ALL) == 0

    assert len(changed) == 2
    assert house.todo() == set()
    assert house.staleness() == {}


@pytest.fixture
def searched(house: House) -> None:
    """Let duplicates have been looked for, as after any ingest."""
    search(house.home, house.lake, run_id="a search", told=lambda _done, _total: None)


@pytest.mark.usefixtures("searched")
def test_stale_results_are_named_with_the_way_to_renew_them(
    house: House, lane: type[LaneHere], capsys: pytest.CaptureFixture
) -> None:
    (house.home / "parameters.toml").write_text("[segments]\nminimum_silence_seconds = 0.7\n")

    assert ingest(house.settings, ALL) == 0
    assert "6 results of segments are stale because parameters changed" in capsys.readouterr().out
    assert ingest(house.settings, Wanted(None, stale=True, accept_missing=False)) == 0

    assert "stale because" not in capsys.readouterr().out
    assert lane.started == 1


def test_one_folder_alone_is_looked_at(house: House, lane: type[LaneHere]) -> None:
    for path in (HARBOUR, LAMP):
        touch(house.path(path))
    house.path(FOG).unlink()

    assert ingest(house.settings, Wanted(str(house.path("Lamps")), stale=False, accept_missing=False)) == 0

    assert house.pool.opened == [house.key(LAMP)]
    assert house.tuples("select count(*) from files") == [(len(PATHS),)]
    assert lane.started == 1


@pytest.mark.usefixtures("searched")
def test_files_that_are_missing_are_gone_when_a_person_says_so(
    house: House, lane: type[LaneHere], capsys: pytest.CaptureFixture
) -> None:
    house.music.rename(house.folder / "unmounted")

    assert ingest(house.settings, ALL) == 0
    assert "Is a disk not mounted?" in capsys.readouterr().err
    assert ingest(house.settings, Wanted(None, stale=False, accept_missing=True)) == 0

    assert house.tuples("select count(*) from files") == [(0,)]
    assert house.partitions() == set()
    assert lane.started <= 1


def test_a_lake_that_was_deleted_does_not_look_unchanged(
    house: House, lane: type[LaneHere], capsys: pytest.CaptureFixture
) -> None:
    shutil.rmtree(house.home / "lake")
    (house.home / "analyst.ducklake").unlink()

    assert ingest(house.settings, ALL) == 0

    assert "every file is planned anew" in capsys.readouterr().err
    assert house.tuples("select count(*) from library") == [(len(PATHS),)]
    assert lane.started == 1


@pytest.fixture
def judge(house: House, monkeypatch: pytest.MonkeyPatch) -> Judge:
    return install(house, monkeypatch)


@pytest.fixture
def heard(lane: type[LaneHere], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the lanes of a session were handed and told, in order."""
    told: list[str] = []
    execute, result = lane.execute, lane.result

    def noted_execute(self, lease: Lease) -> None:
        told.append(f"begin {lease.lane}")
        execute(self, lease)

    def noted_result(self, timeout_seconds: float) -> dict[str, object] | None:
        found = result(self, timeout_seconds)
        if found is not None and "batch" in found:
            told.append(f"end {self.log.stem.removeprefix('lane-')}")
        return found

    monkeypatch.setattr(lane, "execute", noted_execute)
    monkeypatch.setattr(lane, "result", noted_result)
    return told


def test_what_one_batch_made_is_identified_while_the_next_is_read(
    house: House, judge: Judge, heard: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    judge.identify()
    judge.judged.clear()
    monkeypatch.setenv("LINERNOTES_BATCH_FILES", "1")
    write(house.path("Dawn/01 - Dawn.flac"), sound(bpm=130, codec="flac"))
    write(house.path("Dusk/01 - Dusk.flac"), sound(bpm=140, codec="flac"))

    assert ingest(house.settings, ALL) == 0

    assert heard[:4] == ["begin ingest_files", "end ingest_files", "begin ingest_files", "begin identify_files"]
    assert sorted(judge.judged) == [["Dawn/01 - Dawn.flac"], ["Dusk/01 - Dusk.flac"]]
    assert open_leases(house) == []


def test_a_second_ingest_has_neither_run_nor_request(
    house: House, judge: Judge, lane: type[LaneHere], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ingest(house.settings, ALL) == 0
    judge.judged.clear()
    started = lane.started
    monkeypatch.setattr("dagster.DagsterInstance.get", lambda: pytest.fail("Dagster was asked"))

    assert ingest(house.settings, ALL) == 0

    assert (lane.started, judge.judged, house.pool.opened) == (started, [], [])


def test_both_lanes_are_started_before_anything_is_read(
    house: House, judge: Judge, lane: type[LaneHere], monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[int] = []
    monkeypatch.setattr(lane, "before", staticmethod(lambda _: started.append(lane.started)))
    touch(house.path(LAMP))

    assert ingest(house.settings, ALL) == 0

    assert started[0] == 2
    assert judge.judged


def test_without_a_contact_no_lane_is_started_to_identify(
    house: House, judge: Judge, lane: type[LaneHere], heard: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LINERNOTES_CONTACT")
    touch(house.path(LAMP))

    assert ingest(house.settings, ALL) == 0

    assert lane.started == 1
    assert heard == ["begin ingest_files", "end ingest_files"]
    assert set(judge.status().values()) == {("deferred", "NO_CONTACT")}


@pytest.mark.usefixtures("searched")
def test_what_nobody_may_be_asked_about_is_put_off_without_dagster(
    house: House, judge: Judge, lane: type[LaneHere], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LINERNOTES_CONTACT")
    monkeypatch.setattr("dagster.DagsterInstance.get", lambda: pytest.fail("Dagster was asked"))

    assert ingest(house.settings, ALL) == 0

    assert lane.started == 0
    assert judge.status() == dict.fromkeys(PATHS, ("deferred", "NO_CONTACT"))


@pytest.mark.usefixtures("judge")
def test_a_lane_that_identifies_and_dies_again_and_again_does_not_hold_up_the_reading(
    house: House, lane: type[LaneHere], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    def die(lease: Lease) -> None:
        if lease.lane == IDENTIFY_LANE:
            raise LaneDiedError("its process ended; its log: there")

    monkeypatch.setattr(lane, "before", staticmethod(die))
    monkeypatch.setenv("LINERNOTES_BATCH_FILES", "1")
    for path in (HARBOUR, LAMP, FOG):
        touch(house.path(path))

    assert ingest(house.settings, ALL) == 1

    assert "Linernotes itself failed: its process ended" in capsys.readouterr().err
    assert (open_leases(house), house.todo()) == ([], set())


@pytest.mark.usefixtures("judge")
def test_ctrl_c_while_albums_are_identified_gives_everything_back(
    house: House, lane: type[LaneHere], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    def press(lease: Lease) -> None:
        if lease.lane == IDENTIFY_LANE:
            raise KeyboardInterrupt

    monkeypatch.setattr(lane, "before", staticmethod(press))

    assert ingest(house.settings, ALL) == 130

    assert "Stopped. To go on where it stopped" in capsys.readouterr().err
    assert open_leases(house) == []


@pytest.mark.usefixtures("lane")
def test_two_calls_at_once_do_not_identify_twice(house: House, judge: Judge) -> None:
    other: list[int] = []

    def call_again(_) -> None:
        if not other:
            other.append(len(judge.plan(owner="cli-of-another")))

    judge.before = call_again

    assert ingest(house.settings, ALL) == 0

    assert other == [0]
    assert len(judge.judged) == len({tuple(paths) for paths in judge.judged}) == 3
