from datetime import UTC, datetime, timedelta

import pytest

from ingest_assets import identification_run
from ingest_assets.batch import BatchRun
from ingest_assets.identification_due import Wish
from ingest_assets.identification_writer import IdentificationWriter
from lake.decisions import add_decisions, of_span
from resources.online_leases import MOST_ATTEMPTS, failed_keys
from resources.service_errors import InvalidKeyError, NoKeyError, RateLimitedError, ServiceDownError
from resources.service_state import ServiceStateError
from resources.settings import SettingsError
from resources.state import opened
from tests.house import AGAIN, FOG, GULLS, HARBOUR, LAMP, PATHS, PIER, House, retag, sound, write
from tests.ingest_assets.identifying import Judge, accept, down, install, reject, review

DONE = ("done", None)
LOW_TIDE = (HARBOUR, PIER, GULLS)


@pytest.fixture
def judge(house: House, monkeypatch: pytest.MonkeyPatch) -> Judge:
    return install(house, monkeypatch)


def identified(house: House) -> dict[str, tuple]:
    return {
        path: rest
        for path, *rest in house.tuples(
            "select path, decision, recording_mbid, decided_by from identifications "
            "join discovered_files using (file_key)"
        )
    }


def test_every_file_has_its_row_its_outcome_and_its_event(house: House, judge: Judge) -> None:
    assert judge.identify() == [True]

    assert judge.status() == dict.fromkeys(PATHS, DONE)
    assert identified(house) == {path: ["ACCEPT", f"recording of {path}", "evidence"] for path in PATHS}
    assert house.tuples("select count(*) from match_candidates") == [(len(PATHS),)]
    assert house.partition_states("identifications") == {house.key(path): "MATERIALIZED" for path in PATHS}
    assert {tuple(paths) for paths in map(sorted, judge.judged)} == {
        tuple(sorted(LOW_TIDE)),
        (AGAIN,),
        tuple(sorted((LAMP, FOG))),
    }
    assert all(piece.was_looked_up and piece.matches for group in judge.heard for piece in group.pieces)


def test_a_second_call_makes_no_run_and_asks_nobody(house: House, judge: Judge) -> None:
    judge.identify()
    judge.judged.clear()
    judge.acoustid.lookups.clear()

    assert (house.ingest(), judge.identify()) == ([], [])

    assert (judge.judged, judge.acoustid.lookups, len(house.statuses())) == ([], [], 2)


def test_fingerprints_of_several_albums_are_looked_up_together(judge: Judge) -> None:
    judge.identify()

    assert [len(asked) for asked in judge.acoustid.lookups] == [len(PATHS) - 1]  # two files hold equal audio


def test_a_new_file_has_its_folder_identified_again_and_no_other(house: House, judge: Judge) -> None:
    judge.identify()
    judge.judged.clear()
    write(house.path("Lamps/03 - Dawn.flac"), sound(bpm=130, codec="flac"))
    house.ingest()

    assert judge.identify() == [True]

    assert [sorted(paths) for paths in judge.judged] == [sorted([LAMP, FOG, "Lamps/03 - Dawn.flac"])]


def test_changed_tags_have_their_folder_identified_again(house: House, judge: Judge) -> None:
    judge.identify()
    judge.judged.clear()
    retag(house.path(PIER), title="Another pier")
    house.ingest()

    judge.identify()

    assert [sorted(paths) for paths in judge.judged] == [sorted(LOW_TIDE)]


def test_a_folder_of_which_a_file_waits_to_be_read_has_to_wait(house: House, judge: Judge) -> None:
    write(house.path("Lamps/03 - Dawn.flac"), sound(bpm=130, codec="flac"))
    house.plan()

    judge.identify()

    assert {path for paths in judge.judged for path in paths} == {*LOW_TIDE, AGAIN}


def test_a_file_without_music_is_skipped_and_its_folder_identified(house: House, judge: Judge) -> None:
    write(house.path("Lamps/04 - Bad.mp3"), b"not music at all\n" * 100)
    house.ingest()

    judge.identify()

    assert judge.status()["Lamps/04 - Bad.mp3"] == ("skipped", "INPUT_MISSING")
    assert judge.status()[LAMP] == DONE


def test_nothing_known_of_a_file_at_all_is_an_answer(judge: Judge) -> None:
    judge.decide = reject

    judge.identify()

    assert set(judge.status().values()) == {("not_found", None)}
    assert judge.identify() == []


def test_one_key_asked_for_in_the_ui_widens_to_its_folder_and_is_judged_anew(house: House, judge: Judge) -> None:
    judge.identify()
    judge.judged.clear()

    assert house.ask(tags={"dagster/partition": house.key(PIER)}, job="identify_files").success

    assert [sorted(paths) for paths in judge.judged] == [sorted(LOW_TIDE)]
    assert len(house.events("identifications", house.key(HARBOUR))) == 2
    assert judge.identify() == []


