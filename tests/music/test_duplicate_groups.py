from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from music.duplicate_groups import Likeness, Piece, find_groups, quality
from music.ticks import TICKS_PER_SECOND, Ticks


def piece(key, **known):
    song = Piece(
        key=key,
        path=f"{key}.mp3",
        content_sha256=f"bytes of {key}",
        audio_sha256=f"audio of {key}",
        start_ticks=Ticks(0),
        end_ticks=Ticks(200 * TICKS_PER_SECOND),
        is_lossless=False,
        bitrate_bps=192_000,
        sample_rate_hz=44_100,
        bits_per_sample=None,
        is_probably_lossy_source=False,
        tag_count=5,
    )
    return replace(song, **known)


def flac(key, **known):
    return piece(key, **{"is_lossless": True, "bits_per_sample": 16, "bitrate_bps": 900_000, **known})


def seconds(length):
    return Ticks(length * TICKS_PER_SECOND)


def alike(**pairs):
    return [Likeness(*names.split("_"), similarity) for names, similarity in pairs.items()]


def found(groups):
    return [
        [
            f"{member.key} {member.kind} {member.similarity:g}{' keep' if member.keep else ''}"
            for member in group.members
        ]
        for group in groups
    ]


@pytest.mark.parametrize(
    ("pieces", "likenesses", "expected"),
    [
        ([], {}, []),
        ([piece("a"), piece("b")], {}, []),
        ([piece("a"), piece("b")], {"a_b": 0.74}, []),
        ([piece("a"), piece("b")], {"a_gone": 0.99}, []),
        (
            [piece("a"), piece("b", audio_sha256="audio of a", content_sha256="bytes of a")],
            {},
            [["a bytes 1 keep", "b bytes 1"]],
        ),
        ([piece("a"), piece("b", audio_sha256="audio of a")], {}, [["a audio 1 keep", "b audio 1"]]),
        ([piece("a"), flac("b")], {"a_b": 0.97}, [["b recording 1 keep", "a recording 0.97"]]),
        ([piece("a"), piece("b")], {"a_b": 0.75}, [["a near 1 keep", "b near 0.75 keep"]]),
        (
            [piece("a"), piece("b"), piece("c"), piece("d")],
            {"a_b": 0.9, "c_d": 0.9, "b_c": 0.6},
            [["a recording 1 keep", "b recording 0.9"], ["c recording 1 keep", "d recording 0.9"]],
        ),
        (
            [piece("a"), piece("b", audio_sha256="audio of a"), piece("c")],
            {"b_c": 0.91, "a_c": 0.9},
            [["a audio 1 keep", "b audio 1", "c recording 0.91"]],
        ),
    ],
    ids=[
        "nothing",
        "strangers",
        "not alike enough",
        "a piece that is gone",
        "equal bytes",
        "other tags",
        "another codec",
        "for review",
        "two groups",
        "what is like a copy is like the other copies",
    ],
)
def test_pieces_are_grouped(pieces, likenesses, expected):
    assert found(find_groups(pieces, alike(**likenesses))) == expected


@pytest.mark.parametrize(
    ("likenesses", "expected"),
    [
        ({"a_b": 0.9, "b_c": 0.9}, [["a recording 1 keep", "b recording 0.9"]]),
        ({"a_b": 0.9, "b_c": 0.9, "a_c": 0.75}, [["a recording 1 keep", "b recording 0.9", "c near 0.75 keep"]]),
        ({"a_b": 0.75, "b_c": 0.9}, [["b recording 1 keep", "c recording 0.9", "a near 0.75 keep"]]),
        ({"a_b": 0.76, "b_c": 0.76}, [["a near 1 keep", "b near 0.76 keep"]]),
        ({"a_c": 0.76, "b_c": 0.78}, [["b near 1 keep", "c near 0.78 keep"]]),
    ],
    ids=[
        "the third is not like the first",
        "the third is a little like the first",
        "what is near does not break a group",
        "near and near is nothing",
        "the nearest of two",
    ],
)
def test_likeness_does_not_chain(likenesses, expected):
    pieces = [piece("a", bitrate_bps=320_000), piece("b"), piece("c", bitrate_bps=128_000)]

    assert found(find_groups(pieces, alike(**likenesses))) == expected


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (flac("b"), piece("a", bitrate_bps=320_000)),
        (piece("b"), flac("a", end_ticks=seconds(30))),
        (flac("b"), flac("a", is_probably_lossy_source=True, bits_per_sample=24)),
        (piece("b"), flac("a", is_probably_lossy_source=True)),
        (flac("b", bits_per_sample=24), flac("a")),
        (flac("b", sample_rate_hz=96_000), flac("a")),
        (flac("b", bitrate_bps=700_000, tag_count=6), flac("a")),
        (piece("b", bitrate_bps=256_000), piece("a")),
        (piece("b"), piece("a", bitrate_bps=None)),
        (piece("b"), piece("a", end_ticks=seconds(195))),
        (piece("b", tag_count=8), piece("a")),
        (piece("b", path="1.mp3"), piece("a", path="2.mp3")),
    ],
    ids=[
        "lossless",
        "complete",
        "not from a lossy one",
        "honestly lossy",
        "bits",
        "rate",
        "bit rate of lossless says nothing",
        "bit rate",
        "known bit rate",
        "longer",
        "tags",
        "path",
    ],
)
def test_the_better_one_is_kept(better, worse):
    longest = seconds(200)
    (group,) = find_groups([worse, better], alike(a_b=0.95))

    assert quality(better, longest_ticks=longest) < quality(worse, longest_ticks=longest)
    assert [member.key for member in group.members if member.keep] == ["b"]


def test_the_name_of_a_group_outlives_a_better_copy():
    before = find_groups([piece("a"), piece("b")], alike(a_b=0.95))
    after = find_groups([piece("a"), piece("b"), flac("c")], alike(a_b=0.95, a_c=0.95, b_c=0.95))

    assert [group.group_id for group in before] == [group.group_id for group in after] == ["a"]


@given(
    st.dictionaries(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef")), st.floats(0.5, 1)),
    st.randoms(use_true_random=False),
)
def test_no_piece_is_in_two_groups_and_order_does_not_matter(shares, random):
    pieces = [piece(key) for key in "abcdef"]
    likenesses = [Likeness(*pair, share) for pair, share in shares.items()]

    groups = find_groups(pieces, likenesses)
    random.shuffle(pieces)
    random.shuffle(likenesses)

    keys = [member.key for group in groups for member in group.members]
    assert len(keys) == len(set(keys))
    assert all(sum(member.keep for member in group.members) >= 1 for group in groups)
    assert find_groups(pieces, likenesses) == groups
