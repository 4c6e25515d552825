"""What a person sets: environment variables, or the same names in `.env` at the project's root.

Relative paths mean the project's root, never the current folder. Nothing is read at import.
"""

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT_ROOT = Path(__file__).resolve().parents[1]
FEWEST_WORKERS, MOST_WORKERS = 2, 8
"""S3-82: clamp(processors, 2, 8)."""


class SettingsError(Exception):
    """A setting that cannot be used; the message names it and the cure."""


@dataclass(frozen=True, slots=True)
class Root:
    """A folder of music under its name."""

    library: str
    """Its name: the column `library`."""
    path: Path
    """Absolute, not resolved: a root may itself be a link."""


class Settings(BaseSettings):
    """Everything that can be set; README's table is made from these fields."""

    model_config = SettingsConfigDict(
        env_file=PROJECT_ROOT / ".env",
        env_ignore_empty=True,  # `LINERNOTES_HOME=` is not the project's own folder
        extra="ignore",
        frozen=True,
    )

    music: str = Field(
        default="",
        validation_alias="LINERNOTES_MUSIC",
        description="The folders of music, separated like PATH. A folder may be given a name: "
        "`vinyl=/mnt/a`; else it bears the name of its last part.",
    )
    home: Path = Field(
        default=Path("data"),
        validation_alias="LINERNOTES_HOME",
        description="Where the lake and all state lie: `lake/`, `analyst.ducklake`, `dagster/`, `parameters.toml`.",
    )
    workers: int | None = Field(
        default=None,
        ge=1,
        le=256,
        validation_alias="LINERNOTES_WORKERS",
        description="How many processes open music at once. Unset: the number of processors, "
        f"at least {FEWEST_WORKERS} and at most {MOST_WORKERS}.",
    )
    scan_seconds: float = Field(
        default=30.0,
        ge=1,
        le=86_400,
        validation_alias="LINERNOTES_SCAN_SECONDS",
        description="How often the folder sensor looks, in seconds (never more often than 20 times what a look takes).",
    )
    batch_files: int = Field(
        default=200,
        ge=1,
        le=5_000,
        validation_alias="LINERNOTES_BATCH_FILES",
        description="How many files one run takes at most. Album folders stay together.",
    )

    @field_validator("music", mode="after")
    @classmethod
    def _no_empty_names(cls, value: str) -> str:
        for part in filter(None, value.split(os.pathsep)):
            name, separator, path = part.partition("=")
            if separator and os.sep not in name and not (name.strip() and path.strip()):
                raise ValueError(f"{part!r} has no name or no path around its `=`; write name=/path")
        return value

    @field_validator("home", mode="after")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return absolute(value)

    @property
    def dagster_folder(self) -> Path:
        """Where Dagster's storage lies."""
        return self.home / "dagster"

    @property
    def worker_count(self) -> int:
        """How many processes open music at once."""
        return self.workers or min(MOST_WORKERS, max(FEWEST_WORKERS, os.cpu_count() or 1))

    @cached_property
    def roots(self) -> tuple[Root, ...]:
        """The folders that `LINERNOTES_MUSIC` lists, in its order.

        Raises:
            SettingsError: Two folders bear one name.
        """
        roots: dict[str, Root] = {}
        for part in filter(None, self.music.split(os.pathsep)):
            root = named_root(part)
            if root.library in roots and roots[root.library] != root:
                raise SettingsError(
                    f"LINERNOTES_MUSIC names two folders {root.library!r}: {roots[root.library].path} and "
                    f"{root.path}. Give one of them another name: other=/path"
                )
            roots[root.library] = root
        return tuple(roots.values())


def named_root(text: str) -> Root:
    r"""Return the root that `name=/path` or `/path` stands for.

    A name is text whatever the bytes of the folder are: what is not UTF-8 becomes `\xNN`.
    """
    name, separator, path = text.partition("=")
    if not separator or os.sep in name:
        name, path = "", text
    folder = absolute(Path(path))
    name = name.strip() or folder.name or "music"
    return Root(library=os.fsencode(name).decode("utf-8", "backslashreplace"), path=folder)


def absolute(path: Path) -> Path:
    """Return a path that no longer depends on the current folder; `~` is this person's home.

    Raises:
        SettingsError: It begins with `~name`, and there is nobody of that name.
    """
    try:
        plain = os.path.normpath(PROJECT_ROOT / path.expanduser())
    except RuntimeError as error:
        raise SettingsError(f"{path} names the home of nobody known here. Write the folder's full path") from error
    return Path("/" + plain.lstrip("/"))  # POSIX lets `//music` be another place than `/music`: here it is not


def load_settings() -> Settings:
    """Read the settings.

    Raises:
        SettingsError: A value cannot be used; the message names the variable, the value and what is allowed.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        reason = first["msg"].removeprefix("Value error, ")
        raise SettingsError(f"{name}={first.get('input')!r} cannot be used: {reason}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{Settings.model_config.get('env_file')} cannot be read: {error}") from error


def prepare_environment(settings: Settings) -> None:
    """Tell Dagster, here and in every child, where its configuration and its storage lie.

    Raises:
        SettingsError: LINERNOTES_HOME cannot be made.
    """
    os.environ["DAGSTER_HOME"] = str(PROJECT_ROOT)
    os.environ["LINERNOTES_HOME"] = str(settings.home)
    os.environ["LINERNOTES_DAGSTER_DIR"] = str(settings.dagster_folder)
    try:
        settings.dagster_folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(
            f"{settings.dagster_folder} cannot be made: {error.strerror}. "
            "Set LINERNOTES_HOME to a folder that you may write in"
        ) from error
