import errno
import os
import shutil
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources import folders
from resources.folders import FolderLook, add_roots, file_key, join, known_roots, root_above
from resources.settings import Root
from resources.state import connect, copy_in_memory
from tests.resources.music_folder import NOON, MusicFolder

NAMES = st.binary(min_size=1, max_size=60).map(lambda raw: raw.replace(b"\0", b"_").replace(b"/", b"_"))


@pytest.fixture
def music(tmp_path):
    folder = MusicFolder(tmp_path)
    yield folder
    folder.state.close()


class TestKey:
    @given(st.sets(st.tuples(st.sampled_from(["music", "vinyl"]), NAMES, NAMES), max_size=30))
    def test_different_paths_have_different_keys(self, places):
        keys = {file_key(library, folder + b"/" + name) for library, folder, name in places}

        assert len(keys) == len(places)

    @given(NAMES)
    def test_a_key_is_fit_for_dagsters_ranges_and_for_file_names(self, name):
        key = file_key("music", name)

        slug, _, digest = key.rpartition("~")
        assert len(slug) <= 40
        assert len(digest) == 12
        assert all(character.isalnum() or character in "_-" for character in slug)
        assert key.encode().decode() == key

    @pytest.mark.parametrize(
        ("path", "slug"),
        [
            (b"Artist/Album/01 - So What?.flac", "01-so-what"),
            ("\u042f\u0431\u043b\u043e\u043a\u043e.mp3".encode(), "\u044f\u0431\u043b\u043e\u043a\u043e"),
            (b"...[a],b....mp3", "a-b"),
            (b"caf\xe9.mp3", "caf"),
            (b"???.mp3", "file"),
            (b"x" * 251 + b".mp3", "x" * 40),
            (b"two\nlines.mp3", "two-lines"),
            (b"a" * 39 + b" b.mp3", "a" * 39),
        ],
        ids=["plain", "Cyrillic", "range syntax", "not UTF-8", "nothing left", "255 bytes", "newline", "cut at a gap"],
    )
    def test_the_slug_can_be_read(self, path, slug):
        assert file_key("music", path).rpartition("~")[0] == slug

    def test_composed_and_decomposed_names_have_two_keys(self):
        composed = "caf\u00e9.mp3"
        decomposed = unicodedata.normalize("NFD", composed)

        assert file_key("music", composed.encode()) != file_key("music", decomposed.encode())

    def test_the_same_path_in_two_libraries_has_two_keys(self):
        assert file_key("a", b"b/c.mp3") != file_key("b", b"b/c.mp3")

    def test_a_key_never_changes(self):
        """Keys are partitions: another rule would make every file a new one. The digest is that of `b2sum -l 48`."""
        assert file_key("music", b"Artist/Song.mp3") == "song~49545019a3f0"


class TestFirstLook:
    def test_every_file_becomes_a_row_that_is_due(self, music):
        paths = {music.put("loose.mp3"), music.put("artist/album/01.flac"), music.put("artist/album/02.flac")}

        look = music.look()

        assert (look.complete, look.files, look.waiting, look.guarded) == (True, 3, 0, ())
        assert music.paths("todo = 1 and settled = 1 and reason = 'new'") == paths
        assert music.file("artist/album/01.flac")["file_key"] == file_key("music", b"artist/album/01.flac")

    @pytest.mark.parametrize(
        "name",
        [b"caf\xe9.mp3", b"a\nb/two\nlines.mp3", b"x" * 251 + b".mp3", b"a...b,[c].mp3", b"\xff\xfe/\xff.flac"],
        ids=["not UTF-8", "newline", "255 bytes", "range syntax", "folder not UTF-8"],
    )
    def test_ugly_names_are_found_again_unchanged(self, music, name):
        music.put(name)
        music.look()
        music.visited()

        look = music.look()

        assert music.paths() == {name}
        assert (look.files, music.paths("todo = 1")) == (1, set())

    def test_composed_and_decomposed_names_lie_side_by_side(self, music):
        twins = {music.put("caf\u00e9.mp3"), music.put("cafe\u0301.mp3")}

        music.look()

        assert music.paths() == twins

    def test_a_path_longer_than_the_system_takes_is_refused_and_holds_nobody_up(self, music):
        music.put("good.mp3")
        here = os.open(music.path, os.O_RDONLY)
        for _ in range(18):
            os.mkdir(b"d" * 250, dir_fd=here)
            below = os.open(b"d" * 250, os.O_RDONLY, dir_fd=here)
            os.close(here)
            here = below
        os.close(here)

        look = music.look()

        assert look.files == 1
        assert list(music.refused().values()) == ["UNREADABLE_FILE"]

    def test_a_time_in_the_year_2300_is_stored(self, music):
        name = music.put("future.mp3")
        os.utime(music.path / "future.mp3", ns=(0, 10_413_792_000 * 10**9))

        music.look()
        music.look()

        assert music.paths("settled = 1") == {name}


