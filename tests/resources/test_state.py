import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from resources import state
from resources.state import belong_to, connect, copy_in_memory, opened, state_file, transaction

PROJECT = Path(__file__).resolve().parents[2]
TABLES = {"meta", "root", "folder", "pending", "file", "refused", "batch", "progress"}


def tables(connection):
    return {row[0] for row in connection.execute("select name from sqlite_master where type = 'table'")}


def put(connection, name, value="1"):
    connection.execute("insert into meta values (?, ?)", (name, value))


def names(connection):
    return {row[0] for row in connection.execute("select name from meta")}


class TestOpening:
    def test_a_new_state_has_all_its_tables(self, tmp_path):
        with opened(tmp_path / "home") as connection:
            assert tables(connection) == TABLES
        assert state_file(tmp_path / "home").exists()

    def test_what_was_written_is_there_again(self, tmp_path):
        with opened(tmp_path) as connection:
            put(connection, "kept")

        with opened(tmp_path) as connection:
            assert names(connection) == {"kept"}

    def test_a_reader_does_not_wait_for_a_writer(self, tmp_path):
        with opened(tmp_path) as writer, opened(tmp_path) as reader, transaction(writer):
            put(writer, "not yet")

            assert names(reader) == set()

    def test_several_processes_may_make_it_at_once(self, tmp_path):
        program = (
            "import sys; from pathlib import Path; from resources.state import opened\n"
            "print(flush=True); sys.stdin.readline()\n"
            "with opened(Path(sys.argv[1])) as connection:\n"
            "    connection.execute('insert into meta values (?, 1)', (sys.argv[2],))\n"
        )
        makers = [
            subprocess.Popen(
                [sys.executable, "-c", program, str(tmp_path / "home"), str(number)],
                cwd=PROJECT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for number in range(3)
        ]
        for maker in makers:
            maker.stdout.readline()
        for maker in makers:
            maker.stdin.write("\n")
            maker.stdin.flush()
        for maker in makers:
            maker.communicate(timeout=30)

        assert [maker.returncode for maker in makers] == [0, 0, 0]
        with opened(tmp_path / "home") as connection:
            assert names(connection) == {"0", "1", "2"}

    def test_a_lock_while_it_is_made_is_waited_for(self):
        connection = Locked(times=2)

        state.log_ahead(connection)

        assert connection.mode == "wal"

    def test_a_lock_that_never_ends_is_an_error(self, monkeypatch):
        monkeypatch.setattr(state, "BUSY_SECONDS", 0.0)

        with pytest.raises(sqlite3.OperationalError, match="locked"):
            state.log_ahead(Locked(times=1_000_000))


class Locked:
    """A new state that another process is just making."""

    def __init__(self, times):
        self.times = times
        self.mode = "delete"

    def execute(self, statement):
        if statement.endswith("wal"):
            self.times -= 1
            if self.times >= 0:
                raise sqlite3.OperationalError("database is locked")
            self.mode = "wal"
        return self

    def fetchone(self):
        return (self.mode,)


class TestTransactions:
    def test_an_error_takes_everything_back(self, tmp_path):
        def fail():
            with transaction(connection):
                put(connection, "lost")
                raise KeyError

        with opened(tmp_path) as connection:
            with pytest.raises(KeyError):
                fail()

            assert names(connection) == set()
            assert not connection.in_transaction

    def test_the_cause_is_not_hidden_when_sqlite_has_rolled_back_itself(self, tmp_path):
        with opened(tmp_path) as connection:
            connection.execute("pragma max_page_count = 40")

            with pytest.raises(sqlite3.OperationalError, match="disk is full"), transaction(connection):
                put(connection, "large", "x" * 1_000_000)

    def test_a_commit_that_fails_leaves_no_transaction_behind(self, tmp_path):
        with opened(tmp_path) as connection:
            connection.executescript(
                "pragma foreign_keys = on; create table up (id integer primary key);"
                "create table down (up integer references up deferrable initially deferred)"
            )

            with pytest.raises(sqlite3.IntegrityError), transaction(connection):
                connection.execute("insert into down values (1)")

            with transaction(connection):
                put(connection, "next")
            assert names(connection) == {"next"}

    def test_a_writer_waits_for_another(self, tmp_path):
        program = (
            "import sys, time; from pathlib import Path; from resources.state import connect, transaction\n"
            "connection = connect(Path(sys.argv[1]))\n"
            "with transaction(connection):\n"
            "    print('in', flush=True); time.sleep(0.3)\n"
            "    connection.execute(\"insert into meta values ('first', 1)\")\n"
        )
        with (
            opened(tmp_path) as connection,
            subprocess.Popen(
                [sys.executable, "-c", program, str(tmp_path)], cwd=PROJECT, stdout=subprocess.PIPE
            ) as other,
        ):
            other.stdout.readline()

            with transaction(connection):
                assert names(connection) == {"first"}

    def test_a_killed_writer_leaves_nothing_torn(self, tmp_path):
        program = (
            "import os, sys; from pathlib import Path; from resources.state import connect, transaction\n"
            "connection = connect(Path(sys.argv[1]))\n"
            "connection.execute(\"insert into meta values ('kept', 1)\")\n"
            "with transaction(connection):\n"
            "    connection.execute(\"insert into meta values ('torn', 1)\"); os.kill(os.getpid(), 9)\n"
        )
        killed = subprocess.run([sys.executable, "-c", program, str(tmp_path)], cwd=PROJECT, check=False)

        with opened(tmp_path) as connection:
            assert killed.returncode == -signal.SIGKILL
            assert names(connection) == {"kept"}


class TestBelongingToALake:
    @pytest.fixture
    def connection(self, tmp_path):
        connection = connect(tmp_path)
        yield connection
        connection.close()

    def fill(self, connection):
        connection.executescript("""
            insert into root values ('music', x'2f');
            insert into folder values ('music', x'', '', 1);
            insert into pending values ('music', x'61');
            insert into file (library, folder, name, file_key, size_bytes, modified_ns, looked_at, settled)
            values ('music', x'', x'61', 'a~1', 1, 1, 1, 1);
            insert into refused values ('music', x'62', 'EMPTY_FILE', '', 1);
            insert into batch values ('1', 'lane', '[]', 'me', 1, null, 'open', 0, 0);
            insert into progress values ('lane', '1', 0, 0, 0, 0, '', 0);
            insert into meta values ('told', 'digest'), ('pass', '7'), ('look', '1 2 3');
        """)

    def counts(self, connection):
        return {table: connection.execute(f"select count(*) from {table}").fetchone()[0] for table in TABLES}

    def test_the_first_lake_finds_nothing_to_forget(self, connection):
        assert belong_to(connection, "lake 1") is False

    def test_the_same_lake_changes_nothing(self, connection):
        belong_to(connection, "lake 1")
        self.fill(connection)
        before = self.counts(connection)

        assert belong_to(connection, "lake 1") is False
        assert self.counts(connection) == before

    def test_another_lake_starts_anew_with_the_same_roots(self, connection):
        """What was told to the old lake must be told to the new one: a deleted lake is not an unchanged folder."""
        belong_to(connection, "lake 1")
        self.fill(connection)

        assert belong_to(connection, "lake 2") is True
        assert self.counts(connection) == dict.fromkeys(TABLES, 0) | {"root": 1, "meta": 1}
        assert belong_to(connection, "lake 2") is False


class TestCopy:
    def test_without_a_state_it_is_empty_and_makes_no_file(self, tmp_path):
        copy = copy_in_memory(tmp_path / "home")

        assert tables(copy) == TABLES
        assert list(tmp_path.iterdir()) == []
        copy.close()

    def test_a_closed_state_is_copied_without_a_trace(self, tmp_path):
        with opened(tmp_path) as connection:
            put(connection, "known")
        before = sorted(tmp_path.iterdir())

        copy = copy_in_memory(tmp_path)
        put(copy, "dry")

        assert names(copy) == {"known", "dry"}
        assert sorted(tmp_path.iterdir()) == before == [state_file(tmp_path)]
        copy.close()
        with opened(tmp_path) as connection:
            assert names(connection) == {"known"}

    def test_what_another_process_wrote_a_moment_ago_is_in_it(self, tmp_path):
        with opened(tmp_path) as connection:
            put(connection, "only in the log")
            before = sorted(tmp_path.iterdir())

            copy = copy_in_memory(tmp_path)

            assert names(copy) == {"only in the log"}
            assert sorted(tmp_path.iterdir()) == before
            copy.close()

    def test_what_a_killed_process_left_in_the_log_is_in_it(self, tmp_path):
        program = (
            "import os, sys; from pathlib import Path; from resources.state import connect\n"
            "connection = connect(Path(sys.argv[1]))\n"
            "connection.execute(\"insert into meta values ('logged', 1)\"); os.kill(os.getpid(), 9)\n"
        )
        subprocess.run([sys.executable, "-c", program, str(tmp_path)], cwd=PROJECT, check=False)

        copy = copy_in_memory(tmp_path)

        assert names(copy) == {"logged"}
        copy.close()

    def test_it_takes_transactions_like_any_state(self, tmp_path):
        copy = copy_in_memory(tmp_path)

        with transaction(copy):
            put(copy, "in")

        assert names(copy) == {"in"}
        copy.close()

    def test_an_empty_file_is_an_empty_state(self, tmp_path):
        state_file(tmp_path).touch()

        copy = copy_in_memory(tmp_path)

        assert tables(copy) == TABLES
        assert os.path.getsize(state_file(tmp_path)) == 0
        copy.close()