def test_other_parameters_count_only_when_what_is_stale_is_wanted(house: House, judge: Judge) -> None:
    judge.identify()
    judge.judged.clear()
    (house.home / "parameters.toml").write_text("[identifications]\naccept_album = 0.99\n")
    house.look()

    assert judge.identify() == []
    assert len(judge.identify(Wish(stale=True))) == 1

    assert len(judge.judged) == 3
    assert {parameters.accept_album for parameters in judge.parameters[-3:]} == {0.99}
    assert judge.identify(Wish(stale=True)) == []


def test_a_group_whose_service_is_down_is_put_off_and_comes_back_when_its_time_has_come(
    house: House, judge: Judge
) -> None:
    soon = datetime.now(UTC) + timedelta(hours=1)

    def fail(group) -> None:
        if len(group.pieces) == len(LOW_TIDE):
            raise down(soon)

    judge.before = fail

    assert judge.identify() == [True]

    assert judge.status() == dict.fromkeys(PATHS, DONE) | dict.fromkeys(LOW_TIDE, ("deferred", "SERVICE_DOWN"))
    assert house.tuples("select distinct retry_at from outcomes where status = 'deferred'") == [(soon,)]
    assert judge.identify() == []
    judge.before = lambda _: None
    assert judge.identify(Wish(is_asked=True)) == [True]
    assert judge.status() == dict.fromkeys(PATHS, DONE)


def test_what_was_known_stays_where_a_file_is_put_off(house: House, judge: Judge) -> None:
    judge.identify()
    retag(house.path(PIER), title="Another pier")
    house.ingest()
    before = identified(house)

    def fail(_) -> None:
        raise RateLimitedError("musicbrainz", "MusicBrainz asks for a long pause")

    judge.before = fail
    judge.identify()

    assert judge.status()[PIER] == ("deferred", "RATE_LIMITED")
    assert identified(house) == before
    assert judge.identify() == []


def test_our_own_mistake_costs_its_group_and_not_the_batch(judge: Judge) -> None:
    def fail(group) -> None:
        if len(group.pieces) == len(LOW_TIDE):
            raise KeyError("a mistake of ours")

    judge.before = fail

    assert judge.identify() == [True]

    assert judge.status() == dict.fromkeys(PATHS, DONE) | dict.fromkeys(LOW_TIDE, ("error", "UNEXPECTED_ERROR"))
    assert judge.identify() == []