class TestSecondLook:
    def test_nothing_changed_means_nothing_is_due(self, music):
        music.album("album", 3)
        music.put("album/side.cue")
        music.look()
        music.visited()

        look = music.look()

        assert look.files == 3
        assert music.paths("todo = 1") == set()

    @pytest.mark.parametrize(
        "change", [{"data": b"other sound"}, {"data": b"SOUND", "age": 999.0}], ids=["size", "time"]
    )
    def test_a_file_of_another_size_or_time_is_due_as_changed(self, music, change):
        music.album("album", 3)
        music.look()
        music.visited()
        changed = music.put("album/001.flac", **change)

        music.look()

        assert music.paths("todo = 1 and reason = 'changed'") == {changed}

    def test_a_file_that_changes_before_its_first_visit_is_still_a_new_one(self, music):
        music.put("song.mp3")
        music.look()
        music.put("song.mp3", data=b"more of it")

        music.look()

        assert music.file("song.mp3")["reason"] == "new"

    def test_a_change_forgets_earlier_failures(self, music):
        music.put("song.mp3")
        music.look()
        music.state.execute("update file set attempts = 4, together = 1, todo = 0")
        music.put("song.mp3", data=b"a better copy")

        music.look()

        assert (music.file("song.mp3")["attempts"], music.file("song.mp3")["together"]) == (0, None)

    def test_a_renamed_file_is_gone_and_new(self, music):
        music.put("old.mp3")
        music.look()
        music.visited()
        (music.path / "old.mp3").rename(music.path / "new.mp3")

        music.look()

        assert music.paths() == {b"new.mp3"}
        assert music.paths("gone = 1") == {b"old.mp3"}
        assert music.paths("todo = 1") == {b"new.mp3"}


class TestSettling:
    def test_a_young_file_waits_for_a_second_look(self, music):
        music.put("copying.mp3", age=-9.0)

        first = music.look()
        second = music.look()

        assert (first.waiting, second.waiting) == (1, 0)
        assert music.paths("settled = 1") == {b"copying.mp3"}

    def test_a_file_that_grows_does_not_settle(self, music):
        for size in range(1, 4):
            music.put("copying.mp3", data=b"x" * size, age=-9.0)
            assert music.look().waiting == 1

    def test_a_time_in_the_future_settles_when_it_stands_still(self, music):
        music.put("future.mp3", age=-1e9)
        music.look()

        assert music.look().waiting == 0

    def test_two_looks_in_a_hurry_settle_nothing(self, music):
        music.put("future.mp3", age=-1e9)
        roots = known_roots(music.state)

        looks = [FolderLook(music.state, roots, now=NOON + seconds).whole().waiting for seconds in (0.0, 4.9, 5.0)]

        assert looks == [1, 1, 0]

    def test_a_file_settles_by_its_own_age_as_well(self, music):
        music.put("copying.mp3", age=0.0)
        roots = known_roots(music.state)

        looks = [FolderLook(music.state, roots, now=NOON + seconds).whole().waiting for seconds in (4.0, 5.5)]

        assert looks == [1, 0]

    def test_only_what_was_looked_at_is_waited_for(self, music, tmp_path):
        music.put("old/song.mp3")
        music.put("young/song.mp3", age=-100.0)
        (tmp_path / "vinyl").mkdir()
        root = music.add_root("vinyl", tmp_path / "vinyl")
        music.look()

        part = music.looker()
        old, young = (FolderLook(music.state, known_roots(music.state), now=NOON) for _ in range(2))

        assert part.whole(("vinyl",)).waiting == 0
        music.put("young/song.mp3", data=b"grown", age=-100.0)
        assert young.part(known_roots(music.state)[0], b"young").waiting == 1
        assert old.part(known_roots(music.state)[0], b"old").waiting == 0
        assert root.library == "vinyl"


