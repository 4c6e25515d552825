import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from resources import settings
from resources.settings import (
    PROJECT_ROOT,
    Root,
    Settings,
    SettingsError,
    absolute,
    load_settings,
    named_root,
    prepare_environment,
)

VARIABLES = [str(field.validation_alias) for field in Settings.model_fields.values()]


@pytest.fixture
def env(monkeypatch, tmp_path):
    """An environment without any of our settings, and a `.env` that tests may write."""
    for name in [*VARIABLES, "DAGSTER_HOME", "LINERNOTES_DAGSTER_DIR"]:
        monkeypatch.setenv(name, "")  # so that whatever a test sets is taken back
        monkeypatch.delenv(name)
    monkeypatch.setitem(Settings.model_config, "env_file", tmp_path / ".env")
    return monkeypatch


class TestDefaults:
    @pytest.mark.usefixtures("env")
    def test_without_any_setting(self):
        settings = load_settings()

        assert settings.roots == ()
        assert settings.home == PROJECT_ROOT / "data"
        assert settings.dagster_folder == PROJECT_ROOT / "data" / "dagster"
        assert (settings.scan_seconds, settings.batch_files) == (30.0, 200)

    @pytest.mark.parametrize("name", VARIABLES)
    def test_an_empty_variable_is_none(self, env, name):
        env.setenv(name, "")

        assert load_settings() == Settings()
        assert load_settings().home == PROJECT_ROOT / "data"

    @pytest.mark.parametrize(("processors", "workers"), [(1, 2), (2, 2), (5, 5), (8, 8), (64, 8), (None, 2)])
    def test_workers_are_the_processors_between_two_and_eight(self, env, processors, workers):
        """S3-82."""
        env.setattr(settings.os, "cpu_count", lambda: processors)

        assert load_settings().worker_count == workers

    @pytest.mark.parametrize("workers", [1, 12, 256])
    def test_a_person_may_go_beyond(self, env, workers):
        env.setenv("LINERNOTES_WORKERS", str(workers))

        assert load_settings().worker_count == workers


class TestWhereTheyComeFrom:
    def test_the_environment_counts_more_than_the_file(self, env, tmp_path):
        (tmp_path / ".env").write_text("LINERNOTES_BATCH_FILES=7\nLINERNOTES_SCAN_SECONDS=60\nSOMETHING_ELSE=1\n")
        env.setenv("LINERNOTES_BATCH_FILES", "9")

        settings = load_settings()

        assert (settings.batch_files, settings.scan_seconds) == (9, 60.0)

    @pytest.mark.usefixtures("env")
    def test_the_example_is_a_valid_file_that_changes_nothing(self, tmp_path):
        (tmp_path / ".env").write_text((PROJECT_ROOT / ".env.example").read_text())

        assert load_settings() == Settings(_env_file=None)

    def test_the_example_names_every_setting(self):
        text = (PROJECT_ROOT / ".env.example").read_text()

        assert set(VARIABLES) <= set(re.findall(r"^#([A-Z_]+)=", text, re.MULTILINE))

    @pytest.mark.parametrize(
        "content", [pytest.param(b"LINERNOTES_MUSIC=/caf\xe9\n", id="not UTF-8"), pytest.param(None, id="a folder")]
    )
    def test_a_file_that_cannot_be_read_is_named(self, env, tmp_path, content):
        if content is None:
            (tmp_path / ".env").mkdir()
            env.setattr(settings, "Settings", _unreadable(tmp_path / ".env"))
        else:
            (tmp_path / ".env").write_bytes(content)

        with pytest.raises(SettingsError, match=re.escape(str(tmp_path / ".env"))):
            load_settings()

    @pytest.mark.parametrize(
        ("name", "value", "said"),
        [
            ("LINERNOTES_WORKERS", "many", "integer"),
            ("LINERNOTES_WORKERS", "0", "greater than or equal to 1"),
            ("LINERNOTES_SCAN_SECONDS", "nan", "86400"),
            ("LINERNOTES_SCAN_SECONDS", "0.5", "greater than or equal to 1"),
            ("LINERNOTES_BATCH_FILES", "5001", "less than or equal to 5000"),
            ("LINERNOTES_MUSIC", "=/mnt/a", "write name=/path"),
            ("LINERNOTES_MUSIC", "vinyl=", "write name=/path"),
            ("LINERNOTES_HOME", "~nobody.of.that.name/x", "full path"),
            ("LINERNOTES_CONTACT", "me", "write an e-mail address"),
            ("LINERNOTES_CONTACT", "me@example.org (home)", "without brackets"),
            ("LINERNOTES_CONTACT", "jürgen@example.org", "plain letters"),
            ("LINERNOTES_MUSICBRAINZ_URL", "127.0.0.1:8000", "http://127.0.0.1:8000"),
            ("LINERNOTES_ACOUSTID_INTERVAL_SECONDS", "-1", "greater than or equal to 0"),
            ("LINERNOTES_ACOUSTID_INTERVAL_SECONDS", "nan", "finite"),
            ("LINERNOTES_ON_INVALID_KEY", "ask", "fail_run"),
        ],
    )
    def test_a_value_that_cannot_be_used_is_named_with_what_is_allowed(self, env, name, value, said):
        env.setenv(name, value)

        with pytest.raises(SettingsError, match=re.escape(said)) as caught:
            load_settings()

        assert value.partition("=")[2] in str(caught.value)
        assert "Value error" not in str(caught.value)

    def test_every_setting_says_what_it_is(self):
        assert all(field.description for field in Settings.model_fields.values())


