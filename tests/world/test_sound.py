import io
from pathlib import Path

import numpy as np
import pytest

from music.decoding import decode
from music.fingerprint_text import decode_fingerprint
from music.formats import find_format
from music.measurement import MeasureRequest, measure
from music.segmentation import Span
from music.ticks import Ticks, seconds_to_ticks
from tests.world import sound
from tests.world.acoustid_server import LEAST_SCORE, Sounds
from tests.world.catalogue import catalogue


@pytest.fixture(scope="module")
def known():
    return catalogue(11)


def heard(data: bytes, seconds: float, spool: Path):
    """Return the words of a file as the application hears it."""
    file = io.BytesIO(data)
    spans = (Span(Ticks(0), seconds_to_ticks(seconds), "whole_file"),)
    request = MeasureRequest(
        want_segments=False, want_fingerprints=True, want_features=False, spans=spans, spool_directory=str(spool)
    )
    with decode(file, find_format(file)) as decoder:
        found = measure(decoder, request=request, tick=lambda: None).fingerprints[0]
    return decode_fingerprint(found.fingerprint)[1]


def likeness(first, second) -> float:
    return float(Sounds([second]).likeness(first, np.array([0]))[0])


@pytest.mark.parametrize("codec", list(sound.CODECS))
def test_a_recording_is_itself_in_every_codec(known, codec, tmp_path):
    for recording in known.families["plain"][0].recordings:
        data = sound.file_of(sound.samples(recording), codec)

        words = heard(data, recording.seconds, tmp_path)

        assert likeness(words, sound.words_of(recording)) > 0.9


def test_two_songs_are_far_below_what_counts_as_alike(known):
    songs = [song for album in known.families["plain"] for song in album.recordings]
    words = [sound.words_of(song) for song in songs[:40]]

    scores = Sounds(words).likeness(words[0], np.arange(1, 40))

    assert scores.max() < 0.4


@pytest.mark.parametrize("family", ["live", "live 2", "recorded again", "tribute", "classical"])
def test_a_song_played_again_is_not_the_same_recording(known, family):
    first, again = known.families[family][:2]

    scores = [
        likeness(sound.words_of(one), sound.words_of(other))
        for one, other in zip(first.recordings, again.recordings, strict=True)
    ]

    assert max(scores) < 0.8


def test_some_performances_are_alike_enough_to_be_answered_too(known):
    """As with the real service: a weak match is no proof."""
    old, again = known.families["recorded again"]

    pairs = zip(old.recordings, again.recordings, strict=True)
    scores = [likeness(sound.words_of(one), sound.words_of(other)) for one, other in pairs]

    assert max(scores) > LEAST_SCORE


def test_a_recording_sounds_the_same_each_time(known):
    recording = known.families["plain"][3].recordings[0]
    first = sound.samples(recording).copy()
    sound.samples.cache_clear()

    assert np.array_equal(sound.samples(recording), first)
    assert sound.file_of(first, "mp3") == sound.file_of(first, "mp3")


def test_a_song_has_no_pause_of_its_own(known):
    for album in known.families["one side"]:
        for recording in album.recordings:
            samples = sound.samples(recording)
            cells = samples[: samples.size // 2205 * 2205].reshape(-1, 2205)
            loud = np.sqrt((cells**2).mean(axis=1)) > 0.001

            assert np.flatnonzero(~loud[:-5]).size == 0
