"""An asset with one partition a file, as values: what it is called, what it reads, what it writes. No Dagster."""

from collections.abc import Mapping
from dataclasses import dataclass

DECISIONS = "decisions"
"""Stands for an asset among what is read: what people decided, by kind. Dagster knows nothing of it."""


@dataclass(frozen=True, slots=True)
class FileAsset:
    """An asset with one partition a file."""

    name: str
    """Asset, table and module bear one name."""
    code_version: str
    """Raised when the same input would give other rows."""
    reads: tuple[str, ...]
    """The hashes it reads, as `asset.name` of the upstream's `output_versions`, or `decisions.kind`."""
    tables: tuple[str, ...]
    """The tables whose rows it writes, its own first."""
    description: str
    """One sentence for an analyst, then units and grain."""
    follows: tuple[str, ...] = ()
    """Assets whose rows it reads too; they change with something that stands in `reads`, or are watched otherwise."""

    @property
    def upstream(self) -> tuple[str, ...]:
        """The assets it reads, each once."""
        read = dict.fromkeys([*(read.partition(".")[0] for read in self.reads), *self.follows])
        return tuple(asset for asset in read if asset != DECISIONS)

    def inputs(self, outputs: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
        """Return the hashes it reads, of those its upstream assets have.

        Args:
            outputs: The `output_versions` of the upstream assets of one file, by asset; those of `decisions` are the
                versions of what was decided on it.
        """
        found: dict[str, str] = {}
        for read in self.reads:
            asset, _, name = read.partition(".")
            if name in outputs.get(asset, {}):
                found[read] = outputs[asset][name]
        return found
