"""The log of calls, for the table `api_calls`: what was asked, how long it took, what came of it.

Rows wait in the services' state until the lake holds them, so that a killed process loses none. They hold no id, no
parameter and no secret.
"""

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from resources.service_state import ServiceState, moment

COLUMNS = (
    "call_id",
    "run_id",
    "service",
    "endpoint",
    "method",
    "status",
    "error_code",
    "milliseconds",
    "waited_milliseconds",
    "is_cached",
    "requested_at",
)


@dataclass(frozen=True, slots=True)
class Call:
    """One attempt, or one answer that was kept."""

    service: str
    path: str
    method: str
    requested_at: float
    """Seconds since 1970."""
    status: int | None = None
    """None: no answer came."""
    error_code: str | None = None
    milliseconds: float = 0.0
    """From the request to the whole answer."""
    waited_milliseconds: float = 0.0
    """For a slot."""
    is_cached: bool = False


class CallLog:
    """The log of one process's calls.

    Args:
        state: Where they wait.
        run_id: The run for which is asked.
    """

    def __init__(self, state: ServiceState, *, run_id: str | None) -> None:
        self._state, self._run_id = state, run_id

    def add(self, call: Call) -> None:
        """Write a call down."""
        values = {
            "call_id": uuid.uuid4().hex,
            "run_id": self._run_id,
            "service": call.service,
            "endpoint": endpoint(call.path),
            "method": call.method,
            "status": call.status,
            "error_code": call.error_code,
            "milliseconds": call.milliseconds,
            "waited_milliseconds": call.waited_milliseconds,
            "is_cached": int(call.is_cached),
            "requested_at": call.requested_at,
        }
        marks = ", ".join(f":{name}" for name in COLUMNS)
        self._state.rows(f"insert into api_call ({', '.join(COLUMNS)}) values ({marks})", **values)

    def waiting(self) -> list[dict[str, Any]]:
        """Return the rows that the lake does not hold yet, those of other processes as well; oldest first."""
        rows = self._state.rows(f"select {', '.join(COLUMNS)} from api_call order by requested_at, call_id")
        calls = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
        return [
            call | {"is_cached": bool(call["is_cached"]), "requested_at": moment(call["requested_at"])}
            for call in calls
        ]

    def confirm(self, calls: Sequence[Mapping[str, Any]]) -> None:
        """Forget rows, since the lake holds them."""
        for call in calls:
            self._state.rows("delete from api_call where call_id = :call_id", call_id=call["call_id"])


def endpoint(path: str) -> str:
    """Return a path without ids: what is not a plain word is `{id}`."""
    parts = [part for part in path.split("/") if part]
    return "/".join(part if re.fullmatch("[a-z]+", part) else "{id}" for part in parts)
