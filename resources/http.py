"""Questions to the services, politely: kept answers first, one question once, every attempt in a slot of its own.

A question goes through the cache, then a lease (equal questions of all processes are asked once), then the gate (pace,
pauses, keys, the breaker), then the wire. `resources.service_errors` lists what is raised when there is no answer.
"""

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from resources.answer_cache import AnswerCache, Kept, part_key
from resources.answer_leases import AnswerLeases
from resources.asking import Asking
from resources.call_log import Call, CallLog
from resources.rate_limit import Gate
from resources.service_errors import NoContactError, NoKeyError, OfflineError
from resources.service_state import Clock, moment, open_state
from resources.services import Lifetimes, Service
from resources.settings import Settings
from resources.wire import Question, Wire


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service said."""

    status: int
    """200, or 404 where there is no such thing."""
    body: Any
    """The JSON."""
    cache_key: str
    """Under which the answer is kept."""
    is_cached: bool
    """Nobody was asked."""
    fetched_at: datetime
    """When the service said it; with a time zone."""


class Http:
    """Asks services; one of a process. A context manager.

    Args:
        home: LINERNOTES_HOME, where pace and answers are kept for all processes.
        settings: Contact, offline, where the state lies.
        run_id: The run for which is asked, for the log of calls.
        clock: Time and patience.

    Raises:
        SettingsError: The database of LINERNOTES_SERVICES_DB cannot be used.
    """

    def __init__(
        self, home: Path, settings: Settings, *, run_id: str | None = None, clock: Clock | None = None
    ) -> None:
        clock = clock or Clock()
        self._settings = settings
        self._state = open_state(home, settings, clock)
        self._cache = AnswerCache(self._state)
        self._leases = AnswerLeases(self._state, home, clock)
        self._calls = CallLog(self._state, run_id=run_id)
        self._gate = Gate(self._state, self._leases, clock)
        self._wire = Wire(settings.contact)
        self._asking = Asking(self._state, self._gate, self._wire, self._calls)
        self._cache.forget_old()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Give back what is held."""
        self._wire.close()
        self._leases.close()
        self._state.close()

    def get(self, service: Service, path: str, parameters: Mapping[str, str], *, lifetimes: Lifetimes | None) -> Answer:
        """Ask with GET.

        Args:
            service: Whom; one with a key is asked by `post_form`, since a key has no place in an address.
            path: Below the service's root: `release/<id>`.
            parameters: Without secrets.
            lifetimes: For how long the answer is kept; None: not at all, since the caller keeps its parts.

        Raises:
            ServiceError: There is no answer; 404 is one.
        """
        if service.secret_parameters:
            raise ValueError(f"{service.title} is asked with POST: its key has no place in an address")
        return self._ask(service, Question("GET", path, parameters), lifetimes)

    def post_form(
        self, service: Service, path: str, parameters: Mapping[str, str], *, lifetimes: Lifetimes | None
    ) -> Answer:
        """Ask with POST and parameters as of a form; the service's key is added here. See `get`."""
        return self._ask(service, Question("POST", path, parameters), lifetimes)

    def post_json(self, service: Service, path: str, document: object, *, lifetimes: Lifetimes | None) -> Answer:
        """Ask with POST and a JSON document. See `get`."""
        return self._ask(service, Question("POST", path, {}, document), lifetimes)

    def remembered(self, service: Service, keys: Collection[str]) -> dict[str, Any]:
        """Return what is kept of parts of answers, by the caller's own keys; what is not kept is left out."""
        return self._cache.parts(service.name, keys)

    def remember(self, service: Service, parts: Mapping[str, tuple[Any, float]]) -> None:
        """Keep parts of an answer, each a JSON value with the seconds for which it holds; None is one."""
        self._cache.keep_parts(service.name, parts)

    @contextmanager
    def alone(self, service: Service, keys: Collection[str]) -> Iterator[None]:
        """Hold parts for a block, so that no other process asks for them meanwhile; wait while another has them.

        Look into `remembered` inside the block: another may just have asked for some of them.
        """
        with self._leases.held(service.name, [part_key(key) for key in keys]):
            yield

    def take_calls(self) -> list[dict[str, Any]]:
        """Return the rows of `api_calls` that are not confirmed, of all processes, also of dead ones; oldest first.

        They stay until `confirm_calls`: a row may be taken twice, and its `call_id` tells.
        """
        return self._calls.waiting()

    def confirm_calls(self, calls: Sequence[Mapping[str, Any]]) -> None:
        """Say that the lake holds these rows."""
        self._calls.confirm(calls)

    def let_probe(self) -> None:
        """Let one question through to each service that nobody asks for a while; a pause it asked for stays."""
        self._gate.let_one_try()

    def forget_bad_key(self, service: Service) -> None:
        """Let the service's key be tried again, since a person asks."""
        self._gate.switch_on(service)

    def _ask(self, service: Service, question: Question, lifetimes: Lifetimes | None) -> Answer:
        key = _cache_key(question)
        answer = self._kept(service, question, key) if lifetimes else None
        if answer:
            return answer
        self._check_may_ask(service)
        self._gate.check(service)
        if lifetimes is None:
            return self._answer(self._asking.ask(service, question).kept, key, is_cached=False)
        with self._leases.held(service.name, [key]):
            return self._kept(service, question, key) or self._fetched(service, question, key, lifetimes)

    def _kept(self, service: Service, question: Question, key: str) -> Answer | None:
        kept = self._cache.find(service.name, key)
        if kept is None:
            return None
        call = Call(service.name, question.path, question.method, self._state.now(), kept.status, is_cached=True)
        self._calls.add(call)
        return self._answer(kept, key, is_cached=True)

    def _fetched(self, service: Service, question: Question, key: str, lifetimes: Lifetimes) -> Answer:
        asked = self._asking.ask(service, question)
        seconds = lifetimes.found if asked.is_found else lifetimes.missing
        self._cache.keep(service.name, key, asked.kept, seconds=seconds)
        return self._answer(asked.kept, key, is_cached=False)

    @staticmethod
    def _answer(kept: Kept, key: str, *, is_cached: bool) -> Answer:
        return Answer(kept.status, kept.body, key, is_cached, moment(kept.fetched_at))

    def _check_may_ask(self, service: Service) -> None:
        """Refuse what a person does not want or what cannot be answered.

        Raises:
            OfflineError: Nobody is to be asked.
            NoContactError: Nobody left a contact.
            NoKeyError: The service needs a key.
        """
        if self._settings.offline:
            raise OfflineError(service.name, f"{service.title} is not asked (offline), and no answer is kept")
        if not self._settings.contact:
            raise NoContactError(service.name, f"{service.title} is not asked before LINERNOTES_CONTACT is set")
        if service.key_name and not service.key:
            raise NoKeyError(service.name, f"{service.title} needs a key: set {service.key_name}")


def _cache_key(question: Question) -> str:
    """Return the digest of a question; it holds no secret and no address, so that a mirror's answers count."""
    parts = [question.method, question.path.strip("/"), sorted(question.parameters.items()), question.document]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
