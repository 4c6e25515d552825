import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resources import leases
from resources.folders import file_key
from resources.leases import ALONE_AT_MOST, HALVED_AFTER, Lease, is_within
from resources.state import connect
from tests.resources.music_folder import NOON, MusicFolder

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def music(tmp_path):
    folder = MusicFolder(tmp_path)
    yield folder
    folder.state.close()


def lease(music, *, batch_files=200, **options) -> list[Lease]:
    return leases.lease_files(music.state, lane="ingest", owner="me", batch_files=batch_files, **options)


def planned(music, held: Lease):
    return leases.files_of(music.state, held.keys)


class TestLeasing:
    def test_due_files_are_leased_once(self, music):
        music.album("album", 3)
        music.look()

        first, second = lease(music), lease(music)

        assert [len(each.keys) for each in first] == [3]
        assert second == []
        assert leases.open_leases(music.state) == first
        assert leases.lease_of(music.state, first[0].id) == first[0]

    def test_a_lease_says_whose_it_is_and_when_it_was_planned(self, music):
        music.album("album", 60)
        music.look()

        first, second = lease(music, now=NOON)

        assert (first.lane, first.owner, first.run_id, first.attempt, first.stale) == ("ingest", "me", None, 0, False)
        assert NOON == first.planned_at < second.planned_at < NOON + 1
        assert first.id != second.id

    def test_a_lease_of_now_bears_the_clocks_time(self, music):
        music.put("song.mp3")
        music.look()

        assert lease(music)[0].planned_at > NOON

    @pytest.mark.parametrize(
        "not_due",
        ["todo = 0", "settled = 0", "gone = 1", "missing = 1", "batch = 'another'"],
    )
    def test_files_that_are_not_due_are_left_alone(self, music, not_due):
        music.put("song.mp3")
        music.look()
        music.state.execute(f"update file set {not_due}")

        assert lease(music) == []

    def test_two_lanes_have_leases_of_their_own(self, music):
        music.put("song.mp3")
        music.look()
        mine = lease(music)

        assert leases.open_leases(music.state, lane="ingest") == mine
        assert leases.open_leases(music.state, lane="identify") == []

    def test_only_a_part_may_be_asked_for(self, music):
        music.album("artist/album", 2)
        music.album("artist/album/CD2", 1)
        music.album("artist/album2", 2)
        music.look()

        held = lease(music, within=("music", b"artist/album"))

        paths = {file.path for file in planned(music, held[0]).values()}
        assert paths == {b"artist/album/000.flac", b"artist/album/001.flac", b"artist/album/CD2/000.flac"}

    def test_only_some_files_may_be_asked_for(self, music):
        music.album("artist/album", 3)
        music.look()
        first, _, last = sorted(row["file_key"] for row in music.state.execute("select file_key from file"))

        (held,) = lease(music, within=frozenset({first, last, "unknown"}))

        assert set(held.keys) == {first, last}

    @pytest.mark.parametrize(
        ("place", "within", "inside"),
        [
            (("a", b"x/y"), ("a", b""), True),
            (("a", b"x/y"), ("a", b"x"), True),
            (("a", b"x"), ("a", b"x"), True),
            (("a", b"xy"), ("a", b"x"), False),
            (("b", b"x"), ("a", b"x"), False),
            (("b", b""), ("a", b""), False),
        ],
    )
    def test_a_part_is_a_folder_and_all_below_it(self, place, within, inside):
        assert is_within(place, within) is inside

    def test_leases_long_over_are_forgotten(self, music):
        music.put("song.mp3")
        music.look()
        (old,) = lease(music, now=NOON)
        leases.release(music.state, old, outcome="FAILURE", failed=True)

        (open_one,) = lease(music, now=NOON + 29 * 86_400)
        kept = leases.lease_of(music.state, old.id)
        lease(music, now=NOON + 70 * 86_400)

        assert kept is not None
        assert leases.lease_of(music.state, old.id) is None
        assert leases.lease_of(music.state, open_one.id) == open_one

    def test_planners_of_two_processes_never_lease_a_file_twice(self, music):
        for number in range(40):
            music.album(f"album {number}", 5)
        music.look()
        program = (
            "import sys; from pathlib import Path; from resources import leases; from resources.state import connect\n"
            "sys.stdin.readline()\n"
            "state = connect(Path(sys.argv[1]))\n"
            "got = leases.lease_files(state, lane='ingest', owner=sys.argv[2], batch_files=20)\n"
            "print(sum(len(each.keys) for each in got))\n"
        )
        command = [sys.executable, "-c", program, str(music.home)]
        planners = [
            subprocess.Popen([*command, name], cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            for name in ("one", "two")
        ]
        counts = sorted(int(planner.communicate("go\n", timeout=30)[0]) for planner in planners)

        keys = [key for held in leases.open_leases(music.state) for key in held.keys]
        assert counts == [0, 200]
        assert len(keys) == len(set(keys)) == 200


class TestFilesOf:
    def test_paths_sizes_times_and_neighbours_are_told(self, music):
        name = music.put("artist/caf\u00e9.mp3", data=b"12345")
        music.put("artist/side.cue")
        music.look()

        key = file_key("music", name)
        file = leases.files_of(music.state, [key])[key]

        assert (file.library, file.path, file.size_bytes) == ("music", name, 5)
        assert file.modified_ns == os.stat(music.path / "artist" / "caf\u00e9.mp3").st_mtime_ns
        assert (file.reason, file.stale) == ("new", False)
        assert file.sidecars
        assert file.stamp == f"5:{file.modified_ns}:{file.sidecars}"

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
    @given(st.lists(st.binary(min_size=1, max_size=20).filter(lambda raw: b"\0" not in raw), max_size=3))
    def test_any_bytes_come_back_as_a_path(self, music, parts):
        folder, name = b"/".join(parts), b"\xff name \n"
        music.state.execute("delete from file")
        music.state.execute(
            "insert into file (library, folder, name, file_key, size_bytes, modified_ns, looked_at, settled) "
            "values ('music', ?, ?, 'key', 0, 0, 0, 1)",
            (folder, name),
        )

        path = leases.files_of(music.state, ["key"])["key"].path

        assert path == (folder + b"/" + name if folder else name)

    def test_unknown_and_gone_files_are_left_out_and_the_order_kept(self, music):
        music.album("album", 3)
        music.look()
        keys = [file_key("music", b"album/%03d.flac" % number) for number in (2, 0, 1)]
        music.state.execute("update file set gone = 1 where file_key = ?", (keys[1],))

        assert list(leases.files_of(music.state, [keys[0], "unknown", *keys[1:]])) == [keys[0], keys[2]]

    def test_more_keys_than_one_statement_takes(self, music):
        music.album("album", 1_200)
        music.look()
        keys = [file_key("music", b"album/%03d.flac" % number) for number in range(1_200)]

        assert list(leases.files_of(music.state, keys)) == keys


class TestFinishing:
    @pytest.fixture
    def held(self, music):
        music.put("album/song.mp3")
        music.put("album/side.cue")
        music.look()
        (held,) = lease(music)
        return held

    def test_a_finished_file_is_no_longer_due(self, music, held):
        music.state.execute("update file set attempts = 2, together = 4")

        leases.finish_files(music.state, planned(music, held).values())

        row = music.file("album/song.mp3")
        assert (row["todo"], row["batch"], row["attempts"], row["together"]) == (0, None, 0, None)
        assert music.due() == 0

    @pytest.mark.parametrize(
        "meanwhile",
        [
            pytest.param(lambda music: music.put("album/song.mp3", data=b"longer than before"), id="size"),
            pytest.param(lambda music: music.put("album/song.mp3", age=5_000.0), id="time"),
            pytest.param(lambda music: music.put("album/side.cue", data=b"another"), id="sidecar"),
            pytest.param(lambda music: music.remove("album/side.cue"), id="sidecar removed"),
        ],
    )
    def test_a_file_that_changed_meanwhile_stays_due(self, music, held, meanwhile):
        files = planned(music, held).values()
        meanwhile(music)
        music.look()

        leases.finish_files(music.state, files)
        leases.release(music.state, held, outcome="SUCCESS", failed=False)

        assert music.file("album/song.mp3")["todo"] == 1
        assert [again.keys for again in lease(music)] == [held.keys]

    def test_a_file_that_was_asked_for_meanwhile_stays_due(self, music, held):
        files = planned(music, held).values()
        leases.ask_again(music.state, held.keys, reason="stale", stale=True)

        leases.finish_files(music.state, files)
        leases.release(music.state, held, outcome="SUCCESS", failed=False)

        (again,) = lease(music)
        assert again.stale
        leases.finish_files(music.state, planned(music, again).values())
        assert (music.file("album/song.mp3")["todo"], music.file("album/song.mp3")["stale"]) == (0, 0)

    def test_a_change_that_was_taken_back_is_none(self, music, held):
        files = planned(music, held).values()
        music.state.execute("update file set looked_at = looked_at + 1")

        leases.finish_files(music.state, files)

        assert music.due() == 0


class TestRelease:
    def test_what_is_left_goes_back(self, music):
        music.album("album", 4)
        music.look()
        (held,) = lease(music)
        files = list(planned(music, held).values())
        leases.finish_files(music.state, files[:3])

        guilty = leases.release(music.state, held, outcome="CANCELED", failed=False)

        assert guilty == []
        assert leases.open_leases(music.state) == []
        assert [again.keys for again in lease(music)] == [(files[3].file_key,)]

    def test_releasing_twice_counts_once(self, music):
        music.album("album", 4)
        music.look()
        (held,) = lease(music)
        leases.release(music.state, held, outcome="FAILURE", failed=True)
        (again,) = lease(music)

        guilty = leases.release(music.state, held, outcome="FAILURE", failed=True)

        assert guilty == []
        assert again.attempt == 1
        assert music.paths("batch is null") == set()
        assert music.state.execute("select distinct attempts from file").fetchall()[0][0] == 1

    def test_a_run_that_was_ended_is_no_failure(self, music):
        music.album("album", 4)
        music.look()
        for _ in range(5):
            (held,) = lease(music)
            leases.release(music.state, held, outcome="CANCELED", failed=False)

        assert music.state.execute("select max(attempts), max(together) from file").fetchone()[:] == (0, None)

    def test_a_halved_batch_is_not_halved_by_being_ended(self, music):
        music.album("album", 8)
        music.look()
        for _ in range(HALVED_AFTER):
            (held,) = lease(music)
            leases.release(music.state, held, outcome="FAILURE", failed=True)
        for held in lease(music):
            leases.release(music.state, held, outcome="CANCELED", failed=False)

        assert [len(held.keys) for held in lease(music)] == [4, 4]

    def test_a_gone_file_is_not_given_back(self, music):
        music.album("album", 2)
        music.look()
        (held,) = lease(music)
        music.remove("album/000.flac")
        music.look()
        leases.release(music.state, held, outcome="FAILURE", failed=True)

        assert [len(again.keys) for again in lease(music)] == [1]


class TestTheGuiltyFile:
    def run_all(self, music, guilty, *, most_rounds=40):
        """Plan and run until nothing is due; a run fails at the guilty files and finishes none of its own."""
        rounds, set_aside = [], []
        while held := lease(music):
            rounds.append(sorted((len(each.keys) for each in held), reverse=True))
            assert len(rounds) < most_rounds
            for each in held:
                if guilty & set(each.keys):
                    alone = leases.release(music.state, each, outcome="FAILURE", failed=True)
                    leases.set_aside(music.state, alone)
                    set_aside += alone
                else:
                    leases.finish_files(music.state, planned(music, each).values())
                    leases.release(music.state, each, outcome="SUCCESS", failed=False)
        return rounds, set_aside

    def test_batches_are_halved_until_it_stands_alone(self, music):
        music.album("album", 40)
        music.look()
        guilty = file_key("music", b"album/017.flac")

        rounds, set_aside = self.run_all(music, {guilty})

        assert set_aside == [guilty]
        assert [sizes[0] for sizes in rounds[:8]] == [40, 40, 20, 10, 5, 2, 1, 1]
        assert rounds[6:] == [[1, 1], *[[1]] * (ALONE_AT_MOST - 1)]
        assert music.due() == 0

    @pytest.mark.parametrize("files", [1, 2, 3])
    def test_few_files_take_few_rounds(self, music, files):
        music.album("album", files)
        music.look()
        guilty = file_key("music", b"album/000.flac")

        rounds, set_aside = self.run_all(music, {guilty})

        assert set_aside == [guilty]
        assert len(rounds) <= HALVED_AFTER + ALONE_AT_MOST

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
    @given(st.integers(1, 45), st.sets(st.integers(0, 44), max_size=4))
    def test_only_the_guilty_are_set_aside(self, music, files, guilty):
        music.state.execute("delete from file")
        music.state.execute("delete from batch")
        keys = [f"key {number}" for number in range(files)]
        music.state.executemany(
            "insert into file (library, folder, name, file_key, size_bytes, modified_ns, looked_at, settled) "
            "values ('music', x'', ?, ?, 0, 0, 0, 1)",
            [(b"%03d" % number, key) for number, key in enumerate(keys)],
        )
        guilty_keys = {keys[number] for number in guilty if number < files}

        _, set_aside = self.run_all(music, guilty_keys)

        assert sorted(set_aside) == sorted(guilty_keys)
        assert music.due() == 0

    def test_a_person_can_ask_for_it_again(self, music):
        music.put("song.mp3")
        music.look()
        key = file_key("music", b"song.mp3")
        self.run_all(music, {key})

        asked = leases.ask_again(music.state, [key, "unknown"], reason="asked", stale=False)

        (held,) = lease(music)
        assert (asked, held.keys, held.attempt, held.stale) == (1, (key,), 0, False)


def test_a_run_is_noted_with_its_lease(music):
    music.put("song.mp3")
    music.look()
    (held,) = lease(music)

    leases.begin_run(music.state, held.id, "run")

    assert leases.lease_of(music.state, held.id) == replace(held, run_id="run")
    assert leases.lease_of(music.state, "unknown") is None


def test_a_planner_killed_in_the_midst_leaves_no_half_lease(music):
    music.album("album", 3)
    music.look()
    program = (
        "import os, sys; from pathlib import Path; from resources import leases; from resources.state import connect\n"
        "leases._insert = lambda *_: os.kill(os.getpid(), 9)\n"
        "leases.lease_files(connect(Path(sys.argv[1])), lane='ingest', owner='x', batch_files=20)\n"
    )
    subprocess.run([sys.executable, "-c", program, str(music.home)], cwd=PROJECT, check=False, timeout=30)
    state = connect(music.home)

    assert leases.open_leases(state) == []
    assert [len(held.keys) for held in lease(music)] == [3]
    state.close()
