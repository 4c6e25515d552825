import pytest

from benchmarks.report import Figure, Matrix, Part, goals_text, number, part_text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param(0.0, "0", id="nothing"),
        pytest.param(0.0123, "0.012", id="thousandths"),
        pytest.param(1.234, "1.23", id="hundredths"),
        pytest.param(12.34, "12.3", id="tenths"),
        pytest.param(123_456.7, "123,457", id="thousands"),
        pytest.param(-0.5, "-0.50", id="less than nothing"),
    ],
)
def test_a_number_has_about_three_digits(value: float, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(
    ("goal", "verdict"),
    [
        pytest.param(None, "", id="no goal"),
        pytest.param(2.0, "met", id="just met"),
        pytest.param(1.9, "MISSED", id="missed"),
    ],
)
def test_a_figure_says_whether_its_goal_is_met(goal: float | None, verdict: str) -> None:
    assert Figure("ticks", 2.0, "CPU-s", goal).verdict == verdict


def test_numbers_stand_under_one_another() -> None:
    matrix = Matrix(("mp3", "wav"), (("decode (CPU-s)", (0.2, 12.0)), ("levels", (0.05, 0.5))))
    part = Part("Stages", (Figure("all", 2.05, "x", 2.5), Figure("disk", 100.0, "MB")), matrix)

    assert part_text(part).splitlines() == [
        "",
        "Stages",
        "======",
        "                  mp3   wav",
        "decode (CPU-s)   0.20  12.0",
        "levels          0.050  0.50",
        "",
        "      measured         goal",
        "all       2.05  x   <= 2.50  met",
        "disk       100  MB",
    ]


def test_the_goals_of_all_parts_come_together() -> None:
    parts = [Part("One", (Figure("a", 1.0, "s", 2.0), Figure("b", 1.0, "s"))), Part("Two", (Figure("c", 1, "s", 0.5),))]

    text = goals_text(parts)

    assert [line.split()[0] for line in text.splitlines()[4:]] == ["a", "c"]
