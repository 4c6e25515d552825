import errno
import os
import socket

import pytest

from music.error_codes import ErrorCode
from resources.folder_listing import Seen, is_skipped, read_folder
from resources.settings import Root

NO_OTHER_ROOT = frozenset()


@pytest.fixture
def root(tmp_path):
    folder = tmp_path / "music"
    folder.mkdir()
    return Root("music", folder)


def listed(root, folder=b""):
    return read_folder(root, folder, other_roots=NO_OTHER_ROOT)


def names(seen: Seen):
    return [name for name, _, _ in seen.files]


def refused(seen: Seen):
    return {path: code for path, code, _ in seen.refused}


def test_music_sidecars_and_folders_are_told_apart_by_name(root):
    for name in ("a.FLAC", "b.mp3", "b.cue", "cover.jpg", "notes.txt", "mp3", "flac."):
        (root.path / name).write_bytes(b"12345")
    (root.path / "disc.flac").mkdir()

    seen = listed(root)

    assert min(seen.files)[:2] == (b"a.FLAC", 5)
    assert sorted(names(seen)) == [b"a.FLAC", b"b.mp3"]
    assert [name for name, _, _ in seen.beside] == [b"b.cue"]
    assert seen.folders == [b"disc.flac"]
    assert seen.refused == []
    assert seen.readable


def test_times_are_whole_nanoseconds(root):
    path = root.path / "a.flac"
    path.touch()
    os.utime(path, ns=(0, 1_700_000_000_123_456_789))

    assert listed(root).files == [(b"a.flac", 0, 1_700_000_000_123_456_789)]


def test_paths_are_relative_to_the_root(root):
    (root.path / "artist" / "album").mkdir(parents=True)
    (root.path / "artist" / "broken.mp3").symlink_to("nowhere")

    seen = listed(root, b"artist")

    assert seen.folders == [b"artist/album"]
    assert refused(seen) == {b"artist/broken.mp3": ErrorCode.SYMLINK_LOOP}


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(b"caf\xe9.mp3", id="not UTF-8"),
        pytest.param(b"two\nlines.mp3", id="newline"),
        pytest.param(b"x" * 251 + b".mp3", id="255 bytes"),
        pytest.param(b"a...b.mp3", id="range syntax"),
        pytest.param(b"[a], b.mp3", id="brackets and comma"),
        pytest.param(b"\x1b[31m.mp3", id="escape sequence"),
        pytest.param(b"-rf.mp3", id="leading dash"),
    ],
)
def test_ugly_names_come_through_byte_for_byte(root, name):
    with open(os.path.join(os.fsencode(root.path), name), "wb"):
        pass

    assert names(listed(root)) == [name]


def test_composed_and_decomposed_names_are_two_files(root):
    twins = {"caf\u00e9.mp3".encode(), "cafe\u0301.mp3".encode()}
    for name in twins:
        with open(os.path.join(os.fsencode(root.path), name), "wb"):
            pass

    assert set(names(listed(root))) == twins


@pytest.mark.parametrize(
    ("name", "skipped"),
    [
        (b".hidden.mp3", True),
        (b"._song.mp3", True),
        (b"...mp3", True),
        (b"@eaDir", True),
        (b"$RECYCLE.BIN", True),
        (b"System Volume Information", True),
        (b"lost+found", True),
        (b"__MACOSX", True),
        (b"Lost + Found", False),
        (b"@eaDir.mp3", False),
    ],
)
def test_hidden_and_system_names_are_skipped(root, name, skipped):
    os.mkdir(os.path.join(os.fsencode(root.path), name))

    assert is_skipped(name) is skipped
    assert listed(root).folders == ([] if skipped else [name])


def test_pipe_and_socket_with_the_name_of_music_are_refused_and_not_opened(root):
    os.mkfifo(root.path / "pipe.mp3")
    os.mkfifo(root.path / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(root.path / "socket.flac"))
        seen = listed(root)

    assert seen.files == []
    assert refused(seen) == {b"pipe.mp3": ErrorCode.NOT_A_FILE, b"socket.flac": ErrorCode.NOT_A_FILE}


