"""Answers of services in their wire format: those written by hand here, and recorded ones where they lie beside."""

import json
from pathlib import Path
from typing import Any

REPLIES = Path(__file__).parents[1] / "replies"
RECORDED = Path(__file__).parents[3] / "shared" / "recorded"


def reply(name: str) -> Any:
    return json.loads((REPLIES / f"{name}.json").read_text())


def recorded(name: str) -> Any:
    return json.loads((RECORDED / f"{name}.json").read_text())


def mbid(kind: str, number: int) -> str:
    """Return the id of a thing in the replies."""
    kinds = {"artist": 0xA1, "recording": 0xEC, "release": 0xE1, "group": 0x96, "work": 0x3F, "acoustid": 0xAC}
    return f"{kinds[kind]:08x}-0000-4000-8000-{number:012d}"
