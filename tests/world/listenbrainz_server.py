"""ListenBrainz' metadata of recordings: one POST for up to a thousand of them."""

from typing import Any

from tests.world.model import Catalogue, Recording, Release
from tests.world.serving import Answered, Asked, Server, Window

_MOST = 1000


class ListenBrainzServer(Server):
    name = "listenbrainz"

    def __init__(self, catalogue: Catalogue, *, per_ten_seconds: int | None = None, port: int = 0) -> None:
        super().__init__(port=port)
        self._recordings = catalogue.recordings()
        self._releases: dict[str, Release] = {}
        for release in catalogue.releases:
            for recording in release.recordings:
                self._releases.setdefault(recording.mbid, release)
        self._limit = per_ten_seconds
        self._window = Window(per_ten_seconds, 10.0) if per_ten_seconds else None

    def answer(self, asked: Asked) -> Answered:
        headers = {
            "X-RateLimit-Limit": str(self._limit or 30),
            "X-RateLimit-Reset-In": "10",
            "X-RateLimit-Remaining": "9",
        }
        if self._window and not self._window.admits(asked.at):
            message = "You have exceeded your rate limit. See the X-RateLimit-* response headers for more information."
            return Answered(429, {"code": 429, "error": message}, headers | {"X-RateLimit-Remaining": "0"})
        if asked.path != "/1/metadata/recording" or asked.method != "POST":
            return Answered(404, {"code": 404, "error": "Not Found"})
        wanted = (asked.body or {}).get("recording_mbids")
        if not isinstance(wanted, list) or not wanted:
            return Answered(
                400, {"code": 400, "error": "recording_mbids must contain at least one valid recording MBID"}
            )
        if len(wanted) > _MOST:
            return Answered(400, {"code": 400, "error": f"Maximum number of recordings is {_MOST}"})
        inc = str((asked.body or {}).get("inc") or "").split()
        found = {mbid: self._metadata(self._recordings[mbid], inc) for mbid in wanted if mbid in self._recordings}
        return Answered(200, found, headers)

    def _metadata(self, recording: Recording, inc: list[str]) -> dict[str, Any]:
        release = self._releases[recording.mbid]
        found: dict[str, Any] = {
            "recording": {"name": recording.title, "length": round(recording.seconds * 1000), "rels": []}
        }
        if "artist" in inc:
            artists = [{"artist_mbid": artist.mbid, "name": artist.name, "join_phrase": join, "type": "Group"}
                       for artist, join in recording.credit.parts]  # fmt: skip
            found["artist"] = {"name": recording.credit.name, "artist_credit_id": 1, "artists": artists}
        if "tag" in inc:
            rock = {"count": 3, "tag": "rock", "genre_mbid": release.group.mbid}
            tags: dict[str, Any] = {"recording": [rock], "artist": [], "release_group": [{"count": 1, "tag": "night"}]}
            found["tag"] = tags
        if "release" in inc:
            found["release"] = {"mbid": release.mbid, "name": release.title, "release_group_mbid": release.group.mbid,
                                "album_artist_name": release.credit.name, "caa_id": None, "caa_release_mbid": None,
                                "year": int(release.date[:4] or 0) or None}  # fmt: skip
        return found
