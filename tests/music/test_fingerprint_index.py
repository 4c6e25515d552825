import numpy as np
import pytest

from music import fingerprint_index
from music.fingerprint_index import FingerprintIndex, find_pairs
from tests.music.test_fingerprint_similarity import flips, words


def library(count, *, size=300):
    return [words(size, seed=100 + number) for number in range(count)]


def pairs(index, **wanted):
    return [tuple(pair) for pair in index.candidates(**wanted).tolist()]


def test_an_empty_index_has_no_candidates():
    assert pairs(FingerprintIndex()) == []
    assert pairs(FingerprintIndex().add([])) == []


def test_fingerprints_are_kept_in_order():
    songs = [*library(3), np.zeros(0, np.uint32), words(5)]

    index = FingerprintIndex().add(songs[:2]).add(songs[2:])

    assert len(index) == 5
    assert all(np.array_equal(index[number], song) for number, song in enumerate(songs))


@pytest.mark.parametrize("share", [0.0, 0.05, 0.12], ids=["equal", "low bit rate", "talked over"])
def test_copies_are_candidates_and_others_are_not(share):
    songs = library(20)

    index = FingerprintIndex().add([*songs, songs[7] ^ flips(300, share=share), songs[3][120:]])

    assert pairs(index) == [(3, 21), (7, 20)]


def test_parts_and_blocks_change_nothing(monkeypatch):
    songs = library(12)
    index = FingerprintIndex().add([*songs, *(song ^ flips(300, share=0.04) for song in songs)])
    at_once = pairs(index)

    for name, least in [("_PART_WORDS", 900), ("_WORDS_AT_ONCE", 700), ("_HITS_AT_ONCE", 50)]:
        monkeypatch.setattr(fingerprint_index, name, least)

    assert pairs(index) == at_once == [(number, number + 12) for number in range(12)]


def test_only_pairs_with_what_was_added_are_asked_for():
    songs = library(6)
    index = FingerprintIndex().add([*songs, songs[0]])

    index.add([songs[4] ^ flips(300, share=0.04)])

    assert pairs(index, since=7) == [(4, 7)]
    assert pairs(index) == [(0, 6), (4, 7)]
    assert pairs(index, since=8) == []


def test_a_steady_tone_does_not_make_all_alike():
    tone = np.full(300, 0xA5A5A5A5, np.uint32)
    songs = [np.concatenate([song[:150], tone[:8], song[150:]]) for song in library(40)]

    assert pairs(FingerprintIndex().add(songs)) == []


def test_what_was_kept_is_an_index_again():
    songs = library(4)
    made = FingerprintIndex().add([*songs, songs[1]])

    again = FingerprintIndex(made.words, ends=made.ends)

    assert pairs(again) == pairs(made) == [(1, 4)]


@pytest.mark.parametrize(("least", "found"), [(0.7, [(0, 3), (1, 4)]), (0.93, [(0, 3)])], ids=["near", "sure"])
def test_pairs_are_as_alike_as_asked_for(least, found):
    songs = library(3)
    index = FingerprintIndex().add([*songs, songs[0], songs[1] ^ flips(300, share=0.1)])

    assert [(pair.first, pair.second) for pair in find_pairs(index, least=least)] == found


def test_a_candidate_too_short_to_be_told_is_no_pair():
    song = words(30)

    assert list(find_pairs(FingerprintIndex().add([song, song]))) == []
