import json
import threading
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from ingest_assets.review_chosen import Named, parse_named
from ingest_assets.review_groups import ReviewError, short_id
from tests.house import GULLS, HARBOUR, LAMP, PIER, House
from tests.ingest_assets.commands import Command
from tests.ingest_assets.questions import ALBUM, LOW_TIDE_GROUP, mbid, recording, told

BOX, LONG_GULLS, SONG, MERGED = mbid("box set"), mbid("r gulls long"), mbid("r song"), mbid("old song")
ALBUM_ID = short_id(ALBUM)


def credit(name: str) -> list[dict[str, Any]]:
    return [{"name": name, "joinphrase": "", "artist": {"id": mbid(f"a {name}"), "name": name}}]


def track(position: int, title: str, recording_mbid: str, seconds: float) -> dict[str, Any]:
    of_it = {"id": recording_mbid, "title": title, "length": seconds * 1000, "artist-credit": credit("The Moorings")}
    return {"position": position, "number": str(position), "title": title, "length": seconds * 1000, "recording": of_it}


ANSWERS = {
    f"/ws/2/release/{BOX}": {
        "id": BOX,
        "title": "Low Tide (box)",
        "artist-credit": credit("The Moorings"),
        "release-group": {"id": LOW_TIDE_GROUP, "title": "Low Tide"},
        "media": [
            {
                "position": 1,
                "tracks": [
                    track(1, "Harbour", recording(HARBOUR), 3.6),
                    track(2, "Pier", recording(PIER), 3.6),
                    track(3, "Gulls", LONG_GULLS, 3.6),
                ],
            }
        ],
    },
    f"/ws/2/recording/{SONG}": {"id": SONG, "title": "Song", "length": 3600, "artist-credit": credit("The Wicks")},
    f"/ws/2/recording/{MERGED}": {"id": SONG, "title": "Song", "length": 3600, "artist-credit": credit("The Wicks")},
}


class MusicBrainzServer(BaseHTTPRequestHandler):
    asked: list[str]

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        self.asked.append(path)
        answer = ANSWERS.get(path)
        body = json.dumps(answer or {"error": "Not Found"}).encode()
        self.send_response(200 if answer else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """A server that answers as MusicBrainz does, and what it was asked for."""
    paths: list[str] = []
    handler = type("Handler", (MusicBrainzServer,), {"asked": paths})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        monkeypatch.setenv("LINERNOTES_CONTACT", "someone@example.org")
        monkeypatch.setenv("LINERNOTES_MUSICBRAINZ_URL", f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setenv("LINERNOTES_MUSICBRAINZ_INTERVAL_SECONDS", "0")
        yield paths
        server.shutdown()
        thread.join()


@pytest.fixture
def choose(linernotes: Command) -> Command:
    """The command `review choose`."""
    return partial(linernotes, "review", "choose")


def test_a_release_that_a_person_found_is_laid_on_the_pieces(asking: House, choose: Command, asked: list[str]) -> None:
    said = choose(ALBUM_ID, f"https://musicbrainz.org/release/{BOX}")

    assert said.out.startswith("Written down: 3 pieces are The Moorings - Low Tide (box).")
    assert asked == [f"/ws/2/release/{BOX}"]
    row = told(asking, GULLS)
    assert (row["recording_mbid"], row["release_mbid"], row["track_position"]) == (LONG_GULLS, BOX, 3)
    assert row["release_group_mbid"] == LOW_TIDE_GROUP


def test_of_one_piece_an_id_is_looked_up_as_a_recording_first(asking: House, choose: Command, asked: list[str]) -> None:
    said = choose(LAMP, MERGED)

    assert said.out.startswith("Written down: 1 piece is The Wicks - Song.")
    assert asked == [f"/ws/2/recording/{MERGED}"]
    row = told(asking, LAMP)
    assert (row["recording_mbid"], row["title"], row["artist_mbids"]) == (SONG, "Song", [mbid("a The Wicks")])


def test_what_musicbrainz_does_not_have_is_not_written_down(asking: House, choose: Command, asked: list[str]) -> None:
    said = choose(ALBUM_ID, mbid("nothing"))

    assert (said.code, said.out) == (1, "")
    assert said.err == f"MusicBrainz has no release and no recording {mbid('nothing')}\n"
    assert len(asked) == 2
    assert asking.tuples("from decisions") == []


def test_without_a_contact_nobody_is_asked_and_the_id_is_taken_as_it_is(
    asking: House, choose: Command, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LINERNOTES_CONTACT")

    said = choose(LAMP, SONG)

    assert f"recording {SONG}, taken as it is: " in said.out
    assert "--as" in said.out
    assert asked == []
    assert (told(asking, LAMP)["recording_mbid"], told(asking, LAMP)["title"]) == (SONG, None)


@pytest.mark.usefixtures("asked")
def test_a_release_group_is_said_of_all_pieces_of_a_group(asking: House, choose: Command) -> None:
    choose(ALBUM_ID, mbid("another album"), "--as", "release-group")

    row = told(asking, GULLS)
    assert (row["decision"], row["release_group_mbid"], row["recording_mbid"]) == (
        "ACCEPT",
        mbid("another album"),
        None,
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(SONG, Named(SONG), id="id"),
        pytest.param(SONG.upper(), Named(SONG), id="capitals"),
        pytest.param(f"https://musicbrainz.org/release-group/{SONG}?x=1", Named(SONG, "release-group"), id="address"),
        pytest.param(f"http://mirror/recording/{SONG}", Named(SONG, "recording"), id="mirror"),
        pytest.param(f"https://musicbrainz.org/artist/{SONG}", None, id="of something else"),
        pytest.param("Song", None, id="a name"),
    ],
)
def test_an_id_may_be_given_as_an_address(text: str, expected: Named | None) -> None:
    if expected is not None:
        assert parse_named(text, None) == expected
        return
    with pytest.raises(ReviewError):
        parse_named(text, None)
