"""`linernotes check-keys`: whether each service knows the key that is set for it (S3-157)."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Literal

import click

from ingest_assets.console import out, plain
from ingest_assets.identification_due import forget_bad_key
from resources.http import Http
from resources.service_errors import InvalidKeyError, NoContactError, NoKeyError, RefusedError, ServiceError
from resources.services import Service, services
from resources.settings import Settings
from resources.state import opened, state_file

NO_FINGERPRINT = {"format": "json", "duration": "100", "fingerprint": "x"}
"""AcoustID looks at the key first: with one that it knows it answers that this is no fingerprint."""


@dataclass(frozen=True, slots=True)
class CheckedKey:
    """What a service said of a key."""

    service: str
    setting: str
    state: Literal["valid", "invalid", "not set", "unknown"]
    message: str
    cure: str = ""

    def __str__(self) -> str:
        """Return it as a line."""
        line = f"{self.service:<14} {self.state:<7} {self.message}"
        return f"{line}  → {self.cure}" if self.cure else line


def print_keys(settings: Settings, *, as_json: bool) -> int:
    """Ask each service that needs a key whether it knows it, and print what it said; return the exit code."""
    checked = list(check_keys(settings))
    if as_json:
        click.echo(json.dumps([asdict(each) for each in checked], indent=2))
    else:
        for each in checked:
            out().print(plain(str(each)))
    return int(any(each.state == "invalid" for each in checked))


def check_keys(settings: Settings) -> Iterator[CheckedKey]:
    """Ask each service that needs a key whether it knows it."""
    with Http(settings.home, settings) as http:
        http.let_probe()
        for service in services(settings):
            if service.key_name:
                yield _checked(http, settings, service, service.key_name)


def _checked(http: Http, settings: Settings, service: Service, setting: str) -> CheckedKey:
    http.forget_bad_key(service)
    try:
        http.post_form(service, "lookup", NO_FINGERPRINT, lifetimes=None)
    except RefusedError:
        pass
    except NoKeyError as error:
        return CheckedKey(service.name, setting, "not set", error.message, "https://acoustid.org/new-application")
    except InvalidKeyError as error:
        return CheckedKey(service.name, setting, "invalid", error.message, f"Set {setting} to another key.")
    except NoContactError as error:
        cure = "Set LINERNOTES_CONTACT to your e-mail address in .env."
        return CheckedKey(service.name, setting, "unknown", error.message, cure)
    except ServiceError as error:
        return CheckedKey(service.name, setting, "unknown", error.message, error.code.sentence)
    _tell_planner(settings)
    return CheckedKey(service.name, setting, "valid", f"{service.title} knows the key in {setting}")


def _tell_planner(settings: Settings) -> None:
    """Let files that wait for a key be identified, where any were planned yet."""
    if state_file(settings.home).exists():
        with opened(settings.home) as connection:
            forget_bad_key(connection)
