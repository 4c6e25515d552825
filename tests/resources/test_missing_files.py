import os
import shutil

import pytest

from resources.folders import FolderLook, known_roots
from tests.resources.music_folder import MusicFolder


@pytest.fixture
def music(tmp_path):
    folder = MusicFolder(tmp_path)
    yield folder
    folder.state.close()


def unmount(music):
    """Leave what an unmounted disk leaves: an empty folder."""
    shutil.move(music.path, music.place / "disk")
    music.path.mkdir()


def mount(music):
    music.path.rmdir()
    shutil.move(music.place / "disk", music.path)


class TestUnmountedDisk:
    def test_an_empty_folder_in_place_of_many_files_marks_nothing_gone(self, music):
        music.album("album", 20)
        music.look()
        unmount(music)

        look = music.look()

        assert look.guarded == ("music",)
        assert look.files == 0
        assert music.paths("gone = 1") == set()
        assert len(music.paths("missing = 1")) == 20

    def test_a_vanished_root_is_guarded_however_few_files_it_had(self, music):
        music.put("song.mp3")
        music.look()
        shutil.rmtree(music.path)

        look = music.look()

        assert look.guarded == ("music",)
        assert music.refused() == {b"": "UNREADABLE_FILE"}

    def test_a_root_that_vanishes_in_the_midst_of_a_pass_is_guarded(self, music):
        music.put("song.mp3")
        music.put("other.mp3")
        music.look()
        music.remove("song.mp3")
        looker = music.looker()
        begun, pending = looker._pending()
        seen, _ = looker._read(pending, seconds=9)
        shutil.rmtree(music.path)

        looker._pending, looker._read = lambda: (begun, pending), lambda *_, **__: (seen, [])
        look = looker.slice()

        assert look.guarded == ("music",)
        assert music.paths("gone = 1") == set()

    def test_when_it_is_mounted_again_nothing_has_happened(self, music):
        music.album("album", 30)
        music.put("album/side.cue")
        music.look()
        music.visited()
        unmount(music)
        music.look()
        mount(music)

        look = music.look()

        assert (look.guarded, look.files) == ((), 30)
        assert music.paths("todo = 1 or missing = 1 or gone = 1") == set()

    def test_a_file_that_comes_back_changed_is_due_and_there(self, music):
        music.album("album", 30)
        music.look()
        music.visited()
        unmount(music)
        music.look()
        mount(music)
        changed = music.put("album/000.flac", data=b"another sound")

        music.look()

        assert music.paths("todo = 1 and missing = 0") == {changed}

    def test_the_warning_stays_as_long_as_the_disk_is_away(self, music):
        music.album("album", 30)
        music.look()
        unmount(music)

        assert [music.look().guarded for _ in range(3)] == [("music",)] * 3

    def test_other_libraries_are_judged_all_the_same(self, music, tmp_path):
        (tmp_path / "vinyl").mkdir()
        (tmp_path / "vinyl" / "side.flac").touch()
        music.add_root("vinyl", tmp_path / "vinyl")
        music.album("album", 30)
        music.look()
        unmount(music)
        (tmp_path / "vinyl" / "side.flac").unlink()

        look = music.look()

        assert look.guarded == ("music",)
        assert music.paths("gone = 1") == {b"side.flac"}


class TestHowManyMayGo:
    @pytest.mark.parametrize(
        ("files", "removed", "guarded"),
        [
            pytest.param(19, 19, False, id="all of few"),
            pytest.param(20, 10, False, id="half"),
            pytest.param(20, 11, True, id="more than half"),
            pytest.param(21, 11, True, id="just more than half"),
            pytest.param(100, 50, False, id="half of many"),
        ],
    )
    def test_more_than_half_of_twenty_looks_unmounted(self, music, files, removed, guarded):
        names = music.album("album", files)
        music.look()
        for name in names[:removed]:
            music.remove(os.fsdecode(name))

        look = music.look()

        assert look.guarded == (("music",) if guarded else ())
        assert len(music.paths("gone = 1")) == (0 if guarded else removed)

    def test_files_gone_before_do_not_count(self, music):
        names = music.album("album", 40)
        music.look()
        for name in names[:20]:
            music.remove(os.fsdecode(name))
        music.look()
        for name in names[20:31]:
            music.remove(os.fsdecode(name))

        look = music.look()

        assert look.guarded == ("music",)
        assert len(music.paths("gone = 1")) == 20