class TestLinks:
    def test_a_link_to_itself_or_to_nothing_is_a_loop(self, root):
        (root.path / "self.mp3").symlink_to("self.mp3")
        (root.path / "loop.d").symlink_to("loop.d")
        (root.path / "broken").symlink_to("nowhere")
        (root.path / "broken.mp3").symlink_to("nowhere.mp3")

        assert refused(listed(root)) == dict.fromkeys(
            (b"self.mp3", b"loop.d", b"broken", b"broken.mp3"), ErrorCode.SYMLINK_LOOP
        )

    @pytest.mark.parametrize("target", [".", "..", "../..", "/"])
    def test_a_link_to_a_folder_above_is_a_loop(self, root, target):
        (root.path / "album").mkdir()
        (root.path / "album" / "again").symlink_to(target)

        seen = listed(root, b"album")

        assert refused(seen) == {b"album/again": ErrorCode.SYMLINK_LOOP}
        assert seen.folders == []

    def test_a_link_out_of_the_root_is_refused_and_says_where_it_leads(self, root, tmp_path):
        outside = tmp_path / "music elsewhere"  # its name begins as the root's does
        outside.mkdir()
        (outside / "song.mp3").touch()
        (root.path / "folder").symlink_to(outside)
        (root.path / "song.mp3").symlink_to(outside / "song.mp3")

        seen = listed(root)

        assert refused(seen) == {b"folder": ErrorCode.OUTSIDE_ROOT, b"song.mp3": ErrorCode.OUTSIDE_ROOT}
        assert all("music elsewhere" in message for _, _, message in seen.refused)
        assert (seen.files, seen.folders) == ([], [])

    def test_a_link_inside_the_root_is_left_to_where_it_leads(self, root):
        (root.path / "album").mkdir()
        (root.path / "album" / "song.mp3").touch()
        (root.path / "Vol. 1").symlink_to("album")
        (root.path / "song.mp3").symlink_to("album/song.mp3")

        assert refused(listed(root)) == {b"Vol. 1": ErrorCode.LINKED_INSIDE, b"song.mp3": ErrorCode.LINKED_INSIDE}

    def test_a_link_into_a_hidden_folder_is_not_said_to_be_looked_at_there(self, root):
        objects = root.path / ".git" / "annex"
        objects.mkdir(parents=True)
        (objects / "song.mp3").touch()
        (root.path / "song.mp3").symlink_to(objects / "song.mp3")

        seen = listed(root)

        assert refused(seen) == {b"song.mp3": ErrorCode.OUTSIDE_ROOT}
        assert "hidden" in seen.refused[0][2]

    def test_links_that_are_no_music_are_nobodys_business(self, root):
        (root.path / "README").write_text("a text")
        (root.path / "read me").symlink_to("README")
        (root.path / "notes.txt").symlink_to("nowhere")
        (root.path / "side.cue").symlink_to("nowhere")
        (root.path / ".hidden").symlink_to("/")

        seen = listed(root)

        assert (seen.refused, seen.files, seen.beside) == ([], [], [])

    def test_a_link_that_may_not_be_followed_is_unreadable(self, root, monkeypatch):
        (root.path / "song.mp3").symlink_to("elsewhere.mp3")

        def denied(path, **_):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)

        monkeypatch.setattr("resources.folder_listing.os.path.realpath", denied)

        assert refused(listed(root)) == {b"song.mp3": ErrorCode.UNREADABLE_FILE}


def test_another_root_inside_this_one_is_left_to_itself(root):
    (root.path / "vinyl").mkdir()
    (root.path / "tapes").mkdir()

    seen = read_folder(root, b"", other_roots=frozenset({os.fsencode(root.path / "vinyl")}))

    assert seen.folders == [b"tapes"]


def test_a_root_that_is_not_there_is_refused(tmp_path):
    seen = listed(Root("music", tmp_path / "unmounted"))

    assert not seen.readable
    assert refused(seen) == {b"": ErrorCode.UNREADABLE_FILE}
    assert "No such file" in seen.refused[0][2]


def test_a_folder_that_vanished_after_its_name_was_read_is_no_fault(root):
    seen = listed(root, b"vanished")

    assert not seen.readable
    assert seen.refused == []


def test_a_folder_replaced_by_a_link_after_its_name_was_read_is_not_entered(root, tmp_path):
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "song.mp3").touch()
    (root.path / "album").symlink_to(tmp_path / "private")

    seen = listed(root, b"album")

    assert not seen.readable
    assert (seen.files, seen.refused) == ([], [])


def test_a_folder_that_may_not_be_read_is_refused_with_the_reason(root, monkeypatch):
    def denied(path):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)

    (root.path / "private").mkdir()
    monkeypatch.setattr("resources.folder_listing.os.scandir", denied)

    seen = listed(root, b"private")

    assert not seen.readable
    assert seen.refused == [(b"private", ErrorCode.UNREADABLE_FILE, "the folder cannot be read: Permission denied")]


class FakeEntry:
    """A directory entry whose file cannot be looked at."""

    def __init__(self, name, error):
        self.name = name
        self.path = b"/music/" + name
        self._error = error

    def is_symlink(self):
        return False

    def is_dir(self, **_):
        return False

    def stat(self, **_):
        raise OSError(self._error, os.strerror(self._error))


class FakeScan(list):
    def __enter__(self):
        return self

    def __exit__(self, *exception):
        pass


@pytest.mark.parametrize(
    ("error", "unknown"),
    [
        pytest.param(errno.EACCES, [b"a.mp3"], id="may not be looked at"),
        pytest.param(errno.EIO, [b"a.mp3"], id="disk error"),
        pytest.param(errno.ENOENT, [], id="vanished meanwhile"),
    ],
)
def test_a_file_that_cannot_be_looked_at_is_there_all_the_same(root, monkeypatch, error, unknown):
    monkeypatch.setattr("resources.folder_listing.os.scandir", lambda _: FakeScan([FakeEntry(b"a.mp3", error)]))

    seen = listed(root)

    assert seen.unknown == unknown
    assert refused(seen) == dict.fromkeys(unknown, ErrorCode.UNREADABLE_FILE)


class TestSidecars:
    def test_no_sidecar_is_an_empty_word(self, root):
        assert listed(root).sidecars == ""

    def test_the_digest_follows_name_size_and_time(self, root):
        cue = root.path / "side.cue"
        digests = []

        for content, time in ((b"1", 1), (b"12", 1), (b"12", 2)):
            cue.write_bytes(content)
            os.utime(cue, (time, time))
            digests.append(listed(root).sidecars)
        cue.rename(root.path / "other.cue")
        digests.append(listed(root).sidecars)

        assert len(set(digests)) == 4

    def test_the_order_in_which_names_are_read_does_not_matter(self):
        files = [(b"a.cue", 1, 2), (b"b.cue", 3, 4)]

        assert Seen("music", b"", beside=files).sidecars == Seen("music", b"", beside=files[::-1]).sidecars


def test_nothing_is_opened(root, monkeypatch):
    (root.path / "a.flac").write_bytes(b"x")
    opened = []
    monkeypatch.setattr("builtins.open", lambda *arguments: opened.append(arguments))
    monkeypatch.setattr("os.open", lambda *arguments: opened.append(arguments))

    listed(root)

    assert opened == []
