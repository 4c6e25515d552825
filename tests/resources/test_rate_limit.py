from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from resources import locks
from resources.answer_leases import AnswerLeases
from resources.rate_limit import Gate, gate_state
from resources.service_errors import InvalidKeyError, RateLimitedError, ServiceDownError
from resources.service_state import ServiceState, open_state
from resources.service_verdicts import judge_musicbrainz
from resources.services import Service
from resources.settings import Settings
from tests.resources.service_places import PLACES, FakeClock, emptied

SERVICE = Service("musicbrainz", "MusicBrainz", "http://127.0.0.1:1/ws/2", 1.0, judge_musicbrainz)
KEYED = replace(SERVICE, name="acoustid", key_name="ACOUSTID_API_KEY", key="first key")


@dataclass
class Doors:
    """Two processes at one gate."""

    state: ServiceState
    clock: FakeClock
    ours: Gate
    theirs: Gate
    home: Path

    def slot(self, service: Service = SERVICE, *, gate: Gate | None = None) -> float:
        """Take a slot and return when that was."""
        with (gate or self.ours).slot(service):
            return self.clock.now()

    def fail(self, times: int) -> None:
        for _ in range(times):
            self.ours.failed(SERVICE, "HTTP 500")

    def open_for(self) -> float:
        return gate_state(self.state, SERVICE).open_until - self.clock.now()


@pytest.fixture(params=PLACES)
def doors(request, tmp_path) -> Iterator[Doors]:
    settings = Settings(_env_file=None, LINERNOTES_SERVICES_DB=emptied(request.param) or None)
    clock = FakeClock()
    state = open_state(tmp_path, settings, clock.clock)
    leases = [AnswerLeases(state, tmp_path, clock.clock) for _ in range(2)]
    gates = [Gate(state, each, clock.clock) for each in leases]
    yield Doors(state, clock, *gates, home=tmp_path)
    for each in leases:
        each.close()
    state.close()


class TestPace:
    def test_slots_are_an_interval_apart_whoever_asks(self, doors):
        """S3-101."""
        began = doors.clock.now()

        times = [doors.slot(gate=gate) - began for gate in (doors.ours, doors.theirs, doors.ours)]

        assert times == pytest.approx([0, 1, 2])

    def test_who_comes_late_does_not_catch_up(self, doors):
        doors.slot()
        doors.clock.seconds += 10
        began = doors.clock.now()

        times = [doors.slot() - began for _ in range(2)]

        assert times == pytest.approx([0, 1])

    def test_the_time_waited_is_told(self, doors):
        doors.slot()

        with doors.ours.slot(SERVICE) as waited:
            pass

        assert waited == pytest.approx(1.0)

    def test_who_wakes_too_late_takes_another_slot(self, doors):
        doors.slot()
        began = doors.clock.now()
        doors.clock.meanwhile.append(lambda: setattr(doors.clock, "seconds", began + 9.5))

        assert doors.slot() - began == pytest.approx(9.5)
        assert len([seconds for seconds in doors.clock.slept if seconds > 0]) == 1
        assert doors.slot() - began == pytest.approx(10.5)

    def test_who_wakes_a_little_late_keeps_its_slot(self, doors):
        doors.slot()
        began = doors.clock.now()
        doors.clock.meanwhile.append(lambda: setattr(doors.clock, "seconds", began + 1.2))
        doors.slot()

        assert doors.slot() - began == pytest.approx(2.0)

    def test_each_service_and_each_host_has_its_own_pace(self, doors):
        began = doors.clock.now()
        mirror = replace(SERVICE, url="http://127.0.0.1:2/ws/2")

        times = [doors.slot(service) - began for service in (SERVICE, KEYED, mirror)]

        assert times == pytest.approx([0, 0, 0])

    def test_a_clock_that_was_wrong_does_not_hold_all_for_years(self, doors):
        doors.clock.seconds += 10**8
        doors.slot()
        doors.clock.seconds -= 10**8
        began = doors.clock.now()

        assert doors.slot() - began <= 601

    def test_without_an_interval_nobody_waits(self, doors):
        hurried = replace(SERVICE, interval_seconds=0.0)
        began = doors.clock.now()

        times = [doors.slot(hurried) - began for _ in range(3)]

        assert times == [0, 0, 0]


class TestPause:
    def test_all_wait_for_it(self, doors):
        began = doors.slot()
        doors.ours.pause(SERVICE, 30)

        times = [doors.slot(gate=gate) - began for gate in (doors.theirs, doors.ours)]

        assert times == pytest.approx([30, 31])

    def test_who_sleeps_when_it_begins_takes_a_slot_behind_it(self, doors):
        began = doors.slot()
        doors.clock.meanwhile.append(lambda: doors.theirs.pause(SERVICE, 20))

        assert doors.slot() - began == pytest.approx(21)

    def test_a_shorter_one_does_not_end_a_longer_one(self, doors):
        began = doors.slot()
        doors.ours.pause(SERVICE, 60)
        doors.theirs.pause(SERVICE, 5)

        assert doors.slot() - began == pytest.approx(60)

    def test_a_very_long_one_is_not_waited_for(self, doors):
        began = doors.slot()
        doors.ours.pause(SERVICE, 3_600)

        with pytest.raises(RateLimitedError, match="asked for a pause until 20") as caught:
            doors.slot(gate=doors.theirs)

        assert caught.value.retry_at == datetime.fromtimestamp(began + 3_600, UTC)
        assert doors.clock.now() == began

    def test_a_person_does_not_shorten_it(self, doors):
        began = doors.slot()
        doors.ours.pause(SERVICE, 60)
        doors.ours.let_one_try()

        assert doors.slot() - began == pytest.approx(60)