class TestSidecars:
    @pytest.fixture
    def sides(self, music):
        music.album("side", 2)
        music.album("other", 1)
        music.look()
        music.visited()
        return music

    def test_a_new_sheet_makes_its_folders_files_due(self, sides):
        sides.put("side/side.cue")

        sides.look()

        assert sides.paths("todo = 1 and reason = 'changed'") == {b"side/000.flac", b"side/001.flac"}

    def test_a_changed_and_a_removed_sheet_do_so_too(self, sides):
        sides.put("side/side.cue")
        sides.look()
        sides.visited()
        sides.put("side/side.cue", data=b"another division")
        sides.look()
        changed = sides.paths("todo = 1")
        sides.visited()
        sides.remove("side/side.cue")

        sides.look()

        assert changed == sides.paths("todo = 1") == {b"side/000.flac", b"side/001.flac"}

    def test_a_sheet_brings_a_file_back_that_was_set_aside(self, sides):
        sides.state.execute("update file set attempts = 5, together = 1")
        sides.put("side/side.cue")

        sides.look()

        assert sides.file("side/000.flac")["attempts"] == 0
        assert sides.file("other/000.flac")["attempts"] == 5

    def test_a_picture_is_no_sidecar_yet(self, sides):
        sides.put("side/folder.jpg")

        sides.look()

        assert sides.paths("todo = 1") == set()


class TestGoneFiles:
    def test_a_removed_file_is_gone_and_no_longer_due(self, music):
        music.album("album", 3)
        music.look()
        music.remove("album/001.flac")

        look = music.look()

        assert look.files == 2
        assert music.paths("gone = 1 and retired = 0 and todo = 0") == {b"album/001.flac"}

    def test_a_removed_folder_takes_its_files_and_its_refused_paths_along(self, music):
        music.put("keep.mp3")
        music.album("artist/album", 2)
        (music.path / "artist" / "album" / "loop.mp3").symlink_to("loop.mp3")
        music.look()
        music.remove("artist")

        music.look()

        assert music.paths() == {b"keep.mp3"}
        assert music.refused() == {}

    def test_a_file_that_comes_back_is_new_again(self, music):
        music.put("song.mp3")
        music.look()
        music.visited()
        music.remove("song.mp3")
        music.look()
        music.state.execute("update file set retired = 1")
        music.put("song.mp3")

        look = music.look()

        row = music.file("song.mp3")
        assert look.files == 1
        assert (row["gone"], row["retired"], row["todo"], row["reason"]) == (0, 0, 1, "new")

    def test_a_gone_file_leaves_its_lease(self, music):
        music.put("song.mp3")
        music.look()
        music.state.execute("update file set batch = 'lease'")
        music.remove("song.mp3")

        music.look()

        assert music.file("song.mp3")["batch"] is None

    def test_a_folder_that_cannot_be_read_keeps_its_files(self, music, monkeypatch):
        kept = set(music.album("private/album", 3)) | set(music.album("private/album/CD2", 2))
        music.album("public", 2)
        music.look()
        music.remove("public/001.flac")
        scandir = os.scandir

        def deny(path):
            if path.endswith(b"/private"):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
            return scandir(path)

        monkeypatch.setattr("resources.folder_listing.os.scandir", deny)
        look = music.look()

        assert look.files == 6
        assert music.paths() == kept | {b"public/000.flac"}
        assert music.refused() == {b"private": "UNREADABLE_FILE"}

        monkeypatch.undo()
        music.look()

        assert music.refused() == {}
        assert music.paths() == kept | {b"public/000.flac"}

    def test_a_fault_in_the_midst_of_a_folder_keeps_its_files(self, music, monkeypatch):
        music.album("album", 3)
        music.look()
        monkeypatch.setattr("resources.folder_listing._see", lambda *_, **__: _raise(OSError(errno.EIO, "I/O error")))

        look = music.look()

        assert look.guarded == ("music",)
        assert music.paths("gone = 1") == set()

    def test_a_name_that_cannot_be_looked_at_keeps_what_is_below_it(self, music, monkeypatch):
        music.album("album", 2)
        music.put("song.mp3")
        music.look()

        def blind(entry, seen, **_):
            seen.unknown.append(entry.name)

        monkeypatch.setattr("resources.folder_listing._see", blind)
        music.look()

        assert music.paths() == {b"album/000.flac", b"album/001.flac", b"song.mp3"}

    def test_a_folder_that_vanishes_in_the_midst_of_a_look_is_judged_by_the_next_one(self, music, monkeypatch):
        music.album("going", 2)
        music.album("staying", 1)
        music.look()
        real = folders.read_folder

        def vanish(root, folder, **options):
            if folder == b"going":
                music.remove("going")
            return real(root, folder, **options)

        monkeypatch.setattr(folders, "read_folder", vanish)
        music.look()
        during = music.paths("gone = 1")
        monkeypatch.undo()
        music.look()

        assert during == set()
        assert music.refused() == {}
        assert music.paths("gone = 1") == {b"going/000.flac", b"going/001.flac"}


