"""What ListenBrainz adds to recordings that have a name: genres and tags, where no release brought any."""

from collections.abc import Iterable
from typing import Any

from resources.listenbrainz import ListenBrainz
from resources.service_errors import ServiceError

Row = dict[str, Any]


def decorate(rows: Iterable[Row], listenbrainz: ListenBrainz | None) -> None:
    """Add tags to the rows of `identifications` that were ACCEPTed and have none; all of them with one request.

    Nothing depends on them: where ListenBrainz gives no answer, the rows stay without.

    Args:
        rows: Are changed in place.
        listenbrainz: Whom to ask; None where it is not to be asked.
    """
    bare = [row for row in rows if row["decision"] == "ACCEPT" and row["recording_mbid"] and not row["tags"]]
    if not bare or listenbrainz is None:
        return
    try:
        found = listenbrainz.decorate({row["recording_mbid"] for row in bare})
    except ServiceError:
        return
    for row in bare:
        if decoration := found.get(row["recording_mbid"]):
            row["tags"] = list(decoration.tags)
            row["release_date"] = row["release_date"] or decoration.first_release_date
