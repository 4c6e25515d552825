"""What Dagster is told of one asset of one file, as a value."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Materialized:
    """What came of one asset of one file, for Dagster."""

    asset: str
    file_key: str
    code_version: str
    """Of the code that made the result, which may be older than today's."""
    data_version: str
    inputs: Mapping[str, str]
    """The data version of each upstream asset."""
    metadata: Mapping[str, str | int]