class TestRefusedPaths:
    def test_what_stays_refused_keeps_the_time_it_was_first_seen(self, music, monkeypatch):
        (music.path / "loop.mp3").symlink_to("loop.mp3")
        (music.path / "private").mkdir()
        scandir = os.scandir

        def deny(path):
            if path.endswith(b"/private"):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
            return scandir(path)

        monkeypatch.setattr("resources.folder_listing.os.scandir", deny)
        music.look()
        before = music.state.execute("select * from refused order by path").fetchall()

        music.look()
        after = music.state.execute("select * from refused order by path").fetchall()

        assert [row["path"] for row in before] == [b"loop.mp3", b"private"]
        assert [tuple(row) for row in before] == [tuple(row) for row in after]

    def test_another_reason_is_another_time(self, music):
        link = music.path / "link.mp3"
        link.symlink_to("link.mp3")
        music.look()
        link.unlink()
        link.symlink_to("/")

        music.look()

        row = music.state.execute("select * from refused").fetchone()
        assert (row["error_code"], row["seen_at"]) == ("SYMLINK_LOOP", music.now)
        assert "above itself" in row["message"]

    def test_a_path_that_is_well_again_is_forgotten(self, music):
        os.mkfifo(music.path / "song.mp3")
        music.look()
        (music.path / "song.mp3").unlink()
        music.put("song.mp3")

        music.look()

        assert music.refused() == {}
        assert music.paths() == {b"song.mp3"}

    def test_a_file_whose_key_is_taken_is_refused_once(self, music, monkeypatch):
        music.put("first.mp3")
        music.look()
        taken = music.file("first.mp3")["file_key"]
        monkeypatch.setattr(folders, "file_key", lambda *_: taken)
        music.put("second.mp3")
        music.look()
        seen_at = music.state.execute("select seen_at from refused").fetchone()[0]

        music.look()

        assert music.refused() == {b"second.mp3": "KEY_TAKEN"}
        assert music.state.execute("select seen_at from refused").fetchone()[0] == seen_at
        assert music.paths() == {b"first.mp3"}


