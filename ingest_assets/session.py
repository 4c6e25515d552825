"""One call of `linernotes ingest`: plan, run the lanes to their end, follow whoever else is at work."""

import sqlite3
import time
from collections.abc import Callable
from datetime import UTC, datetime

import dagster as dg

from ingest_assets.console import FilesBar, say
from ingest_assets.counted import Counted
from ingest_assets.duplicates_due import JOB, due_version
from ingest_assets.lane_process import LaneDiedError, LaneProcess
from lake.store import Lake
from resources import leases, locks, progress
from resources.leases import LANE
from resources.settings import Settings
from sensors.planning import Planner

POLL_SECONDS = 0.3
REAP_SECONDS = 2.0
TELL_SECONDS = 5.0
MOST_DEATHS = 3
"""So many deaths of the lane in a row end the call."""
ROUNDS = 3
"""How often files that changed under the reader are planned again in one call."""


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
        self._counted = Counted(self._owner, datetime.now(UTC))
        self._lane = LaneProcess(LANE, settings.home, session=self._counted.session)
        self._queue: list[leases.Lease] = []
        self._deaths = 0

    def run(
        self, *, within: leases.Within | None, look_again: Callable[[], object], with_duplicates: bool = False
    ) -> Counted:
        """Plan and run until nothing is due; Ctrl-C ends at a file's boundary.

        Args:
            within: Only files of one folder, or only these.
            look_again: Looks at the same folders once more.
            with_duplicates: Look for duplicates at the end, where something changed.
        """
        locks.hold(self._settings.home, self._owner)
        try:
            with FilesBar() as bar:
                self._rounds(bar, within, look_again)
                if with_duplicates and not self._counted.broken and due_version(self._lake):
                    self._find_duplicates()
        except KeyboardInterrupt:
            self._counted.canceled = True
            say("Stopping: what is ready is being written …")
        finally:
            self._lane.end(now=self._counted.canceled or self._counted.broken is not None)
            self._give_back()
            locks.let_go(self._settings.home, self._owner)
        return self._counted

    def _rounds(self, bar: FilesBar, within: leases.Within | None, look_again: Callable[[], object]) -> None:
        """Plan and work; look again where files changed while they were read."""
        for number in range(ROUNDS):
            if number and leases.has_unsettled(self._connection):
                look_again()
            self._planner.reap()
            self._plan(within)
            if number and not self._queue:
                return
            self._work(bar, within)
            if self._counted.broken:
                return

    def _find_duplicates(self) -> None:
        """Let the lane look for duplicates over the whole library; say how far it is."""
        self._lane.execute_whole(JOB)
        told = time.monotonic()
        while True:
            try:
                result = self._lane.result(POLL_SECONDS)
            except LaneDiedError:
                say(f"The search for duplicates broke off; the next call tries again. Its log: {self._lane.log}")
                return
            if result is not None and "job" in result:
                if not result["ok"]:
                    say(f"The search for duplicates failed (run {result['run_id']}). Its log: {self._lane.log}")
                return
            if time.monotonic() - told > TELL_SECONDS:
                told = time.monotonic()
                self._show_search()

    def _show_search(self) -> None:
        for each in progress.shown(self._connection):
            if each.lane == JOB:
                say(f"Looking for duplicates: {each.done} of {each.total} pairs compared")

    def _plan(self, within: leases.Within | None) -> None:
        new = self._planner.plan(within=within)
        self._queue += new
        self._counted.total += sum(len(lease.keys) for lease in new)

    def _work(self, bar: FilesBar, within: leases.Within | None) -> None:
        """Hand out batches and follow the others' until no lease is open."""
        told = False
        reaped = time.monotonic()
        while open_leases := leases.open_leases(self._connection):
            if self._lane.busy is None and self._queue:
                self._lane.execute(self._queue.pop(0))
            others = [lease for lease in open_leases if lease.owner != self._owner]
            if others and not told and self._lane.busy is None:
                told = True
                say("Another process (Dagster, or another ingest) is at work on the rest: following it.")
            finished = self._hear()
            if self._counted.broken:
                return
            if finished is not None or time.monotonic() - reaped > REAP_SECONDS:
                self._planner.reap()
                self._plan(within)
                reaped = time.monotonic()
            if finished is not None and finished.get("ok") is False:
                self._note_failure(finished)
            self._show(bar, open_leases)

    def _hear(self) -> dict[str, object] | None:
        """Return what the lane tells; start another where it died, unless it dies again and again."""
        try:
            finished = self._lane.result(POLL_SECONDS)
        except LaneDiedError as error:
            self._deaths += 1
            self._queue = [*self._never_begun(), *self._queue]
            self._lane.end(now=True)
            self._lane = LaneProcess(LANE, self._settings.home, session=self._counted.session)
            if self._deaths >= MOST_DEATHS:
                self._counted.broken = str(error)
            return None
        if finished is not None and "batch" in finished:
            self._deaths = 0
            return finished
        return None

    def _never_begun(self) -> list[leases.Lease]:
        """Return the lease that the lane had been handed, where it died before there was a run to be called dead."""
        handed = [lease for lease in leases.open_leases(self._connection) if lease.id == self._lane.busy]
        return [lease for lease in handed if lease.run_id is None]

    def _note_failure(self, finished: dict[str, object]) -> None:
        if finished.get("fault"):
            self._counted.broken = str(finished["fault"])
            return
        say(f"Run {finished['run_id']} failed; its files are planned again. Its log: {self._lane.log}")

    def _show(self, bar: FilesBar, open_leases: list[leases.Lease]) -> None:
        left = sum(len(lease.keys) for lease in open_leases)
        total = self._counted.total = max(self._counted.total, left)
        runs = {lease.run_id for lease in open_leases}
        at = [each for each in progress.shown(self._connection) if each.run_id in runs]
        done = total - left + sum(each.done for each in at)
        note = at[0].operation if at else ""
        bar.show(done=done, total=total, failed=sum(each.failed for each in at), note=note)

    def _give_back(self) -> None:
        """Release what this call leased and did not run, and what its lane left."""
        self._planner.reap()
        for lease in leases.open_leases(self._connection):
            if lease.owner == self._owner:
                leases.release(self._connection, lease, outcome="given back", failed=False)
