from dataclasses import replace

import pytest

from music.match_parameters import MatchParameters
from music.piece_decision import judge_piece
from music.piece_evidence import Piece
from music.releases import ArtistCredit, FingerprintMatch, LinkedRecording, Recording, ReleaseSummary

ABBA = ArtistCredit("ABBA", ("abba",))
ALBUM = ReleaseSummary("arrival", "Arrival", "rg arrival", ABBA)
GOLD = ReleaseSummary("gold", "Gold", "rg gold", ABBA)
QUEEN = LinkedRecording("queen", 40, "Dancing Queen", ABBA, 231.0, releases=(ALBUM, GOLD))
LIVE = LinkedRecording("live", 10, "Dancing Queen (live)", ABBA, 233.0, releases=(ReleaseSummary("l", "Live", "rg l"),))
OTHER = LinkedRecording("fernando", 40, "Fernando", ABBA, 251.0)
PARAMETERS = MatchParameters()


def heard(*linked, score=0.96):
    return (FingerprintMatch("acoustid", score, linked),)


def piece(**known):
    named = {"title": "Dancing Queen", "artist": "ABBA", "album": "Arrival", "matches": heard(QUEEN)}
    return Piece(file_key="k", path="k.flac", was_looked_up=True, **{"duration_seconds": 231.5, **named, **known})


ON_BEST = replace(QUEEN, mbid="b", sources=3, releases=(ReleaseSummary("best", "Best", "rg best", ABBA),))
TWIN = replace(QUEEN, mbid="twin", sources=7, duration_seconds=234)
NAMELESS = {"title": None, "artist": None, "album": None}
RECORDING = Recording("queen", "Dancing Queen", ABBA, 231.0, isrcs=("SEAYD7601020",))


def judged(chosen, *recordings):
    return judge_piece(chosen, recordings, PARAMETERS)


@pytest.mark.parametrize(
    "chosen",
    [
        piece(),
        piece(artist=None, album=None),
        piece(title="Dancing Qween"),
        piece(title="Dancing Queen (Remastered 2014)"),
        piece(**NAMELESS),
        piece(**NAMELESS, path_artist="backup", path_album="old things"),
        piece(**NAMELESS, matches=heard(replace(QUEEN, sources=12), replace(OTHER, sources=1))),
        piece(title="ABBA - Dancing Queen", artist=None),
        piece(matches=heard(QUEEN, replace(OTHER, sources=2))),
        piece(matches=heard(QUEEN, LIVE)),
        piece(recording_mbid="of another song"),
        piece(artist="Abba feat. Nobody"),
    ],
    ids=[
        "all",
        "title",
        "mistyped",
        "remaster",
        "nameless",
        "folder",
        "a slip",
        "artist in title",
        "few for another",
        "live beside",
        "wrong id",
        "guest",
    ],
)
def test_a_piece_that_names_sound_and_length_agree_on_is_accepted(chosen):
    match = judged(chosen)

    assert (match.decision, match.recording_mbid) == ("ACCEPT", "queen")


@pytest.mark.parametrize(
    ("chosen", "because"),
    [
        (piece(title="Fernando"), "it calls itself “Fernando”"),
        (piece(title="Dancing Queen (live)"), "another version"),
        (piece(artist="The Beatles"), "another artist"),
        (piece(duration_seconds=239.5), "8 s longer"),
        (piece(matches=heard(QUEEN, replace(QUEEN, mbid="twin", sources=25))), "none has most of the sources"),
        (piece(matches=heard(QUEEN, replace(QUEEN, mbid="twin"))), "is as likely"),
        (piece(duration_seconds=234, matches=heard(QUEEN, TWIN)), "is nearer"),
        (piece(**NAMELESS, matches=heard(QUEEN, score=0.89)), "not sure enough"),
        (piece(**NAMELESS, duration_seconds=235), "not sure enough"),
        (piece(**NAMELESS, matches=heard(replace(QUEEN, sources=1))), "not sure enough"),
        (piece(**NAMELESS, matches=heard(QUEEN, replace(OTHER, sources=8, duration_seconds=231.0))), "not sure enough"),
        (piece(**NAMELESS, matches=heard(replace(QUEEN, sources=60), replace(OTHER, sources=5))), "not sure enough"),
        (piece(**NAMELESS, recording_mbid="of another song"), "the id in its tags is another's"),
        (piece(matches=heard(LIVE), album="Arrival"), "nothing but the sound"),
        (piece(album="Best", matches=heard(QUEEN, ON_BEST)), "the album that it names has"),
    ],
    ids=[
        "title", "version", "artist", "length", "rivals", "twins", "nearer", "weak", "far", "one source",
        "contaminated", "a few for another", "other id", "unsaid live", "named album",
    ],
)  # fmt: skip
def test_a_contradiction_stops_an_accept(chosen, because):
    match = judged(chosen)

    assert match.decision == "REVIEW"
    assert because in match.reason


