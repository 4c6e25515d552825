"""Answers that are kept, so that nothing is asked twice.

The key of an answer is a digest of the question without its secrets. Kept are answers alone: never a failure, a page
or half an answer. They are kept whole, so that a better reader needs no new request.
"""

import hashlib
import json
import random
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from resources.service_state import ServiceState

VARIATION = 0.1
"""Lifetimes vary so much, so that what was asked together is not asked anew together."""
PART_STATUS = 0
"""Marks a part of an answer."""
AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept answer."""

    status: int
    body: Any
    """The JSON."""
    fetched_at: float
    """Seconds since 1970."""


class AnswerCache:
    """The answers of all services.

    Args:
        state: Where they lie.
        chance: Returns a number from 0 to 1, for the lifetimes.
    """

    def __init__(self, state: ServiceState, *, chance: Callable[[], float] = random.random) -> None:
        self._state = state
        self._chance = chance

    def find(self, service: str, key: str) -> Kept | None:
        """Return an answer that still holds."""
        rows = self._state.rows(
            "select status, body, fetched_at from answer where service = :service and key = :key and expires_at > :now",
            service=service,
            key=key,
            now=self._state.now(),
        )
        return next((Kept(status, _unpacked(body), fetched_at) for status, body, fetched_at in rows), None)

    def keep(self, service: str, key: str, kept: Kept, *, seconds: float) -> None:
        """Keep an answer for about so many seconds after it was fetched."""
        lifetime = seconds * (1 + VARIATION * (2 * self._chance() - 1))
        self._state.rows(
            "insert into answer (service, key, status, body, fetched_at, expires_at) "
            "values (:service, :key, :status, :body, :fetched_at, :expires_at) "
            "on conflict (service, key) do update set status = excluded.status, body = excluded.body, "
            "fetched_at = excluded.fetched_at, expires_at = excluded.expires_at",
            service=service,
            key=key,
            status=kept.status,
            body=_packed(kept.body),
            fetched_at=kept.fetched_at,
            expires_at=kept.fetched_at + lifetime,
        )

    def parts(self, service: str, names: Collection[str]) -> dict[str, Any]:
        """Return the parts of answers that still hold, by their names."""
        by_key = {part_key(name): name for name in names}
        found: dict[str, Any] = {}
        for keys in _slices(by_key):
            marks = {f"key_{number}": key for number, key in enumerate(keys)}
            rows = self._state.rows(
                "select key, body from answer where service = :service and expires_at > :now and key in "
                f"({', '.join(f':{mark}' for mark in marks)})",
                service=service,
                now=self._state.now(),
                **marks,
            )
            found.update((by_key[key], _unpacked(body)) for key, body in rows)
        return found

    def keep_parts(self, service: str, parts: Mapping[str, tuple[Any, float]]) -> None:
        """Keep parts of answers by their names, each with the seconds for which it holds."""
        now = self._state.now()
        for name, (part, seconds) in parts.items():
            self.keep(service, part_key(name), Kept(PART_STATUS, part, now), seconds=seconds)

    def forget_old(self) -> None:
        """Remove what no longer holds."""
        self._state.rows("delete from answer where expires_at < :now", now=self._state.now())


def part_key(name: str) -> str:
    """Return the key under which a part is kept; names may be as long as a fingerprint."""
    return hashlib.sha256(b"part\0" + name.encode()).hexdigest()


def _packed(body: object) -> bytes:
    return zlib.compress(json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass"))


def _unpacked(body: bytes | memoryview) -> Any:  # noqa: ANN401  any JSON
    return json.loads(zlib.decompress(body).decode("utf-8", "surrogatepass"))


def _slices(keys: Iterable[str]) -> Iterator[list[str]]:
    listed = list(keys)
    return (listed[start : start + AT_ONCE] for start in range(0, len(listed), AT_ONCE))
