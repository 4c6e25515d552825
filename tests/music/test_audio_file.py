import errno
import os
import socket

import pytest

from music.audio_file import open_regular
from music.error_codes import AudioFileError, ErrorCode


def fault(path):
    with pytest.raises(AudioFileError) as caught:
        open_regular(os.fsencode(path))
    return caught.value.code


@pytest.mark.parametrize(
    "name",
    [b"plain.mp3", b"latin-\xe9\xff.mp3", "e\u0301.mp3".encode(), b"x" * 251 + b".mp3", b"...[a],\n.mp3"],
    ids=["plain", "not_utf8", "decomposed", "255_bytes", "range_syntax_and_newline"],
)
def test_a_file_of_any_name_is_opened_for_reading_only(tmp_path, name):
    path = os.path.join(os.fsencode(tmp_path), name)
    with open(path, "wb") as made:
        made.write(b"music")

    with open_regular(path) as file:
        assert file.read() == b"music"
        assert not file.writable()
        assert not os.get_inheritable(file.fileno())


def test_an_empty_file_is_refused(tmp_path):
    (tmp_path / "a.mp3").touch()

    assert fault(tmp_path / "a.mp3") is ErrorCode.EMPTY_FILE


def test_a_folder_is_refused(tmp_path):
    assert fault(tmp_path) is ErrorCode.NOT_A_FILE


def test_a_pipe_is_refused_without_waiting_for_a_writer(tmp_path):
    os.mkfifo(tmp_path / "a.mp3")

    assert fault(tmp_path / "a.mp3") is ErrorCode.NOT_A_FILE


def test_a_socket_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("a.mp3")

        assert fault(tmp_path / "a.mp3") is ErrorCode.NOT_A_FILE


def test_a_device_is_refused():
    assert fault("/dev/null") is ErrorCode.NOT_A_FILE


@pytest.mark.parametrize("target", ["music.mp3", "a.mp3", "nowhere"], ids=["to_a_file", "to_itself", "to_nothing"])
def test_a_link_is_refused_wherever_it_leads(tmp_path, target):  # S3-154
    (tmp_path / "music.mp3").write_bytes(b"music")
    (tmp_path / "a.mp3").symlink_to(target)

    assert fault(tmp_path / "a.mp3") is ErrorCode.SYMLINK_LOOP


@pytest.mark.parametrize("path", ["gone.mp3", "file/gone.mp3"], ids=["file", "folder"])
def test_what_has_vanished_is_said_to_have_changed(tmp_path, path):
    (tmp_path / "file").write_bytes(b"x")

    assert fault(tmp_path / path) is ErrorCode.FILE_CHANGED


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_unreadable(tmp_path):
    (tmp_path / "a.mp3").write_bytes(b"music")
    (tmp_path / "a.mp3").chmod(0)

    assert fault(tmp_path / "a.mp3") is ErrorCode.UNREADABLE_FILE


def test_any_other_fault_of_the_disk_is_unreadable(monkeypatch):
    def broken(*_):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "open", broken)

    assert fault("/music/a.mp3") is ErrorCode.UNREADABLE_FILE
