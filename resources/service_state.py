"""What all processes know together of the services: pace, answers, who is asking, which calls were made.

One SQLite file under LINERNOTES_HOME, or a schema in Postgres where several machines share one address. The statements
are the same for both; times are seconds since 1970, by this machine's clock for the file and by the database's own for
Postgres, so that clocks of several machines need not agree.
"""

import re
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

from resources.settings import Settings, SettingsError
from resources.state import BUSY_SECONDS, log_ahead

TABLES = """
create table if not exists gate (
    service text, host text,
    next_free double precision not null default 0,  -- the next slot that nobody has
    not_before double precision not null default 0, -- everybody pauses until then
    failures integer not null default 0,            -- in a row
    open_until double precision not null default 0, -- nobody asks until then, and then one tries; 0 is all well
    cooldown double precision not null default 0,
    last_failure text,
    off_key text,                                   -- the digest of a key that the service does not know
    primary key (service, host)
);
create table if not exists answer (
    service text, key text, status integer not null, body bytea not null,
    fetched_at double precision not null, expires_at double precision not null, primary key (service, key)
);
create index if not exists answer_old on answer (expires_at);
create table if not exists lease (
    service text, key text, owner text not null, until double precision not null, primary key (service, key)
);
create table if not exists api_call (
    call_id text primary key, run_id text, service text not null, endpoint text not null, method text not null,
    status integer, error_code text, milliseconds double precision not null,
    waited_milliseconds double precision not null, is_cached integer not null, requested_at double precision not null
);
"""
SCHEMA_NAME = "linernotes_services"
MAKING_TABLES = 5_063_187
"""The advisory lock under which tables are made: Postgres fails when two do it at once, `if not exists` or not."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Time and patience, so that tests need neither."""

    now: Callable[[], float] | None = None
    """Seconds since 1970; None: the clock that goes with the place of the state."""
    sleep: Callable[[float], None] = time.sleep


class ServiceStateError(Exception):
    """The state cannot be read or written: a full disk, a database that is gone. No question can be asked politely."""


class ServiceState(Protocol):
    """Where the state lies."""

    def rows(self, sql: str, **values: object) -> list[tuple[Any, ...]]:
        """Carry out one statement, which is a transaction of its own, and return its rows.

        Raises:
            ServiceStateError: It cannot be carried out.
        """
        ...

    def now(self) -> float:
        """Return the seconds since 1970."""
        ...

    def close(self) -> None:
        """Close it."""
        ...


def service_file(home: Path) -> Path:
    """Return where the state lies without Postgres."""
    return home / "services.sqlite"


def open_state(home: Path, settings: Settings, clock: Clock) -> ServiceState:
    """Open the state, making it where there is none.

    Raises:
        SettingsError: The database of LINERNOTES_SERVICES_DB cannot be used.
    """
    if settings.services_db is None:
        return SqliteState(service_file(home), now=clock.now)
    return PostgresState(settings.services_db.get_secret_value(), now=clock.now)


class SqliteState:
    """The state as a file.

    Args:
        file: Its path.
        now: The clock; None: this machine's.
    """

    def __init__(self, file: Path, *, now: Callable[[], float] | None = None) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._lock = Lock()
        self._connection = sqlite3.connect(file, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        self._now = now or time.time
        log_ahead(self._connection)
        self._connection.execute("pragma synchronous = normal")
        self._connection.create_function("greatest", -1, max, deterministic=True)
        self._connection.create_function("least", -1, min, deterministic=True)
        if self._connection.execute("pragma user_version").fetchone()[0] == 0:
            self._connection.executescript(TABLES + "pragma user_version = 1;")

    def rows(self, sql: str, **values: object) -> list[tuple[Any, ...]]:
        """Carry out one statement."""
        with self._lock:
            try:
                return self._connection.execute(sql, values).fetchall()
            except sqlite3.Error as error:
                raise ServiceStateError(f"services.sqlite cannot be used: {error}") from error

    def now(self) -> float:
        """Return the seconds since 1970 by this machine."""
        return self._now()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


class PostgresState:
    """The state as a schema in Postgres.

    Args:
        address: `postgresql://…`.
        now: The clock; None: the database's own.

    Raises:
        SettingsError: The driver is missing or the database cannot be reached.
    """

    def __init__(self, address: str, *, now: Callable[[], float] | None = None) -> None:
        try:
            driver = import_module("psycopg2")
        except ImportError as error:
            raise SettingsError(
                "LINERNOTES_SERVICES_DB needs the extra `postgres`: .venv/bin/pip install -e '.[postgres]'"
            ) from error
        self._driver_error: type[Exception] = driver.Error
        plain = re.sub(r"^postgres(ql)?(\+\w+)?://", "postgresql://", address)
        try:
            self._connection = driver.connect(plain, options=f"-c search_path={SCHEMA_NAME}")
        except driver.Error:  # its text repeats parts of the address
            raise SettingsError("The database of LINERNOTES_SERVICES_DB cannot be reached: does it run?") from None
        self._connection.autocommit = True
        self._lock = Lock()
        self._given_now = now
        self.rows("select pg_advisory_lock(:lock)", lock=MAKING_TABLES)
        try:
            self.rows(f"create schema if not exists {SCHEMA_NAME};{TABLES}")
        finally:
            self.rows("select pg_advisory_unlock(:lock)", lock=MAKING_TABLES)

    def rows(self, sql: str, **values: object) -> list[tuple[Any, ...]]:
        """Carry out one statement."""
        with self._lock:
            try:
                with self._connection.cursor() as cursor:
                    cursor.execute(_for_postgres(sql), values)
                    return cursor.fetchall() if cursor.description else []
            except self._driver_error as error:  # its text repeats what was asked
                name = type(error).__name__
                raise ServiceStateError(f"the database of LINERNOTES_SERVICES_DB cannot be used ({name})") from None

    def now(self) -> float:
        """Return the seconds since 1970 by the database."""
        if self._given_now:
            return self._given_now()
        return float(self.rows("select extract(epoch from clock_timestamp())")[0][0])

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def moment(seconds: float) -> datetime:
    """Return a time as people and the lake take it."""
    return datetime.fromtimestamp(seconds, UTC)


@lru_cache
def _for_postgres(sql: str) -> str:
    return re.sub(r"(?<![:\w]):(\w+)", r"%(\1)s", sql)
