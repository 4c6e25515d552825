"""What a result depends on, as short hashes: an asset is made anew when, and only when, one of them changed."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self

KNOWN_COLUMNS: Final = (
    "status, code_version, data_version, parameters_hash, input_versions, output_versions, error_code, message"
)
"""Of `outcomes`."""


def digest(value: object) -> str:
    """Return 16 hex digits that stand for a value; equal values, equal digits.

    Args:
        value: Anything JSON can hold, bytes, and whatever `str` shows without loss (dates, numbers).
    """
    text = json.dumps(value, sort_keys=True, ensure_ascii=True, default=str)
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def digest_rows(rows: Iterable[Mapping[str, object]]) -> str:
    """Return the data version of the rows of one file."""
    return digest([dict(row) for row in rows])


@dataclass(frozen=True, slots=True)
class Known:
    """What the lake says of one asset of one file."""

    status: str
    code_version: str
    data_version: str | None
    parameters_hash: str
    input_versions: Mapping[str, str] = field(default_factory=dict)
    """By `asset.name`: the hash of the columns it read."""
    output_versions: Mapping[str, str] = field(default_factory=dict)
    """By name: the hash of columns that others read."""
    error_code: str | None = None
    message: str | None = None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """Return what a row of `outcomes` says; it has `KNOWN_COLUMNS`."""
        return cls(
            row["status"],
            row["code_version"] or "",
            row["data_version"],
            row["parameters_hash"] or "",
            row["input_versions"] or {},
            row["output_versions"] or {},
            row["error_code"],
            row["message"],
        )


@dataclass(frozen=True, slots=True)
class Expected:
    """What a result would be made of today."""

    code_version: str
    parameters_hash: str
    input_versions: Mapping[str, str]


def is_current(known: Known | None, expected: Expected, *, renew: bool) -> bool:
    """Tell whether a result stands.

    Args:
        known: What the lake has.
        expected: What it would be made of.
        renew: Whether older code or parameters count as well; else they are only listed as stale.
    """
    if known is None or known.status == "deferred":
        return False
    if dict(known.input_versions) != dict(expected.input_versions):
        return False
    same = (known.code_version, known.parameters_hash) == (expected.code_version, expected.parameters_hash)
    return same or not renew


def may_take_over(known: Known | None, expected: Expected, *, renew: bool) -> bool:
    """Tell whether another file's result may stand for this one: same inputs, same parameters."""
    return (
        known is not None
        and known.status in ("done", "not_found")
        and known.parameters_hash == expected.parameters_hash
        and is_current(known, expected, renew=renew)
    )
