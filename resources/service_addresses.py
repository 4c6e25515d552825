"""Where the services live, and how fast their public hosts may be asked.

People write addresses in many ways: `http://127.0.0.1:8000`, `…/`, `…/ws/2` and `…/v2/lookup` all mean the same root.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Place:
    """A service as its makers run it."""

    title: str
    """Its name as people write it."""
    host: str
    domain: str
    """All hosts of this domain are the public service."""
    root: tuple[str, ...]
    """The path under which all its answers lie."""
    interval_seconds: float
    """Between two requests, unless a person says otherwise."""
    floor_seconds: float
    """Below this no setting can go for the public service."""

    @property
    def url(self) -> str:
        """Return the address of the public service."""
        return "/".join(("https:", "", self.host, *self.root))


PLACES = {
    "musicbrainz": Place("MusicBrainz", "musicbrainz.org", "musicbrainz.org", ("ws", "2"), 1.1, 1.0),
    "acoustid": Place("AcoustID", "api.acoustid.org", "acoustid.org", ("v2",), 0.34, 0.33),
    "listenbrainz": Place("ListenBrainz", "api.listenbrainz.org", "listenbrainz.org", ("1",), 1.0, 0.2),
}
"""By the name of the service."""


def service_url(place: Place, given: str) -> str:
    """Return the address of a service's root, with no slash at its end.

    Args:
        place: The service.
        given: What a person wrote; empty for the public service.

    Raises:
        ValueError: It is no address of a web service; the message says what to write.
    """
    text = given.strip()
    if not text:
        return place.url
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.port == 0:
        raise ValueError(f"{place.title} is found under an address such as {place.url} or http://127.0.0.1:8000")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("an address with a name, a password, `?` or `#` is not taken")
    scheme = "https" if is_public(place, text) else parts.scheme
    path = _above(place.root, [part for part in parts.path.split("/") if part])
    return "/".join((f"{scheme}:", "", parts.netloc.lower(), *path, *place.root))


def _above(root: tuple[str, ...], path: list[str]) -> list[str]:
    """Return the part of a path that is in front of the service's own root, whole or begun."""
    for length in range(len(root), 0, -1):
        for start in range(len(path) - length + 1):
            is_last = start + length == len(path)
            if tuple(path[start : start + length]) == root[:length] and (length == len(root) or is_last):
                return path[:start]
    return path


def is_public(place: Place, url: str) -> bool:
    """Tell whether an address is that of the public service, whatever the spelling."""
    host = (urlsplit(url).hostname or "").rstrip(".").lower()
    return host == place.domain or host.endswith(f".{place.domain}")


def check_interval(place: Place, url: str, seconds: float | None) -> None:
    """Refuse an interval that the public service forbids; for any other host all are fine.

    Raises:
        ValueError: It is too short; the message says what is allowed.
    """
    if seconds is not None and is_public(place, url) and seconds < place.floor_seconds:
        raise ValueError(
            f"{seconds:g} s between two requests are too few for {place.title}, which is shared by all: "
            f"at least {place.floor_seconds:g}"
        )
