"""The command as a person calls it, and what it says."""

import json
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Said:
    """What a call printed, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def files(self) -> list[dict]:
        """The files of an answer in JSON."""
        return json.loads(self.out)["files"]


Command = Callable[..., Said]
