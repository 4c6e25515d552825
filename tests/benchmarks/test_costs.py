from benchmarks.costs import Stopwatch, least


class Worker:
    def work(self, amount: int) -> int:
        return sum(range(amount))


def test_the_least_of_all_rounds_counts() -> None:
    rounds = iter([{"a": 3.0, "b": 1.0}, {"a": 2.0, "b": 4.0}, {"a": 5.0, "b": 2.0}])

    assert least(3, lambda: next(rounds)) == {"a": 2.0, "b": 1.0}


def test_a_stopwatch_adds_up_by_name() -> None:
    watch = Stopwatch()

    for _ in range(2):
        with watch.on("work"):
            Worker().work(200_000)

    assert list(watch.seconds) == ["work"]
    assert watch.seconds["work"] > 0


def test_making_items_is_counted_and_using_them_is_not() -> None:
    watch = Stopwatch()
    using = Stopwatch()

    for _ in watch.each("making", iter(range(3))):
        with using.on("using"):
            Worker().work(500_000)

    assert watch.seconds["making"] < using.seconds["using"]


def test_calls_are_counted_until_the_block_ends() -> None:
    watch = Stopwatch()
    original = Worker.work

    with watch.calls(Worker, "work", "calls"):
        result = Worker().work(200_000)
    counted = watch.seconds["calls"]
    Worker().work(200_000)

    assert result == sum(range(200_000))
    assert counted > 0
    assert watch.seconds["calls"] == counted
    assert Worker.work is original
