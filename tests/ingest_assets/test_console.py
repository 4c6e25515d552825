import io
import time

import pytest
from rich.console import Console

from ingest_assets import console
from ingest_assets.console import FilesBar, clock, plain, say


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("Überfahrt 日本", "Überfahrt 日本", id="words of any language"),
        pytest.param("[/b] [red]", "[/b] [red]", id="markup is text"),
        pytest.param("\x1b[31m", "\\x1b[31m", id="escape sequence"),
        pytest.param("a\nb\tc", "a\\nb\\tc", id="line break and tab"),
        pytest.param("\x9b1m", "\\x9b1m", id="the one-byte escape of terminals"),
        pytest.param("\u202egpj.exe", "\\u202egpj.exe", id="text that turns round"),
        pytest.param("\udcff", "\\udcff", id="a byte that is no text"),
    ],
)
def test_text_only_shows_itself(text: str, shown: str) -> None:
    assert plain(text) == shown


@pytest.mark.parametrize(("seconds", "text"), [(0.4, "0:00"), (65, "1:05"), (3_723, "1:02:03")])
def test_durations_are_for_people(seconds: float, text: str) -> None:
    assert clock(seconds) == text


def test_what_is_said_goes_to_stderr_line_by_line(capsys: pytest.CaptureFixture) -> None:
    say("first [b]\nsecond \x1b[31m")

    assert capsys.readouterr() == ("", "first [b]\nsecond \\x1b[31m\n")


def test_without_a_terminal_the_bar_is_a_line_now_and_then(
    capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FilesBar() as bar:
        bar.show(done=1, total=10, failed=0, note="")
        monkeypatch.setattr(console, "PLAIN_EVERY_SECONDS", 0.0)
        bar._begun -= 10
        bar.show(done=5, total=10, failed=2, note="\x1b[31m")

    assert capsys.readouterr().err == "5 of 10 files, 0.5 files/s, 0:10 left, 2 set aside\n"


@pytest.mark.parametrize(
    ("total", "said"),
    [
        pytest.param(10, "0 of 10 files, 0.0 files/s; 3 of 20 identified\n", id="beside files that are read"),
        pytest.param(0, "3 of 20 identified\n", id="alone"),
    ],
)
def test_what_is_identified_is_counted_by_itself(
    capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch, total: int, said: str
) -> None:
    monkeypatch.setattr(console, "PLAIN_EVERY_SECONDS", 0.0)
    with FilesBar() as bar:
        bar.show_identified(done=3, total=20, note="shelf/Lamps")
        bar.show(done=0, total=total, failed=0, note="")

    assert capsys.readouterr().err == said


def test_on_a_terminal_the_bar_shows_the_file_at_hand_and_obeys_no_name(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = io.StringIO()
    terminal = Console(file=drawn, force_terminal=True, width=120, color_system=None)
    monkeypatch.setattr(console, "err", lambda: terminal)

    with FilesBar() as bar:
        bar.show(done=1, total=3, failed=0, note="a [/b] \x1b[31m.flac")
        time.sleep(0.15)
        bar.show(done=2, total=3, failed=0, note="b.flac")

    assert "2/3" in drawn.getvalue()
    assert "a [/b] \\x1b[31m.flac" in drawn.getvalue() or "b.flac" in drawn.getvalue()
    assert "\x1b[31m" not in drawn.getvalue()
