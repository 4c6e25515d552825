"""`linernotes doctor`: which layer is broken, if one is, and what helps (S0-58)."""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from ingest_assets.file_parameters import parameters_in
from ingest_assets.identified_lines import answer_lines, waiting_lines
from ingest_assets.services_shown import look_at_services
from ingest_assets.ui_place import running_ui
from lake.store import Lake
from resources.folders import add_roots, known_roots
from resources.parameters import ParametersError
from resources.settings import PROJECT_ROOT, Settings, SettingsError, load_settings
from resources.state import copy_in_memory

LITTLE_DISK_BYTES = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one layer."""

    layer: str
    state: Literal["well", "notice", "broken"]
    message: str
    cure: str = ""

    def __str__(self) -> str:
        """Return it as a line."""
        return f"{self.layer:<14} {self.state:<7} {self.message}" + (f"  → {self.cure}" if self.cure else "")


def examine() -> list[Finding]:
    """Look at every layer; one that is broken does not hide the next."""
    try:
        settings = load_settings()
    except SettingsError as error:
        return [Finding("settings", "broken", str(error), "See .env.example.")]
    findings = [Finding("settings", "well", f"everything lies under {settings.home}")]
    layers: tuple[tuple[str, Callable[[Settings], list[Finding]]], ...] = (
        ("folders", _folders),
        ("parameters", _parameters),
        ("lake", _lake),
        ("pipeline", _pipeline),
        ("dagster", _dagster),
        ("ui", _ui),
        ("services", _services),
        ("identification", _identification),
        ("disk", _disk),
    )
    for layer, look in layers:
        try:
            findings += look(settings)
        except Exception as error:  # noqa: BLE001  the doctor reports whatever ails a layer
            findings.append(Finding(layer, "broken", f"{type(error).__name__}: {error}"))
    return findings


def _folders(settings: Settings) -> list[Finding]:
    connection = copy_in_memory(settings.home)
    try:
        add_roots(connection, settings.roots)
        roots = known_roots(connection)
    finally:
        connection.close()
    if not roots:
        return [Finding("folders", "notice", "no folder of music is known.", "linernotes ingest ~/Music")]
    return [
        Finding("folders", "well", f"{root.library}: {root.path}")
        if os.access(root.path, os.R_OK | os.X_OK)
        else Finding("folders", "broken", f"{root.library}: {root.path} cannot be read.", "Is a disk not mounted?")
        for root in roots
    ]


def _parameters(settings: Settings) -> list[Finding]:
    file = settings.home / "parameters.toml"
    try:
        parameters_in(settings.home)
    except ParametersError as error:
        return [Finding("parameters", "broken", str(error))]
    return [Finding("parameters", "well", str(file) if file.exists() else f"the defaults ({file} would change them)")]


def _lake(settings: Settings) -> list[Finding]:
    lake = Lake(settings.home)
    if not lake.exists:
        return [Finding("lake", "notice", f"there is none in {settings.home} yet.", "linernotes ingest ~/Music")]
    with lake.read() as snapshot:
        files = snapshot.tuples("select count(*) from files")[0][0]
    size = lake.size().total_bytes
    return [Finding("lake", "well", f"{files} files, {size / 1e6:.1f} MB, {size / max(1, files) / 1e3:.1f} kB a file")]


def _pipeline(settings: Settings) -> list[Finding]:
    lake = Lake(settings.home)
    if not lake.exists:
        return []
    with lake.read() as snapshot:
        rows = snapshot.rows("select layer, state, seen, cure from pipeline_health where layer <> 'ui'")
    states: dict[str, Literal["well", "notice", "broken"]] = {"broken": "broken", "ok": "well"}
    return [
        Finding(str(row["layer"]), states.get(str(row["state"]), "notice"), str(row["seen"]), str(row["cure"] or ""))
        for row in rows
    ]


def _dagster(settings: Settings) -> list[Finding]:
    folder = settings.dagster_folder
    if not (PROJECT_ROOT / "dagster.yaml").exists():
        return [
            Finding(
                "dagster",
                "broken",
                "dagster.yaml is missing in the project's folder.",
                "git checkout dagster.yaml",
            )
        ]
    if not folder.exists():
        return [Finding("dagster", "notice", "no run yet.")]
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    return [Finding("dagster", "well", f"{folder}, {size / 1e6:.1f} MB")]


def _ui(settings: Settings) -> list[Finding]:
    place = running_ui(settings)
    if place is None:
        return [Finding("ui", "notice", "it is not running; nothing watches the folders.", "linernotes ui")]
    return [Finding("ui", "well", f"it answers on {place}")]


def _services(settings: Settings) -> list[Finding]:
    return [Finding(each.name, each.state, each.message, each.cure) for each in look_at_services(settings)]


def _identification(settings: Settings) -> list[Finding]:
    lake = Lake(settings.home)
    if not lake.exists:
        return []
    with lake.read() as snapshot:
        answers = ", ".join(answer_lines(snapshot)) or "nobody was asked who it is"
        waiting = list(waiting_lines(snapshot, settings))
    found = [Finding("identification", "well", answers)]
    return found + [Finding("identification", "notice", line.strip()) for line in waiting]


def _disk(settings: Settings) -> list[Finding]:
    folder = next(each for each in (settings.home, *settings.home.parents) if each.exists())
    free = shutil.disk_usage(folder).free
    if free < LITTLE_DISK_BYTES:
        return [
            Finding(
                "disk",
                "broken",
                f"only {free / 1e6:.0f} MB are free.",
                "Make room, or set LINERNOTES_HOME to another disk.",
            )
        ]
    return [Finding("disk", "well", f"{free / 1e9:.0f} GB free")]
