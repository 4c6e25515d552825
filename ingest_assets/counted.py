"""What one call of `linernotes ingest` saw come to pass."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(slots=True)
class Counted:
    """What this call saw come to pass."""

    session: str
    started_at: datetime
    total: int = 0
    """Files that were due to be read, others' too where this call followed them."""
    identified: int = 0
    """Files that were due to be identified, others' too where this call followed them."""
    canceled: bool = False
    broken: str | None = None
    """What ended the call early, where we are to blame."""
