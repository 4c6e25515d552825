"""The gate: one pace for each service, for all processes together.

A caller reserves the next slot in one statement and sleeps until it (the generic cell rate algorithm with a burst of
one). Nothing is held while it sleeps: a killed process loses one slot. What a service asks for when it is busy pauses
everybody; failures in a row keep everybody away for a while (a circuit breaker), and then one tries; a key that the
service does not know is not sent again.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from resources.answer_leases import POLL_SECONDS, AnswerLeases
from resources.service_errors import InvalidKeyError, RateLimitedError, ServiceDownError
from resources.service_state import Clock, ServiceState, moment
from resources.services import Service

LATE_SHARE, LATE_SECONDS = 0.25, 0.02
"""Who wakes so much of an interval, and so many seconds, after its slot takes another one: a process that was stopped
would else ask together with the next."""
LONGEST_QUEUE_SECONDS = 600.0
"""No queue is longer: a slot further ahead was taken when this machine's clock was wrong."""


@dataclass(frozen=True, slots=True)
class GateState:
    """How a service's gate stands; times are seconds since 1970."""

    not_before: float = 0.0
    """Everybody pauses until then."""
    open_until: float = 0.0
    """Nobody asks until then, and then one tries; 0: the service answers."""
    off_key: str | None = None
    """The digest of a key that the service does not know."""
    last_failure: str | None = None


class Gate:
    """The gates of all services.

    Args:
        state: Where they stand.
        leases: For the one that tries a service again.
        clock: For sleeping.
    """

    def __init__(self, state: ServiceState, leases: AnswerLeases, clock: Clock) -> None:
        self._state, self._leases, self._sleep = state, leases, clock.sleep

    def check(self, service: Service) -> GateState:
        """Return how the gate stands.

        Raises:
            InvalidKeyError: The service does not know this key.
            ServiceDownError: It failed too often, and its time has not come.
            RateLimitedError: It asked for a pause that is too long to wait for.
        """
        gate, now = gate_state(self._state, service), self._state.now()
        if service.key_name and gate.off_key == service.key_digest:
            raise InvalidKeyError(service.name, f"{service.title} does not know the key in {service.key_name}")
        if gate.open_until > now:
            until = moment(max(gate.open_until, gate.not_before))
            why = f"{service.title} failed {service.failures_until_open} times in a row, at last: {gate.last_failure}"
            raise ServiceDownError(service.name, f"{why}. It is asked again from {_clock_time(until)}", until)
        if gate.not_before - now > service.longest_pause_seconds:
            until = moment(gate.not_before)
            raise RateLimitedError(service.name, f"{service.title} asked for a pause until {_clock_time(until)}", until)
        return gate

    @contextmanager
    def slot(self, service: Service) -> Iterator[float]:
        """Wait for a slot and hold it for one request; yield the seconds waited. See `check` for what is raised."""
        began = self._state.now()
        is_first = False
        try:
            while True:
                is_first = is_first or self._tries_first(service)
                slot = self._reserve(service)
                self._sleep(max(0.0, slot - self._state.now()))
                gate = self.check(service)
                is_open = is_first or not gate.open_until
                if is_open and gate.not_before <= slot and not self._is_late(service, slot):
                    break
            yield max(0.0, self._state.now() - began)
        finally:
            if is_first:
                self._leases.give_back(service.name, _first(service))

    def _tries_first(self, service: Service) -> bool:
        """Tell whether this process is the one that tries a service again that failed; wait while another tries."""
        while self.check(service).open_until:
            if self._leases.take(service.name, _first(service)):
                return True
            self._sleep(POLL_SECONDS)
        return False

    def _reserve(self, service: Service) -> float:
        """Take the next slot that nobody has, and return its time."""
        rows = self._state.rows(
            "insert into gate (service, host, next_free) values (:service, :host, :now + :interval) "
            "on conflict (service, host) do update set next_free = "
            "greatest(least(gate.next_free, :now + :longest), gate.not_before, :now) + :interval "
            "returning next_free - :interval",
            service=service.name,
            host=service.host,
            now=self._state.now(),
            interval=service.interval_seconds,
            longest=LONGEST_QUEUE_SECONDS,
        )
        return float(rows[0][0])

    def _is_late(self, service: Service, slot: float) -> bool:
        limit = LATE_SHARE * service.interval_seconds + LATE_SECONDS
        return service.interval_seconds > 0 and self._state.now() - slot > limit

    def succeeded(self, service: Service) -> None:
        """Say that the service answers."""
        self._state.rows(
            "update gate set failures = 0, open_until = 0, cooldown = 0, last_failure = null "
            "where service = :service and host = :host and failures > 0",
            service=service.name,
            host=service.host,
        )

    def failed(self, service: Service, why: str) -> None:
        """Count a failure; after several in a row nobody asks for a while, which doubles each time."""
        self._state.rows(
            "update gate set failures = failures + 1, last_failure = :why, "
            "cooldown = case when failures + 1 >= :limit and open_until <= :now "
            "then least(greatest(cooldown * 2, :shortest), :longest) else cooldown end, "
            "open_until = case when failures + 1 >= :limit and open_until <= :now "
            "then :now + least(greatest(cooldown * 2, :shortest), :longest) else open_until end "
            "where service = :service and host = :host",
            service=service.name,
            host=service.host,
            why=why,
            now=self._state.now(),
            limit=service.failures_until_open,
            shortest=service.cooldown_seconds,
            longest=service.longest_cooldown_seconds,
        )

    def pause(self, service: Service, seconds: float) -> None:
        """Let everybody wait; a pause that lasts longer already stays."""
        self._state.rows(
            "update gate set not_before = greatest(not_before, :until) where service = :service and host = :host",
            service=service.name,
            host=service.host,
            until=self._state.now() + seconds,
        )

    def switch_off(self, service: Service) -> None:
        """Send this key no more; another one is sent again."""
        self._set_off_key(service, service.key_digest)

    def switch_on(self, service: Service) -> None:
        """Let the key be tried again."""
        self._set_off_key(service, None)

    def _set_off_key(self, service: Service, digest: str | None) -> None:
        self._state.rows(
            "update gate set off_key = :digest where service = :service and host = :host",
            service=service.name,
            host=service.host,
            digest=digest,
        )

    def let_one_try(self) -> None:
        """End the time in which nobody asks, for all services: one tries. Pauses they asked for themselves stay."""
        self._state.rows("update gate set open_until = :now where open_until > :now", now=self._state.now())


def gate_state(state: ServiceState, service: Service) -> GateState:
    """Return how a service's gate stands."""
    rows = state.rows(
        "select not_before, open_until, off_key, last_failure from gate where service = :service and host = :host",
        service=service.name,
        host=service.host,
    )
    return GateState(*rows[0]) if rows else GateState()


def _first(service: Service) -> str:
    """Return the lease of the one that tries a service again."""
    return f"first to ask {service.host}"


def _clock_time(when: datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M} UTC"
