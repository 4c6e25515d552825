"""The services as `linernotes doctor` sees them; nobody is asked, what is written down of them is enough."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from resources.rate_limit import GateState, gate_state
from resources.service_state import Clock, ServiceState, moment, open_state, service_file
from resources.services import Service, services
from resources.settings import Settings


@dataclass(frozen=True, slots=True)
class ServiceFinding:
    """How it stands with a service, or with all (`services`)."""

    name: str
    state: Literal["well", "notice", "broken"]
    message: str
    cure: str = ""


def look_at_services(settings: Settings) -> Iterator[ServiceFinding]:
    """Return how it stands with each service."""
    yield _consent(settings)
    has_state = settings.services_db is not None or service_file(settings.home).exists()
    state = open_state(settings.home, settings, Clock()) if has_state else None
    try:
        for service in services(settings):
            yield _look(service, state)
    finally:
        if state:
            state.close()


def _consent(settings: Settings) -> ServiceFinding:
    if settings.offline:
        return ServiceFinding("services", "notice", "no service is asked (LINERNOTES_OFFLINE).")
    if not settings.contact:
        cure = "Set LINERNOTES_CONTACT to your e-mail address in .env."
        return ServiceFinding("services", "notice", "no service is asked before a contact is set.", cure)
    return ServiceFinding("services", "well", f"they are told that {settings.contact} asks")


def _look(service: Service, state: ServiceState | None) -> ServiceFinding:
    gate, now = (gate_state(state, service), state.now()) if state else (GateState(), 0.0)
    if service.key_name and not service.key:
        cure = f"Set {service.key_name} (free: https://acoustid.org/new-application)."
        return ServiceFinding(service.name, "notice", "no key is set.", cure)
    if service.key_name and gate.off_key == service.key_digest:
        cure = "Set another one, then: linernotes check-keys"
        return ServiceFinding(service.name, "broken", f"it does not know the key in {service.key_name}.", cure)
    if gate.open_until > now:
        message = (
            f"it failed, at last: {gate.last_failure}. It is asked again from {moment(gate.open_until):%H:%M} UTC."
        )
        return ServiceFinding(service.name, "notice", message, "linernotes ingest tries at once")
    if gate.not_before > now:
        return ServiceFinding(
            service.name, "notice", f"it asked for a pause until {moment(gate.not_before):%H:%M} UTC."
        )
    pace = f"one request in {service.interval_seconds:g} s" if service.interval_seconds else "at any pace"
    return ServiceFinding(service.name, "well", f"{service.url}, {pace}")
