"""What is known of each service: where it is, how fast it may be asked, how long its answers hold.

Everything that a test or a mirror may want otherwise is a field: `dataclasses.replace(service, read_seconds=0.5)`.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from resources.service_addresses import PLACES
from resources.service_verdicts import Judgement, judge_acoustid, judge_listenbrainz, judge_musicbrainz
from resources.settings import Settings

DAY_SECONDS = 86_400.0


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """For how long an answer is kept, in seconds; each is made up to 10 % longer or shorter."""

    found: float
    missing: float
    """Where there is no such thing (404), and where a search finds nothing."""


BY_ID = Lifetimes(found=30 * DAY_SECONDS, missing=7 * DAY_SECONDS)
"""Releases and recordings by their id."""
SEARCH = Lifetimes(found=7 * DAY_SECONDS, missing=3 * DAY_SECONDS)
FINGERPRINT = Lifetimes(found=90 * DAY_SECONDS, missing=7 * DAY_SECONDS)
"""Also for what is kept by parts."""


@dataclass(frozen=True, slots=True)
class Service:
    """A service as this deployment asks it."""

    name: str
    """musicbrainz, acoustid or listenbrainz."""
    title: str
    """As people write it."""
    url: str
    """The root of all its paths, with `/ws/2` and the like, without a slash at its end."""
    interval_seconds: float
    """Between two requests of all processes together."""
    judge: Callable[[int, object], Judgement]
    """From the status and the JSON (or `NO_JSON`) of an answer."""
    key_name: str | None = None
    """The setting of its key; None: it needs none."""
    key: str = field(default="", repr=False)
    """The key itself, '' if none is set."""
    secret_parameters: tuple[str, ...] = ()
    """The parameters under which `Http` sends the key; they are never kept anywhere."""
    connect_seconds: float = 3.05
    read_seconds: float = 30.0
    """Between two pieces of an answer; the whole one may take twice as long."""
    retries: int = 3
    """Further attempts at one question."""
    backoff_seconds: float = 2.0
    """The pause after a failure, doubled with each further one, where the service does not say how long."""
    failures_until_open: int = 5
    """Failures in a row after which nobody asks for a while."""
    cooldown_seconds: float = 60.0
    """How long nobody asks then; doubled each time up to `longest_cooldown_seconds`."""
    longest_cooldown_seconds: float = 900.0
    longest_pause_seconds: float = 120.0
    """A pause that is longer is not waited for."""

    @property
    def host(self) -> str:
        """Return host and port: each has a budget of its own."""
        return urlsplit(self.url).netloc

    @property
    def key_digest(self) -> str:
        """Return what stands for the key where something is written down; '' without a key."""
        return hashlib.sha256(self.key.encode()).hexdigest()[:16] if self.key else ""


def musicbrainz(settings: Settings) -> Service:
    """Return MusicBrainz as the settings have it."""
    return _service("musicbrainz", settings, judge_musicbrainz)


def acoustid(settings: Settings) -> Service:
    """Return AcoustID as the settings have it."""
    key = settings.acoustid_api_key
    return replace(
        _service("acoustid", settings, judge_acoustid),
        key_name="ACOUSTID_API_KEY",
        key=key.get_secret_value() if key else "",
        secret_parameters=("client",),
    )


def listenbrainz(settings: Settings) -> Service:
    """Return ListenBrainz as the settings have it."""
    return _service("listenbrainz", settings, judge_listenbrainz)


def services(settings: Settings) -> tuple[Service, ...]:
    """Return all services as the settings have them."""
    return acoustid(settings), musicbrainz(settings), listenbrainz(settings)


def _service(name: str, settings: Settings, judge: Callable[[int, object], Judgement]) -> Service:
    place = PLACES[name]
    interval_seconds = getattr(settings, f"{name}_interval_seconds")
    return Service(
        name=name,
        title=place.title,
        url=getattr(settings, f"{name}_url") or place.url,
        interval_seconds=place.interval_seconds if interval_seconds is None else interval_seconds,
        judge=judge,
    )
