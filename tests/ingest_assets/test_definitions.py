import os
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

from ingest_assets.checks import CHECKS, Check
from ingest_assets.definitions import build_definitions, defs
from ingest_assets.identification_checks import CHECKS as IDENTIFICATION_CHECKS
from lake.tables import TABLES
from resources.lake import LakeResource
from resources.settings import PROJECT_ROOT
from tests.house import NAMES

GARBAGE = {
    "LINERNOTES_HOME": "/proc/no such place",
    "LINERNOTES_MUSIC": "=:\x01=",
    "LINERNOTES_WORKERS": "many",
    "LINERNOTES_SCAN_SECONDS": "never",
    "DAGSTER_HOME": "/nowhere",
    "LINERNOTES_DAGSTER_DIR": "",
}
IMPORTED = """
import os, sys
opened = []
sys.addaudithook(lambda event, arguments: opened.append(arguments) if event == "open" else None)
import ingest_assets.definitions, ingest_assets.cli, ingest_assets.lane
writing = os.O_WRONLY | os.O_RDWR | os.O_CREAT
written = [path for path, _, flags in opened if flags & writing and not str(path).startswith("/dev/")]
read = [path for path, _, _ in opened if os.path.basename(str(path)) in (".env", "dagster.yaml", "parameters.toml")]
print(written, read)
"""


def test_nothing_is_read_when_the_definitions_are_imported(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", IMPORTED],
        env={**os.environ, **GARBAGE, "PYTHONPATH": str(PROJECT_ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout.strip()) == (0, "[] []"), done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("job", "checked"),
    [("ingest_files", CHECKS), ("find_duplicates", CHECKS), ("identify_files", IDENTIFICATION_CHECKS)],
)
def test_each_job_makes_the_checks_of_its_assets(job: str, checked: tuple[Check, ...]) -> None:
    layer = defs.resolve_job_def(job).asset_layer

    assets = {key.to_user_string() for key in layer.selected_asset_keys}
    assert {(key.asset_key.to_user_string(), key.name) for key in layer.asset_graph.asset_check_keys} == {
        (check.asset, check.name) for check in checked if check.asset in assets
    }


def test_dagster_loads_them_from_any_folder(tmp_path: Path) -> None:
    environment = {**os.environ, "DAGSTER_HOME": str(PROJECT_ROOT), "LINERNOTES_DAGSTER_DIR": str(tmp_path / "dagster")}
    (tmp_path / "dagster").mkdir()
    dagster = Path(sys.executable).with_name("dagster")

    done = subprocess.run(
        [str(dagster), "definitions", "validate", "-w", str(PROJECT_ROOT / "workspace.yaml")],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "linernotes" in done.stdout + done.stderr


@pytest.mark.parametrize("asset", [*NAMES, "duplicates"])
def test_an_asset_says_what_it_is(asset: str) -> None:
    spec = next(spec for spec in defs.resolve_all_asset_specs() if spec.key == dg.AssetKey(asset))

    assert spec.description
    assert spec.code_version
    assert spec.owners == ["team:linernotes"]
    columns = spec.metadata["dagster/column_schema"].columns
    assert [column.name for column in columns] == [column.name for column in TABLES[asset].columns]
    assert all(column.description for column in columns)


def test_the_graph_is_that_of_the_readme() -> None:
    graph = {
        spec.key.to_user_string(): {dep.asset_key.to_user_string() for dep in spec.deps}
        for spec in defs.resolve_all_asset_specs()
    }

    assert graph == {
        "discovered_files": set(),
        "segments": {"discovered_files"},
        "fingerprints": {"discovered_files", "segments"},
        "audio_features": {"discovered_files", "segments"},
        "identifications": {"discovered_files", "segments", "fingerprints"},
        "duplicates": {"discovered_files", "fingerprints", "audio_features"},
    }


def test_sensors_and_the_schedule_run_unasked() -> None:
    repository = defs.get_repository_def()

    running = {
        each.name
        for each in (*repository.sensor_defs, *repository.schedule_defs)
        if each.default_status in (dg.DefaultSensorStatus.RUNNING, dg.DefaultScheduleStatus.RUNNING)
    }
    assert running == {"library_folder", "identification_due", "duplicates_due", "orphaned_runs", "maintenance"}


def test_a_test_may_replace_the_lake() -> None:
    other = LakeResource()

    assert build_definitions(other).resources["lake"] is other
