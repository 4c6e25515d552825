from pathlib import Path

import numpy as np
import pytest

from resources.fingerprint_words import FingerprintWords

A, B, C = ("a" * 32, "b" * 32, "c" * 32)
WORDS = {A: [1, 2, 3], B: [], C: [2**32 - 1, 7]}


def given(*names: str) -> list:
    return [(name, np.array(WORDS[name], np.uint32)) for name in names]


def taken(words: FingerprintWords, *names: str) -> list[list[int]]:
    found, ends = words.take(names)
    return [part.tolist() for part in np.split(found, ends[:-1])]


@pytest.fixture
def words(tmp_path: Path) -> FingerprintWords:
    made = FingerprintWords(tmp_path)
    made.add(given(A, B))
    made.add(given(C))
    return made


def test_what_was_added_is_there_for_the_next_one_in_any_order(words: FingerprintWords, tmp_path: Path) -> None:
    again = FingerprintWords(tmp_path)

    assert len(again) == len(words) == 3
    assert taken(again, C, A, B) == [WORDS[C], WORDS[A], WORDS[B]]
    assert again.size([A, C]) == 5
    assert again.missing([C, "d" * 32, A]) == ["d" * 32]


def test_nothing_is_made_where_nothing_is_added(tmp_path: Path) -> None:
    empty = FingerprintWords(tmp_path)
    empty.add([])

    assert (len(empty), empty.missing([A]), empty.take([])[0].size) == (0, [A], 0)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("words")
def test_words_that_a_killed_process_left_are_written_over(tmp_path: Path) -> None:
    with (tmp_path / "fingerprints" / "words.u32").open("ab") as file:
        file.write(b"torn")

    again = FingerprintWords(tmp_path)
    again.add([("d" * 32, np.array([9], np.uint32))])

    assert taken(FingerprintWords(tmp_path), "d" * 32, C) == [[9], WORDS[C]]


@pytest.mark.usefixtures("words")
@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("words.u32", b"few!", id="words lost"),
        pytest.param("index.npy", b"", id="index empty"),
        pytest.param("index.npy", b"no array at all", id="index torn"),
    ],
)
def test_what_is_torn_is_made_anew(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / "fingerprints" / name).write_bytes(content)

    again = FingerprintWords(tmp_path)
    assert again.missing([A]) == [A]
    again.add(given(A))

    assert taken(FingerprintWords(tmp_path), A) == [WORDS[A]]


@pytest.mark.usefixtures("words")
def test_an_index_of_another_form_is_made_anew(tmp_path: Path) -> None:
    np.save(tmp_path / "fingerprints" / "index.npy", np.zeros(3))

    assert len(FingerprintWords(tmp_path)) == 0


def test_what_nobody_has_any_more_goes_when_it_is_the_greater_part(words: FingerprintWords, tmp_path: Path) -> None:
    words.keep([A, C])
    assert len(words) == 3

    words.keep([C])

    assert len(FingerprintWords(tmp_path)) == 1
    assert taken(FingerprintWords(tmp_path), C) == [WORDS[C]]
    assert (tmp_path / "fingerprints" / "words.u32").stat().st_size == 8
