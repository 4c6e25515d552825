from types import SimpleNamespace

import pytest

from ingest_assets.equal_audio import EqualAudio
from tests.house import House, sound, write

MEASUREMENT = object()


def file(key: str, audio: str = "a") -> SimpleNamespace:
    return SimpleNamespace(planned=SimpleNamespace(file_key=key), signature=(audio, frozenset(), ""))


@pytest.fixture
def equals() -> EqualAudio:
    """Two files with the same audio: the first is measured, the second was read and waits."""
    equals = EqualAudio()
    assert not equals.is_shared(file("first"))
    assert equals.is_shared(file("second"))
    assert equals.measurement_for(file("second")) is None
    return equals


def keys(files: list[SimpleNamespace]) -> list[str]:
    return [each.planned.file_key for each in files]


def test_other_audio_is_measured_for_itself(equals: EqualAudio) -> None:
    assert not equals.is_shared(file("third", audio="b"))


def test_a_measurement_goes_to_those_that_wait_for_it(equals: EqualAudio) -> None:
    assert keys(equals.measured(file("first"), MEASUREMENT)) == ["second"]


def test_a_file_that_is_read_after_the_measurement_has_it_at_once(equals: EqualAudio) -> None:
    equals.is_shared(file("third"))
    equals.measured(file("first"), MEASUREMENT)

    assert equals.measurement_for(file("third")) is MEASUREMENT


def test_when_the_measured_file_fails_those_that_share_it_fail_too(equals: EqualAudio) -> None:
    equals.is_shared(file("third"))

    assert keys(equals.failed(file("first"))) == ["second", "third"]
    assert not equals.is_shared(file("fourth"))


def test_a_file_that_only_waits_fails_alone(equals: EqualAudio) -> None:
    equals.is_shared(file("third"))
    equals.measurement_for(file("third"))

    assert equals.failed(file("second")) == []
    assert keys(equals.measured(file("first"), MEASUREMENT)) == ["third"]


def test_a_file_that_is_left_alone_neither_shares_nor_gives(equals: EqualAudio) -> None:
    equals.leave_alone(file("second"))

    assert not equals.is_shared(file("second"))
    assert equals.measured(file("second"), MEASUREMENT) == []
    assert equals.failed(file("second", audio="unknown")) == []


def test_equal_audio_that_a_cue_sheet_divides_otherwise_is_measured_twice(new_house: House) -> None:
    audio = sound(bpm=96, codec="wav")
    sheet = 'FILE "side.wav" WAVE\nTRACK 01 AUDIO\nINDEX 01 00:00:00\nTRACK 02 AUDIO\nINDEX 01 00:02:00\n'
    write(new_house.path("a/whole.wav"), audio)
    write(new_house.path("b/side.wav"), audio)
    write(new_house.path("b/side.cue"), sheet.encode())

    assert new_house.ingest() == [True]

    assert len(new_house.pool.decoded) == 2
    assert new_house.tuples("select path, count(*) from passages group by path order by path") == [
        ("a/whole.wav", 1),
        ("b/side.wav", 2),
    ]
    assert new_house.tuples("select count(distinct (segment_index, file_key)) from audio_features") == [(3,)]
    assert new_house.staleness() == {}
