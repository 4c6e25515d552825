"""One call of `linernotes ingest`: plan, run the lanes to their end, follow whoever else is at work.

The lanes overlap: what one batch of the local lane made is identified while the next one is read.
"""

import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import dagster as dg

from ingest_assets.console import FilesBar, say
from ingest_assets.counted import Counted
from ingest_assets.duplicates_due import JOB, due_version
from ingest_assets.identification_due import Wish
from ingest_assets.lane_work import LaneWork
from lake.store import Lake
from resources import leases, locks, progress
from resources.leases import LANE, Lease
from resources.online_leases import IDENTIFY_LANE
from resources.settings import Settings
from sensors.identification_planning import IdentificationPlanner
from sensors.planning import Planner

POLL_SECONDS = 0.3
REAP_SECONDS = 2.0
TELL_SECONDS = 5.0
ROUNDS = 3
"""How often files that changed under the reader are planned again in one call."""


@dataclass(frozen=True, slots=True)
class Errand:
    """What a session is to do."""

    look_again: Callable[[], object]
    """Looks at the same folders once more."""
    within: leases.Within | None = None
    """Only files of one folder, or only these."""
    is_whole: bool = False
    """Whether what follows the reading is wanted too: identification, and at the end a search for duplicates."""
    stale: bool = False
    """Whether what older code or parameters identified is identified anew."""