class TestSlices:
    @pytest.fixture
    def large(self, music):
        for number in range(6):
            music.album(f"artist/album {number}", 2)
        return music

    def sliced(self, music):
        """Look in slices of one folder; return them all."""
        looks = [music.looker().slice(seconds=0)]
        while not looks[-1].complete:
            looks.append(music.looker().slice(seconds=0))
        return looks

    def test_a_pass_goes_on_where_the_last_slice_stopped(self, large):
        looks = self.sliced(large)

        assert len(looks) == 8
        assert [look.files for look in looks] == [0, 0, 2, 4, 6, 8, 10, 12]

    def test_a_slice_with_enough_time_is_a_whole_pass(self, large):
        look = large.looker().slice()

        assert (look.complete, look.files) == (True, 12)

    def test_nothing_is_gone_before_the_pass_is_over(self, large):
        large.look()
        large.remove("artist/album 3")

        looks = self.sliced(large)

        assert [look.files for look in looks][-2:] == [12, 10]
        assert large.paths("gone = 1") == {b"artist/album 3/000.flac", b"artist/album 3/001.flac"}

    def test_files_that_appear_behind_the_slice_wait_for_the_next_pass(self, large):
        large.looker().slice(seconds=0)
        large.put("late.mp3")

        while not large.looker().slice(seconds=0).complete:
            pass
        first = large.paths()
        self.sliced(large)

        assert b"late.mp3" not in first
        assert b"late.mp3" in large.paths()

    def test_a_whole_look_in_between_harms_nothing(self, large):
        large.looker().slice(seconds=0)
        large.looker().slice(seconds=0)
        large.look()

        self.sliced(large)

        assert len(large.paths()) == 12
        assert large.paths("gone = 1") == set()

    def test_a_pass_begun_by_another_process_is_not_disturbed(self, large):
        large.look()
        slow = large.looker()
        begun, pending = slow._pending()
        seen, left = slow._read(pending, seconds=0)
        while not large.looker().slice(seconds=0).complete:
            pass
        for _ in range(3):
            large.looker().slice(seconds=0)  # the other one is in its next pass
        kept = large.state.execute("select * from pending").fetchall()

        slow._pending = lambda: (begun, pending)
        slow._read = lambda *_, **__: (seen, left)
        look = slow.slice(seconds=0)

        assert not look.complete
        assert large.state.execute("select * from pending").fetchall() == kept
        self.sliced(large)
        assert len(large.paths()) == 12

    def test_a_root_that_became_known_in_the_midst_of_a_pass_is_not_judged_by_it(self, large, tmp_path):
        large.looker().slice(seconds=0)
        (tmp_path / "vinyl" / "album").mkdir(parents=True)
        (tmp_path / "vinyl" / "album" / "side.flac").touch()
        (tmp_path / "vinyl" / "single.flac").touch()
        vinyl = large.add_root("vinyl", tmp_path / "vinyl")
        large.looker().part(vinyl, b"album")
        large.state.execute("update file set folder = x'00' where library = 'vinyl'")  # as if seen by no look

        self.sliced(large)

        assert large.paths("library = 'vinyl' and gone = 1") == set()

    def test_pending_folders_of_a_forgotten_root_do_not_stop_the_pass(self, large):
        large.looker().slice(seconds=0)
        large.state.execute("update pending set library = 'forgotten'")

        assert self.sliced(large)[-1].files == 12

    def test_no_root_is_a_pass_of_nothing(self, tmp_path):
        state = connect(tmp_path)

        look = FolderLook(state, (), now=NOON).slice()

        assert (look.complete, look.files) == (True, 0)
        state.close()


class TestPart:
    def test_only_the_part_is_read_and_nothing_is_gone(self, music):
        music.album("a", 2)
        music.album("b", 2)
        music.look()
        music.remove("a/000.flac")
        music.remove("b/000.flac")
        music.put("a/new.flac")
        music.put("b/new.flac")

        look = music.looker().part(known_roots(music.state)[0], b"a")

        assert look.complete
        assert look.files == 2
        assert music.paths("gone = 1") == set()
        assert b"a/new.flac" in music.paths()
        assert b"b/new.flac" not in music.paths()

    def test_what_lies_below_the_part_is_read_too(self, music):
        music.album("artist/album/CD1", 2)
        music.album("artist/album2", 2)

        look = music.looker().part(known_roots(music.state)[0], b"artist/album")

        assert look.files == 2


