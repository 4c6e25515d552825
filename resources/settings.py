"""What a person sets: environment variables, or the same names in `.env` at the project's root.

Relative paths mean the project's root, never the current folder. Nothing is read at import.
"""

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from resources.service_addresses import PLACES, check_interval, service_url

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

    contact: str = Field(
        default="",
        validation_alias="LINERNOTES_CONTACT",
        description="Your e-mail address or web page, told to the services with each request: MusicBrainz asks for it. "
        "Nothing is sent to any service before it is set.",
    )
    acoustid_api_key: SecretStr | None = Field(
        default=None,
        validation_alias="ACOUSTID_API_KEY",
        description="The key of an application at AcoustID, free at https://acoustid.org/new-application. "
        "Without it music is not recognised by its sound.",
    )
    on_invalid_key: Literal["fail_run", "skip"] = Field(
        default="skip",
        validation_alias="LINERNOTES_ON_INVALID_KEY",
        description="What a key that its service does not know leads to: `skip` goes on without that service, "
        "`fail_run` fails the run.",
    )
    offline: bool = Field(
        default=False,
        validation_alias="LINERNOTES_OFFLINE",
        description="Ask no service; only answers that are kept here count.",
    )
    services_db: SecretStr | None = Field(
        default=None,
        validation_alias="LINERNOTES_SERVICES_DB",
        description="A database in Postgres (`postgresql://…`) for pace and answers, where several machines ask the "
        "services from one address; needs the extra `postgres`. Unset: `services.sqlite` in LINERNOTES_HOME.",
    )
    musicbrainz_url: str = Field(
        default="",
        validation_alias="LINERNOTES_MUSICBRAINZ_URL",
        description="Another server that answers as MusicBrainz does, such as a mirror.",
    )
    musicbrainz_interval_seconds: float | None = Field(
        default=None,
        ge=0,
        le=3_600,
        allow_inf_nan=False,
        validation_alias="LINERNOTES_MUSICBRAINZ_INTERVAL_SECONDS",
        description="Seconds between two requests to MusicBrainz, of all processes together. "
        f"Unset: {PLACES['musicbrainz'].interval_seconds}; the public server is never asked more often than "
        f"every {PLACES['musicbrainz'].floor_seconds}.",
    )
    acoustid_url: str = Field(
        default="",
        validation_alias="LINERNOTES_ACOUSTID_URL",
        description="Another server that answers as AcoustID does, such as a mirror.",
    )
    acoustid_interval_seconds: float | None = Field(
        default=None,
        ge=0,
        le=3_600,
        allow_inf_nan=False,
        validation_alias="LINERNOTES_ACOUSTID_INTERVAL_SECONDS",
        description="Seconds between two requests to AcoustID, of all processes together. "
        f"Unset: {PLACES['acoustid'].interval_seconds}; the public server is never asked more often than "
        f"every {PLACES['acoustid'].floor_seconds}.",
    )
    listenbrainz_url: str = Field(
        default="",
        validation_alias="LINERNOTES_LISTENBRAINZ_URL",
        description="Another server that answers as ListenBrainz does, such as a mirror.",
    )
    listenbrainz_interval_seconds: float | None = Field(
        default=None,
        ge=0,
        le=3_600,
        allow_inf_nan=False,
        validation_alias="LINERNOTES_LISTENBRAINZ_INTERVAL_SECONDS",
        description="Seconds between two requests to ListenBrainz, of all processes together. "
        f"Unset: {PLACES['listenbrainz'].interval_seconds}; the public server is never asked more often than "
        f"every {PLACES['listenbrainz'].floor_seconds}.",
    )

    @field_validator("music", mode="after")
    @classmethod
    def _no_empty_names(cls, value: str) -> str:
        for part in filter(None, value.split(os.pathsep)):
            name, separator, path = part.partition("=")
            if separator and os.sep not in name and not (name.strip() and path.strip()):
                raise ValueError(f"{part!r} has no name or no path around its `=`; write name=/path")
        return value

    @field_validator("contact", mode="after")
    @classmethod
    def _reachable(cls, value: str) -> str:
        text = value.strip()
        is_plain = text.isascii() and text.isprintable() and not set("()") & set(text)
        if text and not (is_plain and set("@.:") & set(text)):
            raise ValueError("write an e-mail address or a web address, in plain letters and without brackets")
        return text

    @field_validator("acoustid_api_key", "services_db", mode="after")
    @classmethod
    def _trimmed(cls, value: SecretStr | None) -> SecretStr | None:
        text = value.get_secret_value().strip() if value else ""
        return SecretStr(text) if text else None

    @field_validator("musicbrainz_url", "acoustid_url", "listenbrainz_url", mode="after")
    @classmethod
    def _address(cls, value: str, info: ValidationInfo) -> str:
        return value and service_url(PLACES[str(info.field_name).removesuffix("_url")], value)

    @field_validator("home", mode="after")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return absolute(value)

    @model_validator(mode="after")
    def _polite(self) -> Self:
        for name, place in PLACES.items():
            url = getattr(self, f"{name}_url") or place.url
            try:
                check_interval(place, url, getattr(self, f"{name}_interval_seconds"))
            except ValueError as error:
                raise ValueError(f"LINERNOTES_{name.upper()}_INTERVAL_SECONDS: {error}") from error
        return self

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
        raise SettingsError(_why(error)) from None  # the cause holds all values, and keys are among them
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{Settings.model_config.get('env_file')} cannot be read: {error}") from error


def _why(error: ValidationError) -> str:
    """Return which setting cannot be used and why; a key is not repeated, nor an address, which may hold a password."""
    first = error.errors()[0]
    name = ".".join(str(part) for part in first["loc"])
    reason = first["msg"].removeprefix("Value error, ")
    if not name:
        return reason
    secret = {
        str(field.validation_alias)
        for attribute, field in Settings.model_fields.items()
        if "Secret" in str(field.annotation) or attribute.endswith("_url")
    }
    said = name if name in secret else f"{name}={first.get('input')!r}"
    return f"{said} cannot be used: {reason}"


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