class TestBreaker:
    def test_five_failures_keep_everybody_away(self, doors):
        doors.slot()
        doors.fail(4)
        doors.slot()
        doors.fail(1)

        with pytest.raises(ServiceDownError, match="failed 5 times in a row, at last: HTTP 500") as caught:
            doors.slot(gate=doors.theirs)

        assert caught.value.retry_at == datetime.fromtimestamp(doors.clock.now() + 60, UTC)

    def test_an_answer_in_between_begins_the_count_anew(self, doors):
        doors.slot()
        doors.fail(4)
        doors.ours.succeeded(SERVICE)
        doors.fail(4)

        assert doors.open_for() < 0

    def test_what_was_under_way_does_not_prolong_it(self, doors):
        doors.slot()
        doors.fail(8)

        assert doors.open_for() == pytest.approx(60)

    def test_each_failed_try_doubles_it_up_to_a_quarter_of_an_hour(self, doors):
        doors.slot()
        doors.fail(5)
        lasted = []
        for _ in range(6):
            lasted.append(doors.open_for())
            doors.clock.seconds += lasted[-1] + 1
            doors.fail(1)

        assert lasted == pytest.approx([60, 120, 240, 480, 900, 900])

    def test_one_tries_first_and_the_others_wait_for_what_comes_of_it(self, doors):
        doors.slot()
        doors.fail(5)
        doors.clock.seconds += 61
        ours = doors.ours.slot(SERVICE)
        ours.__enter__()
        began = doors.clock.now()
        doors.clock.meanwhile += [lambda: None] * 5
        doors.clock.meanwhile.append(lambda: (doors.ours.succeeded(SERVICE), ours.__exit__(None, None, None)))

        second = doors.slot(gate=doors.theirs) - began

        assert second == pytest.approx(1.0)
        assert len(doors.clock.slept) > 6

    def test_when_the_first_fails_the_others_do_not_ask(self, doors):
        doors.slot()
        doors.fail(5)
        doors.clock.seconds += 61
        ours = doors.ours.slot(SERVICE)
        ours.__enter__()
        doors.clock.meanwhile.append(lambda: (doors.fail(1), ours.__exit__(None, None, None)))

        with pytest.raises(ServiceDownError):
            doors.slot(gate=doors.theirs)

    def test_when_the_first_dies_another_tries(self, doors):
        doors.slot()
        doors.fail(5)
        doors.clock.seconds += 61
        ours = doors.ours.slot(SERVICE)
        ours.__enter__()
        locks.let_go(doors.home, doors.ours._leases._lock_name)
        waits = len(doors.clock.slept)

        doors.slot(gate=doors.theirs)

        assert len(doors.clock.slept) == waits + 1
        assert ours is not None

    def test_a_person_lets_one_try_before_its_time(self, doors):
        doors.slot()
        doors.fail(5)
        doors.ours.let_one_try()

        doors.slot()
        doors.fail(1)

        assert doors.open_for() == pytest.approx(120)

    def test_an_answer_opens_the_gate(self, doors):
        doors.slot()
        doors.fail(5)
        doors.clock.seconds += 61
        with doors.ours.slot(SERVICE):
            doors.ours.succeeded(SERVICE)

        assert gate_state(doors.state, SERVICE).last_failure is None
        assert gate_state(doors.state, SERVICE).open_until == 0


class TestKey:
    def test_a_key_that_is_not_known_is_not_sent_again(self, doors):
        """S3-157."""
        doors.slot(KEYED)
        doors.ours.switch_off(KEYED)

        with pytest.raises(InvalidKeyError, match="does not know the key in ACOUSTID_API_KEY") as caught:
            doors.slot(KEYED, gate=doors.theirs)

        assert "first key" not in str(caught.value)

    def test_another_key_is_sent(self, doors):
        doors.slot(KEYED)
        doors.ours.switch_off(KEYED)

        doors.slot(replace(KEYED, key="second key"))

    def test_it_can_be_tried_again(self, doors):
        doors.slot(KEYED)
        doors.ours.switch_off(KEYED)
        doors.ours.switch_on(KEYED)

        doors.slot(KEYED)

    def test_only_what_stands_for_it_is_written_down(self, doors):
        doors.slot(KEYED)
        doors.ours.switch_off(KEYED)

        assert gate_state(doors.state, KEYED).off_key == KEYED.key_digest
        assert "first key" not in str(doors.state.rows("select * from gate"))