class TestServices:
    @pytest.mark.parametrize(
        ("name", "url", "seconds"),
        [
            ("MUSICBRAINZ", "", "0.99"),
            ("MUSICBRAINZ", "http://musicbrainz.org/ws/2", "0"),
            ("MUSICBRAINZ", "https://beta.MusicBrainz.org.", "0.5"),
            ("ACOUSTID", "", "0.3"),
            ("LISTENBRAINZ", "https://api.listenbrainz.org", "0.1"),
        ],
    )
    def test_public_hosts_are_never_asked_faster_than_they_allow(self, env, name, url, seconds):
        env.setenv(f"LINERNOTES_{name}_URL", url)
        env.setenv(f"LINERNOTES_{name}_INTERVAL_SECONDS", seconds)

        with pytest.raises(SettingsError, match=f"LINERNOTES_{name}_INTERVAL_SECONDS: .* at least"):
            load_settings()

    @pytest.mark.parametrize("seconds", ["0", "0.05", "3600"])
    def test_other_hosts_are_asked_as_a_person_likes(self, env, seconds):
        env.setenv("LINERNOTES_MUSICBRAINZ_URL", "http://127.0.0.1:8000")
        env.setenv("LINERNOTES_MUSICBRAINZ_INTERVAL_SECONDS", seconds)

        assert load_settings().musicbrainz_interval_seconds == float(seconds)

    def test_keys_are_not_shown(self, env):
        """S3-156."""
        env.setenv("ACOUSTID_API_KEY", "k-1234")
        env.setenv("LINERNOTES_SERVICES_DB", "postgresql://me:p-1234@127.0.0.1/x")

        assert "1234" not in repr(load_settings())

    def test_keys_are_not_shown_when_something_else_is_wrong(self, env):
        env.setenv("ACOUSTID_API_KEY", "k-1234")
        env.setenv("LINERNOTES_MUSICBRAINZ_INTERVAL_SECONDS", "0")

        with pytest.raises(SettingsError) as caught:
            load_settings()

        assert "1234" not in str(caught.value)
        assert caught.value.__suppress_context__

    def test_a_password_in_an_address_is_not_repeated(self, env):
        env.setenv("LINERNOTES_MUSICBRAINZ_URL", "http://me:p-1234@127.0.0.1:8000")

        with pytest.raises(SettingsError, match="LINERNOTES_MUSICBRAINZ_URL cannot be used") as caught:
            load_settings()

        assert "1234" not in str(caught.value)


def _unreadable(path):
    class Unreadable:
        model_config = Settings.model_config

        def __init__(self):
            raise IsADirectoryError(21, "Is a directory", str(path))

    return Unreadable


