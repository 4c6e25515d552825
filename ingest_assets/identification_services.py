"""The services as the settings allow to ask them."""

from collections.abc import Iterator
from contextlib import contextmanager

from ingest_assets.identify_group import Services
from resources import services
from resources.acoustid import AcoustId
from resources.http import Http
from resources.listenbrainz import ListenBrainz
from resources.musicbrainz import MusicBrainz
from resources.settings import Settings


@contextmanager
def opened_services(settings: Settings, *, run_id: str) -> Iterator[tuple[Http, Services]]:
    """Provide the services for a block; without a key AcoustID has only what is kept.

    ListenBrainz only adds to what MusicBrainz says: who asks a MusicBrainz of their own says where theirs is.

    Args:
        settings: Addresses, keys, pace.
        run_id: For the log of calls.
    """
    wants_listenbrainz = bool(settings.listenbrainz_url) or not settings.musicbrainz_url
    with Http(settings.home, settings, run_id=run_id) as http:
        yield (
            http,
            Services(
                musicbrainz=MusicBrainz(http, services.musicbrainz(settings)),
                acoustid=AcoustId(http, services.acoustid(settings)),
                listenbrainz=ListenBrainz(http, services.listenbrainz(settings)) if wants_listenbrainz else None,
            ),
        )