class TestMovedFiles:
    def test_a_renamed_folder_is_no_unmounted_disk(self, music):
        music.album("old name", 30)
        music.look()
        (music.path / "old name").rename(music.path / "new name")

        look = music.look()

        assert look.guarded == ()
        assert len(music.paths("gone = 1")) == 30
        assert len(music.paths()) == 30

    def test_moved_files_do_not_count_as_missing(self, music):
        names = music.album("album", 21)
        music.look()
        (music.path / os.fsdecode(names[0])).rename(music.path / "moved.flac")
        for name in names[1:12]:
            music.remove(os.fsdecode(name))

        look = music.look()

        assert look.guarded == (), "12 of 22 are missing, but one of them has moved"

    def test_a_move_that_a_part_was_looked_at_before_is_one_all_the_same(self, music):
        music.album("old name", 30)
        music.look()
        (music.path / "old name").rename(music.path / "new name")
        music.looker().part(known_roots(music.state)[0], b"new name")

        assert music.look().guarded == ()

    def test_a_move_to_another_library_is_one_too(self, music, tmp_path):
        music.album("album", 30)
        music.look()
        shutil.move(music.path / "album", tmp_path / "vinyl")
        music.add_root("vinyl", tmp_path / "vinyl")

        look = music.look()

        assert look.guarded == ()
        assert len(music.paths("library = 'music' and gone = 1")) == 30

    def test_an_older_copy_with_the_same_times_is_no_move(self, music, tmp_path):
        """A backup made by `rsync -a` says nothing about where the disk is."""
        music.album("album", 30)
        shutil.copytree(music.path, tmp_path / "backup")
        music.add_root("backup", tmp_path / "backup")
        music.look()
        music.look()
        unmount(music)

        look = music.look()

        assert look.guarded == ("music",)
        assert music.paths("gone = 1") == set()

    def test_the_rest_of_a_move_must_still_be_less_than_half(self, music):
        names = music.album("album", 40)
        music.look()
        (music.path / "kept").mkdir()
        for name in names[:10]:
            (music.path / os.fsdecode(name)).rename(music.path / "kept" / os.path.basename(os.fsdecode(name)))
        music.remove("album")

        assert music.look().guarded == ("music",)

    def test_many_moved_files_are_counted_in_a_moment(self, music):
        """Each against each of the others, a large library would take hours."""
        music.look()
        music.state.executemany(
            "insert into file (library, folder, name, file_key, size_bytes, modified_ns, looked_at, settled) "
            "values ('music', x'6f', ?, ?, ?, ?, 0, 1)",
            ((b"%d.mp3" % number, f"old~{number}", number, number) for number in range(8_000)),
        )
        music.state.execute(
            "insert into file (library, folder, name, file_key, size_bytes, modified_ns, looked_at, settled) "
            "select 'elsewhere', folder, name, 'new' || file_key, size_bytes, modified_ns, 9e9, 1 from file"
        )

        look = FolderLook(music.state, known_roots(music.state), now=music.now).whole()

        assert look.guarded == ()
        assert music.state.execute("select count(*) from file where gone = 1").fetchone()[0] == 8_000


class TestAPersonsWord:
    def test_what_a_person_says_is_gone_is_gone(self, music):
        music.album("album", 30)
        music.look()
        unmount(music)
        music.look()

        look = music.accept()

        assert look.guarded == ()
        assert len(music.paths("gone = 1")) == 30

    def test_it_counts_for_a_root_that_is_no_more(self, music):
        music.put("song.mp3")
        music.look()
        shutil.rmtree(music.path)

        assert music.accept().guarded == ()
        assert music.look().guarded == ()
        assert music.paths("gone = 1") == {b"song.mp3"}

    def test_it_counts_only_for_the_libraries_that_were_looked_at(self, music, tmp_path):
        (tmp_path / "vinyl").mkdir()
        (tmp_path / "vinyl" / "side.flac").touch()
        music.add_root("vinyl", tmp_path / "vinyl")
        music.album("album", 30)
        music.look()
        unmount(music)
        shutil.rmtree(tmp_path / "vinyl")

        music.looker().whole(("vinyl",), accept_missing=True)

        assert music.paths("gone = 1") == {b"side.flac"}
