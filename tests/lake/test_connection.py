import os
from pathlib import Path

import duckdb
import pytest

from lake import connection as lake_connection
from lake.connection import attached, close_idle, extension_file, quoted
from lake.errors import LakeError
from lake.places import places


def test_the_extension_is_a_file_of_an_installed_package_for_this_duckdb() -> None:
    path = extension_file()

    assert path.is_file()
    assert f"v{duckdb.__version__}" in path.parts


@pytest.mark.parametrize("missing", ["package", "version"])
def test_a_missing_extension_is_told_with_its_cure(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    if missing == "package":
        monkeypatch.setattr(lake_connection, "find_spec", lambda _: None)
    else:
        monkeypatch.setattr(lake_connection.duckdb, "__version__", "0.0.1")
    extension_file.cache_clear()

    with pytest.raises(LakeError, match="is not installed"):
        extension_file()

    extension_file.cache_clear()


def test_a_quote_in_a_path_does_not_end_it() -> None:
    assert quoted(Path("/it's")) == "'/it''s'"


def test_a_connection_is_used_again_and_two_at_once_are_two(home: Path) -> None:
    place = places(home)

    with attached(place, read_only=True) as first, attached(place, read_only=True) as second:
        assert first is not second
    with attached(place, read_only=True) as third:
        assert third in (first, second)


def test_a_connection_in_whose_block_something_was_raised_is_not_used_again(home: Path) -> None:
    place = places(home)

    with pytest.raises(ZeroDivisionError), attached(place, read_only=True) as first:
        raise ZeroDivisionError

    with pytest.raises(duckdb.ConnectionException):
        first.execute("select 1")


def test_connections_download_nothing_and_keep_to_the_lakes_own_folder_and_to_utc(home: Path) -> None:
    with attached(places(home), read_only=True) as connection:
        settings = dict(connection.execute("select name, value from duckdb_settings()").fetchall())

    assert settings["autoinstall_known_extensions"] == settings["autoload_known_extensions"] == "false"
    assert settings["allow_persistent_secrets"] == "false"
    assert settings["temp_directory"] == str(home / "lake" / "spill")
    assert settings["TimeZone"] == "UTC"


def test_idle_connections_can_be_closed_and_those_of_another_process_are_left(home: Path) -> None:
    with attached(places(home), read_only=True) as connection:
        pass
    other = (os.getpid() + 1, home)
    lake_connection._idle[other] = [connection]

    close_idle()

    assert lake_connection._idle.pop(other) == [connection]
    with pytest.raises(duckdb.ConnectionException):
        connection.execute("select 1")
