"""A judgement that asks MusicBrainz one question a group, and a process of its own that runs a batch and is killed."""

import os
import signal
import sys
import uuid

from ingest_assets import identification_run, identification_writer
from ingest_assets.batch import execute_batch, new_run_id, run_lock, run_tags
from ingest_assets.identify_group import Identified, Services
from music.match_parameters import MatchParameters
from music.piece_evidence import AlbumGroup
from resources import leases, locks
from resources.settings import load_settings, prepare_environment
from resources.state import opened
from tests.ingest_assets.identifying import accept


def ask_and_accept(group: AlbumGroup, services: Services, parameters: MatchParameters) -> Identified:
    """Ask for a release that stands for the group; it does not matter that there is none."""
    del parameters
    if services.musicbrainz is not None:
        services.musicbrainz.release(str(uuid.uuid5(uuid.NAMESPACE_URL, group.group_id)))
    return Identified(tuple(accept(piece) for piece in group.pieces))


def run_until_killed(lease_id: str, *, after_groups: int) -> None:
    """Run a batch, writing after each group; be killed when so many were judged, before the last is written."""
    import dagster as dg  # noqa: PLC0415  only this process needs it

    from tests.house import without_checks  # noqa: PLC0415  as above

    judged: list[str] = []

    def die(group: AlbumGroup, services: Services, parameters: MatchParameters) -> Identified:
        found = ask_and_accept(group, services, parameters)
        judged.append(group.group_id)
        if len(judged) == after_groups:
            os.kill(os.getpid(), signal.SIGKILL)
        return found

    identification_run.identify_group = die
    identification_writer.FLUSH_FILES = 1
    settings = load_settings()
    prepare_environment(settings)
    run_id = new_run_id()
    locks.hold(settings.home, run_lock(run_id))
    with opened(settings.home) as connection:
        lease = leases.lease_of(connection, lease_id)
        leases.begin_run(connection, lease_id, run_id)
    if lease is None:
        raise AssertionError(lease_id)
    from ingest_assets.identify import identify  # noqa: PLC0415  as above

    with dg.DagsterInstance.get() as instance:
        job = without_checks([identify]).resolve_job_def(lease.lane)
        execute_batch(instance, job, run_id=run_id, tags=run_tags(lease, session="killed"))


if __name__ == "__main__":
    run_until_killed(sys.argv[1], after_groups=int(sys.argv[2]))
