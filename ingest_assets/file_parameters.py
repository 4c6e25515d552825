"""Which parameters hold for a file: those of `parameters.toml`, by asset and folder."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ingest_assets import identifications
from ingest_assets.decision import ASSETS
from ingest_assets.discovered_files import show_path
from music.features import FeatureParameters
from music.match_parameters import MatchParameters
from music.segmentation import SegmentParameters
from resources.leases import Planned
from resources.parameters import Parameters, load_parameters

TYPES: Mapping[str, type] = {
    "segments": SegmentParameters,
    "audio_features": FeatureParameters,
    identifications.ASSET.name: MatchParameters,
}
"""The assets that have parameters."""


def parameters_in(home: Path) -> Parameters:
    """Read the parameters under LINERNOTES_HOME.

    Raises:
        resources.parameters.ParametersError: The file cannot be used; the message names table, key and value.
    """
    return load_parameters(home / "parameters.toml", TYPES)


@dataclass(frozen=True, slots=True)
class FileParameters:
    """The parameters that hold for one file."""

    segments: SegmentParameters
    features: FeatureParameters
    hashes: Mapping[str, str]
    """By asset; empty where an asset has none."""


class ParametersOfFiles:
    """Looks parameters up by file.

    Args:
        home: LINERNOTES_HOME.
    """

    def __init__(self, home: Path) -> None:
        self._parameters = parameters_in(home)

    def of(self, file: Planned) -> FileParameters:
        """Return what holds for a file."""
        place = {"library": file.library, "path": show_path(file.path)}
        hashes = {
            asset.name: self._parameters.hash_of(asset.name, **place) if asset.name in TYPES else "" for asset in ASSETS
        }
        return FileParameters(
            self._parameters.of("segments", **place), self._parameters.of("audio_features", **place), hashes
        )


class IdentificationParameters:
    """Looks up how sure identification must be, by file.

    Args:
        home: LINERNOTES_HOME.
    """

    def __init__(self, home: Path) -> None:
        self._parameters = parameters_in(home)

    def of(self, library: str, path: str) -> tuple[MatchParameters, str]:
        """Return what holds for a file, and its hash."""
        name, place = identifications.ASSET.name, {"library": library, "path": path}
        return self._parameters.of(name, **place), self._parameters.hash_of(name, **place)


def asset_versions(home: Path) -> list[dict[str, object]]:
    """Return the rows of the table `asset_versions`: what a result would be made by today, by asset and folder."""
    parameters = parameters_in(home)
    rows: list[dict[str, object]] = []
    for asset in (*ASSETS, identifications.ASSET):
        versions = parameters.versions(asset.name) if asset.name in TYPES else ((0, "*", ""),)
        rows += [
            {
                "asset": asset.name,
                "priority": priority,
                "path_pattern": pattern,
                "code_version": asset.code_version,
                "parameters_hash": parameters_hash,
            }
            for priority, pattern, parameters_hash in versions
        ]
    return rows