def test_a_judgement_that_forgets_a_piece_is_our_mistake(judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = judge.identify_group
    monkeypatch.setattr(
        identification_run,
        "identify_group",
        lambda *given: type(found := whole(*given))(found.matches[1:]),
    )

    judge.identify()

    assert set(judge.status().values()) == {("error", "UNEXPECTED_ERROR")}


def test_without_a_key_what_is_sure_without_fingerprints_is_done_and_the_rest_waits_for_one(
    house: House, judge: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ACOUSTID_API_KEY")
    judge.acoustid.error = NoKeyError("acoustid", "ACOUSTID_API_KEY is not set")
    judge.decide = lambda piece: accept(piece) if piece.path == AGAIN else review(piece)

    judge.identify()

    waits = ("deferred", "NO_API_KEY")
    assert judge.status() == dict.fromkeys(PATHS, waits) | {AGAIN: ("done", "NO_API_KEY")}
    assert {row[0] for row in identified(house).values()} == {"ACCEPT", "REVIEW"}
    assert not any(piece.was_looked_up for group in judge.heard for piece in group.pieces)
    assert len(judge.acoustid.lookups) == 1
    assert judge.identify() == []
    monkeypatch.setenv("ACOUSTID_API_KEY", "a-key")
    judge.acoustid.error = None
    judge.decide = accept
    assert judge.identify() == [True]
    assert judge.status() == dict.fromkeys(PATHS, DONE) | {AGAIN: ("done", "NO_API_KEY")}


def test_a_key_that_is_not_known_is_not_tried_again_before_it_is_another(
    judge: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge.acoustid.error = InvalidKeyError("acoustid", "AcoustID does not know the key")
    judge.decide = review

    judge.identify()

    assert set(judge.status().values()) == {("deferred", "INVALID_API_KEY")}
    assert judge.identify() == []
    monkeypatch.setenv("ACOUSTID_API_KEY", "another-key")
    judge.acoustid.error = None
    assert judge.identify() == [True]
    assert set(judge.status().values()) == {DONE}


def test_a_key_that_is_not_known_may_fail_the_run(judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINERNOTES_ON_INVALID_KEY", "fail_run")
    judge.acoustid.error = InvalidKeyError("acoustid", "AcoustID does not know the key")

    assert judge.identify() == [False]

    assert judge.judged == []


@pytest.mark.parametrize("error", [SettingsError("no database"), ServiceStateError("disk I/O error")], ids=repr)
def test_no_file_is_blamed_where_the_state_of_the_services_cannot_be_used(
    judge: Judge, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(identification_run, "opened_services", broken)
    assert [judge.identify() for _ in range(MOST_ATTEMPTS + 1)] == [[False]] * (MOST_ATTEMPTS + 1)
    monkeypatch.setattr(identification_run, "opened_services", judge.opened_services)

    assert judge.identify() == [True]

    assert judge.status() == dict.fromkeys(PATHS, DONE)


def test_what_acoustid_has_told_before_counts_while_it_is_down(house: House, judge: Judge) -> None:
    judge.identify()
    judge.acoustid.error = ServiceDownError("acoustid", "AcoustID gives no answer")
    write(house.path("Lamps/03 - Dawn.flac"), sound(bpm=130, codec="flac"))
    house.ingest()
    judge.heard.clear()
    judge.decide = lambda piece: accept(piece) if piece.was_looked_up else review(piece)

    judge.identify()

    [group] = judge.heard
    assert {piece.path: piece.was_looked_up for piece in group.pieces} == {
        LAMP: True,
        FOG: True,
        "Lamps/03 - Dawn.flac": False,
    }
    assert judge.status()["Lamps/03 - Dawn.flac"] == ("deferred", "SERVICE_DOWN")
    assert judge.status()[LAMP] == ("done", "SERVICE_DOWN")


def test_what_a_person_decided_stands_and_makes_its_folder_due(house: House, judge: Judge) -> None:
    judge.identify()
    [(audio, start, end)] = house.tuples(
        "select audio_sha256, start_time_ticks, end_time_ticks from segments join discovered_files using (file_key) "
        "where path = ?",
        [PIER],
    )
    value = {"decision": "ACCEPT", "recording_mbid": "chosen", "title": "Chosen"}
    with house.lake.write(run_id="a person") as transaction:
        subject = of_span(audio, start_ticks=start, end_ticks=end)
        add_decisions(transaction, "identification", [(subject, value)], made_at=datetime.now(UTC))
    judge.judged.clear()

    assert judge.identify() == [True]

    assert [sorted(paths) for paths in judge.judged] == [sorted(LOW_TIDE)]
    assert identified(house)[PIER] == ["ACCEPT", "chosen", "person"]
    assert identified(house)[HARBOUR] == ["ACCEPT", f"recording of {HARBOUR}", "evidence"]
    assert judge.identify() == []


def test_a_run_that_was_ended_in_the_ui_writes_what_is_ready_and_stops_at_a_group(
    house: House, judge: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identification_run, "CANCEL_POLL_SECONDS", 0.0)
    monkeypatch.setattr(BatchRun, "canceled", lambda _: len(judge.judged) == 1)

    assert judge.identify() == [False]

    assert len(judge.status()) == len(judge.judged[0])
    assert house.tuples("select status from runs where lane = 'identify_files'") == [("CANCELED",)]
    assert judge.listenbrainz.asked == []
    monkeypatch.setattr(BatchRun, "canceled", lambda _: False)
    assert judge.identify() == [True]
    assert judge.status() == dict.fromkeys(PATHS, DONE)
    assert len(judge.judged) == 3


def test_what_dagster_was_not_told_before_a_run_was_killed_it_is_told_by_the_next(
    house: House, judge: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    flush = IdentificationWriter.flush

    def die(self, **how) -> None:
        monkeypatch.setattr(self._batch, "tell", lambda _: pytest.fail("killed"))
        flush(self, **how)

    monkeypatch.setattr(IdentificationWriter, "flush", die)
    assert judge.identify() == [False]
    monkeypatch.setattr(IdentificationWriter, "flush", flush)
    assert judge.status() == dict.fromkeys(PATHS, DONE)
    assert set(house.partition_states("identifications").values()) == {None}
    judge.judged.clear()

    assert judge.identify() == [True]

    assert judge.judged == []
    assert set(house.partition_states("identifications").values()) == {"MATERIALIZED"}
    with opened(house.home) as connection:
        assert failed_keys(connection) == {}


def test_an_id_in_the_tags_that_musicbrainz_does_not_have_is_a_warning(house: House, judge: Judge) -> None:
    """S3-140."""
    mbid = "1b1e7d0c-5a34-4ba1-8c2a-7f9d4f4e0d11"
    retag(house.path(HARBOUR), musicbrainz_trackid=mbid)
    house.ingest()
    judge.unknown = frozenset({mbid})

    judge.identify()

    assert judge.status() == dict.fromkeys(PATHS, DONE) | {HARBOUR: ("done", "MBID_LOOKUP_FAILED")}
    assert mbid in house.tuples("select error_message from import_errors where error_code = 'MBID_LOOKUP_FAILED'")[0][0]


def test_what_was_accepted_has_the_tags_of_listenbrainz_asked_for_together(house: House, judge: Judge) -> None:
    judge.identify()

    assert house.tuples("select distinct unnest(tags) from songs") == [("shanty",)]
    assert [len(asked) for asked in judge.listenbrainz.asked] == [len(PATHS)]


def test_requests_are_told_to_the_lake_once(house: House, judge: Judge) -> None:
    judge.http.calls = [{"call_id": "one", "service": "acoustid", "status": 200, "requested_at": datetime.now(UTC)}]

    judge.identify()

    assert house.tuples("select call_id, service from api_calls") == [("one", "acoustid")]
    assert [call["call_id"] for call in judge.http.confirmed] == ["one"]


def test_staleness_in_dagster_agrees(house: House, judge: Judge) -> None:
    judge.identify()

    assert house.staleness() == {}