class TestRoots:
    @pytest.mark.parametrize(
        ("text", "library", "path"),
        [
            ("/mnt/Music", "Music", "/mnt/Music"),
            ("/mnt/Music/", "Music", "/mnt/Music"),
            ("vinyl=/mnt/a", "vinyl", "/mnt/a"),
            (" my vinyl =/mnt/a", "my vinyl", "/mnt/a"),
            ("/mnt/a=b", "a=b", "/mnt/a=b"),
            ("/mnt/a=", "a=", "/mnt/a="),
            ("x=/mnt/a=b", "x", "/mnt/a=b"),
            ("music", "music", f"{PROJECT_ROOT}/music"),
            ("a=../b", "a", f"{PROJECT_ROOT.parent}/b"),
            ("/", "music", "/"),
            ("//mnt/a", "a", "/mnt/a"),
            ("/mnt/./x/../a", "a", "/mnt/a"),
            ("~/Music", "Music", f"{Path.home()}/Music"),
            ("a=~", "a", str(Path.home())),
        ],
    )
    def test_a_folder_has_a_name(self, text, library, path):
        assert named_root(text) == Root(library, Path(path))

    def test_a_name_is_text_whatever_the_bytes_of_the_folder(self):
        root = named_root(os.fsdecode(b"/mnt/caf\xe9"))

        assert root == Root(r"caf\xe9", Path(os.fsdecode(b"/mnt/caf\xe9")))
        assert root.library.encode()

    def test_several_are_separated_like_path(self, env):
        env.setenv("LINERNOTES_MUSIC", "/a/Music::vinyl=/b:/a/Music")

        assert load_settings().roots == (Root("Music", Path("/a/Music")), Root("vinyl", Path("/b")))

    def test_a_folder_may_have_an_equals_sign_at_its_end(self, env):
        env.setenv("LINERNOTES_MUSIC", "/mnt/a=")

        assert load_settings().roots == (Root("a=", Path("/mnt/a=")),)

    def test_two_folders_of_one_name_are_an_error_with_a_cure(self, env):
        env.setenv("LINERNOTES_MUSIC", "/a/Music:/b/Music")

        with pytest.raises(SettingsError, match="Give one of them another name"):
            _ = load_settings().roots

    def test_relative_paths_mean_the_project_wherever_one_stands(self, env, tmp_path):
        env.chdir(tmp_path)
        env.setenv("LINERNOTES_HOME", "data/other")

        assert load_settings().home == PROJECT_ROOT / "data" / "other"
        assert absolute(Path("x")) == PROJECT_ROOT / "x"


class TestEnvironmentForDagster:
    def test_dagster_finds_its_configuration_and_its_storage(self, env, tmp_path):
        env.setenv("LINERNOTES_HOME", str(tmp_path / "home"))

        prepare_environment(load_settings())

        assert os.environ["DAGSTER_HOME"] == str(PROJECT_ROOT)
        assert os.environ["LINERNOTES_HOME"] == str(tmp_path / "home")
        assert Path(os.environ["LINERNOTES_DAGSTER_DIR"]).is_dir()

    def test_children_find_the_same_home_as_an_absolute_path(self, env, tmp_path):
        env.setattr(settings, "PROJECT_ROOT", tmp_path)
        env.setenv("LINERNOTES_HOME", "data")

        prepare_environment(load_settings())

        assert os.environ["LINERNOTES_HOME"] == str(tmp_path / "data")

    def test_a_home_that_cannot_be_made_is_named_with_the_cure(self, env, tmp_path):
        (tmp_path / "file").touch()
        env.setenv("LINERNOTES_HOME", str(tmp_path / "file" / "home"))

        with pytest.raises(SettingsError, match="Set LINERNOTES_HOME"):
            prepare_environment(load_settings())


def test_nothing_is_read_when_the_module_is_imported(env):
    env.setenv("LINERNOTES_WORKERS", "not a number")

    subprocess.run([sys.executable, "-c", "import resources.settings"], cwd=PROJECT_ROOT, check=True, timeout=30)
