"""Who is asking what, so that processes that want the same ask once.

A lease names its owner by a lock of the kernel: what a killed process held is free at once. That of another machine,
or of another LINERNOTES_HOME, whose locks cannot be seen from here, is free when its time is over.
"""

import hashlib
import os
import platform
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from resources import locks
from resources.service_state import Clock, ServiceState

LEASE_SECONDS = 900.0
POLL_SECONDS = 0.05
"""How often one looks whether another has finished."""


class AnswerLeases:
    """The leases of one process.

    Args:
        state: Where they are written down.
        home: LINERNOTES_HOME, where the lock lies that says that this process lives.
        clock: For waiting.
    """

    def __init__(self, state: ServiceState, home: Path, clock: Clock) -> None:
        self._state, self._home, self._sleep = state, home, clock.sleep
        self._lock_name = locks.owner_name("asking")
        self._place = f"{platform.node()}/{hashlib.sha256(os.fsencode(home.resolve())).hexdigest()[:16]}/"
        self._owner = self._place + self._lock_name
        locks.hold(home, self._lock_name)

    def close(self) -> None:
        """Give all leases back."""
        self._state.rows("delete from lease where owner = :owner", owner=self._owner)
        locks.let_go(self._home, self._lock_name)

    @contextmanager
    def held(self, service: str, keys: Collection[str]) -> Iterator[None]:
        """Hold leases for a block; wait while others have them.

        They are taken in one order by all, so that nobody waits for somebody who waits for him.
        """
        taken: list[str] = []
        try:
            for key in sorted(set(keys)):
                while not self.take(service, key):
                    self._sleep(POLL_SECONDS)
                taken.append(key)
            yield
        finally:
            for key in taken:
                self.give_back(service, key)

    def take(self, service: str, key: str) -> bool:
        """Take a lease unless somebody has it, this process counts as well; tell whether it was taken."""
        self._free_if_dead(service, key)
        now = self._state.now()
        return bool(
            self._state.rows(
                "insert into lease (service, key, owner, until) values (:service, :key, :owner, :until) "
                "on conflict (service, key) do update set owner = excluded.owner, until = excluded.until "
                "where lease.until < :now returning 1",
                service=service,
                key=key,
                owner=self._owner,
                until=now + LEASE_SECONDS,
                now=now,
            )
        )

    def give_back(self, service: str, key: str) -> None:
        """Give a lease back."""
        self._free(service, key, self._owner)

    def _free_if_dead(self, service: str, key: str) -> None:
        """Free what a dead process of this machine and LINERNOTES_HOME held."""
        sql = "select owner from lease where service = :service and key = :key"
        for (owner,) in self._state.rows(sql, service=service, key=key):
            is_near = owner.startswith(self._place)
            if is_near and locks.state_of(self._home, owner.removeprefix(self._place)) != "held":
                self._free(service, key, owner)

    def _free(self, service: str, key: str, owner: str) -> None:
        self._state.rows(
            "delete from lease where service = :service and key = :key and owner = :owner",
            service=service,
            key=key,
            owner=owner,
        )
