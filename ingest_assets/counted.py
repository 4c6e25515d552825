"""What one call of `linernotes ingest` saw come to pass."""

from dataclasses import dataclass


@dataclass(slots=True)
class Counted:
    """What this call saw come to pass."""

    session: str
    total: int = 0
    canceled: bool = False
    broken: str | None = None
    """What ended the call early, where we are to blame."""