def test_most_of_the_sources_for_another_song_are_believed_over_nobody():
    match = judged(piece(matches=heard(replace(QUEEN, sources=5), replace(OTHER, sources=300, duration_seconds=231.0))))

    assert match.decision == "REVIEW"


@pytest.mark.parametrize(
    ("chosen", "decision"),
    [
        (piece(matches=(), recording_mbid="queen"), "ACCEPT"),
        (piece(matches=(), isrc="SEAYD7601020"), "ACCEPT"),
        (piece(matches=()), "REVIEW"),
        (piece(matches=(), recording_mbid="queen", title="Fernando"), "REVIEW"),
        (piece(matches=(), recording_mbid="queen", duration_seconds=236), "REVIEW"),
        (piece(matches=(), recording_mbid="queen", artist=None), "REVIEW"),
        (piece(matches=heard(OTHER), recording_mbid="queen"), "REVIEW"),
        (piece(matches=heard(OTHER, score=0.5), recording_mbid="queen"), "ACCEPT"),
        (piece(matches=(), title="Waterloo", artist="Abba?", duration_seconds=160), "REJECT"),
    ],
    ids=["id", "isrc", "names alone", "title", "length", "no artist", "sound against", "noise", "another song"],
)
def test_without_sound_an_id_must_be_true(chosen, decision):
    assert judged(chosen, RECORDING).decision in ({decision} if decision != "REVIEW" else {"REVIEW", "REJECT"})


def test_a_merged_id_counts_and_is_remembered():
    match = judged(piece(matches=(), recording_mbid="old"), replace(RECORDING, requested_mbid="old"))

    assert (match.decision, match.recording_mbid, match.requested_recording_mbid) == ("ACCEPT", "queen", "old")


@pytest.mark.parametrize(
    ("known", "group", "release"),
    [
        ({"album": "Arrival"}, "rg arrival", "arrival"),
        ({"album": "Gold"}, "rg gold", "gold"),
        ({"album": None}, None, None),
        ({"album": "A Mix of Mine"}, None, None),
        ({"album": None, "release_mbid": "gold"}, "rg gold", "gold"),
        ({"album": "Arrival", "release_mbid": "gold"}, "rg arrival", "arrival"),
    ],
    ids=["named", "other named", "unnamed", "unknown name", "id", "name against id"],
)
def test_which_album_a_loose_piece_is_from_is_claimed_only_if_something_says_so(known, group, release):
    match = judged(piece(**known))

    assert (match.decision, match.release_group_mbid, match.release_mbid) == ("ACCEPT", group, release)


def test_editions_of_the_album_are_not_told_apart_by_a_loose_piece():
    twice = replace(QUEEN, releases=(ALBUM, replace(ALBUM, mbid="reissue")))

    match = judged(piece(matches=heard(twice)))

    assert (match.release_group_mbid, match.release_mbid) == ("rg arrival", None)
    assert match.editions == ("arrival", "reissue")


def test_what_nobody_knows_is_rejected_in_words():
    match = judged(piece(matches=()))

    assert (match.decision, match.candidates) == ("REJECT", ())
    assert match.reason == "No service knows this sound, and no name led to anything that fits."


def test_the_order_of_the_recordings_changes_nothing():
    """S3-151."""
    known = [RECORDING, replace(RECORDING, mbid="other", title="Dancing Queens"), replace(RECORDING, mbid="third")]

    assert judged(piece(matches=()), *known) == judged(piece(matches=()), *reversed(known))