class TestRoots:
    def test_a_root_inside_a_root_is_left_to_itself(self, music):
        music.put("song.mp3")
        music.put("vinyl/side.flac")
        music.add_root("vinyl", music.path / "vinyl")

        look = music.look()

        assert look.files == 2
        assert music.paths("library = 'music'") == {b"song.mp3"}
        assert music.paths("library = 'vinyl'") == {b"side.flac"}

    def test_it_is_known_under_a_link_as_well(self, music, tmp_path):
        music.put("vinyl/side.flac")
        (tmp_path / "shortcut").symlink_to(music.path)
        music.add_root("vinyl", tmp_path / "shortcut" / "vinyl")

        music.look()

        assert music.paths("library = 'music'") == set()
        assert music.paths("library = 'vinyl'") == {b"side.flac"}

    def test_a_folder_that_becomes_a_root_takes_its_files_along(self, music):
        music.album("vinyl", 30)
        music.album("other", 2)
        music.look()
        music.add_root("vinyl", music.path / "vinyl")

        look = music.look()

        assert look.guarded == ()
        assert len(music.paths("library = 'vinyl' and gone = 0")) == 30
        assert len(music.paths("library = 'music' and gone = 1")) == 30

    def test_a_root_may_be_a_link(self, music, tmp_path):
        music.put("song.mp3")
        (tmp_path / "shortcut").symlink_to(music.path)
        linked = Root("linked", tmp_path / "shortcut")

        look = FolderLook(music.state, (linked,), now=NOON).whole()

        assert look.files == 1
        assert music.paths("library = 'linked'") == {b"song.mp3"}

    def test_roots_are_remembered_by_name(self, music, tmp_path):
        added = music.add_root("vinyl", tmp_path / os.fsdecode(b"caf\xe9"))

        assert known_roots(music.state) == (Root("music", music.path), added)

    def test_a_named_root_that_moves_keeps_its_name_and_its_files(self, music, tmp_path):
        music.add_root("vinyl", tmp_path / "a")
        (tmp_path / "a").mkdir()

        add_roots(music.state, (Root("vinyl", tmp_path / "b"),))

        assert known_roots(music.state) == (Root("music", music.path), Root("vinyl", tmp_path / "b"))

    def test_a_root_named_by_its_folder_moves_when_the_old_folder_is_no_more(self, music, tmp_path):
        shutil.move(music.path, tmp_path / "elsewhere")

        add_roots(music.state, (Root("music", tmp_path / "large" / "music"),))

        assert known_roots(music.state) == (Root("music", tmp_path / "large" / "music"),)

    def test_two_folders_of_one_name_are_two_roots(self, music, tmp_path):
        for number in range(2):
            (tmp_path / str(number) / "music").mkdir(parents=True)
            add_roots(music.state, (Root("music", tmp_path / str(number) / "music"),))

        assert {root.library: root.path.parent.name for root in known_roots(music.state)} == {
            "music": tmp_path.name,
            "music-2": "0",
            "music-3": "1",
        }

    def test_a_folder_that_is_known_keeps_its_name(self, music, tmp_path):
        (tmp_path / "shortcut").symlink_to(music.path)

        add_roots(music.state, (Root("vinyl", music.path), Root("short", tmp_path / "shortcut")))

        assert known_roots(music.state) == (Root("music", music.path),)

    def test_names_that_are_swapped_move_nothing(self, music, tmp_path):
        music.add_root("vinyl", tmp_path)

        add_roots(music.state, (Root("vinyl", music.path), Root("music", tmp_path)))

        assert known_roots(music.state) == (Root("music", music.path), Root("vinyl", tmp_path))


class TestRootAbove:
    @pytest.fixture
    def roots(self, tmp_path):
        (tmp_path / "music" / "vinyl" / "album").mkdir(parents=True)
        return (Root("music", tmp_path / "music"), Root("vinyl", tmp_path / "music" / "vinyl"))

    @pytest.mark.parametrize(
        ("path", "library", "inside"),
        [
            ("music", "music", b""),
            ("music/a/b.mp3", "music", b"a/b.mp3"),
            ("music/vinyl", "vinyl", b""),
            ("music/vinyl/album", "vinyl", b"album"),
            ("music/vinyl2", "music", b"vinyl2"),
        ],
    )
    def test_the_innermost_root_counts(self, roots, tmp_path, path, library, inside):
        root, relative = root_above(roots, tmp_path / path)

        assert (root.library, relative) == (library, inside)

    def test_a_path_beside_a_root_is_in_none(self, roots, tmp_path):
        assert root_above(roots, tmp_path / "music2" / "song.mp3") is None

    def test_links_are_followed_first(self, roots, tmp_path):
        (tmp_path / "shortcut").symlink_to("music")
        (tmp_path / "music" / "outside").symlink_to(tmp_path)

        assert root_above(roots, tmp_path / "shortcut" / "vinyl" / "album") == (roots[1], b"album")
        assert root_above(roots, tmp_path / "music" / "outside" / "other") is None
        assert root_above((Root("linked", tmp_path / "shortcut"),), tmp_path / "music" / "a.mp3")[1] == b"a.mp3"

    def test_bytes_come_through(self, roots, tmp_path):
        assert root_above(roots, tmp_path / "music" / os.fsdecode(b"\xff.mp3")) == (roots[0], b"\xff.mp3")


def test_a_dry_run_looks_at_a_copy_of_the_state(music):
    music.put("song.mp3")
    copy = copy_in_memory(music.home)

    look = FolderLook(copy, known_roots(copy), now=NOON).whole()

    assert look.files == 1
    assert music.paths() == set()
    copy.close()


def test_paths_are_joined_with_one_slash():
    assert join(b"", b"song.mp3") == b"song.mp3"
    assert join(b"a/b", b"song.mp3") == b"a/b/song.mp3"


def test_the_root_of_the_file_system_can_be_a_root(music):
    assert root_above((Root("all", Path("/")),), music.path)[1] == os.fsencode(music.path)[1:]


def _raise(error):
    raise error
