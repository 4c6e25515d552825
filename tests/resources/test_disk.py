import errno
import sqlite3
from pathlib import Path

import pytest

from resources.disk import is_disk_full, is_out_of_room


def caused_by(cause: Exception) -> Exception:
    error = RuntimeError("something else failed")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "full"),
    [
        pytest.param(OSError(errno.ENOSPC, "No space left on device"), True, id="the system"),
        pytest.param(OSError(errno.EDQUOT, "Disk quota exceeded"), True, id="a quota"),
        pytest.param(sqlite3.OperationalError("database or disk is full"), True, id="SQLite"),
        pytest.param(caused_by(OSError(errno.ENOSPC, "")), True, id="behind another error"),
        pytest.param(OSError(errno.EACCES, "Permission denied"), False, id="another error of the system"),
        pytest.param(ValueError("nothing to do with disks"), False, id="no cause at all"),
    ],
)
def test_a_full_disk_is_recognised_whoever_says_so(error: Exception, *, full: bool) -> None:
    assert is_disk_full(error) is full


def test_room_is_judged_where_the_folder_will_be(tmp_path: Path) -> None:
    folder = tmp_path / "not" / "made" / "yet"

    assert is_out_of_room(folder, bytes_needed=1 << 62)
    assert not is_out_of_room(folder, bytes_needed=0)
