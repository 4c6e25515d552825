"""One lane of a session: the process that works, the batches that wait for it, and how often it died."""

from ingest_assets.lane_process import LaneDiedError, LaneProcess
from resources.leases import Lease
from resources.settings import Settings

MOST_DEATHS = 3
"""So many deaths of a lane in a row end it."""


class LaneWork:
    """What one lane has to do in a session.

    Args:
        name: The lane.
        settings: Where things lie.
        session: The name of the call.
    """

    def __init__(self, name: str, settings: Settings, *, session: str) -> None:
        self.name = name
        self.queue: list[Lease] = []
        """Leases of this call that were not handed out yet."""
        self.given_up: str | None = None
        """Why nothing more is handed to it, where we are to blame."""
        self._settings = settings
        self._session = session
        self._deaths = 0
        self.process = self._new_process()

    def _new_process(self) -> LaneProcess:
        return LaneProcess(self.name, self._settings.home, session=self._session)

    @property
    def is_idle(self) -> bool:
        """Whether it has nothing under way and nothing waits for it."""
        return self.process.busy is None and not self.queue

    def begin_next(self) -> None:
        """Hand out the next batch, where none is under way."""
        if self.process.busy is None and self.queue:
            self.process.execute(self.queue.pop(0))

    def hear(self, open_leases: list[Lease], timeout_seconds: float) -> dict[str, object] | None:
        """Return what the lane tells; start another where it died, unless it dies again and again.

        Args:
            open_leases: Those that are not released.
            timeout_seconds: How long to wait for a word.
        """
        try:
            told = self.process.result(timeout_seconds)
        except LaneDiedError as error:
            self._deaths += 1
            self.queue = [*self._never_begun(open_leases), *self.queue]
            self.process.end(now=True)
            self.process = self._new_process()
            if self._deaths >= MOST_DEATHS:
                self.given_up = str(error)
            return {"died": self.name}
        if told is not None and "batch" in told:
            self._deaths = 0
        return told

    def _never_begun(self, open_leases: list[Lease]) -> list[Lease]:
        """Return the lease that the lane had been handed, where it died before there was a run to be called dead."""
        return [lease for lease in open_leases if lease.id == self.process.busy and lease.run_id is None]
