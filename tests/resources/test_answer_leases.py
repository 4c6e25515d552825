import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from resources import locks
from resources.answer_cache import AnswerCache, Kept
from resources.answer_leases import LEASE_SECONDS, AnswerLeases
from resources.service_state import ServiceState, open_state
from resources.settings import Settings
from tests.resources.service_places import PLACES, FakeClock, emptied


@dataclass
class Two:
    """Two processes that share answers."""

    state: ServiceState
    clock: FakeClock
    ours: AnswerLeases
    theirs: AnswerLeases
    home: Path


@pytest.fixture(params=PLACES)
def two(request, tmp_path) -> Iterator[Two]:
    clock = FakeClock()
    settings = Settings(_env_file=None, LINERNOTES_SERVICES_DB=emptied(request.param) or None)
    state = open_state(tmp_path, settings, clock.clock)
    leases = [AnswerLeases(state, tmp_path, clock.clock) for _ in range(2)]
    yield Two(state, clock, *leases, home=tmp_path)
    for each in leases:
        each.close()
    state.close()


class TestLeases:
    def test_one_has_it_and_then_another(self, two):
        assert two.ours.take("acoustid", "a")
        assert not two.theirs.take("acoustid", "a")
        assert not two.ours.take("acoustid", "a")

        two.ours.give_back("acoustid", "a")

        assert two.theirs.take("acoustid", "a")

    def test_another_home_that_shares_the_state_is_not_taken_for_dead(self, two, tmp_path):
        elsewhere = AnswerLeases(two.state, tmp_path / "another home", two.clock.clock)
        two.ours.take("acoustid", "a")

        assert not elsewhere.take("acoustid", "a")

        elsewhere.close()

    def test_only_its_owner_gives_it_back(self, two):
        two.ours.take("acoustid", "a")
        two.theirs.give_back("acoustid", "a")

        assert not two.theirs.take("acoustid", "a")

    def test_who_needs_it_waits(self, two):
        two.ours.take("acoustid", "b")
        two.clock.meanwhile += [lambda: None, lambda: two.ours.give_back("acoustid", "b")]

        with two.theirs.held("acoustid", ["c", "b", "a", "b"]):
            held = two.state.rows("select key from lease order by key")

        assert held == [("a",), ("b",), ("c",)]
        assert len(two.clock.slept) == 2
        assert two.state.rows("select * from lease") == []

    def test_what_a_dead_process_held_is_free_at_once(self, two):
        two.ours.take("acoustid", "a")
        locks.let_go(two.home, two.ours._lock_name)

        assert two.theirs.take("acoustid", "a")

    def test_what_another_machine_holds_is_free_when_its_time_is_over(self, two):
        two.ours.take("acoustid", "a")
        two.state.rows("update lease set owner = :owner", owner="elsewhere/asking-1-1")

        assert not two.theirs.take("acoustid", "a")
        two.clock.seconds += LEASE_SECONDS + 1
        assert two.theirs.take("acoustid", "a")

    def test_they_are_given_back_when_something_goes_wrong(self, two):
        with pytest.raises(KeyError), two.ours.held("acoustid", ["a", "b"]):
            raise KeyError

        assert two.state.rows("select * from lease") == []

    def test_who_ends_gives_all_back(self, two):
        third = AnswerLeases(two.state, two.home, two.clock.clock)
        third.take("acoustid", "a")
        third.close()

        assert two.state.rows("select * from lease") == []


class TestAnswers:
    @pytest.mark.parametrize(("chance", "days"), [(0.0, 27.0), (0.5, 30.0), (1.0, 33.0)])
    def test_lifetimes_vary_by_a_tenth(self, two, chance, days):
        cache = AnswerCache(two.state, chance=lambda: chance)
        cache.keep("musicbrainz", "key", Kept(200, {}, two.clock.now()), seconds=30 * 86_400.0)

        two.clock.seconds += days * 86_400 - 1
        assert cache.find("musicbrainz", "key")
        two.clock.seconds += 2
        assert cache.find("musicbrainz", "key") is None

    @pytest.mark.parametrize(
        "body", [{"title": "Ólafur \U0001f3b5"}, [], None, "\ud800", {"a": {"b": [1, 2.5, True]}}], ids=repr
    )
    def test_an_answer_comes_back_as_it_was(self, two, body):
        cache = AnswerCache(two.state)
        kept = Kept(404, json.loads(json.dumps(body)), two.clock.now())
        cache.keep("musicbrainz", "key", kept, seconds=10)

        assert cache.find("musicbrainz", "key") == kept
        assert cache.find("acoustid", "key") is None

    def test_a_newer_answer_takes_the_place_of_the_older(self, two):
        cache = AnswerCache(two.state)
        for number in range(2):
            cache.keep("musicbrainz", "key", Kept(200, number, two.clock.now()), seconds=10)

        found = cache.find("musicbrainz", "key")
        assert found
        assert found.body == 1

    def test_parts_and_answers_are_apart(self, two):
        cache = AnswerCache(two.state)
        cache.keep("acoustid", "key", Kept(200, "answer", two.clock.now()), seconds=10)
        cache.keep_parts("acoustid", {"key": ("part", 10.0), "gone": ("part", -1.0)})

        assert cache.parts("acoustid", ["key", "gone", "unknown"]) == {"key": "part"}
        assert cache.parts("acoustid", []) == {}
        cache.forget_old()
        assert two.state.rows("select count(*) from answer") == [(2,)]
