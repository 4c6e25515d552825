"""Reading JSON that others wrote: what is missing, null or of another kind is absent, never an error."""

import math
import re
from collections.abc import Mapping
from typing import Any

from music.plain_text import plain_text

_MBID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")

Thing = Mapping[str, Any]
"""A JSON object."""


def with_underscores(value: object) -> object:
    """Return the same JSON with `artist_credit` for `artist-credit` in all keys."""
    if isinstance(value, dict):
        return {str(key).replace("-", "_"): with_underscores(each) for key, each in value.items()}
    return [with_underscores(each) for each in value] if isinstance(value, list) else value


def thing(value: object) -> Thing:
    """Return an object; an empty one where there is none."""
    return value if isinstance(value, dict) else {}


def things(value: object) -> list[Thing]:
    """Return the objects of a list."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def text(value: object) -> str | None:
    """Return a text on one line, without what cannot be stored or shown; None if nothing is left."""
    return plain_text(value) if isinstance(value, str) else None


def texts(value: object) -> tuple[str, ...]:
    """Return the different texts of a list, in its order."""
    found = [text(each) for each in value] if isinstance(value, list) else []
    return tuple(dict.fromkeys(each for each in found if each))


def number(value: object) -> float | None:
    """Return a finite number, also one that was written as text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def whole(value: object) -> int | None:
    """Return a whole number, also one that was written as text."""
    found = number(value)
    return int(found) if found is not None and found == int(found) else None


def identifier(value: object) -> str:
    """Return an id in lower case; empty where there is none."""
    return (text(value) or "").lower()


def is_mbid(value: str) -> bool:
    """Return whether a service would take this for one of MusicBrainz's ids."""
    return _MBID.fullmatch(value) is not None
