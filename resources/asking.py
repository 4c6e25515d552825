"""One question asked until there is an answer: each attempt takes its own slot, and its failure is told to all.

What to do next is decided by the verdict on each reply; how long to pause by the service, or else by doubling.
"""

import math
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from music.error_codes import ErrorCode
from resources.answer_cache import Kept
from resources.call_log import Call, CallLog
from resources.rate_limit import Gate
from resources.service_errors import InvalidKeyError, RateLimitedError, RefusedError, ServiceDownError, ServiceError
from resources.service_state import ServiceState, moment
from resources.service_verdicts import NO_JSON, Judgement, Verdict
from resources.services import Service
from resources.wire import Question, Reply, Wire

LONGEST_WORD_SECONDS = 86_400.0
"""A service that says not to come back for longer than a day is asked again after a day."""
VARIATION = 0.25
"""Pauses of our own choice vary so much."""
ANSWERS = frozenset({Verdict.FOUND, Verdict.EMPTY, Verdict.MISSING})
AGAIN = frozenset({Verdict.BUSY, Verdict.FAILED})
CODES = {
    Verdict.BUSY: ErrorCode.RATE_LIMITED,
    Verdict.FAILED: ErrorCode.SERVICE_DOWN,
    Verdict.BAD_KEY: ErrorCode.INVALID_API_KEY,
    Verdict.BARRED: ErrorCode.SERVICE_REFUSED,
    Verdict.REFUSED: ErrorCode.SERVICE_REFUSED,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """An answer that was asked for."""

    kept: Kept
    is_found: bool
    """There is something in it."""


class Asking:
    """Asks questions, each until there is an answer.

    Args:
        state: For the time.
        gate: Lets requests through.
        wire: Sends them.
        calls: Writes each down.
        chance: Returns a number from 0 to 1, for the pauses.
    """

    def __init__(
        self,
        state: ServiceState,
        gate: Gate,
        wire: Wire,
        calls: CallLog,
        *,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._state, self._gate, self._wire, self._calls, self._chance = state, gate, wire, calls, chance

    def ask(self, service: Service, question: Question) -> Asked:
        """Ask until there is an answer.

        Raises:
            ServiceError: There is none.
        """
        attempt = 0
        while True:
            reply, judgement = self._attempt(service, question, attempt)
            if judgement.verdict in ANSWERS and reply.status is not None:
                return Asked(Kept(reply.status, reply.body, self._state.now()), judgement.verdict is Verdict.FOUND)
            if judgement.verdict not in AGAIN:
                raise _refusal(service, reply, judgement)
            if attempt == service.retries:
                raise self._given_up(service, reply, judgement.verdict)
            attempt += 1

    def _attempt(self, service: Service, question: Question, attempt: int) -> tuple[Reply, Judgement]:
        """Ask once, in a slot of its own."""
        with self._gate.slot(service) as waited_seconds:
            call = Call(service.name, question.path, question.method, self._state.now())
            reply = self._wire.send(service, question)
            judgement = _judged(service, reply)
            self._log(replace(call, waited_milliseconds=1_000 * waited_seconds), reply, judgement)
            self._tell_gate(service, reply, judgement.verdict, attempt=attempt)
        return reply, judgement

    def _given_up(self, service: Service, reply: Reply, verdict: Verdict) -> ServiceError:
        gate = self._gate.check(service)
        if verdict is Verdict.BUSY:
            return RateLimitedError(service.name, f"{service.title} is busy: {why(reply)}", moment(gate.not_before))
        until = moment(self._state.now() + service.cooldown_seconds)
        return ServiceDownError(service.name, f"{service.title} gives no usable answer: {why(reply)}", until)

    def _log(self, call: Call, reply: Reply, judgement: Judgement) -> None:
        code = CODES.get(judgement.verdict)
        self._calls.add(
            replace(call, status=reply.status, error_code=code and str(code), milliseconds=reply.milliseconds)
        )

    def _tell_gate(self, service: Service, reply: Reply, verdict: Verdict, *, attempt: int) -> None:
        """Tell all processes what came of a request."""
        if verdict in AGAIN or verdict is Verdict.BARRED:
            self._gate.failed(service, why(reply))
        else:
            self._gate.succeeded(service)
        if verdict is Verdict.BAD_KEY:
            self._gate.switch_off(service)
        pause_seconds = self._pause_seconds(service, reply, verdict, attempt=attempt)
        if pause_seconds > 0:
            self._gate.pause(service, pause_seconds)

    def _pause_seconds(self, service: Service, reply: Reply, verdict: Verdict, *, attempt: int) -> float:
        """Return how long all pause; not at all where nobody was there, since the next slot is pause enough."""
        asked_for = stated_seconds(reply.retry_after, now=self._state.now())
        if asked_for is not None:
            return asked_for
        ours = service.backoff_seconds * 2**attempt * (1 + VARIATION * self._chance())
        if verdict is Verdict.BUSY:
            return 2 * ours
        is_worth_waiting = verdict is Verdict.FAILED and reply.status is not None and attempt < service.retries
        return ours if is_worth_waiting else 0.0


def _judged(service: Service, reply: Reply) -> Judgement:
    return Judgement(Verdict.FAILED) if reply.status is None else service.judge(reply.status, reply.body)


def _refusal(service: Service, reply: Reply, judgement: Judgement) -> ServiceError:
    if judgement.verdict is Verdict.BAD_KEY:
        return InvalidKeyError(service.name, f"{service.title} does not know the key in {service.key_name}")
    what = "turns us away" if judgement.verdict is Verdict.BARRED else "refuses the question"
    number = "" if judgement.fault is None else f", its error {judgement.fault}"
    return RefusedError(
        service.name, f"{service.title} {what}: {why(reply)}{number}", reply.status or 0, judgement.fault
    )


def why(reply: Reply) -> str:
    """Return what came instead of an answer, without a word of the answer itself."""
    if reply.status is None:
        return reply.failure
    if reply.body is NO_JSON or reply.status == HTTPStatus.OK:
        return f"HTTP {reply.status} without the JSON of this service (is a login page or proxy in between?)"
    return f"HTTP {reply.status}"


def stated_seconds(text: str, *, now: float) -> float | None:
    """Return for how long a `Retry-After` asks to wait: it holds seconds or a date. None: it says nothing."""
    text = text.strip()
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        try:
            date = parsedate_to_datetime(text)
        except ValueError:
            return None
        seconds = (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() - now
    return min(max(seconds, 0.0), LONGEST_WORD_SECONDS) if math.isfinite(seconds) else None
