from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.packing import FIRST_FILES, MOST_BYTES, album_of, pack

GB = 1_000_000_000


def row(key, *, folder=b"album", size=1, **others):
    values = {"file_key": key, "library": "music", "folder": folder, "size_bytes": size}
    return values | {"attempts": 0, "together": None, "stale": 0} | others


def album(folder, count, **others):
    return [row(f"{folder.decode()}/{number:03}", folder=folder, **others) for number in range(count)]


def sizes(rows, *, batch_files=200):
    return [len(keys) for keys, _, _ in pack(rows, batch_files=batch_files)]


class TestAlbum:
    @pytest.mark.parametrize(
        ("folder", "album"),
        [
            (b"Artist/Album", b"Artist/Album"),
            (b"Artist/Album/CD1", b"Artist/Album"),
            (b"Artist/Album/cd 02", b"Artist/Album"),
            (b"Artist/Album/Disc 2 - Live", b"Artist/Album"),
            (b"Artist/Album/DISK_1", b"Artist/Album"),
            (b"Artist/Album/Vol. 3", b"Artist/Album"),
            (b"Artist/Album/CD1\nbonus", b"Artist/Album"),
            (b"CD1", b""),
            (b"", b""),
            (b"Artist/Album CD2", b"Artist/Album"),
            (b"Artist/Album (Disc 2)", b"Artist/Album"),
            (b"Artist/Album [CD 1] [FLAC]", b"Artist/Album"),
            (b"Album - Disc 1", b"Album"),
            (b"Artist/Abcd 1", b"Artist/Abcd 1"),
            (b"Artist/CD 100 Hits", b"Artist/CD 100 Hits"),
            (b"Artist/CD", b"Artist/CD"),
            (b"Artist/Discover 2", b"Artist/Discover 2"),
            (b"Artist/Greatest Hits Vol 2", b"Artist/Greatest Hits Vol 2"),
        ],
    )
    def test_disc_folders_belong_to_their_album(self, folder, album):
        assert album_of("music", folder) == ("music", album)

    def test_equal_folders_of_two_libraries_are_two_albums(self):
        assert album_of("a", b"x/CD1") != album_of("b", b"x/CD1")


class TestAlbumsStayTogether:
    def test_nothing_makes_no_batch(self):
        assert pack([], batch_files=200) == []

    def test_albums_fill_batches_in_their_order(self):
        rows = [each for number in range(30) for each in album(b"%02d" % number, 15)]

        batches = pack(rows, batch_files=200)

        assert [len(keys) for keys, _, _ in batches] == [45, 195, 195, 15]
        assert [key for keys, _, _ in batches for key in keys] == [each["file_key"] for each in rows]

    def test_disc_folders_share_a_batch(self):
        rows = album(b"a", 45) + album(b"b/CD1", 20) + album(b"b/CD2", 20) + album(b"c", 170)

        assert sizes(rows) == [45, 40, 170]

    def test_an_album_too_large_for_a_batch_begins_one_and_is_divided(self):
        rows = album(b"a", 10) + album(b"loose files", 450) + album(b"z", 10)

        assert sizes(rows) == [10, 200, 200, 60]

    def test_the_first_batch_is_small(self):
        assert sizes(album(b"loose files", 450)) == [FIRST_FILES, 200, 200]

    def test_the_first_batch_takes_an_album_that_it_holds_whole(self):
        rows = album(b"a", 120) + album(b"b", 12) + album(b"c", 30) + album(b"d", 30)

        batches = pack(rows, batch_files=200)

        assert [len(keys) for keys, _, _ in batches] == [42, 150]
        assert {key.split("/")[0] for key in batches[0][0]} == {"b", "c"}

    def test_a_small_limit_counts_for_the_first_batch_too(self):
        assert sizes(album(b"a", 25), batch_files=10) == [10, 10, 5]

    @pytest.mark.parametrize(
        ("gigabytes", "expected"),
        [
            pytest.param([15, 15], [1, 1], id="two files too large for one batch"),
            pytest.param([30], [1], id="a file too large for any"),
            pytest.param([1, 30, 1], [1, 1, 1], id="among small ones"),
            pytest.param([10, 10], [2], id="just full"),
        ],
    )
    def test_twenty_gigabytes_are_the_limit(self, gigabytes, expected):
        rows = [row(str(at), size=size * GB) for at, size in enumerate(gigabytes)]

        assert sizes(rows) == expected

    def test_an_album_is_not_torn_for_its_bytes_when_a_batch_holds_it(self):
        rows = album(b"a", 2, size=6 * GB) + album(b"b", 3, size=6 * GB)

        assert sizes(rows) == [2, 3]


