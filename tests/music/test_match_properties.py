"""What holds for every decision, whatever the library: made-up libraries of made-up damage."""

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from music.alignment import align
from music.match_decision import judge_album
from music.match_parameters import MatchParameters
from music.matches import Decision
from music.piece_decision import judge_piece
from music.piece_evidence import AlbumGroup
from music.releases import ArtistCredit, Recording
from tests.music.shelf import Shelf, disc, group_of, release, track, untagged

PARAMETERS = MatchParameters()
WORDS = (
    *("amber", "birch", "cedar", "delta", "ember", "falcon", "garnet", "harbour"),
    *("island", "jasper", "kettle", "lantern", "meadow", "nectar", "orchid"),
)


def shelf_of(rng):
    """Return a shelf with an album, a remaster, a live version, a compilation and another album."""
    names = rng.sample(WORDS, 9)
    songs = [track(at, name, rng.uniform(100, 300), f"rec {name}") for at, name in enumerate(names[:5], 1)]
    album = release("album", "Album of it", disc(*songs))
    again = [replace(each, recording_mbid=f"new {each.title}", length_seconds=each.length_seconds + rng.choice([0, 3]))
             for each in songs]  # fmt: skip
    remaster = replace(album, mbid="remaster", media=(disc(*again),), date="2011")
    played = [
        replace(song, recording_mbid=f"live {song.title}", length_seconds=song.length_seconds + 9) for song in songs
    ]
    live = release("live", "Album of it live", disc(*played), secondary_types=("Live",))
    others = [track(at, name, rng.uniform(100, 300), f"rec {name}") for at, name in enumerate(names[5:], 1)]
    other = release("other", "Another", disc(*others))
    hits = release(
        "hits", "Hits", disc(*(replace(song, position=at) for at, song in enumerate([songs[0], *others], 1)))
    )
    links = {song.recording_mbid: {song.recording_mbid: rng.randint(1, 40), f"new {song.title}": rng.randint(1, 10)}
             for song in songs}  # fmt: skip
    return Shelf((album, remaster, live, other, hits), links=links)


def damaged(piece, rng):
    """Return a piece with something amiss."""
    return rng.choice(
        [
            piece,
            untagged(piece),
            replace(piece, title=None),
            replace(piece, title=rng.choice(WORDS)),
            replace(piece, matches=()),
            replace(piece, duration_seconds=piece.duration_seconds + rng.choice([-20, -4, 4, 20])),
            replace(
                piece, recording_mbid=f"rec {rng.choice(WORDS)}", release_mbid=rng.choice(["album", "other", "live"])
            ),
            replace(piece, track_number=rng.randint(1, 9), album=None),
        ]
    )


def scene(seed):
    rng = random.Random(seed)  # noqa: S311
    shelf = shelf_of(rng)
    pieces = [damaged(piece, rng) for piece in shelf.rip(rng.choice(["album", "remaster", "live", "hits"]))]
    return rng, shelf, pieces


def by_key(matches):
    return {(match.file_key, match.segment_index): match for match in matches}


seeds = st.integers(0, 10**6)


@settings(max_examples=40, deadline=None)
@given(seeds)
def test_order_changes_nothing(seed):
    """S3-151: neither that of the pieces nor that of the candidates."""
    rng, shelf, pieces = scene(seed)
    group = group_of(pieces)
    shuffled = AlbumGroup(group.group_id, tuple(rng.sample(pieces, len(pieces))))
    releases = rng.sample(shelf.releases, len(shelf.releases))

    first = judge_album(group, [align(group, each) for each in shelf.releases], (), PARAMETERS)
    second = judge_album(shuffled, [align(shuffled, each) for each in releases], (), PARAMETERS)

    assert by_key(first) == by_key(second)


@settings(max_examples=40, deadline=None)
@given(seeds)
def test_scores_are_shares_and_decisions_are_whole(seed):
    _, shelf, pieces = scene(seed)

    for match in shelf.identify(group_of(pieces)):
        evidence = match.evidence
        numbers = [match.confidence, evidence.metadata, evidence.contextual, evidence.pattern, evidence.fingerprint,
                   evidence.fingerprint_mean, evidence.fingerprint_min, evidence.duration, evidence.release_share,
                   evidence.margin, *(candidate.score for candidate in match.candidates)]  # fmt: skip
        assert all(0 <= number <= 1 for number in numbers if number is not None)
        assert (match.recording_mbid is None) == (match.decision is Decision.REJECT)
        assert match.reason.endswith(".")
        assert match.decision is not Decision.ACCEPT or evidence.margin is not None


@settings(max_examples=40, deadline=None)
@given(seeds)
def test_what_has_nothing_to_do_with_it_changes_no_review_to_an_accept(seed):
    rng, shelf, pieces = scene(seed)
    group = group_of(pieces)
    stranger = release("zz", "Stranger", disc(*((f"song {at}", rng.uniform(400, 900), f"zz {at}") for at in range(5))),
                       artist=ArtistCredit("Somebody", ("somebody",)))  # fmt: skip
    alignments = [align(group, each) for each in shelf.releases]

    before = by_key(judge_album(group, alignments, (), PARAMETERS))
    after = by_key(judge_album(group, [*alignments, align(group, stranger)], (), PARAMETERS))

    assert all(before[key].decision is Decision.ACCEPT for key, match in after.items() if match.decision == "ACCEPT")


@settings(max_examples=60, deadline=None)
@given(seeds)
def test_a_stranger_among_the_recordings_changes_no_review_of_a_piece_to_an_accept(seed):
    rng, shelf, pieces = scene(seed)
    piece = rng.choice(pieces)
    known = list(shelf.recordings().values())
    stranger = Recording("zz", "Quite another", ArtistCredit("Somebody", ("somebody",)), 777.0)

    before = judge_piece(piece, known, PARAMETERS)
    after = judge_piece(piece, [stranger, *known], PARAMETERS)

    assert (before.decision, before.recording_mbid) == (after.decision, after.recording_mbid)


@pytest.mark.parametrize("seed", range(60))
def test_a_piece_whose_sound_is_right_is_never_accepted_as_another_song(seed):
    _, shelf, pieces = scene(seed)
    songs = {mbid: recording.title for mbid, recording in shelf.recordings().items()}

    for piece, match in zip(pieces, shelf.identify(group_of(pieces)), strict=True):
        heard = {songs[linked.mbid] for each in piece.matches for linked in each.recordings}
        if match.decision is Decision.ACCEPT and heard:
            assert songs[match.recording_mbid] in heard