class Session:
    """Runs everything that is due.

    Args:
        instance: Dagster's.
        connection: The state.
        lake: Where facts are.
        settings: Where things lie.
        owner: The lock that is held while it lives; its name is the session's.
    """

    def __init__(
        self,
        instance: dg.DagsterInstance,
        connection: sqlite3.Connection,
        lake: Lake,
        settings: Settings,
        *,
        owner: str,
    ) -> None:
        self._connection = connection
        self._lake = lake
        self._settings = settings
        self._owner = owner
        self._planner = Planner(instance, connection, lake, settings, owner=self._owner)
        self._identification = IdentificationPlanner(connection, lake, settings, owner=self._owner)
        self._counted = Counted(self._owner, datetime.now(UTC))
        self._local = LaneWork(LANE, settings, session=self._counted.session)
        self._online = LaneWork(IDENTIFY_LANE, settings, session=self._counted.session)
        self._searching = self._searched = False

    @property
    def _lanes(self) -> tuple[LaneWork, LaneWork]:
        return self._local, self._online

    def run(self, errand: Errand) -> Counted:
        """Plan and run until nothing is due; Ctrl-C ends at a file's or an album's boundary."""
        locks.hold(self._settings.home, self._owner)
        try:
            with FilesBar() as bar:
                self._rounds(bar, errand)
                if errand.is_whole and not self._counted.broken:
                    self._finish_search()
        except KeyboardInterrupt:
            self._counted.canceled = True
            say("Stopping: what is ready is being written …")
        finally:
            self._end_lanes()
            self._give_back()
            locks.let_go(self._settings.home, self._owner)
        self._counted.broken = self._counted.broken or self._online.given_up
        return self._counted

    def _end_lanes(self) -> None:
        now = self._counted.canceled or self._counted.broken is not None
        for lane in self._lanes:
            lane.process.ask_to_end(now=now)
        for lane in self._lanes:
            lane.process.end(now=now)

    def _rounds(self, bar: FilesBar, errand: Errand) -> None:
        """Plan and work; look again where files changed while they were read."""
        for number in range(ROUNDS):
            if number and leases.has_unsettled(self._connection):
                errand.look_again()
            self._planner.reap()
            self._plan(errand)
            if number and not (self._local.queue or self._online.queue):
                return
            self._work(bar, errand)
            if self._counted.broken:
                return

    def _plan(self, errand: Errand) -> None:
        self._plan_files(errand)
        self._plan_identification(errand)

    def _plan_files(self, errand: Errand) -> None:
        new = self._planner.plan(within=errand.within)
        self._local.queue += new
        self._counted.total += sum(len(lease.keys) for lease in new)

    def _plan_identification(self, errand: Errand) -> None:
        if not errand.is_whole or self._online.given_up:
            return
        wish = Wish(errand.within, stale=errand.stale, is_asked=True)
        planned = self._identification.plan(wish)
        self._online.queue += planned
        self._counted.identified += sum(len(lease.keys) for lease in planned)

    def _work(self, bar: FilesBar, errand: Errand) -> None:
        """Hand out batches and follow the others' until no lease is open."""
        if errand.is_whole and self._settings.contact and self._local.queue:
            self._online.process.start()  # what is read first is to be identified at once
        told = False
        reaped = time.monotonic()
        while open_leases := leases.open_leases(self._connection):
            for lane in self._lanes:
                lane.begin_next()
            others = [lease for lease in open_leases if lease.owner != self._owner]
            if others and not told and all(lane.is_idle for lane in self._lanes):
                told = True
                say("Another process (Dagster, or another ingest) is at work on the rest: following it.")
            self._search_meanwhile(errand, open_leases)
            finished = self._hear(open_leases)
            if self._counted.broken:
                return
            if finished or time.monotonic() - reaped > REAP_SECONDS:
                self._planner.reap()
                self._plan_files(errand)
                reaped = time.monotonic()
            if finished:
                self._plan_identification(errand)
            self._show(bar, leases.open_leases(self._connection))

    def _hear(self, open_leases: list[Lease]) -> bool:
        """Take in what the lanes tell; return whether one of them is through with something."""
        finished = False
        for lane in self._lanes:
            told = lane.hear(open_leases, POLL_SECONDS / len(self._lanes))
            if told is not None and self._searching and lane is self._local and ("job" in told or "died" in told):
                self._note_search(told)
            elif told is not None:
                finished = finished or "batch" in told
                self._note_end(lane, told)
        self._counted.broken = self._local.given_up
        if self._online.given_up and self._online.queue:
            self._give_back_queue(self._online)
        return finished

    def _note_end(self, lane: LaneWork, told: dict[str, object]) -> None:
        """Say what failed; a fault that no file is to blame for ends the lane, and that of the local one the call."""
        if told.get("ok") is not False:
            return
        if told.get("fault"):
            lane.given_up = str(told["fault"])
            return
        say(f"Run {told['run_id']} failed; its files are planned again. Its log: {lane.process.log}")

    def _search_meanwhile(self, errand: Errand, open_leases: list[Lease]) -> None:
        """Look for duplicates while the online lane is still at work and the local one is through."""
        is_local = any(lease.lane == LANE for lease in open_leases)
        if not errand.is_whole or self._searched or is_local or self._online.is_idle:
            return
        if not leases.has_unsettled(self._connection):
            self._begin_search()

    def _begin_search(self) -> None:
        self._searched = True
        if due_version(self._lake):
            self._searching = True
            self._local.process.execute_whole(JOB)

    def _finish_search(self) -> None:
        """Let the lane look for duplicates over the whole library, where it is due; say how far it is."""
        if not self._searching:
            self._begin_search()
        told = time.monotonic()
        while self._searching:
            result = self._local.hear([], POLL_SECONDS)
            if result is not None and ("job" in result or "died" in result):
                self._note_search(result)
            if time.monotonic() - told > TELL_SECONDS:
                told = time.monotonic()
                self._show_search()

    def _note_search(self, told: dict[str, object]) -> None:
        self._searching = False
        log = self._local.process.log
        if "died" in told:
            say(f"The search for duplicates broke off; the next call tries again. Its log: {log}")
        elif not told["ok"]:
            say(f"The search for duplicates failed (run {told['run_id']}). Its log: {log}")

    def _show_search(self) -> None:
        for each in progress.shown(self._connection):
            if each.lane == JOB:
                say(f"Looking for duplicates: {each.done} of {each.total} pairs compared")

    def _show(self, bar: FilesBar, open_leases: list[Lease]) -> None:
        local = [lease for lease in open_leases if lease.lane == LANE]
        left = sum(len(lease.keys) for lease in local)
        total = self._counted.total = max(self._counted.total, left)
        at = self._at_work(local)
        done = total - left + sum(each.done for each in at)
        note = at[0].operation if at else ""
        bar.show(done=done, total=total, failed=sum(each.failed for each in at), note=note)
        self._show_identified(bar, [lease for lease in open_leases if lease.lane == IDENTIFY_LANE])

    def _show_identified(self, bar: FilesBar, online: list[Lease]) -> None:
        left = sum(len(lease.keys) for lease in online)
        total = self._counted.identified = max(self._counted.identified, left)
        at = self._at_work(online)
        if total:
            bar.show_identified(
                done=total - left + sum(each.done for each in at), total=total, note=at[0].operation if at else ""
            )

    def _at_work(self, open_leases: list[Lease]) -> list[progress.Progress]:
        runs = {lease.run_id for lease in open_leases}
        return [each for each in progress.shown(self._connection) if each.run_id in runs]

    def _give_back_queue(self, lane: LaneWork) -> None:
        for lease in lane.queue:
            leases.release(self._connection, lease, outcome="given back", failed=False)
        lane.queue = []

    def _give_back(self) -> None:
        """Release what this call leased and did not run, and what its lanes left."""
        self._planner.reap()
        for lease in leases.open_leases(self._connection):
            if lease.owner == self._owner:
                leases.release(self._connection, lease, outcome="given back", failed=False)