class TestFailedFiles:
    def test_they_are_kept_apart_and_few_together(self):
        rows = album(b"a", 10) + album(b"b", 10, together=4, attempts=2)

        batches = pack(rows, batch_files=200)

        assert [(len(keys), attempts) for keys, _, attempts in batches] == [(10, 0), (4, 2), (4, 2), (2, 2)]

    def test_the_smallest_come_first(self):
        rows = album(b"a", 4, together=2) + album(b"b", 2, together=1)

        assert sizes(rows) == [1, 1, 2, 2]

    def test_the_batch_limit_counts_for_them_too(self):
        assert sizes(album(b"a", 4, together=100), batch_files=2) == [2, 2]

    def test_a_batch_has_failed_as_often_as_its_worst_file(self):
        rows = [*album(b"a", 2), row("x", attempts=1)]

        assert [attempts for _, _, attempts in pack(rows, batch_files=200)] == [1]


def test_a_batch_with_a_stale_file_renews_stale_results():
    rows = album(b"a", 40) + album(b"b", 2, stale=1) + album(b"c", 30)

    assert [(len(keys), stale) for keys, stale, _ in pack(rows, batch_files=200)] == [(42, True), (30, False)]


FILES = st.builds(
    lambda folder, size, attempts, together, stale: {
        "library": "music",
        "folder": folder,
        "size_bytes": size,
        "attempts": attempts,
        "together": together,
        "stale": stale,
    },
    folder=st.sampled_from([b"", b"a", b"a/CD1", b"a/CD2", b"b", b"b CD1", b"b CD2", b"c", b"d/e"]),
    size=st.sampled_from([0, 1, 1_000, GB, 7 * GB, 19 * GB, 20 * GB, 21 * GB]),
    attempts=st.integers(0, 5),
    together=st.sampled_from([None, None, None, 1, 2, 7]),
    stale=st.integers(0, 1),
)


@st.composite
def todo(draw):
    files = sorted(draw(st.lists(FILES, max_size=120)), key=lambda file: file["folder"])
    return [file | {"file_key": str(number)} for number, file in enumerate(files)]


class TestInvariants:
    @given(todo(), st.integers(1, 90))
    def test_every_file_is_in_exactly_one_batch_and_no_batch_is_empty(self, rows, batch_files):
        batches = pack(rows, batch_files=batch_files)

        assert Counter(key for keys, _, _ in batches for key in keys) == Counter(row["file_key"] for row in rows)
        assert all(keys for keys, _, _ in batches)

    @given(todo(), st.integers(1, 90))
    def test_the_limits_hold(self, rows, batch_files):
        by_key = {row["file_key"]: row for row in rows}
        batches = [[by_key[key] for key in keys] for keys, _, _ in pack(rows, batch_files=batch_files)]

        for batch in batches:
            assert len(batch) <= min([batch_files, *(row["together"] for row in batch if row["together"])])
            assert len(batch) == 1 or sum(row["size_bytes"] for row in batch) <= MOST_BYTES
            assert len({row["together"] for row in batch}) == 1
        fresh = [batch for batch in batches if batch[0]["together"] is None]
        assert all(len(batch) <= FIRST_FILES for batch in fresh[:1])

    @given(todo(), st.integers(1, 90))
    def test_an_album_that_fits_is_whole(self, rows, batch_files):
        rows = [row | {"together": None} for row in rows]
        batch_of = {
            key: number for number, (keys, _, _) in enumerate(pack(rows, batch_files=batch_files)) for key in keys
        }
        albums = {}
        for row in rows:
            albums.setdefault(album_of(row["library"], row["folder"]), []).append(row)
        small = min(batch_files, FIRST_FILES)
        begin = min(row["file_key"] for row in rows) if rows else None

        for files in albums.values():
            torn = len({batch_of[row["file_key"]] for row in files}) > 1
            fits = sum(row["size_bytes"] for row in files) <= MOST_BYTES
            if len(files) <= small and fits:
                assert not torn
            elif len(files) <= batch_files and fits and torn:
                assert begin in {row["file_key"] for row in files}, "only the very first album may be torn"

    @given(todo(), st.integers(1, 90))
    def test_the_same_files_give_the_same_batches(self, rows, batch_files):
        assert pack(rows, batch_files=batch_files) == pack(rows, batch_files=batch_files)
