"""The services as the settings allow to ask them."""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from ingest_assets.batch import ERROR_CODE
from ingest_assets.identify_group import Services
from music.error_codes import ErrorCode
from resources import services
from resources.acoustid import AcoustId
from resources.http import Http
from resources.listenbrainz import ListenBrainz
from resources.musicbrainz import MusicBrainz
from resources.service_state import ServiceStateError
from resources.settings import Settings, SettingsError


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


@contextmanager
def state_errors() -> Iterator[None]:
    """Make a state of the services that cannot be used a failure with its code: no file is blamed for it."""
    try:
        yield
    except (ServiceStateError, SettingsError) as error:
        metadata = {ERROR_CODE: str(ErrorCode.SERVICE_STATE_ERROR)}
        raise dg.Failure(str(error), metadata=metadata, allow_retries=False) from error
